import { LongNumber } from '../values/long-number.ts'
import { mediaTypeProblem } from '../wire/media-type.ts'
import { headerValueProblem } from './header-rules.ts'

/** The bytes of a file, or why a value is none. `mediaType` is that of a `data:` URL, else null. */
export type DecodedFile =
  | { readonly ok: true; readonly bytes: Buffer; readonly mediaType: string | null }
  | { readonly ok: false; readonly problem: FileProblem }

/** Why a value is no file. */
interface FileProblem {
  /** Continues a sentence whose subject is the value. It contains nothing of the value. */
  readonly says: string
  readonly hint: string
}

/** Decodes base64, base64url or a `data:` URL (RFC 2397). It ignores white space and accepts missing padding, and nothing else. */
export function decodeFile(value: unknown): DecodedFile {
  if (typeof value !== 'string') return fail(`is ${describeKind(value)}, not a text`, kindHint)
  return /^\s*data:/i.test(value) ? decodeDataUrl(value) : decodeBase64(value, null)
}

const base64Hint =
  'The attribute must have the bytes of the file as base64 text or as a data: URL. The service fetches no files: if it is the address of one, send the address as a field.'
const kindHint = `${base64Hint} Name the member that has the text, such as photo.data.`

function fail(says: string, hint = base64Hint): DecodedFile {
  return { ok: false, problem: { says, hint } }
}

function describeKind(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'number' || value instanceof LongNumber) return 'a number'
  return typeof value === 'boolean' ? 'a boolean' : 'an object'
}

function decodeBase64(text: string, mediaType: string | null): DecodedFile {
  const alphabet = text.includes('-') || text.includes('_') ? 'base64url' : 'base64'
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet })
    if (endsWithinByte(text, bytes.length))
      return fail('is not whole base64: its last digit ends within a byte')
    return { ok: true, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), mediaType }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return fail(describeBase64Error(text, alphabet))
  }
}

const foreign = {
  base64: /[^A-Za-z0-9+/=\t\n\f\r ]/,
  base64url: /[^A-Za-z0-9_=\t\n\f\r -]/,
} as const

function describeBase64Error(text: string, alphabet: keyof typeof foreign): string {
  const at = text.search(foreign[alphabet])
  if (at !== -1) {
    const other = alphabet === 'base64url' && '+/'.includes(text.charAt(at))
    const mixed = other ? ', and a text with "-" or "_" is read as base64url' : ''
    return `is not base64: its character ${at + 1} is no digit of ${alphabet}${mixed}`
  }
  return text.includes('=')
    ? 'is not base64: its padding "=" is wrong, or text follows it'
    : 'is not base64: its number of digits cannot be right, so a part of it may be missing'
}

/** Whether bits remain behind the last byte (RFC 4648, section 3.5): then the text was cut, or is none of base64. */
function endsWithinByte(text: string, bytes: number): boolean {
  const unused = bytes % 3 === 1 ? 0b1111 : bytes % 3 === 2 ? 0b11 : 0
  if (unused === 0) return false
  let at = text.length - 1
  while (/[=\t\n\f\r ]/.test(text.charAt(at))) at--
  return (digitValue(text.charCodeAt(at)) & unused) !== 0
}

function digitValue(code: number): number {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  const at = digits.indexOf(String.fromCharCode(code))
  if (at !== -1) return at
  return code === 0x2b || code === 0x2d ? 62 : 63
}

const maxMediaType = 1_024

function decodeDataUrl(text: string): DecodedFile {
  const comma = text.indexOf(',')
  if (comma === -1) return fail('is a data: URL without a comma')
  const start = text.indexOf(':') + 1
  if (comma - start > maxMediaType)
    return fail(`is a data: URL with a media type of more than ${maxMediaType} characters`)
  const label = text.slice(start, comma).trim()
  const semicolon = label.lastIndexOf(';')
  const isBase64 =
    semicolon !== -1 &&
    label
      .slice(semicolon + 1)
      .trim()
      .toLowerCase() === 'base64'
  const type = isBase64 ? label.slice(0, semicolon).trim() : label
  const mediaType = type.startsWith(';') ? `text/plain${type}` : type
  if (mediaType !== '' && (headerValueProblem(mediaType) ?? mediaTypeProblem(mediaType)) !== null)
    return fail('is a data: URL whose media type is not well-formed')
  const data = text.slice(comma + 1)
  if (!isBase64) return { ok: true, bytes: percentDecode(data), mediaType: mediaType || null }
  return decodeBase64(data.includes('%') ? percentDecode(data).toString('latin1') : data, mediaType || null)
}

/** Percent-decodes a text (WHATWG URL). An invalid escape stays as it is. */
function percentDecode(text: string): Buffer {
  const bytes = Buffer.from(text)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes[at] === 0x25 ? readHex(bytes, at + 1) : -1
    bytes[length++] = code === -1 ? (bytes[at] ?? 0) : code
    if (code !== -1) at += 2
  }
  return bytes.subarray(0, length)
}

function readHex(bytes: Buffer, at: number): number {
  const digits = bytes.toString('latin1', at, at + 2)
  return /^[\dA-Fa-f]{2}$/.test(digits) ? Number.parseInt(digits, 16) : -1
}
