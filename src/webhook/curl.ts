import type { ShownParts } from './render.ts'
import type { StandIn } from './request/render-session.ts'
import {
  defineEncoding,
  encodedVariable,
  type ShellEncoding,
  type ShellTrim,
} from './shell/shell-encoding.ts'
import { isReserved, variableFor } from './shell/shell-variable.ts'
import { EncodedText } from './template/encoders.ts'
import { isListOrObject } from './values/json.ts'
import type { HeaderPair } from './wire/outcome.ts'

/** What a request needs beyond its parts to become a command. */
export interface CurlInput {
  readonly method: string
  readonly parts: ShownParts
  readonly timeoutMs: number
  /** What stands for secrets in the parts. */
  readonly markers: SecretMarkers
  /** Names of secrets that are known to have white space around them, which a header does not have. */
  readonly spaced?: ReadonlySet<string>
  /** Whether the token of the header `Authorization` begins behind its scheme. */
  readonly isBearer?: boolean
}

/** Headers that curl writes itself. */
const framing: ReadonlySet<string> = new Set(['host', 'connection', 'content-length'])

/**
 * The request as a shell command. Every argument stands in single quotes, every secret is a shell variable, so
 * that the command can be pasted into a ticket and run by whoever has the secrets. What the request encodes, functions
 * before the command encode alike.
 */
export function toCurl(input: CurlInput): string {
  const { method, parts, timeoutMs } = input
  const { url, headers, body, user } = parts
  const quoter = new Quoter(input)
  const piped = body !== null && isPiped(body, parts) ? pipe(quoter.body(body), body, parts) : null
  const lines = [
    ...(piped === null ? [] : [`${piped} |`]),
    `curl --request ${quoter.text(method)} --url ${quoter.text(url)}`,
    ...urlOptions(url),
    ...headers
      .filter((header) => isWritten(header, user))
      .map((header) => `--header ${quoter.header(header)}`),
    ...(user === null ? [] : [`--user ${quoter.text(user)}`]),
    ...(saysThatEmpty(parts) ? ["--header 'Content-Length: 0'"] : []),
    ...(body === null ? [] : [piped === null ? `--data-raw ${quoter.body(body)}` : '--data-binary @-']),
    `--max-time ${quoter.text(String(timeoutMs / 1000))}`,
  ]
  return quoter.definitions + lines.join(' \\\n  ')
}

/** Why the command sends something else than the service would; null where nobody can tell without the values of secrets. */
export function findDifference({ parts, markers }: Pick<CurlInput, 'parts' | 'markers'>): string | null {
  const { body, user, form } = parts
  if (user?.includes('\0')) return 'its user or password has the character NUL, which no argument can have'
  let end = 0
  for (const marker of body?.matchAll(markers.pattern) ?? []) {
    const { index, groups = {} } = marker
    const isAdjacent = index === end && index > 0
    end = index + marker[0].length
    if (form === 'form' && groups.nested !== undefined)
      return 'of a list or object that is not shown the form has all members, and the command its JSON'
    if (groups.xml_cdata === undefined) continue
    if (isAdjacent || body?.[index - 1] === ']' || /^\]?>/.test(body?.slice(end, end + 2) ?? ''))
      return 'beside a secret in a CDATA section stands what may make "]]>" of it, which the service splits'
  }
  return null
}

/** An argument has no NUL, and a system takes none of more than 128 KiB. */
const maxArgumentBytes = 65_536

function isPiped(body: string, parts: ShownParts): boolean {
  return isInCharset(parts) || body.includes('\0') || Buffer.byteLength(body) > maxArgumentBytes
}

/** A form that is not in UTF-8 is ASCII, since its escapes are in its charset. */
function isInCharset({ charset, form }: ShownParts): boolean {
  return charset !== undefined && form !== 'form'
}

/** What writes a body for curl to read. What UTF-16 begins with is no part of the text. */
function pipe(quoted: string, body: string, parts: ShownParts): string {
  const { charset } = parts
  const begin = charset === 'UTF-16' ? String.raw`\357\273\277` : ''
  // A format has what no argument can have.
  const format = body
    .split('\0')
    .map(() => '%s')
    .join(String.raw`\000`)
  const print = `printf '${begin}${format}' ${quoted}`
  return isInCharset(parts) ? `${print} | iconv -f UTF-8 -t ${iconvName(charset)}` : print
}

function iconvName(charset = ''): string {
  return charset === 'UTF-16' ? 'UTF-16LE' : (iconvNames[charset] ?? charset)
}

