import type { Method } from '../../contract/method.ts'
import type { HeaderPair } from './outcome.ts'

/** A concrete request, ready to be sent: everything is escaped, checked and complete. */
export interface OutboundRequest {
  readonly method: Method
  /** A lower-case name without its final dot, or an IP address without brackets. */
  readonly host: string
  readonly port: number
  /** Path and query exactly as in the request line: ASCII, beginning with `/`. */
  readonly target: string
  /** All headers in order, `host`, `connection` and `content-length` included. */
  readonly headers: readonly HeaderPair[]
  /** Null if the request has no body. */
  readonly body: Buffer | null
  /** False: the request gets a connection of its own, which closes after the response. The header `connection` agrees. */
  readonly keepAlive: boolean
  /** Whether the request may be sent twice, by its method or because the node is `idempotent`. */
  readonly isIdempotent: boolean
}
