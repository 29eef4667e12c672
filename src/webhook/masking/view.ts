import { type Span, unescapeBriefly } from './unescape.ts'

/** One reading of a text: its bytes, and their places in the text. */
export interface View {
  readonly bytes: Buffer
  locate(start: number, end: number): Span
}

/** Characters that can begin an escape. */
const escapes = /[\0\\%\b\t\n\f\r\uff01-\uff5e]|&[#A-Za-z]/
const quotedPrintable = /=(?:[\dA-Fa-f]{2}|\r?\n)/

/** Whether a text may have escapes. A line break at its end does not count. */
export function isEscaped(text: string): boolean {
  if (escapes.test(text) && escapes.test(text.trim())) return true
  return text.includes('=') && quotedPrintable.test(text)
}

/**
 * Yields all readings of a text: first the plain one, then, if the text may have escapes, those without escapes. The last
 * one has the fewest. A reading is valid only until the next one is taken.
 */
export function* readViews(text: string): Generator<View> {
  const plain = plainView(text)
  if (quotedPrintable.test(text)) yield quotedPrintableView(plain)
  yield plain
  if (!escapes.test(text)) return
  for (const unescaped of unescapeBriefly(plain.bytes))
    yield { bytes: unescaped.bytes, locate: (start, end) => plain.locate(...unescaped.locate(start, end)) }
}

function plainView(text: string): View {
  const bytes = Buffer.from(text)
  if (bytes.length === text.length) return { bytes, locate: (start, end) => [start, end] }
  let units: Uint32Array | null = null
  return {
    bytes,
    locate(start, end) {
      units ??= unitIndex(bytes)
      return [units[start] ?? text.length, units[end] ?? text.length]
    },
  }
}

/** For each byte of UTF-8 the index of its character in UTF-16 units. */
function unitIndex(bytes: Buffer): Uint32Array {
  const units = new Uint32Array(bytes.length)
  let next = 0
  let first = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0
    if ((byte & 0xc0) !== 0x80) {
      first = next
      next += byte >= 0xf0 ? 2 : 1
    }
    units[index] = first
  }
  return units
}

/** Decodes quoted-printable (RFC 2045, section 6.7). White space at line ends is kept. */
function quotedPrintableView({ bytes, locate }: View): View {
  const decoded = Buffer.alloc(bytes.length)
  const starts = new Uint32Array(bytes.length)
  let length = 0
  let at = 0
  while (at < bytes.length) {
    const softBreak = softBreakAt(bytes, at)
    if (softBreak > 0) {
      at += softBreak
      continue
    }
    const byte = encodedByteAt(bytes, at)
    starts[length] = at
    decoded[length++] = byte ?? bytes[at] ?? 0
    at += byte === null ? 1 : 3
  }
  const locateEnd = (index: number) => (index < length ? (starts[index] ?? 0) : bytes.length)
  return {
    bytes: decoded.subarray(0, length),
    locate: (start, end) => locate(locateEnd(start), locateEnd(end)),
  }
}

const equals = 0x3d

function softBreakAt(bytes: Buffer, at: number): number {
  if (bytes[at] !== equals) return 0
  if (bytes[at + 1] === 0x0a) return 2
  return bytes[at + 1] === 0x0d && bytes[at + 2] === 0x0a ? 3 : 0
}

function encodedByteAt(bytes: Buffer, at: number): number | null {
  if (bytes[at] !== equals) return null
  const digits = bytes.toString('latin1', at + 1, at + 3)
  return /^[\dA-Fa-f]{2}$/.test(digits) ? Number.parseInt(digits, 16) : null
}
