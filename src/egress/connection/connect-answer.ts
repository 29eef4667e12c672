import { ProgressLimit } from '../framing/progress-limit.ts'
import { type HeadRule, type ResponseHead, readHead, statusIn } from '../framing/response-head.ts'
import type { ProxyRefusal } from '../proxy/proxy-error.ts'
import { FirstBytes } from './first-bytes.ts'

/** The end of an answer to CONNECT: the tunnel is open, with the bytes that came through it already, or it is not. */
export type ConnectEnd =
  | { readonly kind: 'open'; readonly rest: Buffer }
  | { readonly kind: 'refused'; readonly refusal: ProxyRefusal }

/** Pieces kept before they are joined: a head that arrives byte by byte must not cost an object per byte. */
const maxPieces = 64

/**
 * Reads the answer of a proxy to CONNECT (RFC 9110, section 9.3.6), within the limits for the head of a response. The
 * content of a refusal is not read.
 */
export class ConnectAnswer {
  readonly #progress = new ProgressLimit()
  readonly #firstBytes = new FirstBytes()
  #pieces: Buffer[] = []

  /** Takes the next bytes. Null until the answer has ended. */
  take(chunk: Buffer): ConnectEnd | null {
    if (this.#firstBytes.take(chunk) !== null) return refused({ kind: 'not_http' })
    let rest = chunk
    while (rest.length > 0) {
      if (this.#progress.excess !== null) return refused({ kind: 'too_large' })
      const length = this.#progress.take(rest)
      this.#keep(rest.subarray(0, length))
      rest = rest.subarray(length)
      const end = this.#progress.endsHead ? this.#endHead(rest) : null
      if (end !== null) return end
    }
    return this.#progress.excess === null ? null : refused({ kind: 'too_large' })
  }

  #keep(piece: Buffer): void {
    if (this.#pieces.length === maxPieces) this.#pieces = [Buffer.concat(this.#pieces)]
    this.#pieces.push(piece)
  }

  #endHead(rest: Buffer): ConnectEnd | null {
    const bytes = Buffer.concat(this.#pieces)
    this.#pieces = []
    if (/^[\r\n]*$/.test(bytes.toString('latin1'))) return null // RFC 9112, section 2.2
    const head = readHead(bytes)
    if (head.kind === 'interim') {
      this.#progress.noteInterimHead()
      return null
    }
    const status = statusIn(bytes.toString('latin1'))
    if (status === null || isBroken(head)) return refused({ kind: 'malformed' })
    return status < 300 ? { kind: 'open', rest } : refused({ kind: 'status', status })
  }
}

/** Whatever an answer to CONNECT says of its own length, a tunnel has none, and the content of a refusal is not read. */
const framingRules: ReadonlySet<HeadRule> = new Set([
  'foldedFraming',
  'length',
  'lengths',
  'lengthAndCoding',
  'coding',
  'oldCoding',
])

function isBroken(head: ResponseHead): boolean {
  return head.kind === 'refused' && !framingRules.has(head.rule)
}

function refused(refusal: ProxyRefusal): ConnectEnd {
  return { kind: 'refused', refusal }
}