/** Under these names iconv knows all code points that are in use for a character, as the service does. */
const iconvNames: Readonly<Record<string, string>> = {
  Shift_JIS: 'CP932',
  'Windows-31J': 'CP932',
  'EUC-JP': 'EUC-JP-MS',
  GB2312: 'GBK',
}

/** curl reads brackets and braces as patterns and resolves dot segments unless it is told not to. */
function urlOptions(url: string): string[] {
  // What stands in a variable that is not encoded may have them.
  const globs = /[[\]{}]|"& /.test(url) ? ['--globoff'] : []
  const dots = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i.test(url) ? ['--path-as-is'] : []
  return [...globs, ...dots]
}

function isWritten([name]: readonly [string, string], user: string | null): boolean {
  const lower = name.toLowerCase()
  return !framing.has(lower) && !(user !== null && lower === 'authorization')
}

/** Of no body curl says nothing, unless it is told to. */
function saysThatEmpty({ headers, body }: ShownParts): boolean {
  return (
    body === null && headers.some(([name, value]) => name.toLowerCase() === 'content-length' && value === '0')
  )
}

/** Writes texts for a shell, and collects the functions that they need. */
class Quoter {
  readonly #input: CurlInput
  readonly #encodings = new Set<ShellEncoding>()

  constructor(input: CurlInput) {
    this.#input = input
  }

  get definitions(): string {
    const { charset, form } = this.#input.parts
    const formCharset = form === 'form' && charset !== undefined ? iconvName(charset) : null
    return [...this.#encodings].map((encoding) => `${defineEncoding(encoding, formCharset)}\n`).join('')
  }

  text(text: string): string {
    return this.#quote(text, (_marker, encoding) => encoding)
  }

  /** Each text between NUL is an argument of its own. */
  body(body: string): string {
    const isInLines = this.#input.parts.form === 'lines'
    const parts = body
      .split('\0')
      .map((text) =>
        this.#quote(text, (_marker, encoding) =>
          isInLines && encoding === 'json' ? 'json_lines' : encoding,
        ),
      )
    return parts.join(' ')
  }

  /** curl drops a header without a value unless a semicolon ends its name. */
  header([name, value]: HeaderPair): string {
    if (value === '') return this.text(`${name};`)
    const line = `${name}: ${value}`
    const isToken = this.#input.isBearer === true && name.toLowerCase() === 'authorization'
    const start = line.length - value.length + (isToken ? 'Bearer '.length : 0)
    return this.#quote(line, (marker, encoding) => encoding ?? this.#trim(marker, start, line.length))
  }

  #trim(marker: RegExpExecArray, start: number, end: number): ShellTrim | null {
    const { spaced } = this.#input
    if (spaced?.has(readName(marker)) !== true) return null
    const isFirst = marker.index === start
    const isLast = marker.index + marker[0].length === end
    if (isFirst && isLast) return 'trim'
    return isFirst ? 'trim_start' : isLast ? 'trim_end' : null
  }

  #quote(
    text: string,
    choose: (marker: RegExpExecArray, encoding: ShellEncoding | null) => ShellEncoding | null,
  ): string {
    let quoted = ''
    let at = 0
    for (const marker of text.matchAll(this.#input.markers.pattern)) {
      const encoding = choose(marker, readEncoding(marker))
      quoted += quoteLiteral(text.slice(at, marker.index)) + this.#refer(readName(marker), encoding)
      at = marker.index + marker[0].length
    }
    return quoted + quoteLiteral(text.slice(at)) || "''"
  }

  #refer(name: string, encoding: ShellEncoding | null): string {
    const variable = variableFor(name)
    if (encoding === null) return `"$${variable}"`
    this.#encodings.add(encoding)
    return encodedVariable(encoding, variable)
  }
}

