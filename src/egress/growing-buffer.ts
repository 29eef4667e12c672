/** Where most bodies fit, and what the smallest of them costs. */
const firstBytes = 4_096

/** Collects bytes up to a limit in one piece of memory, however small the pieces are that they come in. */
export class GrowingBuffer {
  readonly #limit: number
  #memory = new ArrayBuffer(0)
  #length = 0
  #isTaken = false

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Keeps what fits; false if that was not all. Nothing fits any more once the bytes were taken. */
  append(chunk: Buffer): boolean {
    if (this.#isTaken) return false
    const fitting = chunk.subarray(0, this.#limit - this.#length)
    this.#reserve(this.#length + fitting.length)
    fitting.copy(new Uint8Array(this.#memory), this.#length)
    this.#length += fitting.length
    return fitting.length === chunk.length
  }

  get length(): number {
    return this.#length
  }

  copy(): Buffer {
    return Buffer.from(new Uint8Array(this.#memory, 0, this.#length))
  }

  /** Hands over the bytes, in memory of their own size. The buffer is empty from then on. */
  take(): Buffer {
    const bytes = Buffer.from(this.#memory.transfer(this.#length))
    this.#isTaken = true
    this.#memory = new ArrayBuffer(0)
    this.#length = 0
    return bytes
  }

  /** `transfer` frees the old memory at once: two hundred bodies cannot wait for the garbage collector. */
  #reserve(needed: number): void {
    const { byteLength } = this.#memory
    if (needed <= byteLength) return
    this.#memory = this.#memory.transfer(Math.min(this.#limit, Math.max(needed, 2 * byteLength, firstBytes)))
  }
}
