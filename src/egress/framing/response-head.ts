import { isNamed, trimHeader } from '../../webhook/wire/headers.ts'
import { isDecodable } from '../body/content-coding.ts'

/**
 * Repairs the head of a response before undici's parser reads it, because the parser is stricter than RFC 9112 in
 * some places. A head that two recipients could read as two different messages is refused, and nothing in it is
 * repaired.
 */

/** The rules that a head may break. Each text completes "The response breaks the rules of HTTP:". */
export const headRules = {
  lineEnd: 'a line of its head does not end with CR LF (RFC 9112, section 2.2)',
  blankLine: 'white space precedes its first header (RFC 9112, section 2.2)',
  statusLine: 'its first line is not a version, a status of three digits and a reason (RFC 9112, section 4)',
  reason: 'the reason behind its status has a control character (RFC 9112, section 4)',
  version: 'it is neither HTTP/1.1 nor HTTP/1.0 (RFC 9112, section 2.3)',
  colon: 'a line of its head has no colon (RFC 9112, section 5)',
  blankBeforeColon: 'white space stands between the name of a header and its colon (RFC 9112, section 5.1)',
  name: 'the name of a header is empty or has a character that names do not have (RFC 9110, section 5.1)',
  value: 'a header has a control character (RFC 9110, section 5.5)',
  foldedFraming: 'its Content-Length or Transfer-Encoding is folded (RFC 9112, section 5.2)',
  length: 'its Content-Length is not a number of bytes (RFC 9110, section 8.6)',
  lengths: 'its head has several values of Content-Length (RFC 9112, section 6.3)',
  lengthAndCoding: 'its head has both Content-Length and Transfer-Encoding (RFC 9112, section 6.3)',
  coding:
    'its Transfer-Encoding is neither chunked alone nor a known compression followed by chunked (RFC 9112, section 6.1)',
  oldCoding: 'it has Transfer-Encoding although it is HTTP/1.0 (RFC 9112, section 6.1)',
  upgrade: 'it switches protocols, but the request did not ask for that (RFC 9110, section 15.2.2)',
} as const

export type HeadRule = keyof typeof headRules

/** A complete head. */
export type ResponseHead =
  /** `bytes` is the received Buffer itself if nothing had to be repaired. */
  | { readonly kind: 'final'; readonly bytes: Buffer; readonly isChunked: boolean }
  /**
   * RFC 9110, section 15.2: a client must accept any number of interim responses, and may ignore those that it did
   * not ask for.
   */
  | { readonly kind: 'interim' }
  | { readonly kind: 'refused'; readonly rule: HeadRule; readonly status: number | null }

/** Line breaks before the status line are allowed: undici skips them. */
export function readHead(head: Buffer): ResponseHead {
  const text = head.toString('latin1')
  const [isClean, coding] = cleanHead.exec(text) ?? []
  if (isClean === undefined) return readOddHead(head, text)
  return { kind: 'final', bytes: head, isChunked: coding !== undefined && hasBody(text.slice(9, 12)) }
}

/** The status, or null if the status line is incomplete or malformed. */
export function statusIn(head: string): number | null {
  const [, status] = /^[\r\n]*HTTP\/\d\.\d ([1-9]\d\d)(?: [^\r\n]*)?[\r\n]/.exec(head) ?? []
  return status === undefined ? null : Number(status)
}

