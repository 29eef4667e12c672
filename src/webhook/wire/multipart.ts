/** A part of a multipart body: its header lines without the line break at the end, and the bytes of its content. */
export interface MultipartPart {
  readonly head: string
  readonly content: Buffer
}

const lineBreak = '\r\n'
const delimiterStart = '--'
const boundaryStart = 'webhook-node-boundary-'
const boundaryDigits = 8

/** The length of every boundary. */
const boundaryLength = boundaryStart.length + boundaryDigits

/** How many bytes a part adds to a body beside its head and content. */
export const partOverhead = delimiterStart.length + boundaryLength + 4 * lineBreak.length

/**
 * A boundary that no part contains, not even in its head: the first free one of a fixed sequence. So no content can end its
 * part, and equal parts always give equal bytes, in every attempt and on every instance. The time is linear in the parts.
 */
export function chooseBoundary(parts: readonly MultipartPart[]): string {
  const taken = new Set<string>()
  for (const { head, content } of parts) {
    collectTaken(Buffer.from(head), taken)
    collectTaken(content, taken)
  }
  let number = 0
  while (taken.has(writeNumber(number))) number++
  return boundaryStart + writeNumber(number)
}

function writeNumber(number: number): string {
  return String(number).padStart(boundaryDigits, '0')
}

/** Adds what stands behind each beginning of a boundary. */
function collectTaken(bytes: Buffer, taken: Set<string>): void {
  for (let at = bytes.indexOf(boundaryStart); at !== -1; at = bytes.indexOf(boundaryStart, at + 1)) {
    const start = at + boundaryStart.length
    taken.add(bytes.toString('latin1', start, start + boundaryDigits))
  }
}

/** The text before the content of a part (RFC 2046, section 5.1.1). */
export function beginPart(boundary: string, head: string, isFirst: boolean): string {
  const separator = isFirst ? '' : lineBreak
  return separator + delimiterStart + boundary + lineBreak + head + lineBreak + lineBreak
}

/** The text behind the content of the last part. */
export function endParts(boundary: string, hasParts: boolean): string {
  const separator = hasParts ? lineBreak : ''
  return separator + delimiterStart + boundary + delimiterStart + lineBreak
}

/** The head of a part of a form (RFC 7578). `filename` and `contentType` are null for a field. */
export function writePartHead(name: string, filename: string | null, contentType: string | null): string {
  const disposition = `Content-Disposition: form-data; name="${escapeName(name.replace(anyBreak, lineBreak))}"`
  const file = filename === null ? '' : `; filename="${escapeName(filename)}"`
  const type = contentType === null ? '' : `${lineBreak}Content-Type: ${contentType}`
  return disposition + file + type
}

const anyBreak = /\r\n?|\n/g

/**
 * Escapes a name as browsers do: quotes and line breaks are percent-encoded, anything else stays (WHATWG HTML, multipart form
 * data). Two things that browsers send would not be read back: a control character, which a header cannot have, and a backslash
 * before the closing quote, which escapes that quote for many readers. They are percent-encoded, too.
 */
function escapeName(name: string): string {
  return name.toWellFormed().replace(unsafe, percentEncode).replace(/\\$/, percentEncode)
}

const unsafe = /["\0-\x08\n-\x1f\x7f]/g

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}
