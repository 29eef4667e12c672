/** Of all responses together, between two looks at everything else. */
const maxBytesAtOnce = 32_768

/**
 * Lets responses take turns. However many targets send at once, as much as they can, only so much is read before the event
 * loop sees to the clients again.
 */
export class ReadTurns {
  #bytesLeft = maxBytesAtOnce
  #waiting: (() => void)[] = []

  /** Whether something may be read now. Counts nothing. */
  get isOpen(): boolean {
    return this.#bytesLeft > 0
  }

  /** So much was read, or took as long as if it were. */
  take(bytes: number): void {
    this.#bytesLeft -= bytes
  }

  /** Calls back when it may be read again: who waits first comes first. */
  wait(read: () => void): void {
    if (this.#waiting.push(read) === 1) setImmediate(this.#next)
  }

  #next = (): void => {
    this.#bytesLeft = maxBytesAtOnce
    const due = this.#waiting
    this.#waiting = []
    let begun = 0
    while (begun < due.length && this.isOpen) due[begun++]?.()
    if (begun === due.length) return
    this.#waiting = [...due.slice(begun), ...this.#waiting]
    setImmediate(this.#next)
  }
}
