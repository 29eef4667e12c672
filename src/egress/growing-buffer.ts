/** Collects bytes up to a limit in one piece of memory, however small the pieces are that they come in. */
export class GrowingBuffer {
  readonly #limit: number
  #memory = Buffer.alloc(0)
  #length = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Keeps what fits; false if that was not all. */
  append(chunk: Buffer): boolean {
    const fitting = chunk.subarray(0, this.#limit - this.#length)
    this.#reserve(this.#length + fitting.length)
    fitting.copy(this.#memory, this.#length)
    this.#length += fitting.length
    return fitting.length === chunk.length
  }

  get length(): number {
    return this.#length
  }

  content(): Buffer {
    return this.#memory.subarray(0, this.#length)
  }

  #reserve(needed: number): void {
    if (needed <= this.#memory.length) return
    const memory = Buffer.allocUnsafeSlow(Math.min(this.#limit, Math.max(needed, 2 * this.#memory.length)))
    this.#memory.copy(memory, 0, 0, this.#length)
    this.#memory = memory
  }
}
