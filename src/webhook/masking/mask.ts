import { minMaskLength } from '../../contract/names.ts'
import { Automaton, Search } from './automaton.ts'
import { computeShortestRun, decodedViews, nextRun } from './base64.ts'
import { derivePatterns, shortestSpelling } from './patterns.ts'
import type { Span } from './unescape.ts'
import { isEscaped, readViews, type View } from './view.ts'

/** The text that replaces a masked value. */
export const mask = '•••'

/** Replaces values in a text by masks. */
export type Masker = (text: string, options?: MaskOptions) => string

export interface MaskOptions {
  /** Whether the text is truncated. Then the beginning of a value at its end is masked, too. */
  readonly isCut?: boolean
  /** Which parts of a text are the service's own words, and stay although they look like a value. */
  readonly findOwn?: (text: string) => (start: number, end: number) => boolean
}

/** Leaves a text unchanged. */
export const maskNothing: Masker = (text) => text

/**
 * Creates a masker for values in every form in which a target may return them: plain, in any mixture of escapes, in
 * quoted-printable, in base64 and base64url, alone or within a longer text, and in double base64. The time is linear in the
 * text, independent of the values, and does not reveal how much of a value a text contains.
 */
export function createMasker(values: Iterable<string>): Masker {
  const hidden = searchable(values)
  if (hidden.length === 0) return maskNothing
  if (hidden.reduce((sum, { length }) => sum + length, 0) > maxHiddenLength) return hideAll
  const shortest = Math.min(...hidden.map(shortestSpelling))
  let finder: Finder | null = null
  return (text, { isCut = false, findOwn } = whole) => {
    if (text.length < shortest && !isCut) return text
    finder ??= new Finder(hidden)
    if (!isCut && finder.isFree(text)) return text
    const spans = finder.spansIn(text, isCut)
    if (findOwn === undefined) return replaceSpans(text, spans)
    const isOwn = findOwn(text)
    return replaceSpans(
      text,
      spans.filter(([start, end]) => !isOwn(start, end)),
    )
  }
}

const whole: MaskOptions = {}

/** A masker that knows the short texts without a value that it saw last: names and values of headers come with every call. */
export function remembering(masker: Masker): Masker {
  if (masker === maskNothing) return masker
  const unmasked = new Array<string>(rememberedTexts)
  return (text, options) => {
    if (options !== undefined || text.length > longestRemembered) return masker(text, options)
    const slot = chooseSlot(text)
    const known = unmasked[slot]
    if (known === text) return known
    const display = masker(text)
    // A copy: a substring would keep the whole text in memory. It is one piece, so that JSON is written faster.
    if (display === text) unmasked[slot] = Buffer.from(text).toString()
    return display
  }
}

/** Few texts of a reply share a slot. Those that do are searched with every call. */
function chooseSlot(text: string): number {
  return (
    (text.length * 31 + text.charCodeAt(0) * 7 + text.charCodeAt(text.length - 1) * 131) % rememberedTexts
  )
}

const rememberedTexts = 512
const longestRemembered = 128

/** The limit of all values together, in characters, because the automaton takes memory per character. */
const maxHiddenLength = 131_072

/** Masks every text whole. It is used if there are too many values to search for. */
const hideAll: Masker = (text) => (text === '' ? '' : mask)

function searchable(values: Iterable<string>): readonly string[] {
  return [...new Set(values)]
    .map((value) => value.toWellFormed())
    .filter((value) => value.length >= minMaskLength)
}

/** Finds values in texts. */
class Finder {
  readonly #automaton: Automaton
  readonly #shortestRun: number

  constructor(values: readonly string[]) {
    this.#automaton = new Automaton(values.flatMap(derivePatterns))
    this.#shortestRun = computeShortestRun(values)
  }

  /** A fast check for the usual text: it has no escapes and no value. */
  isFree(text: string): boolean {
    if (isEscaped(text)) return false
    const bytes = text.length * maxBytesPerUnit <= scratch.length ? scratch : Buffer.from(text)
    const length = bytes === scratch ? bytes.write(text) : bytes.length
    return !this.#automaton.occursIn(bytes, length) && nextRun(bytes, length, 0, this.#shortestRun) === null
  }

  spansIn(text: string, isCut: boolean): readonly Span[] {
    const spans: Span[] = []
    let barest: View | null = null
    for (const view of readViews(text)) {
      if (isCut) this.#addBegun(spans, view)
      this.#add(spans, view)
      barest = view
    }
    if (barest !== null) for (const view of decodedViews(barest, this.#shortestRun)) this.#add(spans, view)
    return spans
  }

  #add(found: Span[], { bytes, locate }: View): void {
    if (!this.#automaton.occursIn(bytes, bytes.length)) return
    const { spans } = new Search(this.#automaton, bytes)
    for (let at = 0; at < spans.length; at += 2) found.push(locate(spans[at] ?? 0, spans[at + 1] ?? 0))
  }

  /** Adds the beginning of a value at the end of a text, which may be cut within a character or an escape. */
  #addBegun(found: Span[], { bytes, locate }: View): void {
    const search = new Search(this.#automaton, bytes, 0)
    for (const end of [endOfWhole(bytes), bytes.length]) {
      search.readTo(end)
      if (search.begun >= minMaskLength) found.push(locate(end - search.begun, bytes.length))
    }
  }
}

/** A shared buffer for texts that are only searched. A longer text gets a buffer of its own. */
const scratch = Buffer.alloc(262_144)
const maxBytesPerUnit = 3

/** The length of a text without an incomplete character or escape at its end. */
function endOfWhole(bytes: Buffer): number {
  const tail = bytes.toString('latin1', Math.max(0, bytes.length - longestHalf))
  return bytes.length - (brokenEnd.exec(tail)?.[0].length ?? 0)
}

const longestHalf = 24
const brokenEnd =
  /(?:\xef\xbf\xbd|\xed[\xa0-\xaf][\x80-\xbf]|%[\da-f]?|\\|[ux]\{?[\da-f]{0,5}|=[\da-f]?|&#?\w{0,18})$/i

/** Replaces parts of a text by masks. */
export function replaceSpans(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text
  let display = ''
  let at = 0
  for (const [start, end] of spans.toSorted(([one], [other]) => one - other)) {
    if (start >= at) display += text.slice(at, start) + mask
    at = Math.max(at, end)
  }
  return display + text.slice(at)
}

/** The first characters of a masked text. It does not split a surrogate pair or a mask. */
export function cutText(text: string, characters: number): string {
  return text.length <= characters ? text : text.slice(0, characters).replace(/[\ud800-\udbff]$/, '')
}
