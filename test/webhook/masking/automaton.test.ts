import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Automaton, Search } from '../../../src/webhook/masking/automaton.ts'

/** Bytes that are one: base64 and base64url, plus and blank. */
const fold = (text: string) => text.replaceAll(/[+-]/g, ' ').replaceAll('_', '/')

const automatonFor = (patterns: readonly string[]) =>
  new Automaton(patterns.map((pattern) => ({ bytes: Buffer.from(pattern) })))

/** The places of a text that a pattern covers, found the slow way. */
function coveredBy(patterns: readonly string[], text: string): Set<number> {
  const covered = new Set<number>()
  for (const pattern of patterns.map(fold))
    for (let at = 0; at + pattern.length <= text.length; at++)
      if (fold(text).startsWith(pattern, at))
        for (let index = at; index < at + pattern.length; index++) covered.add(index)
  return covered
}

function placesIn(spans: readonly number[]): Set<number> {
  const places = new Set<number>()
  for (let at = 0; at < spans.length; at += 2)
    for (let index = spans[at] ?? 0; index < (spans[at + 1] ?? 0); index++) places.add(index)
  return places
}

const letter = fc.constantFrom(...'aaabbc +-/_')
const pattern = fc.string({ unit: letter, minLength: 1, maxLength: 6 })
const patterns = fc.array(pattern, { minLength: 1, maxLength: 5 })
const text = fc.string({ unit: letter, maxLength: 300 })
/** Long, and mostly of what no pattern has, so that the patterns in it are few. */
const sparse = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.constant('.......') }, { weight: 1, arbitrary: pattern }), {
    maxLength: 60,
  })
  .map((parts) => parts.join(''))

describe('a search for many patterns', () => {
  it('says whether one is in the beginning of a text, wherever it stands', () => {
    fc.assert(
      fc.property(patterns, fc.oneof(text, sparse), fc.nat(), (sought, within, cut) => {
        const length = cut % (within.length + 1)
        const automaton = automatonFor(sought)
        const isThere = coveredBy(sought, within.slice(0, length)).size > 0

        expect(automaton.occursIn(Buffer.from(within), length)).toBe(isThere)
        // What it has learned by then changes nothing.
        expect(automaton.occursIn(Buffer.from(within), length)).toBe(isThere)
      }),
      { numRuns: 500 },
    )
  })

  it('finds one at every place of a long text', () => {
    const automaton = automatonFor(['secret', 'other'])
    const filler = 'x'.repeat(400)
    expect(automaton.occursIn(Buffer.from(filler), 400)).toBe(false)
    // So that it knows what each letter leads to, and need not go back to the slower way.
    for (const known of ['xsxexcxrxext', 'sxsexsecxsecrxsecrexsecret'])
      automaton.occursIn(Buffer.from(known), known.length)
    for (let at = 0; at + 6 <= 400; at++) {
      const bytes = Buffer.from(`${filler.slice(0, at)}secret${filler.slice(at + 6)}`)
      expect(automaton.occursIn(bytes, 400)).toBe(true)
      expect(automaton.occursIn(bytes, at + 5)).toBe(false)
      expect(automaton.occursIn(bytes, at + 6)).toBe(true)
    }
  })

  it('covers what the patterns cover, read at once or in parts', () => {
    fc.assert(
      fc.property(patterns, fc.oneof(text, sparse), fc.array(fc.nat(300)), (sought, within, stops) => {
        const bytes = Buffer.from(within)
        const automaton = automatonFor(sought)
        const whole = new Search(automaton, bytes)
        const inParts = new Search(automaton, bytes, 0)
        for (const stop of stops.sort((a, b) => a - b)) inParts.readTo(Math.min(stop, bytes.length))
        inParts.readTo(bytes.length)

        expect(placesIn(whole.spans)).toEqual(coveredBy(sought, within))
        expect(inParts.spans).toEqual(whole.spans)
        expect(inParts.begun).toBe(whole.begun)
      }),
      { numRuns: 500 },
    )
  })

  it('tells how much of a pattern stands at the end', () => {
    fc.assert(
      fc.property(patterns, text, (sought, within) => {
        const { begun } = new Search(automatonFor(sought), Buffer.from(within))
        const lengths = sought.flatMap((one) => Array.from(one, (_, index) => index + 1))
        const ends = lengths.filter((length) => sought.some((one) => isEnd(fold(within), fold(one), length)))

        expect(begun).toBe(Math.max(0, ...ends))
      }),
      { numRuns: 500 },
    )
  })

  it('is right where it cannot keep all that it has learned', () => {
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
    let seed = 1
    const next = () => {
      seed = (seed * 48_271) % 2_147_483_647
      return digits[seed % digits.length] ?? ''
    }
    const many = Array.from({ length: 700 }, () => Array.from({ length: 64 }, next).join(''))
    const automaton = automatonFor(many)
    const almost = many.map((one) => `${one.slice(0, 63)}.`).join('')
    const places = new Search(automaton, Buffer.from(`${almost}${many[0]}${almost}${many.at(-1)}`)).spans

    expect(automaton.occursIn(Buffer.from(almost), almost.length)).toBe(false)
    expect(automaton.occursIn(Buffer.from(almost + many[7]), almost.length + 64)).toBe(true)
    expect(places).toEqual([
      almost.length,
      almost.length + 64,
      2 * almost.length + 64,
      2 * almost.length + 128,
    ])
  })
})

describe('a pattern whose first and last digits depend on what stands beside it', () => {
  it('covers one digit before, and one behind where there is one', () => {
    const automaton = new Automaton([{ bytes: Buffer.from('QUJD'), before: 1, after: 1 }])
    const findSpans = (within: string) => new Search(automaton, Buffer.from(within)).spans

    expect(findSpans('..xQUJDy..')).toEqual([2, 8])
    expect(findSpans('xQUJD.')).toEqual([0, 5])
    expect(findSpans('QUJD')).toEqual([0, 4])
    expect(findSpans('xQUJDQUJDy')).toEqual([0, 10])
  })
})

function isEnd(text: string, pattern: string, length: number): boolean {
  return length <= pattern.length && length <= text.length && text.endsWith(pattern.slice(0, length))
}
