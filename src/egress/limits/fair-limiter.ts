type Begin = () => void

/**
 * Lets so many tasks run at a time; the others wait. Lanes take turns, so that a crowd in one holds up none of
 * the others, and within a lane the order is that in which they came.
 */
export class Turns {
  /** The lane whose turn it is next stands first. */
  readonly #waiting = new Map<string, readonly Begin[]>()
  #free: number

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  async take<Result>(lane: string, task: () => Promise<Result>): Promise<Result> {
    if (this.#free === 0) await new Promise<void>((begin) => this.#wait(lane, begin))
    else this.#free -= 1
    try {
      return await task()
    } finally {
      this.#end()
    }
  }

  #wait(lane: string, begin: Begin): void {
    this.#waiting.set(lane, [...(this.#waiting.get(lane) ?? []), begin])
  }

  /** The place goes from hand to hand, so that nobody can slip in between. */
  #end(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#free += 1
      return
    }
    const [lane, [begin, ...others]] = next
    this.#waiting.delete(lane)
    if (others.length > 0) this.#waiting.set(lane, others)
    begin?.()
  }
}
