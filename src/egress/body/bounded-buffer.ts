const nothing: Buffer = Buffer.alloc(0)

/** Bytes reserved at least when a second piece arrives: one page of memory. */
const firstBytes = 4_096

/**
 * Collects bytes up to a limit in one contiguous buffer, so that many small pieces do not cost an object each. A
 * single piece is kept without a copy.
 */
export class BoundedBuffer {
  readonly #limit: number
  #bytes = nothing
  /** Holds the bytes as soon as there is more than one piece. */
  #memory: ArrayBuffer | null = null
  #isTaken = false

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Keeps what fits. Returns false if not all of it did. After `take` nothing fits any more. */
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

  /** Returns the bytes, without spare memory, and empties the buffer. */
  take(): Buffer {
    const bytes = this.#memory === null ? this.#bytes : Buffer.from(this.#memory.transfer(this.length))
    this.#isTaken = true
    this.#memory = null
    this.#bytes = nothing
    return bytes
  }

  #join(chunk: Buffer): Buffer {
    const { length } = this // read first: `transfer` detaches the memory
    const bytes = Buffer.from(this.#reserve(length + chunk.length), 0, length + chunk.length)
    bytes.set(chunk, length)
    return bytes
  }

  /** `transfer` frees the old memory at once. The garbage collector would be too late with many bodies under way. */
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
