export interface TargetPausesOptions {
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** The longest pause, in milliseconds. */
  readonly maxMs: number
}

/** The pauses that targets have asked for, by lane: the name of a connection. */
export class TargetPauses {
  readonly #now: () => number
  readonly #maxMs: number
  readonly #until = new Map<string, number>()

  constructor({ now, maxMs }: TargetPausesOptions) {
    this.#now = now
    this.#maxMs = maxMs
  }

  get isEmpty(): boolean {
    return this.#until.size === 0
  }

  /** Begins or lengthens the pause of a lane, never shortens it. Returns its length in milliseconds if it begins. */
  pause(lane: string, until: number): number | null {
    const now = this.#now()
    const end = Math.min(until, now + this.#maxMs)
    const before = this.until(lane)
    if (end <= Math.max(now, before)) return null
    this.#until.set(lane, end)
    return before > now ? null : Math.ceil(end - now)
  }

  /** When the pause of a lane ends. Forgets a pause that is over; 0 for none. */
  until(lane: string): number {
    const until = this.#until.get(lane) ?? 0
    if (until > this.#now()) return until
    this.#until.delete(lane)
    return 0
  }
}
