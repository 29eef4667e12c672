/** Lets so many through in a second, and as many at once. */
export class TokenBucket {
  readonly #perSecond: number
  #tokens: number
  /** When `#tokens` was right, in milliseconds. */
  #at = 0

  constructor(perSecond: number) {
    this.#perSecond = perSecond
    this.#tokens = perSecond
  }

  /** Takes a token, if there is one at this time. */
  take(nowMs: number): boolean {
    const refill = ((nowMs - this.#at) * this.#perSecond) / 1_000
    this.#tokens = Math.min(this.#perSecond, this.#tokens + refill)
    this.#at = nowMs
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
