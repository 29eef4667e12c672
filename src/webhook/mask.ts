import { byteOccurrences, overlapAtEnd, type Span, shortNeedle, textOccurrences } from './search.ts'
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
  const hidden = hiddenOf(values)
  if (hidden.length === 0) return (text) => text
  const shortest = hidden.reduce(
    (length, value) => Math.min(length, shortestSpelling(value)),
    Number.POSITIVE_INFINITY,
  )
  const clues = hidden.flatMap(cluesOf)
  let needles: readonly Needles[] | null = null
  return (text, { isCut } = whole) => {
    if (text.length < shortest && !isCut) return text
    if (hidden.length * searchesPerValue * text.length > maxWork) return mask
    const isPlain = !escapes.test(text) && !hasOneOf(clues, text)
    if (isPlain && !isCut) return text
    needles ??= hidden.map(needlesOf)
    // In a plain text that was cut there is at most the beginning of a value, at its end.
    const from = isPlain ? Math.max(0, text.length - longestIn(hidden) * longestPlain) : 0
    const rest = text.slice(from)
    return text.slice(0, from) + replaceSpans(rest, [...spansIn(rest, needles, isCut)])
  }
}

const whole = { isCut: false } as const

/** So many characters of a text without escapes may stand for one: base64 takes four bytes of UTF-8 for less. */
const longestPlain = 8

function longestIn(values: readonly string[]): number {
  return values.reduce((length, value) => Math.max(length, value.length), 0)
}

/** The first characters of a text, masked; none is half of one, and a value that is cut in two at their end is hidden too. */
export function maskedStart(text: string, characters: number, masked: Masker): string {
  if (text.length <= characters) return masked(text)
  return masked(text.slice(0, characters).replace(/[\ud800-\udbff]$/, ''), { isCut: true })
}

/** The beginnings of values that a text ends with which was cut. They must not be seen either, wherever they turn up. */
export function beginningsAtEnd(text: string, values: Iterable<string>): readonly string[] {
  const hidden = hiddenOf(values)
  if (hidden.length === 0) return []
  const tail = text.slice(-longestIn(hidden) * longestSpelling)
  const unescaped = unescapeText(tail)
  const base64 = base64Alphabet(unescaped.bytes)
  const spans = hidden.flatMap((value) => [...spansAtEnd(unescaped, base64, needlesOf(value))])
  return [...new Set(spans.map(([start, end]) => tail.slice(start, end)))]
}

/** So many characters may stand for one: `\u0022` with three more backslashes in front of each one, percent-encoded. */
const longestSpelling = 32

function hiddenOf(values: Iterable<string>): readonly string[] {
  return [...new Set(values)]
    .map((value) => value.toWellFormed())
    .filter((value) => value.length >= minMaskLength)
}

/** What makes a text say something else than it is. */
const escapes = /[\\%\b\t\n\f\r]|&[^;]{0,10};/

function hasOneOf(clues: readonly string[], text: string): boolean {
  const said = text.replaceAll('+', ' ')
  return clues.some((clue) => said.includes(clue))
}

/** A value as a text without escapes would have it, a plus aside. */
function plainForm(value: string): string {
  return escapes.test(value) ? unescapedNeedle(value).toString('utf8') : value.replaceAll('+', ' ')
}

/** In a shorter text a value cannot stand, however it is spelled. */
function shortestSpelling(value: string): number {
  return Math.min(value.length, plainForm(value).length)
}

/** Texts of which at least one stands in every text without escapes in which the value is found. */
function cluesOf(value: string): readonly string[] {
  const plain = plainForm(value)
  const clues = [plain.includes('\ufffd') ? '' : plain]
  for (const { whole } of base64Parts(value)) clues.push(longestRun(whole))
  return clues.map((clue) => clue.slice(0, shortNeedle))
}

