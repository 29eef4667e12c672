import {
  type ContentType,
  findDeclaredCharset,
  findMarkedCharset,
  findWideCharset,
  parseContentType,
} from './declared-charset.ts'
import { type Charset, decodeUtf8, findCharset, utf8, windows1252 } from './response-charset.ts'

/** A body that is to be read. */
export interface ResponseBytes {
  readonly body: Buffer
  readonly contentType: string
  /** False where reading stopped, perhaps within a character. */
  readonly isWhole: boolean
  /** Whether a content coding may still be on it, so that only what cannot be anything else is text. */
  readonly isEncoded: boolean
}

/** A body as text. */
export interface ResponseText {
  readonly text: string
  /** The charset that it was read in. */
  readonly charset: Charset
  /** Whether bytes were lost on the way. */
  readonly isDamaged: boolean
  /** Whether the text tells people more than the bytes would. */
  readonly isText: boolean
}

/**
 * Reads a body in the charset of its byte order mark, else of its label, else of its own declaration. JSON is UTF-8
 * (RFC 8259) wherever it can be. What names none is UTF-8 where it can be, else windows-1252.
 */
export function readResponseText(bytes: ResponseBytes): ResponseText {
  const { body, contentType, isWhole } = bytes
  const type = parseContentType(contentType)
  const named = findMarkedCharset(body) ?? findWideStart(bytes) ?? findNamedCharset(body, type)
  if (named === null || mayBeUtf8Json(body, type, named)) {
    const text = decodeUtf8(body, isWhole)
    if (text !== null) return withKind({ text, charset: utf8, isDamaged: false }, bytes, type, named)
  }
  const charset = named ?? (isMostlyUtf8(body) ? utf8 : windows1252)
  return withKind({ ...charset.decode(body, isWhole), charset }, bytes, type, named)
}

/** UTF-16 without a mark, of JSON or markup, which begin with ASCII. */
function findWideStart({ body, isWhole }: ResponseBytes): Charset | null {
  const [first = 0, second = 0] = body
  if ((first !== 0 && second !== 0) || !wideStarts.has(first + second)) return null
  return isWhole && body.length % 2 !== 0 ? null : findWideCharset(body)
}

/** `<`, `{`, `[` and `"`. */
const wideStarts: ReadonlySet<number> = new Set([0x3c, 0x7b, 0x5b, 0x22])

function findNamedCharset(body: Buffer, type: ContentType): Charset | null {
  const { label } = type
  const labelled = label === null ? null : findCharset(label)
  if (labelled === null) return findDeclaredCharset(body, type)
  return /^utf-?16$/i.test(label ?? '') ? (findWideCharset(body) ?? labelled) : labelled
}

/** In a charset that is no superset of ASCII, JSON may look like UTF-8 that has characters which JSON has not. */
function mayBeUtf8Json(body: Buffer, type: ContentType, named: Charset): boolean {
  if (named === utf8 || !isJson(type)) return false
  return named.isByteWise || !(body.includes(0) || body.includes(escapeByte))
}

const escapeByte = 0x1b

/** A text in UTF-8 that has a stray byte here and there is not taken for another charset. */
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
    else if (unit > 0x7f) others++
  }
  return others >= 10 * stray
}

const jsonType = /[/+](?:x-)?(?:amz-|nd)?json(?:l|lines)?(?:-|$)/
const textType =
  /^(?:text\/|application\/(?:.*\+)?(?:json|xml|javascript|x-www-form-urlencoded)$|image\/svg\+xml$)/

function isJson({ essence }: ContentType): boolean {
  return jsonType.test(essence)
}

function withKind(
  read: Omit<ResponseText, 'isText'>,
  bytes: ResponseBytes,
  type: ContentType,
  named: Charset | null,
): ResponseText {
  return { ...read, isText: !read.isDamaged && isReadable(read.charset, bytes, type, named) }
}

/** A body that begins as text is one. */
const sampleBytes = 65_536

function isReadable(
  charset: Charset,
  { body, isEncoded }: ResponseBytes,
  type: ContentType,
  named: Charset | null,
): boolean {
  const sample = body.subarray(0, sampleBytes)
  const isCalledText = named !== null || isJson(type) || textType.test(type.essence)
  if (charset === utf8) return (isCalledText && !isEncoded) || !sample.includes(0)
  if (!charset.isByteWise) return !isEncoded
  const isGuess = !isCalledText && (type.essence !== '' || !isMostlyAscii(sample))
  return !isGuess && !hasBinaryBytes(sample)
}

/** Whether bytes have controls that stand in no text (MIME Sniffing Standard). */
function hasBinaryBytes(sample: Buffer): boolean {
  for (const byte of sample) if (byte < 0x20 && !textControls.has(byte)) return true
  return false
}

const textControls: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0c, 0x0d, escapeByte])

/** As any text is that windows-1252 is the right guess for. */
function isMostlyAscii(sample: Buffer): boolean {
  let beyond = 0
  for (const byte of sample) if (byte > 0x7f) beyond++
  return beyond * 2 <= sample.length
}
