/**
 * Limits the work per round of the event loop, so that everything else proceeds in between, however much work is due
 * at once.
 */
export class RoundBudget {
  readonly #perRound: number
  #left: number
  /** The callbacks of the current pass. The first `#begun` of them have been called. */
  #due: (() => void)[] = []
  #begun = 0
  /** Callbacks that were added since. They form the next pass. */
  #coming: (() => void)[] = []
  #isScheduled = false

  constructor(perRound: number) {
    this.#perRound = perRound
    this.#left = perRound
  }

  /** Whether work may be done in this round. */
  get isOpen(): boolean {
    return this.#left > 0
  }

  /** Counts work that was done. */
  take(amount: number): void {
    this.#left -= amount
  }

  /** Calls `begin` in a later round with budget left, in order of arrival. */
  wait(begin: () => void): void {
    this.#coming.push(begin)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(this.#next)
  }

  #next = (): void => {
    this.#isScheduled = false
    this.#left = this.#perRound
    if (this.#begun === this.#due.length) {
      this.#due = this.#coming
      this.#coming = []
      this.#begun = 0
    }
    while (this.#begun < this.#due.length && this.isOpen) this.#due[this.#begun++]?.()
    if (this.#begun < this.#due.length || this.#coming.length > 0) this.#schedule()
  }
}
