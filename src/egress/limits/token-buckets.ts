import type { Rate } from '../../webhook/limits.ts'
import { findAvailableAt, takeTokens } from './gcra.ts'

/** What was granted, and when the next token is there. */
export interface Reservation {
  readonly granted: number
  /** By the clock of the buckets. */
  readonly moreAt: number
}

/** Tokens of calls, by bucket. Those of several instances may stand behind it. */
export interface TokenSource {
  /** Takes up to `wanted` tokens. */
  reserve(bucket: string, rate: Rate, wanted: number): Reservation
  /** When `count` more tokens have been granted at the earliest. */
  availableAt(bucket: string, rate: Rate, count: number): number
}

export interface TokenBucketsOptions {
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** Buckets at most that are not full. Beyond it the one that was used longest ago is forgotten, and so is full. */
  readonly maxBuckets?: number
}

/** Fewer buckets are not worth a look for those that are full. */
const fewBuckets = 256

/** The buckets of this instance. A bucket that is full again is forgotten. */
export class TokenBuckets implements TokenSource {
  readonly #now: () => number
  readonly #maxBuckets: number
  /** When each bucket is full again, the one that was used longest ago first. */
  readonly #fullAt = new Map<string, number>()
  #nextSweep = fewBuckets

  constructor({ now, maxBuckets = 100_000 }: TokenBucketsOptions) {
    this.#now = now
    this.#maxBuckets = maxBuckets
  }

  get size(): number {
    return this.#fullAt.size
  }

  reserve(bucket: string, rate: Rate, wanted: number): Reservation {
    const now = this.#now()
    const { granted, fullAt } = takeTokens(this.#fullAt.get(bucket) ?? now, rate, now, wanted)
    if (granted > 0) this.#keep(bucket, fullAt, now)
    return { granted, moreAt: findAvailableAt(fullAt, rate, now, 1) }
  }

  availableAt(bucket: string, rate: Rate, count: number): number {
    const now = this.#now()
    return findAvailableAt(this.#fullAt.get(bucket) ?? now, rate, now, count)
  }

  #keep(bucket: string, fullAt: number, now: number): void {
    this.#fullAt.delete(bucket)
    this.#fullAt.set(bucket, fullAt)
    if (this.#fullAt.size >= this.#nextSweep) this.#sweep(now)
    if (this.#fullAt.size <= this.#maxBuckets) return
    const [oldest] = this.#fullAt.keys()
    if (oldest !== undefined) this.#fullAt.delete(oldest)
  }

  /** The next sweep comes when as many buckets were added as are left, so that each costs a constant amount of work. */
  #sweep(now: number): void {
    for (const [bucket, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(bucket)
    this.#nextSweep = Math.max(fewBuckets, 2 * this.#fullAt.size)
  }
}
