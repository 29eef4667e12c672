/** A token bucket: so many per second, and as many at once. */
export class TokenBucket {
  readonly #perSecond: number
  #tokens: number
  /** The time for which `#tokens` is valid, in milliseconds. */
  #at = 0

  constructor(perSecond: number) {
    this.#perSecond = perSecond
    this.#tokens = perSecond
  }

  /** Takes a token. Returns false if there is none. */
  take(nowMs: number): boolean {
    const refill = ((nowMs - this.#at) * this.#perSecond) / 1_000
    this.#tokens = Math.min(this.#perSecond, this.#tokens + refill)
    this.#at = nowMs
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
