import type { BodyPiece, FilePiece, ShownBody } from './request/compiled-body.ts'
import type { UserScheme } from './request/credential.ts'
import type { StandIn } from './request/render-session.ts'
import type { CompiledTls } from './request/tls.ts'
import {
  defineEncoding,
  encodedVariable,
  type ShellEncoding,
  type ShellTrim,
} from './shell/shell-encoding.ts'
import { isReserved, variableFor } from './shell/shell-variable.ts'
import type { ShownParts } from './shown-parts.ts'
import { EncodedText } from './template/encoders.ts'
import { isListOrObject } from './values/json.ts'
import type { HeaderPair } from './wire/outcome.ts'

/** The input for a curl command. */
export interface CurlInput {
  readonly method: string
  readonly parts: ShownParts
  readonly timeoutMs: number
  /** The markers that stand for secrets in `parts`. */
  readonly markers: SecretMarkers
  /** Names of secrets that are known to have white space at an end, which a header value cannot have. */
  readonly spaced?: ReadonlySet<string>
  /** Whether `Authorization` has the scheme Bearer. */
  readonly isBearer?: boolean
  /** Null if the node says nothing about TLS. */
  readonly tls?: Pick<CompiledTls, 'secretNames' | 'minVersion'> | null
}

/** Headers that curl writes itself. */
const framing: ReadonlySet<string> = new Set(['host', 'connection', 'content-length'])

/**
 * Writes the request as a shell command. Arguments are in single quotes and secrets are shell variables, so that the
 * command can be pasted into a ticket and run by a person who has the secrets. Shell functions before the command encode
 * the variables in the same way as the request does.
 */
export function toCurl(input: CurlInput): string {
  const { method, parts, timeoutMs } = input
  const { url, headers, body, user, scheme } = parts
  const quoter = new Quoter(input)
  const piped = body === null ? null : pipeBody(body, parts, quoter)
  const lines = [
    ...(piped === null ? [] : [`${piped} |`]),
    `curl --request ${quoter.text(method)} --url ${quoter.text(url)}`,
    ...urlOptions(url),
    ...tlsOptions(input.tls ?? null),
    ...headers
      .filter((header) => isWritten(header, parts))
      .map((header) => `--header ${quoter.header(header)}`),
    ...(scheme === undefined ? [] : [writeScheme(scheme, quoter)]),
    ...(user === null ? [] : [`--user ${quoter.text(user)}`]),
    ...(saysThatEmpty(parts) ? ["--header 'Content-Length: 0'"] : []),
    ...(typeof body === 'string' && piped === null ? [`--data-raw ${quoter.body(body)}`] : []),
    ...(piped === null ? [] : ['--data-binary @-']),
    ...(isLong(body) ? ["--header 'Expect:'"] : []),
    `--max-time ${quoter.text(String(timeoutMs / 1000))}`,
  ]
  return quoter.definitions + lines.join(' \\\n  ')
}

/** Why the command sends another request than the service. Null if no difference is known without the values of secrets. */
export function findDifference({ parts, markers }: Pick<CurlInput, 'parts' | 'markers'>): string | null {
  const { user, form } = parts
  const body = typeof parts.body === 'string' ? parts.body : joinTexts(parts.body ?? [])
  if (user?.includes('\0'))
    return 'its user or password has the character NUL, which a shell argument cannot have'
  let end = 0
  for (const marker of body.matchAll(markers.pattern)) {
    const { index, groups = {} } = marker
    const isAdjacent = index === end && index > 0
    end = index + marker[0].length
    if ((form === 'form' || form === 'multipart') && groups.nested !== undefined)
      return 'the form has all members of a masked list or object one by one, and the command sends their JSON'
    if (groups.xml_cdata === undefined) continue
    if (isAdjacent || body[index - 1] === ']' || /^\]?>/.test(body.slice(end, end + 2)))
      return 'a secret in a CDATA section stands beside text that may complete a "]]>", which the service would split'
  }
  return null
}

