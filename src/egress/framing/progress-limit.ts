/**
 * Limit for a head, for all interim heads of a response together, for its trailers, and for the framing between two
 * pieces of its body. Node's own default for a head.
 */
export const maxHeaderBytes = 16_384

/**
 * Limit for the headers of a head and for its trailers. undici keeps two buffers per header, so a header of one
 * letter takes a thousand times its size on the wire, and undici's own limit counts only letters.
 */
const maxHeaders = 512

/** Headers, plus the status line or the last chunk, plus the empty line. */
const maxLines = maxHeaders + 2

/**
 * Framing bytes allowed per byte of the body. The smallest chunk has 5 for one byte, or 12 if its size has leading
 * zeros.
 */
const framingPerByte = 16

const lineFeed = 0x0a

/** What exceeds a limit: the bytes or the headers of one head, or the bytes of all interim heads (1xx). */
export type HeadExcess = 'bytes' | 'headers' | 'interimBytes'

/**
 * Limits how much of a response is read without progress, which is the end of a head or a piece of the body. Bytes
 * that the parser skips or collects without an event count as well: reason phrases, line breaks, extensions and sizes
 * of chunks.
 */
export class ProgressLimit {
  /** Bytes read since the last progress, less the allowance that the body has earned. */
  #bytes = 0
  #lines = 0
  /** Bytes of the incomplete line. */
  #lineBytes = 0
  #interimBytes = 0
  #isInBody = false
  #endsHead = false

  /** Starts over for the next response. */
  reset(): void {
    this.#advance(0)
    this.#lineBytes = 0
    this.#interimBytes = 0
    this.#isInBody = false
  }

  /** The limit that is reached, so that nothing more may be read, or null. */
  get excess(): HeadExcess | null {
    if (this.#interimBytes >= maxHeaderBytes) return 'interimBytes'
    if (this.#lines >= maxLines) return 'headers'
    return this.#bytes >= maxHeaderBytes ? 'bytes' : null
  }

  /** Whether the bytes taken last ended a head, or an empty line before it. */
  get endsHead(): boolean {
    return this.#endsHead
  }

  /**
   * Counts, and returns, how much of a chunk may be read at once. It never exceeds one head, so that bytes after a
   * head are not counted with it.
   */
  take(chunk: Buffer): number {
    const most = this.#isInBody ? maxHeaderBytes : maxHeaderBytes - this.#bytes
    const end = this.#findEnd(chunk.length <= most ? chunk : chunk.subarray(0, most))
    this.#bytes += end
    return end
  }

  /** An interim head (1xx) ended with the bytes taken last. */
  noteInterimHead(): void {
    this.#interimBytes += this.#bytes
    this.#advance(0)
  }

  /** The final head ended with the bytes taken last. */
  noteHead(): void {
    this.#isInBody = true
    this.#advance(0)
  }

  /** Counts bytes taken that belong to the body. */
  noteBody(bytes: number): void {
    this.#advance(Math.max(0, this.#bytes - bytes * (1 + framingPerByte)))
  }

  #advance(bytes: number): void {
    this.#bytes = bytes
    this.#lines = 0
  }

  #findEnd(chunk: Buffer): number {
    let end = 0
    this.#endsHead = false
    while (this.#lines < maxLines) {
      const at = chunk.indexOf(lineFeed, end)
      if (at === -1) {
        this.#lineBytes += chunk.length - end
        return chunk.length
      }
      // An empty line has at most a CR.
      const isEmpty = this.#lineBytes + at - end <= 1
      this.#lines += 1
      this.#lineBytes = 0
      end = at + 1
      this.#endsHead = isEmpty && !this.#isInBody
      if (this.#endsHead) return end
    }
    return end
  }
}
