import { Automaton, Search } from './automaton.ts'
import { type Masker, mask, maskNothing, replaceSpans } from './mask.ts'
import {
  decodedBase64,
  decodedHex,
  decodedNumbers,
  folded,
  locateIn,
  type Reading,
  readBytes,
  reversed,
} from './reading.ts'
import { hideShortened } from './shortened.ts'
import type { Span } from './unescape.ts'
import { readViews, type View } from './view.ts'

/**
 * The shortest part of a value that is masked in a quotation, in characters without punctuation. Eight is what the published
 * beginning of a key takes at most (`sk_live_`), and more than the four characters that services show of a key on purpose.
 */
export const minPartLength = 8

/** A value is masked as a whole from this length on, in characters without punctuation: shorter ones stand in any text. */
const minWholeLength = 6

/** Of longer values the beginning and the end are looked for: a quotation has no room for the rest. */
const maxEdge = 512

/** All values together, in bytes. With more, no text is quoted. */
const maxBytes = 65_536

/** The longest value that can stand in a text that is quoted, in bytes. */
const maxWhole = 12_288

/**
 * Creates a masker for texts of a few thousand characters. Beside what `createMasker` finds, it finds values in other upper and
 * lower case, backwards, in hex, as numbers of bytes, with punctuation and white space between groups, and base64 of these.
 * With `parts` it also finds parts of a value. That would confirm guesses of a part, so it is only for values that the
 * client has anyway. The time is linear in the text.
 */
export function createQuotationMasker(
  values: readonly string[],
  { parts }: { readonly parts: boolean },
): Masker {
  let finder: Finder | null = null
  if (values.length === 0) return maskNothing
  return (text) => {
    if (text === '' || text === mask) return text
    finder ??= new Finder(values, parts)
    if (finder.isFull) return mask
    const shortened = parts ? findShortened(text, values) : noSpans
    return replaceSpans(text, [...shortened, ...finder.spansIn(text)])
  }
}

/** A word, perhaps with signs of omission in it, of which most have none. */
const word = /[\w+~*•#.…-]{3,}/g
const omission = /\*{2,}|•{2,}|#{2,}|…|\.{2,}|[xX]{4,}/
/** Beside them, a value itself may end with four x. */
const omissionWithoutLetters = /\*{2,}|•{2,}|#{2,}|…|\.{2,}/
/** Each is compared with every value. */
const maxShortened = 50
const noSpans: readonly Span[] = []

/**
 * Finds values that the target has shortened in the middle, as in `sk-12***9876`: what is left of the beginning and of the end may
 * be short, but both together tell much.
 */
function findShortened(text: string, values: readonly string[]): readonly Span[] {
  const spans: Span[] = []
  let seen = 0
  for (const { 0: found, index } of text.matchAll(word)) {
    if (!omission.test(found)) continue
    if (seen++ === maxShortened) break
    const readings = [omission, omissionWithoutLetters].map((sign) => splitAt(found, sign))
    if (values.some((value) => readings.some((pieces) => fits(value, pieces))))
      spans.push([index, index + found.length])
  }
  return spans
}

function splitAt(text: string, sign: RegExp): readonly string[] {
  return text
    .toLowerCase()
    .split(sign)
    .map((piece) => piece.replace(/\.$/, ''))
    .filter((piece) => piece !== '')
}

function fits(value: string, pieces: readonly string[]): boolean {
  const [first, last] = [pieces[0], pieces.at(-1)]
  if (first === undefined || last === undefined || pieces.length < 2 || value.length < minWholeLength)
    return false
  const whole = value.slice(0, maxEdge).toLowerCase()
  const end = value.slice(-maxEdge).toLowerCase()
  return whole.startsWith(first) && end.endsWith(last)
}

/** Masks in a quotation what only looks like a part of a credential, and what is left of a masked one. */
export function hideRemains(text: string): string {
  return hideShortened(text).replace(/•••(?:=|%3d)+(?![\w•%])/gi, mask)
}

class Finder {
  readonly #wholes: Automaton
  readonly #parts = new Set<string>()
  readonly #digitParts = new Set<string>()
  /** Whether there are too many values to search for. */
  readonly isFull: boolean

  constructor(values: readonly string[], hasParts: boolean) {
    const wholes = values
      .map(foldValue)
      .filter(({ length }) => length >= minWholeLength && length <= maxWhole)
    this.isFull = wholes.reduce((sum, { length }) => sum + length, 0) > maxBytes
    const sought = this.isFull ? [] : values.filter((value) => wholes.length > 0 && value.length <= maxWhole)
    this.#wholes = new Automaton(
      [...(this.isFull ? [] : wholes), ...sought.flatMap(foldedDigits)]
        .filter(({ length }) => length >= minWholeLength)
        .map((bytes) => ({ bytes })),
    )
    if (!hasParts || this.isFull) return
    for (const value of values.flatMap(cutEdges)) {
      addParts(this.#parts, foldValue(value), minPartLength)
      for (const digits of foldedDigits(value)) addParts(this.#digitParts, digits, minDigits)
    }
  }

  spansIn(text: string): Span[] {
    const spans: Span[] = []
    for (const view of readViews(lowered(text))) this.#readLetters(spans, folded(readBytes(view)))
    for (const view of readViews(spaced(text))) this.#readDigits(spans, view)
    return spans
  }

  #readLetters(spans: Span[], reading: Reading): void {
    for (const one of [reading, reversed(reading)]) {
      this.#find(spans, one)
      this.#findParts(spans, one, this.#digitParts, minDigits)
    }
    this.#readHex(spans, reading)
  }

  #readDigits(spans: Span[], view: View): void {
    const text = view.bytes.toString('latin1')
    const reading = hasNumbers.test(text) || mayBeBase64.test(text) ? readBytes(view) : null
    if (reading === null) return
    if (hasNumbers.test(text)) this.#readDecoded(spans, decodedNumbers(reading))
    if (!mayBeBase64.test(text)) return
    for (const one of [reading, reversed(reading)])
      for (const decoded of decodedBase64(one)) this.#readHex(spans, this.#readDecoded(spans, decoded))
  }

  #readHex(spans: Span[], reading: Reading): void {
    if (!mayBeHex.test(Buffer.from(reading.bytes).toString('latin1'))) return
    for (const one of [reading, reversed(reading)])
      for (const decoded of decodedHex(one)) this.#readDecoded(spans, decoded)
  }

  /** Returns the folded reading. */
  #readDecoded(spans: Span[], reading: Reading): Reading {
    const one = folded(reading)
    this.#find(spans, one)
    this.#find(spans, reversed(one))
    return one
  }

  #find(spans: Span[], reading: Reading): void {
    this.#findParts(spans, reading, this.#parts, minPartLength)
    const { bytes } = reading
    if (!this.#wholes.occursIn(bytes, bytes.length)) return
    const { spans: found } = new Search(this.#wholes, bytes)
    for (let at = 0; at < found.length; at += 2)
      spans.push(locateIn(reading, found[at] as number, found[at + 1] as number))
  }

  #findParts(spans: Span[], reading: Reading, parts: ReadonlySet<string>, length: number): void {
    if (parts.size === 0) return
    const text = Buffer.from(reading.bytes).toString('latin1')
    for (let at = 0; at + length <= text.length; at++)
      if (parts.has(text.slice(at, at + length))) spans.push(locateIn(reading, at, at + length))
  }
}