/** Linux limits an argument to 128 KiB (MAX_ARG_STRLEN). Half of that leaves room for values that a shell function encodes. */
const maxArgumentBytes = 65_536

/** The command that writes the body to the input of curl; null if the body is an argument. */
function pipeBody(body: ShownBody, parts: ShownParts, quoter: Quoter): string | null {
  if (typeof body !== 'string') return pipePieces(body, quoter)
  return isPiped(body, parts) ? pipe(quoter.body(body), body, parts) : null
}

/** The largest size of all files together that the command contains, in bytes. Larger ones it reads from files. */
export const maxContainedBytes = 49_152

/** Tells which files the command reads, because they are too large together or must not be shown. */
function chooseRead(all: readonly BodyPiece[]): (file: FilePiece) => boolean {
  const total = all.reduce((sum, piece) => sum + (typeof piece === 'string' ? 0 : piece.bytes.length), 0)
  return ({ bytes, isHidden }) => bytes.length > 0 && (isHidden || total > maxContainedBytes)
}

/** The files that the command reads. Each has the name of the shell variable with its path. */
export function listReadFiles({ parts, markers }: Pick<CurlInput, 'parts' | 'markers'>) {
  const { body } = parts
  if (body === null || typeof body === 'string') return []
  return body
    .filter((piece) => typeof piece !== 'string')
    .filter(chooseRead(body))
    .map(({ name, bytes }) => ({
      variable: variableFor(readName([...name.matchAll(markers.pattern)][0])),
      size: bytes.length,
    }))
}

function pipePieces(pieces: readonly BodyPiece[], quoter: Quoter): string {
  const isRead = chooseRead(pieces)
  const commands = pieces.flatMap((piece) => {
    if (typeof piece === 'string') return piece === '' ? [] : [printLines(piece, quoter)]
    if (piece.bytes.length === 0) return []
    if (isRead(piece)) return [`cat ${quoter.text(piece.name)}`]
    return [`printf %s ${quoter.text(piece.bytes.toString('base64'))} | base64 -d`]
  })
  return commands.length === 1 ? commands.join('') : `{ ${commands.join('; ')}; }`
}

/** Prints a text whose lines end in CRLF. A terminal would take a CR in the command for the end of a line. */
function printLines(text: string, quoter: Quoter): string {
  const lines = text.split(lineBreak)
  const isWhole = lines.at(-1) === '' && !text.includes('\0')
  const printed = isWhole ? lines.slice(0, -1) : lines
  const format = isWhole ? String.raw`%s\r\n` : lines.map(formatFor).join(String.raw`\r\n`)
  return `printf '${format}' ${printed.map((line) => quoter.body(line)).join(' ')}`
}

const lineBreak = '\r\n'

/** curl asks before it sends a long body, which the service does not. */
function isLong(body: ShownBody | null): boolean {
  if (body === null || typeof body === 'string') return false
  return (
    body.reduce((sum, piece) => sum + (typeof piece === 'string' ? piece : piece.bytes).length, 0) > 1_048_576
  )
}

function joinTexts(pieces: readonly BodyPiece[]): string {
  return pieces.filter((piece) => typeof piece === 'string').join('')
}

function isPiped(body: string, parts: ShownParts): boolean {
  return isInCharset(parts) || body.includes('\0') || Buffer.byteLength(body) > maxArgumentBytes
}

/** Whether iconv has to convert the body. A form is ASCII in every charset: only its escapes differ. */
function isInCharset({ charset, form }: ShownParts): boolean {
  return charset !== undefined && form !== 'form'
}

/** The command that writes the body to the input of curl. The text lacks the byte order mark of UTF-16, so it is added here. */
function pipe(quoted: string, body: string, parts: ShownParts): string {
  const { charset } = parts
  const begin = charset === 'UTF-16' ? String.raw`\357\273\277` : ''
  const print = `printf '${begin}${formatFor(body)}' ${quoted}`
  return isInCharset(parts) ? `${print} | iconv -f UTF-8 -t ${iconvName(charset)}` : print
}

