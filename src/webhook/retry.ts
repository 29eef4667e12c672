import type { RetrySafety } from '../contract/failure.ts'
import type { Method } from '../contract/method.ts'
import type { Node } from '../contract/node.ts'

/** Whether and when a request is sent again. All times are in milliseconds. */
export interface RetryPolicy {
  readonly attempts: number
  readonly initialDelayMs: number
  readonly maxDelayMs: number
  /** Whether a pause that the target asks for may be longer than `maxDelayMs`. */
  readonly waitForRetryAfter: boolean
  /** All attempts and pauses together. */
  readonly totalMs: number
  /** Whether a request that may have arrived may be sent again. */
  readonly isIdempotent: boolean
}

/** The facts after an attempt. Time and randomness are arguments, so that a test can set them. */
export interface RetrySituation {
  /** The number of attempts so far. */
  readonly attempts: number
  readonly repeat: RetrySafety
  /** The pause that the target asked for. */
  readonly retryAfterMs: number | null
  /** The time that is left for the whole execution. */
  readonly remainingMs: number
  /** From 0 to 1. */
  readonly random: number
}

const defaults = {
  attempts: 3,
  initialDelayMs: 500,
  maxDelayMs: 10_000,
  waitForRetryAfter: false,
  totalMs: 30_000,
} as const

/** With less time than this no further attempt starts: DNS, TLS and a response seldom fit into it. */
export const minAttemptMs = 50

/** The idempotent methods (RFC 9110, section 9.2.2) among those that a node may use. */
const idempotentMethods: ReadonlySet<Method> = new Set(['GET', 'PUT', 'DELETE'])

/** The policy of a node. Without `retry` it allows one attempt. */
export function compileRetryPolicy({ retry, method, idempotent = false }: Node): RetryPolicy {
  const isIdempotent = idempotent || idempotentMethods.has(method)
  if (retry === undefined)
    return { ...defaults, attempts: 1, totalMs: Number.POSITIVE_INFINITY, isIdempotent }
  return { ...defaults, ...retry, isIdempotent }
}

/**
 * Milliseconds to wait before the next attempt, or null if there is none. The bound of the pause doubles with each
 * attempt. The pause is random between zero and that bound ("full jitter"), so that calls that failed together are not
 * repeated together. A pause that the target asks for can only lengthen it. There is no attempt if the pause leaves no
 * time for it, or if the target asks for a longer pause than the node allows.
 */
export function pauseBeforeRetry(policy: RetryPolicy, situation: RetrySituation): number | null {
  const { attempts, retryAfterMs, remainingMs, random } = situation
  if (attempts >= policy.attempts || !mayRepeat(policy, situation)) return null
  if (retryAfterMs !== null && retryAfterMs > longestAskedMs(policy)) return null
  const ceiling = Math.min(policy.maxDelayMs, policy.initialDelayMs * 2 ** (attempts - 1))
  const pause = Math.max(Math.round(ceiling * random), retryAfterMs ?? 0)
  return pause + minAttemptMs <= remainingMs ? pause : null
}

function longestAskedMs({ maxDelayMs, waitForRetryAfter }: RetryPolicy): number {
  return waitForRetryAfter ? Number.POSITIVE_INFINITY : maxDelayMs
}

function mayRepeat({ isIdempotent }: RetryPolicy, { repeat }: RetrySituation): boolean {
  return repeat === 'safe' || (repeat === 'if_idempotent' && isIdempotent)
}