/** The longest part that is spelled the same in every alphabet of base64. */
function longestRun(digits: string): string {
  if (!/[+/]/.test(digits)) return digits
  return digits.split(/[+/]/).reduce((one, other) => (other.length > one.length ? other : one))
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
  const unescaped = unescapedNeedle(value)
  if (unescaped.length >= minMaskLength) return { raw: [value], unescaped, base64: base64Needles(value) }
  const escaped = escapeJson(value)
  const raw = [value, escaped, escapeJson(escaped), encodeURIComponent(value)]
  return { raw, unescaped: null, base64: base64Needles(value) }
}

/** A backslash at the end would belong to whatever follows the value. */
function unescapedNeedle(value: string): Buffer {
  const { bytes } = unescapeText(value)
  return bytes.subarray(0, bytes.at(-1) === 0x5c ? -1 : undefined)
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function* spansIn(text: string, needles: readonly Needles[], isCut: boolean): Iterable<Span> {
  const unescaped = unescapeText(text)
  const base64 = base64Alphabet(unescaped.bytes)
  for (const one of needles) {
    const { raw, unescaped: needle, base64: encoded } = one
    for (const spelling of raw) yield* textOccurrences(text, spelling)
    if (needle !== null)
      for (const [start, end] of byteOccurrences(unescaped.bytes, needle)) yield spanOf(unescaped, start, end)
    for (const { digits, before, after } of encoded)
      for (const [start, end] of byteOccurrences(base64, digits))
        yield spanOf(unescaped, start - before, end + (isBase64(base64[end]) ? after : 0))
    if (isCut) yield* spansAtEnd(unescaped, base64, one)
  }
}

/** The place in the text of some of its unescaped bytes. */
function spanOf({ starts, ends }: Unescaped, start: number, end: number): Span {
  return [starts[Math.max(0, start)] ?? 0, ends[Math.min(ends.length, end) - 1] ?? 0]
}

/** So many digits of base64 say more than `minMaskLength` characters. */
const minDigits = 8

function* spansAtEnd(unescaped: Unescaped, base64: Buffer, needle: Needles): Iterable<Span> {
  for (const end of endsOf(unescaped.bytes)) {
    const length =
      needle.unescaped === null ? 0 : overlapAtEnd(unescaped.bytes.subarray(0, end), needle.unescaped)
    if (length >= minMaskLength) yield spanOf(unescaped, end - length, end)
  }
  const end = base64.length
  for (const { digits, before } of needle.base64) {
    const count = overlapAtEnd(base64, digits)
    if (count >= minDigits) yield spanOf(unescaped, end - count - before, end)
  }
}

/** Where a text may end: as it does, or before half a character or half an escape, of which little can be said. */
function endsOf(bytes: Buffer): readonly number[] {
  const tail = bytes.toString('latin1', Math.max(0, bytes.length - longestHalf))
  return [bytes.length, bytes.length - (brokenEnd.exec(tail)?.[0].length ?? 0)]
}

const longestHalf = 24
const brokenEnd = /(?:\xef\xbf\xbd|\xed[\xa0-\xaf][\x80-\xbf]|%[\da-f]?|\\|u[\da-f]{0,3}|&#?\w{0,8})*$/i

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

interface Base64Part extends Pick<Base64Needle, 'before' | 'after'> {
  readonly whole: string
}

/**
 * The base64 digits that are the same whatever stands before and after the value: three bytes become four digits,
 * so there are three ways in which a value may lie within a longer text.
 */
function base64Parts(value: string): readonly Base64Part[] {
  const bytes = Buffer.from(`\0\0${value}`, 'utf8')
  return [0, 1, 2].map((offset) => {
    const digits = bytes.toString('base64', 2 - offset)
    const firstBit = offset * 8
    const lastBit = (bytes.length - 2 + offset) * 8
    return {
      whole: digits.slice(Math.ceil(firstBit / 6), Math.floor(lastBit / 6)),
      before: firstBit % 6 === 0 ? 0 : 1,
      after: lastBit % 6 === 0 ? 0 : 1,
    }
  })
}

function base64Needles(value: string): readonly Base64Needle[] {
  return base64Parts(value).map(({ whole, before, after }) => ({
    digits: base64Alphabet(Buffer.from(whole, 'latin1')),
    before,
    after,
  }))
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