/** NUL stands in the format of printf, because an argument cannot have it. */
function formatFor(text: string): string {
  return text
    .split('\0')
    .map(() => '%s')
    .join(String.raw`\000`)
}

function iconvName(charset = ''): string {
  return charset === 'UTF-16' ? 'UTF-16LE' : (iconvNames[charset] ?? charset)
}

/** The charsets of iconv with the same mappings as those that the service uses. */
const iconvNames: Readonly<Record<string, string>> = {
  Shift_JIS: 'CP932',
  'Windows-31J': 'CP932',
  'EUC-JP': 'EUC-JP-MS',
  GB2312: 'GBK',
}

/** curl reads brackets and braces as patterns and resolves dot segments unless it is told not to. */
function urlOptions(url: string): string[] {
  // A variable that is not encoded (`"& ` of its marker) may have brackets and braces, too.
  const globs = /[[\]{}]|"& /.test(url) ? ['--globoff'] : []
  const dots = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i.test(url) ? ['--path-as-is'] : []
  return [...globs, ...dots]
}

/**
 * curl reads certificates from files: bash has those for the output of a command. Without the directory of the system curl
 * trusts the given authorities only, as the service does.
 */
function tlsOptions(tls: CurlInput['tls']): string[] {
  if (!tls) return []
  const { certificate, key, passphrase, ca } = tls.secretNames
  const file = (name: string) => `<(printf '%s\\n' "$${variableFor(name)}")`
  return [
    ...(certificate === undefined ? [] : [`--cert ${file(certificate)}`]),
    ...(key === undefined ? [] : [`--key ${file(key)}`]),
    ...(passphrase === undefined ? [] : [`--pass "$${variableFor(passphrase)}"`]),
    ...(ca === undefined ? [] : [`--cacert ${file(ca)} --capath /dev/null`]),
    ...(tls.minVersion === 'TLSv1.3' ? ['--tlsv1.3'] : []),
  ]
}

function isWritten([name]: HeaderPair, { user, scheme }: ShownParts): boolean {
  const lower = name.toLowerCase()
  if (framing.has(lower) || (user !== null && lower === 'authorization')) return false
  // curl writes the date itself when it signs.
  return scheme?.name !== 'aws-sigv4' || lower !== 'x-amz-date'
}

function writeScheme(scheme: UserScheme, quoter: Quoter): string {
  return scheme.name === 'digest' ? '--digest' : `--aws-sigv4 ${quoter.text(scheme.provider)}`
}

/** Whether the command must set `Content-Length: 0`: without a body curl does not send that header. */
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

  /** The texts between NUL characters become arguments of printf. */
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

  /** curl does not send a header without a value unless its name ends in a semicolon. */
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

function readName(marker: RegExpExecArray | undefined): string {
  return marker?.groups?.name ?? marker?.groups?.bare ?? ''
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

/** Markers: texts that stand for secrets while a command is built. */
export interface SecretMarkers {
  /** Finds markers in any encoding. */
  readonly pattern: RegExp
  composeMarker(name: string): string
  /** Applies `change` to the text between markers. */
  around(change: (text: string) => string): (text: string) => string
}

/**
 * Creates markers. `salt` is unguessable and consists of letters, digits and dashes, so that a payload cannot contain a
 * marker. Each marker has characters that every encoding writes in its own way, so that the encoding can be recognised.
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

/** The kind of value that a marker stands for: a text, JSON of a scalar, or JSON of an object or list (`NEST`). */
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
 * Replaces values by shell variables. A text is encoded where it stands, another scalar is not. An object is one variable
 * with its JSON, and so is a list that has nested values. `taken` are names that are variables already.
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

/** An encoded text counts as a text: the command encodes it. */
function isText(value: unknown): boolean {
  return typeof value === 'string' || value instanceof EncodedText
}

/** Names of attributes can have 1,024 characters; variables stay readable. */
const maxNameLength = 40

/** Gives each value a unique name. */
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
