import type { Method } from '../../contract/method.ts'
import type { HeaderPair } from './outcome.ts'

/** One concrete request, ready to be sent: nothing in it needs escaping, checking or completing. */
export interface OutboundRequest {
  readonly method: Method
  /** Lower-case name without final dot, or an IP literal without brackets. */
  readonly host: string
  readonly port: number
  /** Path and query exactly as they go onto the request line: ASCII, beginning with `/`. */
  readonly target: string
  /** All that are sent, in order, `host`, `connection` and `content-length` included. */
  readonly headers: readonly HeaderPair[]
  /** Null where no body is sent. */
  readonly body: Buffer | null
  /** False: on a connection of its own, which is closed behind the response. The header `connection` says the same. */
  readonly keepAlive: boolean
  /** Whether the target takes it as one where it comes twice, by its method or since the node says so. */
  readonly isIdempotent: boolean
}
