import type { EgressErrorCode } from '../call/egress-error.ts'

/** What every response of HTTP/1.1 begins with. */
const httpMagic = Buffer.from('HTTP/')

/** The first bytes of an answer, as many as tell protocols apart. */
export class FirstBytes {
  readonly #bytes = Buffer.alloc(httpMagic.length)
  #count = 0

  /** Another answer is expected. */
  reset(): void {
    this.#count = 0
  }

  /** Takes what has come next, and says why the answer is none of HTTP/1.1; null while it may be. */
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

/** They may stand before a response (RFC 9112, section 2.2). */
function countLineBreaks(chunk: Buffer): number {
  let count = 0
  while (chunk[count] === 0x0a || chunk[count] === 0x0d) count++
  return count
}

/** A server of HTTP/2 begins with settings (RFC 9113, sections 3.4 and 4.1): length, type and no flags. */
function mayBeHttp2([high, middle = 0, , type = 4, flags = 0]: Buffer): boolean {
  return high === 0 && middle === 0 && type === 4 && flags === 0
}
