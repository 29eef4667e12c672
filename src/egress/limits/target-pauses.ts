/** The pauses that targets have asked for, by lane: the name of a connection. Those of several instances may stand behind it. */
export interface Pauses {
  /** Whether no lane has a pause. */
  readonly isEmpty: boolean
  /** Begins or lengthens the pause of a lane, never shortens it. Returns its length in milliseconds if it begins. */
  pause(lane: string, until: number): number | null
  /** When the pause of a lane ends, by the clock of the pauses. 0 for none. */
  until(lane: string): number
}

export interface TargetPausesOptions {
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** The longest pause, in milliseconds. */
  readonly maxMs: number
}

/** The pauses of this instance. One that is over is forgotten. */
export class TargetPauses implements Pauses {
  readonly #now: () => number
  readonly #maxMs: number
  readonly #until = new Map<string, number>()
  #lastEnd = 0

  constructor({ now, maxMs }: TargetPausesOptions) {
    this.#now = now
    this.#maxMs = maxMs
  }

  get isEmpty(): boolean {
    if (this.#until.size === 0) return true
    if (this.#lastEnd > this.#now()) return false
    this.#until.clear()
    return true
  }

  pause(lane: string, until: number): number | null {
    const now = this.#now()
    const end = Math.min(until, now + this.#maxMs)
    const before = this.until(lane)
    if (end <= Math.max(now, before)) return null
    this.#until.set(lane, end)
    this.#lastEnd = Math.max(this.#lastEnd, end)
    return before > now ? null : Math.ceil(end - now)
  }

  until(lane: string): number {
    const until = this.#until.get(lane) ?? 0
    if (until > this.#now()) return until
    this.#until.delete(lane)
    return 0
  }
}
