const nothing: Buffer = Buffer.alloc(0)

/** What is reserved at the least when a second piece comes. */
const firstBytes = 4_096

/**
 * Collects bytes up to a limit in one piece of memory, however small the pieces are that they come in. What comes in
 * one piece stays where it is: a copy would take up as much.
 */
export class BoundedBuffer {
  readonly #limit: number
  #bytes = nothing
  /** Where the bytes are, once they have come in more than one piece. */
  #memory: ArrayBuffer | null = null
  #isTaken = false

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Keeps what fits; false if that was not all. Nothing fits any more once the bytes were taken. */
  append(chunk: Buffer): boolean {
    if (this.#isTaken) return false
    const room = this.#limit - this.length
    const fitting = chunk.length > room ? chunk.subarray(0, room) : chunk
    this.#bytes = this.length === 0 ? fitting : this.#join(fitting)
    return fitting === chunk
  }

  get length(): number {
    return this.#bytes.length
  }

  copy(): Buffer {
    return Buffer.from(this.#bytes)
  }

  /** Hands over the bytes, without the memory that was reserved for more. The buffer is empty from then on. */
  take(): Buffer {
    const bytes = this.#memory === null ? this.#bytes : Buffer.from(this.#memory.transfer(this.length))
    this.#isTaken = true
    this.#memory = null
    this.#bytes = nothing
    return bytes
  }

  #join(chunk: Buffer): Buffer {
    const { length } = this // none is left where the memory moves
    const bytes = Buffer.from(this.#reserve(length + chunk.length), 0, length + chunk.length)
    bytes.set(chunk, length)
    return bytes
  }

  /** `transfer` frees the old memory at once: two hundred bodies cannot wait for the garbage collector. */
  #reserve(needed: number): ArrayBuffer {
    const reserved = this.#memory?.byteLength ?? 0
    const size = Math.min(this.#limit, Math.max(needed, 2 * reserved, firstBytes))
    if (this.#memory === null) {
      this.#memory = new ArrayBuffer(size)
      new Uint8Array(this.#memory).set(this.#bytes)
    } else if (needed > reserved) {
      this.#memory = this.#memory.transfer(size)
    }
    return this.#memory
  }
}
