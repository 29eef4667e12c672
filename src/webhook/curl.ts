import { EncodedText } from './encode.ts'
import { LongNumber } from './long-number.ts'
import type { StandIn } from './rendering.ts'
import type { ShownParts } from './request.ts'
import { defineEncoding, encodedVariable, type ShellEncoding } from './shell-encoding.ts'

/** What a request needs beyond its parts to become a command. */
export interface CurlInput {
  readonly method: string
  readonly parts: ShownParts
  readonly timeoutMs: number
  /** What stands for secrets in the parts. */
  readonly markers: SecretMarkers
}

/** Headers that curl writes itself. */
const framing: ReadonlySet<string> = new Set(['host', 'connection', 'content-length'])

/**
 * The request as a shell command. Every argument stands in single quotes, every secret is a shell variable, so
 * that the command can be pasted into a ticket and run by whoever has the secrets. What the request encodes, functions
 * before the command encode alike.
 */
export function toCurl({ method, parts, timeoutMs, markers }: CurlInput): string {
  const encodings = new Set<ShellEncoding>()
  const quote = (text: string) => quoteForShell(text, markers, encodings)
  const { url, headers, body, user } = parts
  const { charset } = parts
  const isPiped = body !== null && charset !== undefined
  const lines = [
    ...(isPiped ? [`${bytesOf(quote(body), charset)} |`] : []),
    `curl --request ${quote(method)} --url ${quote(url)}`,
    ...urlOptions(url),
    ...headers
      .filter((header) => isWritten(header, user))
      .map((header) => `--header ${quote(headerLine(header))}`),
    ...(user === null ? [] : [`--user ${quote(user)}`]),
    ...(saysThatEmpty(parts) ? ["--header 'Content-Length: 0'"] : []),
    ...(body === null ? [] : [isPiped ? '--data-binary @-' : `--data-raw ${quote(body)}`]),
    `--max-time ${quote(String(timeoutMs / 1000))}`,
  ]
  const functions = [...encodings].map((encoding) => `${defineEncoding(encoding)}\n`)
  return `${functions.join('')}${lines.join(' \\\n  ')}`
}

/** What writes a text in a charset; what UTF-16 begins with is no part of the text. */
function bytesOf(quoted: string, charset: string): string {
  const isMarked = charset === 'UTF-16'
  const text = isMarked ? String.raw`printf '\357\273\277%s' ${quoted}` : `printf '%s' ${quoted}`
  const target = isMarked ? 'UTF-16LE' : (iconvNames[charset] ?? charset)
  return `${text} | iconv -f UTF-8 -t ${target}`
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

/** curl drops a header without a value unless a semicolon ends its name. */
function headerLine([name, value]: readonly [string, string]): string {
  return value === '' ? `${name};` : `${name}: ${value}`
}

function quoteForShell(text: string, { pattern }: SecretMarkers, encodings: Set<ShellEncoding>): string {
  let quoted = ''
  let at = 0
  for (const marker of text.matchAll(pattern)) {
    quoted += quoteLiteral(text.slice(at, marker.index)) + referenceTo(marker, encodings)
    at = marker.index + marker[0].length
  }
  return quoted + quoteLiteral(text.slice(at)) || "''"
}

function quoteLiteral(text: string): string {
  return text === '' ? '' : `'${text.replaceAll("'", `'\\''`)}'`
}

function referenceTo({ groups = {} }: RegExpExecArray, encodings: Set<ShellEncoding>): string {
  const variable = groups.name ?? groups.bare ?? ''
  const encoding = encodingNames.find((name) => groups[name] !== undefined)
  if (encoding === undefined) return `"$${variable}"`
  encodings.add(encoding)
  return encodedVariable(encoding, variable)
}

const encodingNames = ['uri', 'form', 'json', 'xml', 'xml_attribute'] as const

/** Texts that stand for secrets while a command is made. */
export interface SecretMarkers {
  /** Finds them, however they were encoded. */
  readonly pattern: RegExp
  markerOf(name: string): string
  /** Changes what stands around markers, and leaves these as they are. */
  around(change: (text: string) => string): (text: string) => string
}

/**
 * Markers that nobody could have written, `salt` being unguessable: letters, digits and dashes. Each has four characters that
 * every encoding writes in its own way.
 */
export function secretMarkers(salt: string): SecretMarkers {
  const pattern = markerPattern(salt)
  return {
    pattern,
    markerOf: (name) => markerOf(salt, name),
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

function markerOf(salt: string, name: string, kind: 'TEXT' | 'JSON' = 'TEXT'): string {
  return `SECRET-${salt}-${name}-${kind}-"& \t-TERCES`
}

function markerPattern(salt: string): RegExp {
  const written = [
    '"& \t',
    '(?<uri>%22%26%20%09)',
    '(?<form>%22%26\\+%09)',
    '(?<json>\\\\"& \\\\t)',
    '(?<xml>&quot;&amp; \t)',
    '(?<xml_attribute>&quot;&amp; &#9;)',
  ].join('|')
  const begin = `SECRET-${salt}-`
  // recheck: linear, the salt being letters, digits and dashes
  return new RegExp(
    `"${begin}(?<bare>\\w+)-JSON-\\\\"& \\\\t-TERCES"|${begin}(?<name>\\w+)-(?:TEXT|JSON)-(?:${written})-TERCES`,
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
    if (Array.isArray(value) && !value.some(isNested)) return value.map((item) => standIn(item, label))
    return markerOf(salt, names.next(label), isText(value) ? 'TEXT' : 'JSON')
  }
  return standIn
}

/** What its author has encoded is a text that the command encodes. */
function isText(value: unknown): boolean {
  return typeof value === 'string' || value instanceof EncodedText
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof LongNumber)
}

const maxNameLength = 40
/** To some shells these are more than variables. */
const shellWords: ReadonlySet<string> = new Set(['path', 'status', 'prompt'])

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
  return /^[a-z]/.test(name) && !shellWords.has(name) ? name : `value_${name}`
}
