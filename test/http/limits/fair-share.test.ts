import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { half, mayHave } from '../../../src/http/limits/fair-share.ts'

/** What each has when all take one after the other, again and again, until none may have more. */
function takeAll(names: number, limit: number): number[] {
  const taken = Array<number>(names).fill(0)
  const sum = () => taken.reduce((total, own) => total + own, 0)
  for (let before = -1; before < sum(); ) {
    before = sum()
    taken.forEach((own, index) => {
      const pool = { limit, taken: sum(), sharers: Math.min(names, 3) }
      if (sum() < limit && mayHave(own, 1, pool)) taken[index] = own + 1
    })
  }
  return taken
}

describe('a fair share', () => {
  it.each([
    [1, 1_000, [1_000]],
    [2, 1_000, [500, 500]],
    [2, 1, [1, 0]],
    [4, 1_000, [200, 200, 200, 200]],
    [9, 1_000, Array(9).fill(100)],
  ])('is given to each of %i that share %i', (names, limit, shares) => {
    expect(takeAll(names, limit)).toEqual(shares)
  })

  it('is at most half where there are several, and leaves something for a new one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 50 }), fc.integer({ min: 100, max: 2_000 }), (names, limit) => {
        const taken = takeAll(names, limit)
        const free = limit - taken.reduce((total, own) => total + own, 0)

        expect(Math.max(...taken)).toBeLessThanOrEqual(half(limit))
        expect(free).toBeGreaterThanOrEqual(Math.floor(limit / (names + 1)))
        expect(mayHave(0, 1, { limit, taken: limit - free, sharers: 3 })).toBe(true)
      }),
      { numRuns: 50 },
    )
  })
})
