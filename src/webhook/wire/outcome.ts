import type { Delivered, Failure } from '../../contract/failure.ts'
import type { Purpose } from '../../contract/purpose.ts'

/** Name and value as they stood on the wire. */
export type HeaderPair = readonly [name: string, value: string]

/** What was read of a response. Never more than `MAX_RESPONSE_BYTES` of body, on the wire and decoded. */
export interface TargetResponse {
  readonly status: number
  /** The phrase of the status line, in Latin-1 as headers come; null where it has none, or no line came. */
  readonly reason?: string | null
  readonly headers: readonly HeaderPair[]
  /** The body after content decoding; as it came where it could not be decoded. */
  readonly body: Buffer
  /** How the body ended. Only `complete` and `undecodable` bodies were read to their end. */
  readonly ending: BodyEnding
  /** Whether more had come by its end than its head says that it has. */
  readonly hasExcess?: boolean
}

/**
 * `complete`: all of it. `capped`: reading stopped at the limit. `broken`: the connection ended too early. `misframed`: a chunk
 * breaks the rules of HTTP. `undecodable`: the content coding is unknown or was not true to its name. `timed_out`: the clock
 * ran out; `undecoded`: the clock ran out within a body with a content coding, of which nothing was decoded.
 */
export type BodyEnding =
  | 'complete'
  | 'capped'
  | 'broken'
  | 'misframed'
  | 'undecodable'
  | 'timed_out'
  | 'undecoded'

/** What happened on the wire, before anyone decides what it means. */
export type Outcome =
  | { readonly kind: 'responded'; readonly response: TargetResponse }
  | {
      readonly kind: 'failed'
      readonly failure: Failure
      /** What had come when the clock ran out within the body, else null. */
      readonly response: TargetResponse | null
    }

/** Milliseconds per phase; null where the phase did not happen. */
export interface Timings {
  readonly queueMs: number | null
  readonly dnsMs: number | null
  readonly connectMs: number | null
  readonly tlsMs: number | null
  readonly firstByteMs: number | null
  readonly downloadMs: number | null
}

/** One try at sending the request. */
export interface Attempt {
  readonly purpose: Purpose
  readonly startedAt: Date
  readonly durationMs: number
  readonly outcome: Outcome
  readonly delivered: Delivered
  readonly connectionReused: boolean
  readonly timings: Timings
}
