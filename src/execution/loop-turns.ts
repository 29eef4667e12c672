import { RoundBudget } from '../egress/limits/round-budget.ts'

/** Characters. Parsing, judging or masking a longer text takes more than a millisecond or two. */
const longText = 65_536

/** Runs long pieces of work one per round of the event loop. */
export class LoopTurns {
  readonly #budget = new RoundBudget(1)

  /** Whether work on this many characters must take a turn. */
  static isLong(characters: number): boolean {
    return characters >= longText
  }

  /** Resolves when the turn comes. */
  take(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#budget.wait(() => {
      this.#budget.take(1)
      resolve()
    })
    return promise
  }
}
