import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findAvailableAt, takeTokens } from '../../../src/egress/limits/gcra.ts'
import { TokenBuckets } from '../../../src/egress/limits/token-buckets.ts'
import type { Rate } from '../../../src/webhook/limits.ts'

/** Rates whose interval is a whole number of milliseconds, so that the model is exact. */
const exactRate = fc.record({
  perSecond: fc.constantFrom(1, 2, 4, 5, 8, 10, 20, 25, 40, 50, 100, 125, 200, 250, 500, 1_000),
  burst: fc.integer({ min: 1, max: 120 }),
})

const anyRate = fc.record({
  perSecond: fc.oneof(
    fc.integer({ min: 1, max: 3_000 }),
    fc.constantFrom(0.001, 0.3, 1 / 3, 1.5, 7.7, 999.9),
  ),
  burst: fc.integer({ min: 1, max: 120 }),
})

const arrivals = fc.array(
  fc.record({ waitMs: fc.integer({ min: 0, max: 400 }), wanted: fc.integer({ min: 0, max: 5 }) }),
  { maxLength: 300 },
)

/** A bucket that drips: counted in units of which a token has as many as the interval has milliseconds. */
class Model {
  readonly #interval: number
  readonly #burst: number
  #units: number
  #at = 0

  constructor({ perSecond, burst }: Rate) {
    this.#interval = 1_000 / perSecond
    this.#burst = burst
    this.#units = burst * this.#interval
  }

  take(now: number, wanted: number): number {
    this.#units = Math.min(this.#burst * this.#interval, this.#units + now - this.#at)
    this.#at = now
    const granted = Math.min(wanted, Math.floor(this.#units / this.#interval))
    this.#units -= granted * this.#interval
    return granted
  }
}

/** The times of all tokens, by a caller that takes all that it can get. */
function takeGreedily(rate: Rate, untilMs: number, stepMs: number): readonly number[] {
  const times: number[] = []
  let fullAt = 0
  for (let now = 0; now <= untilMs; now += stepMs) {
    const grant = takeTokens(fullAt, rate, now, Number.POSITIVE_INFINITY)
    fullAt = grant.fullAt
    for (let index = 0; index < grant.granted; index++) times.push(now)
  }
  return times
}

/** The most tokens in a span of time, whose ends both count. */
function countMost(times: readonly number[], spanMs: number): number {
  let most = 0
  let first = 0
  times.forEach((time, index) => {
    while (time - (times[first] ?? 0) > spanMs) first += 1
    most = Math.max(most, index - first + 1)
  })
  return most
}

describe('the tokens of a rate', () => {
  it('are those of a bucket that drips', () => {
    fc.assert(
      fc.property(exactRate, arrivals, (rate, calls) => {
        const model = new Model(rate)
        let [now, fullAt] = [0, 0]
        for (const { waitMs, wanted } of calls) {
          now += waitMs
          const grant = takeTokens(fullAt, rate, now, wanted)
          fullAt = grant.fullAt
          expect(grant.granted).toBe(model.take(now, wanted))
        }
      }),
    )
  })

  it('are never more than burst and what the time gives, in any span', () => {
    fc.assert(
      fc.property(
        anyRate,
        fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 400 }),
        fc.integer({ min: 1, max: 5_000 }),
        (rate, waits, spanMs) => {
          const times: number[] = []
          let [now, fullAt] = [0, 0]
          for (const waitMs of waits) {
            now += waitMs
            const grant = takeTokens(fullAt, rate, now, 40)
            fullAt = grant.fullAt
            for (let index = 0; index < grant.granted; index++) times.push(now)
          }
          const most = rate.burst + (rate.perSecond * spanMs) / 1_000
          expect(countMost(times, spanMs)).toBeLessThanOrEqual(Math.floor(most + 1e-3))
        },
      ),
    )
  })

  it.each([
    [50, 50],
    [50, 100],
    [50, 1],
  ])('of %i a second and %i at once are at most as many in any second of twenty', (perSecond, burst) => {
    const times = takeGreedily({ perSecond, burst }, 20_000, 0.5)

    expect(times).toHaveLength(burst + 20 * perSecond)
    expect(countMost(times, 1_000)).toBe(perSecond + burst)
  })

  it('are there when it was said, and not before', () => {
    fc.assert(
      fc.property(exactRate, arrivals, (rate, calls) => {
        let [now, fullAt] = [0, 0]
        for (const { waitMs, wanted } of calls) {
          now += waitMs
          ;({ fullAt } = takeTokens(fullAt, rate, now, wanted))
        }
        const at = findAvailableAt(fullAt, rate, now, 1)
        expect(takeTokens(fullAt, rate, at, 1).granted).toBe(1)
        if (at > now) expect(takeTokens(fullAt, rate, at - 0.01, 1).granted).toBe(0)
      }),
    )
  })

  it('that nothing took before are granted together when the last one is there', () => {
    const rate = { perSecond: 10, burst: 2 }
    const { fullAt } = takeTokens(0, rate, 0, 2)

    expect([1, 2, 5].map((count) => findAvailableAt(fullAt, rate, 0, count))).toEqual([100, 200, 500])
  })
})

describe('buckets', () => {
  const rate = { perSecond: 10, burst: 5 }

  it('say what they grant, and when there is more', () => {
    let now = 1_000
    const buckets = new TokenBuckets({ now: () => now })

    expect(buckets.reserve('a', rate, 3)).toEqual({ granted: 3, moreAt: 1_000 })
    expect(buckets.reserve('a', rate, 3)).toEqual({ granted: 2, moreAt: 1_100 })
    expect(buckets.reserve('a', rate, 3)).toEqual({ granted: 0, moreAt: 1_100 })
    expect(buckets.reserve('b', rate, 1)).toEqual({ granted: 1, moreAt: 1_000 })
    now = 1_100
    expect(buckets.reserve('a', rate, 3)).toEqual({ granted: 1, moreAt: 1_200 })
  })

  it('are forgotten when they are full again', () => {
    let now = 0
    const buckets = new TokenBuckets({ now: () => now })
    let most = 0
    for (let index = 0; index < 50_000; index++) {
      now += 1
      buckets.reserve(`tenant-${index}`, rate, 1) // full again after 100 ms
      most = Math.max(most, buckets.size)
    }

    expect(most).toBeLessThanOrEqual(400)
  })

  it('that are not full are bounded, too: the one that was used longest ago is forgotten', () => {
    const buckets = new TokenBuckets({ now: () => 0, maxBuckets: 1_000 })
    for (let index = 0; index < 5_000; index++) {
      buckets.reserve(`tenant-${index}`, rate, 1)
      buckets.reserve('busy', rate, 1)
    }

    expect(buckets.size).toBe(1_000)
    expect(buckets.reserve('busy', rate, 1).granted).toBe(0)
  })

  it('obey a rate that changes', () => {
    const buckets = new TokenBuckets({ now: () => 0 })
    buckets.reserve('a', { perSecond: 100, burst: 100 }, 100)

    expect(buckets.reserve('a', { perSecond: 1, burst: 1 }, 1)).toEqual({ granted: 0, moreAt: 1_000 })
  })
})
