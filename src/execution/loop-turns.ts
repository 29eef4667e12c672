import { RoundBudget } from '../egress/limits/round-budget.ts'

/** What takes longer than a millisecond or two: a text of so many characters to read, judge or keep. */
const longText = 65_536

/** Lets long pieces of work take turns: one in each round of the event loop. */
export class LoopTurns {
  readonly #budget = new RoundBudget(1)

  /** Whether work on so many characters has to wait for its turn. */
  static isLong(characters: number): boolean {
    return characters >= longText
  }

  /** Resolves when it is its turn. */
  take(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#budget.wait(() => {
      this.#budget.take(1)
      resolve()
    })
    return promise
  }
}
