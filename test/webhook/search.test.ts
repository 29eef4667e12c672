import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteOccurrences, overlapAtEnd, textOccurrences } from '../../src/webhook/search.ts'

const few = (lengths: { minLength: number; maxLength: number }) =>
  fc.string({ unit: fc.constantFrom('a', 'b'), ...lengths })

function expected(haystack: string, needle: string): number[][] {
  const found: number[][] = []
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, at + needle.length))
    found.push([at, at + needle.length])
  return found
}

describe('a search finds what indexOf finds', () => {
  it('for short needles and for long ones, in texts and in bytes', () => {
    const times = fc.constantFrom(1, 100)
    fc.assert(
      fc.property(
        few({ minLength: 0, maxLength: 12 }),
        few({ minLength: 1, maxLength: 4 }),
        times,
        (hay, pin, many) => {
          const needle = pin.repeat(many)
          const haystack = hay.repeat(many) + needle + hay
          expect([...textOccurrences(haystack, needle)]).toEqual(expected(haystack, needle))
          expect([...byteOccurrences(Buffer.from(haystack), Buffer.from(needle))]).toEqual(
            expected(haystack, needle),
          )
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('the overlap at the end', () => {
  it('is the longest beginning of the needle, but not the needle, that the haystack ends with', () => {
    fc.assert(
      fc.property(
        few({ minLength: 0, maxLength: 20 }),
        few({ minLength: 1, maxLength: 8 }),
        (haystack, needle) => {
          const lengths = [...Array(needle.length).keys()].filter((length) =>
            haystack.endsWith(needle.slice(0, length)),
          )
          expect(overlapAtEnd(Buffer.from(haystack), Buffer.from(needle))).toBe(Math.max(...lengths))
        },
      ),
      { numRuns: 2000 },
    )
  })
})
