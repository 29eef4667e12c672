import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Histogram } from '../../src/statistics/histogram.ts'

const duration = fc.oneof(fc.nat(100), fc.nat(20_000), fc.nat(2 ** 31 - 1))

describe('a percentile', () => {
  it('is exact below 64', () => {
    const histogram = createFilledHistogram(Array.from({ length: 64 }, (_, value) => value))

    expect([1, 50, 95, 99, 100].map((percent) => histogram.percentile(percent))).toEqual([0, 31, 60, 63, 63])
  })

  it('is never off by more than 1/64 of the exact one', () => {
    const percent = fc.integer({ min: 1, max: 100 })
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1 }), percent, (values, asked) => {
        const exact = exactPercentile(values, asked)

        expect(Math.abs(createFilledHistogram(values).percentile(asked) - exact)).toBeLessThanOrEqual(
          exact / 64,
        )
      }),
    )
  })

  it.each([64, 65, 127, 128, 1_000, 9_999, 10_000, 600_000, 2 ** 31 - 1])('is near %d', (value) => {
    expect(Math.abs(createFilledHistogram([value]).percentile(50) - value)).toBeLessThanOrEqual(value / 64)
  })

  it('is that of the values in any order', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1 }), (values) => {
        const sorted = values.toSorted((a, b) => a - b)

        expect(createFilledHistogram(values).percentile(95)).toBe(
          createFilledHistogram(sorted).percentile(95),
        )
      }),
    )
  })

  it('rounds fractions to the nearest integer, and counts what is too great as the greatest', () => {
    expect(createFilledHistogram([1.4]).percentile(50)).toBe(1)
    expect(createFilledHistogram([Number.MAX_SAFE_INTEGER]).percentile(50)).toBe(
      createFilledHistogram([2 ** 31 - 1]).percentile(50),
    )
  })

  it('is null where nothing has been counted', () => {
    expect(() => new Histogram().percentile(50)).toThrow(TypeError)
  })
})

function createFilledHistogram(values: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const value of values) histogram.add(value)
  return histogram
}

/** By the nearest rank. */
function exactPercentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil((values.length * percent) / 100) - 1] ?? Number.NaN
}
