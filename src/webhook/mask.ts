import { byteOccurrences, overlapAtEnd, type Span, textOccurrences } from './search.ts'
import { type Unescaped, unescapeText } from './unescape.ts'

/** What stands in the place of everything that must not be seen. */
export const mask = '•••'

/** A text shorter than this is not searched for: it would stand everywhere. */
export const minMaskLength = 4

/** Takes secret values out of a text. Of a text that was cut, also the beginning of a value at its end. */
export type Masker = (text: string, options?: { readonly isCut: boolean }) => string

/**
 * Hides values in every form in which they may come back: as they are, URL-encoded, JSON-escaped to any depth, as
 * XML, any mixture of these, and in base64 or base64url, alone or within more text.
 */
export function createMasker(values: Iterable<string>): Masker {
  const hidden = [...new Set(values)]
    .map((value) => value.toWellFormed())
    .filter((value) => value.length >= minMaskLength)
  if (hidden.length === 0) return (text) => text
  const needles = hidden.map(needlesOf)
  return (text, { isCut } = { isCut: false }) => {
    if (needles.length * searchesPerValue * text.length > maxWork) return mask
    return replaceSpans(text, [...spansIn(text, needles, isCut)])
  }
}

/** A value in the spellings that it is searched for. */
interface Needles {
  readonly raw: readonly string[]
  /** Null where too little of the value is left to be searched for. */
  readonly unescaped: Buffer | null
  readonly base64: readonly Base64Needle[]
}

const searchesPerValue = 5

/** Bytes to look at, about a second. Beyond that nothing is shown, which is safe. */
const maxWork = 2_000_000_000

function needlesOf(value: string): Needles {
  const { bytes } = unescapeText(value)
  // A backslash at the end would belong to whatever follows the value.
  const end = bytes.at(-1) === 0x5c ? -1 : undefined
  const unescaped = bytes.subarray(0, end)
  if (unescaped.length >= minMaskLength) return { raw: [value], unescaped, base64: base64Needles(value) }
  const escaped = escapeJson(value)
  const raw = [value, escaped, escapeJson(escaped), encodeURIComponent(value)]
  return { raw, unescaped: null, base64: base64Needles(value) }
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function* spansIn(text: string, needles: readonly Needles[], isCut: boolean): Iterable<Span> {
  const unescaped = unescapeText(text)
  const base64 = base64Alphabet(unescaped.bytes)
  for (const { raw, unescaped: needle, base64: encoded } of needles) {
    for (const spelling of raw) yield* textOccurrences(text, spelling)
    if (needle !== null)
      for (const [start, end] of byteOccurrences(unescaped.bytes, needle)) yield spanOf(unescaped, start, end)
    for (const { digits, before, after } of encoded)
      for (const [start, end] of byteOccurrences(base64, digits))
        yield spanOf(unescaped, start - before, end + (isBase64(base64[end]) ? after : 0))
    if (isCut && needle !== null) yield* beginningAtEnd(unescaped, needle)
  }
}

/** The place in the text of some of its unescaped bytes. */
function spanOf({ starts, ends }: Unescaped, start: number, end: number): Span {
  return [starts[Math.max(0, start)] ?? 0, ends[Math.min(ends.length, end) - 1] ?? 0]
}

function* beginningAtEnd(unescaped: Unescaped, needle: Buffer): Iterable<Span> {
  const end = unescaped.bytes.length
  const length = overlapAtEnd(unescaped.bytes, needle)
  if (length >= minMaskLength) yield spanOf(unescaped, end - length, end)
}

function replaceSpans(text: string, spans: readonly Span[]): string {
  let shown = ''
  let at = 0
  for (const [start, end] of spans.toSorted(([one], [other]) => one - other)) {
    if (start >= at) shown += text.slice(at, start) + mask
    at = Math.max(at, end)
  }
  return shown + text.slice(at)
}

interface Base64Needle {
  readonly digits: Buffer
  /** How many more digits before and after carry some bits of the value. */
  readonly before: 0 | 1
  readonly after: 0 | 1
}

/**
 * The base64 digits that are the same whatever stands before and after the value: three bytes become four digits,
 * so there are three ways in which a value may lie within a longer text.
 */
function base64Needles(value: string): readonly Base64Needle[] {
  const bytes = Buffer.from(value, 'utf8')
  return [0, 1, 2].map((offset) => {
    const digits = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    const firstBit = offset * 8
    const lastBit = firstBit + bytes.length * 8
    const whole = digits.slice(Math.ceil(firstBit / 6), Math.floor(lastBit / 6))
    return {
      digits: base64Alphabet(Buffer.from(whole, 'latin1')),
      before: firstBit % 6 === 0 ? 0 : 1,
      after: lastBit % 6 === 0 ? 0 : 1,
    }
  })
}

/** One spelling for base64 and base64url, in which a plus is a space as it is in unescaped text. */
function base64Alphabet(bytes: Buffer): Buffer {
  const one = Buffer.from(bytes)
  for (let index = 0; index < one.length; index++) {
    const byte = one[index]
    if (byte === 0x2b || byte === 0x2d) one[index] = 0x20
    else if (byte === 0x5f) one[index] = 0x2f
  }
  return one
}

function isBase64(byte: number | undefined): boolean {
  return byte !== undefined && /[A-Za-z0-9/ ]/.test(String.fromCharCode(byte))
}
