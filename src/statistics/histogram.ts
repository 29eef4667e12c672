import { Counter } from './counter.ts'

/** Buckets per doubling of a value. Smaller values have one bucket each. */
const perDoubling = 32

/** 24 days in milliseconds, and the largest number for bit shifts. */
const greatest = 2 ** 31 - 1

/**
 * Counts values in buckets whose width grows with the value. It takes at most 864 buckets for any number of values.
 * Percentiles below 64 are exact, others are off by 1/64 at most.
 */
export class Histogram {
  readonly #buckets: Counter<number>
  #count: number

  /** With the buckets of another one. */
  constructor(buckets: readonly (readonly [number, number])[] = []) {
    this.#buckets = new Counter(buckets)
    this.#count = buckets.reduce((sum, [, count]) => sum + count, 0)
  }

  /** `value` must not be negative. It is rounded to an integer. */
  add(value: number): void {
    this.#buckets.add(findBucket(Math.min(Math.round(value), greatest)))
    this.#count += 1
  }

  addAll(other: Histogram): void {
    this.#buckets.addAll(other.#buckets)
    this.#count += other.#count
  }

  /** The buckets, and how many values are in each. */
  entries(): [number, number][] {
    return this.#buckets.entries()
  }

  /** The smallest value that `percent` of all values do not exceed. There must be at least one value. */
  percentile(percent: number): number {
    let rank = Math.ceil((this.#count * percent) / 100)
    for (const [bucket, count] of this.#buckets.entries().sort(([a], [b]) => a - b)) {
      rank -= count
      if (rank <= 0) return computeMiddle(bucket)
    }
    throw new TypeError('a percentile needs at least one value')
  }
}

function findBucket(value: number): number {
  const doublings = doublingsTo(value)
  return doublings * perDoubling + (value >>> doublings)
}

function computeMiddle(bucket: number): number {
  const doublings = Math.max(0, Math.floor(bucket / perDoubling) - 1)
  const width = 2 ** doublings
  return (bucket - doublings * perDoubling) * width + Math.floor((width - 1) / 2)
}

/** How many times a value must be halved to be less than 64, so that it fits in six bits. */
function doublingsTo(value: number): number {
  return Math.max(0, 32 - 6 - Math.clz32(value))
}
