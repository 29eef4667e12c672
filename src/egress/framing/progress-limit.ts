/**
 * Of a head, of all interim heads of a response together, of its trailers, and of what frames its body between two
 * pieces of it.
 */
export const maxHeaderBytes = 16_384

/**
 * Of head and trailers of a response, each. undici keeps two buffers for every header, which makes those of one
 * letter a thousand times as large as they are on the wire; its limit counts letters only.
 */
const maxHeaders = 512

/** With the status line, or the last chunk of a body, and the empty line behind. */
const maxLines = maxHeaders + 2

/**
 * Every byte of a body pays for so many that frame it. The smallest chunk has 5 for its only byte, or 12 where the
 * size is written with leading zeros.
 */
const framingPerByte = 16

const lineFeed = 0x0a

/** What a response can have too much of: bytes or headers of one head, or bytes of all interim heads (1xx). */
export type HeadExcess = 'bytes' | 'headers' | 'interimBytes'

/**
 * How much may be read of a response before it gets somewhere: to the end of a head, or to a piece of the body. What
 * the parser skips or collects in silence counts, too: reason phrases, line breaks, extensions and sizes of chunks.
 */
export class ProgressLimit {
  /** Read since the response last got somewhere, less what its body has paid for. */
  #bytes = 0
  #lines = 0
  /** How much of a line has been read that has not ended. */
  #lineBytes = 0
  #interimBytes = 0
  #isInBody = false
  #endsHead = false

  /** Another response is expected. */
  reset(): void {
    this.#advance(0)
    this.#lineBytes = 0
    this.#interimBytes = 0
    this.#isInBody = false
  }

  /** What there is too much of, so that nothing more may be read; null for nothing. */
  get excess(): HeadExcess | null {
    if (this.#interimBytes >= maxHeaderBytes) return 'interimBytes'
    if (this.#lines >= maxLines) return 'headers'
    return this.#bytes >= maxHeaderBytes ? 'bytes' : null
  }

  /** Whether what was taken last ended a head, or was an empty line before one. */
  get endsHead(): boolean {
    return this.#endsHead
  }

  /**
   * Tells how much of a chunk may be read at once, and counts it: never more than one head, so that what stands
   * behind it is not counted with it.
   */
  take(chunk: Buffer): number {
    const most = this.#isInBody ? maxHeaderBytes : maxHeaderBytes - this.#bytes
    const end = this.#findEnd(chunk.length <= most ? chunk : chunk.subarray(0, most))
    this.#bytes += end
    return end
  }

  /** An interim head (1xx) ended with what was taken last. */
  noteInterimHead(): void {
    this.#interimBytes += this.#bytes
    this.#advance(0)
  }

  /** The final head ended with what was taken last. */
  noteHead(): void {
    this.#isInBody = true
    this.#advance(0)
  }

  /** So many of the bytes that were taken belong to the body. */
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
      // Nothing, or a CR.
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