/** The digits of base64 that eight bytes take at least. */
const minDigits = 10

/** What usual text does not have. Base64 without a digit or a capital letter within is found by its letters. */
const mayBeHex = /[\da-fx]{12}/
const mayBeBase64 = /[\da-z][A-Z]|[A-Za-z]\d|\d[A-Za-z]|[A-Z]{12}/
const hasNumbers = /\d\D+\d+\D+\d+\D+\d+\D+\d+\D+\d/

/** The host of an e-mail address belongs to many. */
function cutEdges(value: string): readonly string[] {
  const own = /^([^\s@]+)@[^\s@]+$/.exec(value)?.[1] ?? value
  return own.length <= 2 * maxEdge ? [own] : [own.slice(0, maxEdge), own.slice(-maxEdge)]
}

function addParts(parts: Set<string>, bytes: Uint8Array, length: number): void {
  const text = Buffer.from(bytes).toString('latin1')
  for (let at = 0; at + length <= text.length; at++) parts.add(text.slice(at, at + length))
}

function foldValue(value: string): Uint8Array {
  return foldText(lowered(value))
}

/** The digits of base64 that do not depend on the text around a value, for a target that has changed their case. */
function foldedDigits(value: string): readonly Uint8Array[] {
  const bytes = Buffer.from(`\0\0${value}`)
  return [0, 1, 2].map((offset) => {
    const last = Math.floor(((bytes.length - 2 + offset) * 8) / 6)
    return foldText(bytes.toString('base64', 2 - offset).slice(Math.ceil((offset * 8) / 6), last))
  })
}

function foldText(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  const none = new Uint32Array(bytes.length)
  return folded({ bytes, starts: none, ends: none }).bytes
}

/** Letters beyond ASCII in lower case, and dashes and spaces of all kinds as those of ASCII. The length stays. */
function lowered(text: string): string {
  return spaced(text).replace(/[^\x00-\x7f]/g, (letter) => {
    const small = letter.toLowerCase()
    return small.length === letter.length ? small : letter
  })
}

function spaced(text: string): string {
  return text.replace(/[\u00a0\u2000-\u200a\u202f\u3000]/g, ' ').replace(/[\u2010-\u2015\u2212\ufe63]/g, '-')
}
