/** Lets so many tasks run at a time; the others wait in the order in which they came. */
export class Turns {
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  async take<Result>(task: () => Promise<Result>): Promise<Result> {
    await this.#begin()
    try {
      return await task()
    } finally {
      this.#end()
    }
  }

  async #begin(): Promise<void> {
    if (this.#free === 0) await new Promise<void>((begin) => this.#waiting.push(begin))
    else this.#free -= 1
  }

  /** The place goes from hand to hand, so that nobody can slip in between. */
  #end(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free += 1
    else next()
  }
}
