/** Where something begins and ends. */
export type Span = readonly [start: number, end: number]

/** Up to this length the search of the platform is fast; with longer needles its worst case would show. */
export const shortNeedle = 256

/** The places of a text in another, from left to right and side by side. */
export function textOccurrences(haystack: string, needle: string): Iterable<Span> {
  return needle.length <= shortNeedle
    ? found((from) => haystack.indexOf(needle, from), needle.length)
    : matches(unitsOf(haystack), unitsOf(needle))
}

/** The places of some bytes among others, from left to right and side by side. */
export function byteOccurrences(haystack: Buffer, needle: Buffer): Iterable<Span> {
  return needle.length <= shortNeedle
    ? found((from) => haystack.indexOf(needle, from), needle.length)
    : matches(haystack, needle)
}

/** How many bytes of the beginning of a needle a haystack ends with. */
export function overlapAtEnd(haystack: Buffer, needle: Buffer): number {
  const borders = bordersOf(needle)
  let matched = 0
  for (const unit of haystack.subarray(Math.max(0, haystack.length - needle.length + 1)))
    matched = advance(needle, borders, matched, unit)
  return matched
}

function* found(next: (from: number) => number, length: number): Iterable<Span> {
  for (let start = next(0); start !== -1; start = next(start + length)) yield [start, start + length]
}

type Units = Uint8Array | Uint16Array

/** Knuth, Morris and Pratt: no unit is looked at twice, whatever needle and haystack are. */
function* matches(haystack: Units, needle: Units): Iterable<Span> {
  const borders = bordersOf(needle)
  let matched = 0
  for (let index = 0; index < haystack.length; index++) {
    matched = advance(needle, borders, matched, haystack[index])
    if (matched < needle.length) continue
    yield [index + 1 - matched, index + 1]
    matched = 0
  }
}

/** For each beginning of a needle, the longest shorter beginning that it also ends with. */
function bordersOf(needle: Units): Uint32Array {
  const borders = new Uint32Array(needle.length + 1)
  for (let index = 1; index < needle.length; index++)
    borders[index + 1] = advance(needle, borders, borders[index] ?? 0, needle[index])
  return borders
}

function advance(needle: Units, borders: Uint32Array, matched: number, unit: number | undefined): number {
  let length = matched
  while (length > 0 && needle[length] !== unit) length = borders[length] ?? 0
  return needle[length] === unit ? length + 1 : 0
}

function unitsOf(text: string): Uint16Array {
  const units = new Uint16Array(text.length)
  for (let index = 0; index < text.length; index++) units[index] = text.charCodeAt(index)
  return units
}
