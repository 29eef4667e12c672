/** How often the clock is looked at: it may jump, and a machine may sleep, which no timer notices. */
const longestMs = 5_000

/** Wakes when the next thing is due. It keeps no process alive. */
export class WakeTimer {
  readonly #now: () => number
  readonly #wakes = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  #at = Number.POSITIVE_INFINITY
  #isClosed = false

  /** `now` in milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Returns how to end it. */
  onWake(wake: () => void): () => void {
    const own = () => wake()
    this.#wakes.add(own)
    return () => this.#wakes.delete(own)
  }

  wake(): void {
    if (!this.#isClosed) for (const wake of this.#wakes) wake()
  }

  /** Replaces the time that was set before. Where that has come, and its timer is late, it wakes now. */
  set(at: number | null): void {
    const isLate = this.#at <= this.#now()
    this.#at = at ?? Number.POSITIVE_INFINITY
    if (isLate) this.wake()
    this.#start()
  }

  #start(): void {
    clearTimeout(this.#timer)
    if (this.#at === Number.POSITIVE_INFINITY || this.#isClosed) return
    const ms = Math.max(1, this.#at - this.#now())
    this.#timer =
      ms > longestMs
        ? setTimeout(() => this.#start(), longestMs).unref()
        : setTimeout(() => this.#ring(), ms).unref()
  }

  #ring(): void {
    this.#at = Number.POSITIVE_INFINITY
    this.wake()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }
}
