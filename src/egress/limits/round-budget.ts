/**
 * Lets work take turns: so much of it in each round of the event loop, so that everything else goes on in between,
 * however much of it becomes due at once.
 */
export class RoundBudget {
  readonly #perRound: number
  #left: number
  /** The first ones have had their turn already. */
  #due: (() => void)[] = []
  #begun = 0
  /** Those that came since, who are due when all before them have had their turn. */
  #coming: (() => void)[] = []
  #isScheduled = false

  constructor(perRound: number) {
    this.#perRound = perRound
    this.#left = perRound
  }

  /** Whether some may be done now. Counts nothing. */
  get isOpen(): boolean {
    return this.#left > 0
  }

  /** So much was done. */
  take(amount: number): void {
    this.#left -= amount
  }

  /** Calls back in a later round that is open: who waits first comes first. */
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
