/** What takes longer than a millisecond or two: a text of so many characters to read, judge or keep. */
const longText = 65_536

/**
 * Lets long pieces of work take turns: one in each round of the event loop, so that everything else goes on in between,
 * however many of them become due at once.
 */
export class LoopTurns {
  readonly #waiting: (() => void)[] = []
  #begun = 0

  /** Whether work on so many characters has to wait for its turn. */
  static isLong(characters: number): boolean {
    return characters >= longText
  }

  /** Resolves when it is its turn. */
  take(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    if (this.#waiting.length - this.#begun === 1) setImmediate(this.#next)
    return promise
  }

  #next = (): void => {
    const begin = this.#waiting[this.#begun++]
    if (this.#begun < this.#waiting.length) setImmediate(this.#next)
    else {
      this.#waiting.length = 0
      this.#begun = 0
    }
    begin?.()
  }
}
