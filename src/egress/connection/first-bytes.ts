import type { EgressErrorCode } from '../call/egress-error.ts'

/** The first bytes of every HTTP/1.1 response. */
const httpMagic = Buffer.from('HTTP/')

/** Collects the first bytes of a response, as many as are needed to recognise its protocol. */
export class FirstBytes {
  readonly #bytes = Buffer.alloc(httpMagic.length)
  #count = 0

  /** Starts over for the next response. */
  reset(): void {
    this.#count = 0
  }

  /** Adds the next bytes. Returns an error code if the response cannot be HTTP/1.1, else null. */
  take(chunk: Buffer): EgressErrorCode | null {
    if (this.#count === httpMagic.length) return null
    for (const byte of chunk.subarray(this.#count === 0 ? countLineBreaks(chunk) : 0)) {
      if (this.#count === httpMagic.length) break
      this.#bytes[this.#count++] = byte
    }
    return this.#findFault()
  }

  #findFault(): EgressErrorCode | null {
    const bytes = this.#bytes.subarray(0, this.#count)
    if (bytes.equals(httpMagic.subarray(0, this.#count))) return null
    if (!mayBeHttp2(bytes)) return 'EGRESS_RESPONSE_NOT_HTTP'
    return this.#count === httpMagic.length ? 'EGRESS_RESPONSE_HTTP2' : null
  }
}

/** Empty lines may precede a message (RFC 9112, section 2.2). */
function countLineBreaks(chunk: Buffer): number {
  let count = 0
  while (chunk[count] === 0x0a || chunk[count] === 0x0d) count++
  return count
}

/** An HTTP/2 server sends a SETTINGS frame first (RFC 9113, sections 3.4 and 4.1): length, type 4, no flags. */
function mayBeHttp2([high, middle = 0, , type = 4, flags = 0]: Buffer): boolean {
  return high === 0 && middle === 0 && type === 4 && flags === 0
}