/** The fast path for most heads: nothing to repair or refuse, and at most one header that frames the body. */
const cleanHead =
  /^HTTP\/1\.1 [2-9]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?\r\n(?:(?!content-length:|transfer-encoding:)[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*(?:(?:content-length:[\t ]*\d{1,15}|transfer-encoding:[\t ]*(chunked) *)\r\n(?:(?!content-length:|transfer-encoding:)[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*)?\r\n$/i

interface Field {
  readonly name: string
  /** Without surrounding white space. */
  readonly value: string
  readonly isFolded: boolean
  /** As received. */
  readonly line: string
}

function readOddHead(head: Buffer, text: string): ResponseHead {
  const status = statusIn(text)
  const refuse = (rule: HeadRule): ResponseHead => ({ kind: 'refused', rule, status })
  const message = text.replace(/^[\r\n]+/, '')
  if (/\r(?!\n)|(?<!\r)\n/.test(message)) return refuse('lineEnd')
  const [statusLine = '', ...lines] = message.slice(0, -4).split('\r\n')
  if (status === null) return refuse('statusLine')
  if (!knownVersion.test(statusLine)) return refuse('version')
  if (controlCharacter.test(statusLine)) return refuse('reason')
  if (isContinuation(lines[0])) return refuse('blankLine')
  const fields = unfold(lines)
  const broken = ruleBrokenBy(fields)
  if (broken !== null) return refuse(broken)
  if (status === 101) return refuse('upgrade')
  if (status < 200) return { kind: 'interim' }
  return readFraming(head, { statusLine, status, fields }, refuse)
}

const knownVersion = /^HTTP\/1\.[01] /

/** What neither a reason nor the value of a header may have. */
const controlCharacter = /[^\t\x20-\x7e\x80-\xff]/

function isContinuation(line: string | undefined): boolean {
  return line?.startsWith(' ') === true || line?.startsWith('\t') === true
}

/** RFC 9112, section 5.2: a user agent must replace each fold with spaces before it interprets the value. */
function unfold(lines: readonly string[]): readonly Field[] {
  const folded: string[][] = []
  for (const line of lines) {
    if (isContinuation(line)) folded.at(-1)?.push(line)
    else folded.push([line])
  }
  return folded.map(parseField)
}

function parseField([line = '', ...continuations]: readonly string[]): Field {
  const colon = line.indexOf(':')
  const name = colon === -1 ? line : line.slice(0, colon)
  const first = colon === -1 ? '' : trimHeader(line.slice(colon + 1))
  if (continuations.length === 0) return { name, value: first, isFolded: false, line }
  const value = [first, ...continuations.map(trimHeader)].filter((part) => part !== '').join(' ')
  return { name, value, isFolded: true, line: colon === -1 ? line : `${name}: ${value}` }
}

/** RFC 9112, section 5, and RFC 9110, sections 5.1 and 5.5. */
function ruleBrokenBy(fields: readonly Field[]): HeadRule | null {
  for (const { name, value, line } of fields) {
    if (!line.includes(':')) return 'colon'
    if (/^[^\t ]+[\t ]+$/.test(name)) return 'blankBeforeColon'
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return 'name'
    if (controlCharacter.test(value)) return 'value'
  }
  return null
}

interface Parts {
  readonly statusLine: string
  readonly status: number
  readonly fields: readonly Field[]
}

/** RFC 9112, sections 6.1 to 6.3. */
function readFraming(head: Buffer, parts: Parts, refuse: (rule: HeadRule) => ResponseHead): ResponseHead {
  const { statusLine, status, fields } = parts
  const lengths = fields.filter(({ name }) => isNamed(name, 'content-length'))
  const codings = fields.filter(({ name }) => isNamed(name, 'transfer-encoding'))
  if ([...lengths, ...codings].some(({ isFolded }) => isFolded)) return refuse('foldedFraming')
  if (lengths.length > 0 && codings.length > 0) return refuse('lengthAndCoding')
  const broken = ruleBrokenByLengths(lengths) ?? ruleBrokenByCodings(codings, statusLine)
  if (broken !== null) return refuse(broken)
  const isChunked = codings.length > 0 && hasBody(String(status))
  const isOdd = fields.some(({ isFolded }) => isFolded) || lengths.some(isOddLength) || lengths.length > 1
  return { kind: 'final', bytes: isOdd ? repaired(parts, lengths) : head, isChunked }
}

/** Section 6.3: one number, or the same number repeated. The parser itself counts up to 2^64. */
function ruleBrokenByLengths(lengths: readonly Field[]): HeadRule | null {
  const values = lengths.flatMap(splitList)
  if (values.some((value) => !/^0*\d{1,18}$/.test(value))) return 'length'
  return new Set(values).size > 1 ? 'lengths' : null
}

function splitList({ value }: Field): readonly string[] {
  return value.split(',').map(trimHeader)
}

/**
 * Section 6.1: `chunked` comes last, and once. A compression before it is decoded together with the content codings.
 */
function ruleBrokenByCodings(codings: readonly Field[], statusLine: string): HeadRule | null {
  if (codings.length === 0) return null
  const names = codings.flatMap(splitList).map((name) => name.toLowerCase())
  if (names.pop() !== 'chunked' || !names.every(isDecodable)) return 'coding'
  return /^HTTP\/[01]\.[09]/.test(statusLine) ? 'oldCoding' : null
}

/** undici's parser counts blanks after a length as digits. */
function isOddLength({ line }: Field): boolean {
  return !/^[^:]+:[\t ]*\d+$/.test(line)
}

function repaired({ statusLine, fields }: Parts, lengths: readonly Field[]): Buffer {
  const [first] = lengths
  const lines = fields
    .filter((field) => field === first || !lengths.includes(field))
    .map((field) => (field === first ? `${field.name}: ${splitList(field)[0]}` : field.line))
  return Buffer.from([statusLine, ...lines, '', ''].join('\r\n'), 'latin1')
}

/** RFC 9112, section 6.3: these responses have no body, whatever their headers say. */
function hasBody(status: string): boolean {
  return status !== '204' && status !== '304'
}
