import type { Reservation, TokenSource } from '../egress/limits/token-buckets.ts'
import type { Rate } from '../webhook/limits.ts'
import type { ExecutionStore } from './store/execution-store.ts'

export interface SharedTokensOptions {
  readonly store: Pick<ExecutionStore, 'reserve' | 'now'>
  /** The buckets of this instance, for as long as the store cannot be asked. */
  readonly own: TokenSource
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** Buckets that are known at most. */
  readonly maxBuckets?: number
}

/** A block of tokens lasts this long at the full rate. It is the most that an instance has of a bucket. */
const blockMs = 100

/** How soon a call asks again that has met with a question to the store. */
const answerMs = 3

/** How long the store is left alone that could not be asked. */
const troubledMs = 1_000

interface Block {
  left: number
  /** When the store has more. */
  moreAt: number
  isAsking: boolean
  /** About how many tokens were used in the last 100 ms, at this time. */
  used: number
  usedAt: number
}

/**
 * Tokens that all instances share. They come from the store in blocks, so that it is not asked for each call: what an instance takes
 * in advance is no more than it used in the last 100 ms.
 */
export class SharedTokens implements TokenSource {
  readonly #options: SharedTokensOptions
  readonly #maxBuckets: number
  /** The one that was used longest ago first. */
  readonly #blocks = new Map<string, Block>()
  #troubledUntil = 0

  constructor(options: SharedTokensOptions) {
    this.#options = options
    this.#maxBuckets = options.maxBuckets ?? 10_000
  }

  reserve(bucket: string, rate: Rate, wanted: number): Reservation {
    const now = this.#options.now()
    if (now < this.#troubledUntil) return this.#options.own.reserve(bucket, rate, wanted)
    const block = this.#find(bucket, now)
    const granted = Math.min(wanted, block.left)
    block.left -= granted
    block.used = countUsed(block, now) + granted
    block.usedAt = now
    if (granted < wanted) this.#ask(bucket, rate, block, wanted - granted)
    return { granted, moreAt: block.left > 0 ? now : this.#findNext(block, now) }
  }

  availableAt(bucket: string, rate: Rate, count: number): number {
    const now = this.#options.now()
    if (now < this.#troubledUntil) return this.#options.own.availableAt(bucket, rate, count)
    const block = this.#blocks.get(bucket)
    if (block === undefined || block.left >= count) return now
    const missing = Math.max(0, count - block.left - Math.max(1, Math.floor(rate.burst)))
    return this.#findNext(block, now) + (missing * 1_000) / rate.perSecond
  }

  #findNext({ isAsking, moreAt }: Block, now: number): number {
    return isAsking ? now + answerMs : Math.max(now, moreAt)
  }

  #find(bucket: string, now: number): Block {
    const known = this.#blocks.get(bucket)
    const block = known ?? { left: 0, moreAt: 0, isAsking: false, used: 0, usedAt: now }
    if (known !== undefined) this.#blocks.delete(bucket)
    this.#blocks.set(bucket, block)
    if (this.#blocks.size > this.#maxBuckets) {
      const [oldest] = this.#blocks.keys()
      if (oldest !== undefined) this.#blocks.delete(oldest)
    }
    return block
  }

  #ask(bucket: string, rate: Rate, block: Block, missing: number): void {
    const { now, store } = this.#options
    const at = now()
    if (block.isAsking || at < block.moreAt) return
    const largest = Math.max(1, Math.floor((rate.perSecond * blockMs) / 1_000))
    const wanted = Math.min(largest, Math.max(missing, Math.ceil(countUsed(block, at))))
    block.isAsking = true
    void store.reserve(bucket, rate, wanted).then((answer) => {
      block.isAsking = false
      if (answer === 'unavailable') {
        this.#troubledUntil = now() + troubledMs
        return
      }
      block.left += answer.granted
      // Until then the store has nothing more.
      block.moreAt = answer.granted === wanted ? 0 : now() + Math.max(1, answer.moreAt - store.now())
    })
  }
}

/** Older use counts less and less. */
function countUsed({ used, usedAt }: Block, now: number): number {
  return used * Math.exp((usedAt - now) / blockMs)
}
