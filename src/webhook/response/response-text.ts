import {
  type ContentType,
  findDeclaredCharset,
  findMarkedCharset,
  findWideCharset,
  findWideText,
  isBinaryByte,
  parseContentType,
} from './declared-charset.ts'
import {
  type Charset,
  decodeUtf8,
  findCharset,
  isAsciiLabel,
  mayDisguiseAscii,
  utf8,
  windows1252,
} from './response-charset.ts'

/** A body to decode. */
export interface ResponseBytes {
  readonly body: Buffer
  readonly contentType: string
  /** False if the body is truncated, perhaps within a character. */
  readonly isWhole: boolean
  /** Whether the body may still have a content coding. Then it counts as text only if it cannot be anything else. */
  readonly isEncoded: boolean
}

/** A body as text. */
export interface ResponseText {
  readonly text: string
  /** The charset that the body was decoded with. */
  readonly charset: Charset
  /** Whether the body has bytes that are invalid in the charset. */
  readonly isDamaged: boolean
  /** Whether the body is shown as text, and not as base64. */
  readonly isText: boolean
  /** The label of an unknown charset, if the text could differ in that charset; else null. */
  readonly unknownLabel: string | null
}

/**
 * Decodes a body. The charset is that of its byte order mark, else of its label, else of its own declaration. JSON that is
 * valid UTF-8 is UTF-8 (RFC 8259). A body without any of these is UTF-8 if it is valid, else windows-1252.
 */
export function readResponseText(bytes: ResponseBytes): ResponseText {
  const { body, contentType, isWhole } = bytes
  const type = parseContentType(contentType)
  const named = findMarkedCharset(body) ?? findWide(bytes) ?? findNamedCharset(body, type)
  if (named === null || mayBeUtf8Json(body, type, named)) {
    const text = decodeUtf8(body, isWhole)
    if (text !== null) return withKind({ text, charset: utf8, isDamaged: false }, bytes, type, named)
  }
  const charset = named ?? (isMostlyUtf8(body) ? utf8 : windows1252)
  return withKind({ ...charset.decode(body, isWhole), charset }, bytes, type, named)
}

/** UTF-16 without a byte order mark: JSON or markup, which begin with ASCII, or a text that is mostly Latin-1. */
function findWide({ body, isWhole }: ResponseBytes): Charset | null {
  const [first = 0, second = 0] = body
  if ((first !== 0 && second !== 0) || (isWhole && body.length % 2 !== 0)) return null
  return wideStarts.has(first + second) ? findWideCharset(body) : findWideText(body)
}

/** `<`, `{`, `[` and `"`. */
const wideStarts: ReadonlySet<number> = new Set([0x3c, 0x7b, 0x5b, 0x22])

function findNamedCharset(body: Buffer, type: ContentType): Charset | null {
  const { label } = type
  const labelled = label === null ? null : findCharset(label)
  if (labelled === null) return findDeclaredCharset(body, type)
  return /^utf-?16$/i.test(label ?? '') ? (findWideCharset(body) ?? labelled) : labelled
}

/** JSON in a charset that is not a superset of ASCII can be valid UTF-8, but then it has characters that JSON forbids. */
function mayBeUtf8Json(body: Buffer, type: ContentType, named: Charset): boolean {
  if (named === utf8 || !isJson(type)) return false
  return named.isByteWise || !(body.includes(0) || body.includes(escapeByte))
}

const escapeByte = 0x1b

/**
 * Whether a text is UTF-8 with a few invalid bytes. A text in another charset hardly ever has valid multi-byte characters
 * of UTF-8 by chance.
 */
function isMostlyUtf8(body: Buffer): boolean {
  if (body.includes(0)) return false
  return hasFewStrayBytes(body.subarray(0, sampleBytes)) && hasFewStrayBytes(body)
}

function hasFewStrayBytes(bytes: Buffer): boolean {
  let stray = 0
  let others = 0
  const text = bytes.toString('utf8')
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 0xfffd) stray++
    else if (unit > 0x7f && !isLowSurrogate(unit)) others++
  }
  return others >= stray
}

function isLowSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00
}

const jsonType = /[/+](?:x-)?(?:amz-|nd)?json(?:l|lines)?(?:-|$)/
const textType =
  /^(?:text\/|application\/(?:.*\+)?(?:json|xml|javascript|x-www-form-urlencoded)$|image\/svg\+xml$)/

function isJson({ essence }: ContentType): boolean {
  return jsonType.test(essence)
}

type ReadText = Pick<ResponseText, 'text' | 'charset' | 'isDamaged'>

function withKind(
  read: ReadText,
  bytes: ResponseBytes,
  type: ContentType,
  named: Charset | null,
): ResponseText {
  const isText = !read.isDamaged && isReadable(read.charset, bytes, type, named)
  const isRead = isText || read.isDamaged
  const unknownLabel = named === null && isRead && !bytes.isEncoded ? findUnknownLabel(read, type) : null
  return { ...read, isText, unknownLabel }
}

/** The unknown label. It does not matter for ASCII, which is the same in nearly all charsets, nor for JSON, which is UTF-8. */
function findUnknownLabel({ text, charset, isDamaged }: ReadText, type: ContentType): string | null {
  const { label } = type
  if (label === null || text === '' || isAsciiLabel(label)) return null
  if (mayDisguiseAscii(label)) return label
  if (isJson(type) && charset === utf8 && !isDamaged) return null
  return /[^\x00-\x7f]/.test(text) ? label : null
}

/** Only this many bytes are examined: a body that begins as text is text. */
const sampleBytes = 65_536

/**
 * Whether bytes without invalid ones are text. A body is text if it names its charset, is UTF-8, or has a text media type.
 * For the fallback windows-1252 it must also look like text. NUL is allowed only in UTF-8 with a text media type.
 */
function isReadable(
  charset: Charset,
  { body, isEncoded }: ResponseBytes,
  type: ContentType,
  named: Charset | null,
): boolean {
  if (!charset.isByteWise) return !isEncoded
  const isCalledText = named !== null || isJson(type) || textType.test(type.essence)
  const isMeantAsText = isCalledText && !isEncoded
  const sample = body.subarray(0, sampleBytes)
  if (sample.includes(0)) return charset === utf8 && isMeantAsText
  return charset === utf8 || isMeantAsText || looksLikeText(sample)
}

/** Whether a sample is mostly ASCII and has no binary control characters. Text in windows-1252 is always like that. */
function looksLikeText(sample: Buffer): boolean {
  let beyond = 0
  for (const byte of sample) {
    if (isBinaryByte(byte)) return false
    if (byte > 0x7f) beyond++
  }
  return beyond * 2 <= sample.length
}
