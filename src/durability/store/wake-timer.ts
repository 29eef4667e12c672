/** setTimeout takes no more. */
const longestMs = 2 ** 31 - 1

/** Wakes when the next thing is due. It keeps no process alive. */
export class WakeTimer {
  readonly #now: () => number
  readonly #wakes = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
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

  /** Replaces the time that was set before. */
  set(at: number | null): void {
    clearTimeout(this.#timer)
    if (at === null || this.#isClosed) return
    const ms = Math.min(Math.max(1, at - this.#now()), longestMs)
    this.#timer = setTimeout(() => this.wake(), ms).unref()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }
}
