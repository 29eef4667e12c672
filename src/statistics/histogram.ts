import { Counter } from './counter.ts'

/** Each doubling of a value is divided into so many buckets; smaller values have one each. */
const perDoubling = 32

/** 24 days in milliseconds, and the end of what bits can be shifted in. */
const greatest = 2 ** 31 - 1

/**
 * Counts values in buckets that grow with the value, so that any number of them takes a bounded place (864 buckets)
 * and percentiles stay near: those below 64 are exact, others are off by 1 / 64 at most.
 */
export class Histogram {
  readonly #buckets = new Counter<number>()
  #count = 0

  /** `value` is not negative, and counts as the nearest integer. */
  add(value: number): void {
    this.#buckets.add(findBucket(Math.min(Math.round(value), greatest)))
    this.#count += 1
  }

  addAll(other: Histogram): void {
    this.#buckets.addAll(other.#buckets)
    this.#count += other.#count
  }

  /** The smallest value that is not exceeded by `percent` of all values, of which there must be one. */
  percentile(percent: number): number {
    let rank = Math.ceil((this.#count * percent) / 100)
    for (const [bucket, count] of this.#buckets.entries().sort(([a], [b]) => a - b)) {
      rank -= count
      if (rank <= 0) return computeMiddle(bucket)
    }
    throw new TypeError('nothing has been counted')
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

/** How often a value must be halved to be less than 64, which takes six bits. */
function doublingsTo(value: number): number {
  return Math.max(0, 32 - 6 - Math.clz32(value))
}