function quoteLiteral(text: string): string {
  return text === '' ? '' : `'${text.replaceAll("'", `'\\''`)}'`
}

function readName({ groups = {} }: RegExpExecArray): string {
  return groups.name ?? groups.bare ?? ''
}

function readEncoding({ groups = {} }: RegExpExecArray): ShellEncoding | null {
  return encodingNames.find((name) => groups[name] !== undefined) ?? null
}

const encodingNames = [
  'uri',
  'form',
  'json',
  'xml',
  'xml_attribute',
  'xml_cdata',
  'xml_comment',
  'xml_instruction',
] as const

/** Texts that stand for secrets while a command is made. */
export interface SecretMarkers {
  /** Finds them, however they were encoded. */
  readonly pattern: RegExp
  composeMarker(name: string): string
  /** Changes what stands around markers, and leaves these as they are. */
  around(change: (text: string) => string): (text: string) => string
}

/**
 * Markers that nobody could have written, `salt` being unguessable: letters, digits and dashes. Each has characters that
 * every encoding writes in its own way.
 */
export function secretMarkers(salt: string): SecretMarkers {
  const pattern = markerPattern(salt)
  return {
    pattern,
    composeMarker: (name) => composeMarker(salt, name),
    around: (change) => (text) => {
      let changed = ''
      let at = 0
      for (const marker of text.matchAll(pattern)) {
        changed += change(text.slice(at, marker.index)) + marker[0]
        at = marker.index + marker[0].length
      }
      return changed + change(text.slice(at))
    },
  }
}

/** What stands in the place of a marker; `NEST` is JSON of something with members. */
type MarkerKind = 'TEXT' | 'JSON' | 'NEST'

function composeMarker(salt: string, name: string, kind: MarkerKind = 'TEXT'): string {
  return `SECRET-${salt}-${name}-${kind}-"& \t]]>--TERCES?`
}

function markerPattern(salt: string): RegExp {
  const written = [
    '"& \t\\]\\]>--TERCES\\?',
    '(?<uri>%22%26%20%09%5D%5D%3E--TERCES%3F)',
    '(?<form>%22%26\\+%09%5D%5D%3E--TERCES%3F)',
    '(?<json>\\\\"& \\\\t\\]\\]>--TERCES\\?)',
    '(?<xml>&quot;&amp; \t\\]\\]&gt;--TERCES\\?)',
    '(?<xml_attribute>&quot;&amp; &#9;\\]\\]&gt;--TERCES\\?)',
    '(?<xml_cdata>"& \t\\]\\]\\]\\]><!\\[CDATA\\[>--TERCES\\?)',
    '(?<xml_comment>&quot;&amp; \t\\]\\]&gt;&#45;-TERCES\\?)',
    '(?<xml_instruction>&quot;&amp; \t\\]\\]&gt;--TERCES&#63;)',
  ].join('|')
  const begin = `SECRET-${salt}-`
  // recheck: linear, the salt being letters, digits and dashes
  return new RegExp(
    `"${begin}(?<bare>\\w+)-(?:JSON|NEST)-\\\\"& \\\\t\\]\\]>--TERCES\\?"|${begin}(?<name>\\w+)-(?:TEXT|JSON|(?<nested>NEST))-(?:${written})`,
    'g',
  )
}

/**
 * Puts shell variables in the place of values: texts are encoded where they land, others stand as they are, and whatever has
 * members is one variable that has its JSON. `taken` are the names that are variables already.
 */
export function standInVariables(salt: string, taken: readonly string[]): StandIn {
  const pattern = markerPattern(salt)
  const isStandIn = (text: string) => text !== '' && text.replaceAll(pattern, '') === ''
  const names = new FreeNames(taken)
  const standIn: StandIn = (value, label) => {
    if (value === undefined || value === null) return value
    if (typeof value === 'string' && isStandIn(value)) return value
    if (Array.isArray(value) && !value.some(isListOrObject)) return value.map((item) => standIn(item, label))
    return composeMarker(
      salt,
      names.next(label),
      isText(value) ? 'TEXT' : isListOrObject(value) ? 'NEST' : 'JSON',
    )
  }
  return standIn
}

/** What its author has encoded is a text that the command encodes. */
function isText(value: unknown): boolean {
  return typeof value === 'string' || value instanceof EncodedText
}

const maxNameLength = 40

/** Gives each value a name that no other one has. */
class FreeNames {
  readonly #taken: Set<string>
  readonly #counts = new Map<string, number>()

  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken)
  }

  next(label: string): string {
    const base = nameFor(label)
    let count = this.#counts.get(base) ?? 0
    let name = base
    do {
      count++
      name = count === 1 ? base : `${base}_${count}`
    } while (this.#taken.has(name))
    this.#counts.set(base, count)
    this.#taken.add(name)
    return name
  }
}

function nameFor(label: string): string {
  const words = label
    .slice(0, maxNameLength)
    .toLowerCase()
    .split(/[^a-z\d]+/)
  const name = words.filter((word) => word !== '').join('_')
  return /^[a-z]/.test(name) && !isReserved(name) ? name : `value_${name}`
}
