import type { Delivered, Failure } from '../../contract/failure.ts'
import type { Purpose } from '../../contract/purpose.ts'

/** Name and value as on the wire. */
export type HeaderPair = readonly [name: string, value: string]

/** A response as far as it was read: at most `MAX_RESPONSE_BYTES` of body, both on the wire and decoded. */
export interface TargetResponse {
  readonly status: number
  /** The reason phrase of the status line, in Latin-1 like headers; null if there is none. */
  readonly reason?: string | null
  readonly headers: readonly HeaderPair[]
  /** The body after content decoding; if decoding failed, the bytes as they came. */
  readonly body: Buffer
  /** How the body ended. Only `complete` and `undecodable` bodies were read to their end. */
  readonly ending: BodyEnding
  /** Whether more bytes had come by the end of the response than its head announces. */
  readonly hasExcess?: boolean
}

/**
 * `complete`: the whole body. `capped`: reading stopped at the limit. `broken`: the connection ended too early. `misframed`: a
 * chunk violates HTTP. `undecodable`: the content coding is unknown, or the body violates it. `timed_out`: the deadline passed.
 * `undecoded`: the deadline passed within a body with a content coding, of which nothing was decoded.
 */
export type BodyEnding =
  | 'complete'
  | 'capped'
  | 'broken'
  | 'misframed'
  | 'undecodable'
  | 'timed_out'
  | 'undecoded'

/** What happened on the wire, before it is judged. */
export type Outcome =
  | { readonly kind: 'responded'; readonly response: TargetResponse }
  | {
      readonly kind: 'failed'
      readonly failure: Failure
      /** The part of the response that had come if the deadline passed within the body, else null. */
      readonly response: TargetResponse | null
    }

/** The status of the target. It is known of some responses that were refused, too. Null if none arrived. */
export function readStatus(outcome: Outcome): number | null {
  if (outcome.response !== null) return outcome.response.status
  return outcome.kind === 'failed' ? (outcome.failure.status ?? null) : null
}

/** Milliseconds until a call could begin that a limit or a pause has held back. Null for any other outcome. */
export function readHeldBackMs(outcome: Outcome): number | null {
  return outcome.kind === 'failed' ? (outcome.failure.retryAfterMs ?? null) : null
}

/** Milliseconds per phase; null if the attempt did not have the phase. */
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
  /** Where the request went, if not to the node's own host and port. As it may be shown. */
  readonly elsewhere?: { readonly host: string; readonly port: number }
  /** Whether the target refused the token or the nonce, so that the request was sent again with another one. */
  readonly tokenRefused?: boolean
  /** Whether the response was a redirect that was followed. */
  readonly isFollowed?: boolean
  readonly startedAt: Date
  readonly durationMs: number
  readonly outcome: Outcome
  readonly delivered: Delivered
  readonly connectionReused: boolean
  readonly timings: Timings
}
