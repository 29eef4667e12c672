import type { RetrySafety } from '../contract/failure.ts'
import type { Method } from '../contract/method.ts'
import type { Node } from '../contract/node.ts'

/** Whether and when a node's call is tried again; all in milliseconds. */
export interface RetryPolicy {
  readonly attempts: number
  readonly initialDelayMs: number
  readonly maxDelayMs: number
  /** Whether a pause that the target asks for may be longer than `maxDelayMs`. */
  readonly waitForRetryAfter: boolean
  /** All attempts and pauses together. */
  readonly totalMs: number
  /** Whether what may have arrived may be sent again. */
  readonly isIdempotent: boolean
}

/** What is known when an attempt has ended. Time and chance come in as arguments so that a test can fix both. */
export interface RetrySituation {
  /** Attempts that were made. */
  readonly attempts: number
  /** Whether sending again can do harm, or any good. */
  readonly repeat: RetrySafety
  /** The pause that the target asked for. */
  readonly retryAfterMs: number | null
  /** What is left of the time for the whole execution. */
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

/** A further attempt with less time than this is not begun: it could only fail. */
export const minAttemptMs = 50

/** The methods that may be repeated by definition (RFC 9110, section 9.2.2), of those that a node may use. */
const idempotentMethods: ReadonlySet<Method> = new Set(['GET', 'PUT', 'DELETE'])

/** The policy of a node; without `retry` it is one attempt. */
export function compileRetryPolicy({ retry, method, idempotent = false }: Node): RetryPolicy {
  const isIdempotent = idempotent || idempotentMethods.has(method)
  if (retry === undefined)
    return { ...defaults, attempts: 1, totalMs: Number.POSITIVE_INFINITY, isIdempotent }
  return { ...defaults, ...retry, isIdempotent }
}

/**
 * Milliseconds to wait before the next attempt, or null to stop here. Our own pause doubles with each attempt and
 * is spread from nothing to all of it, so that clients that failed together do not come back together. What the
 * target asks for only lengthens it. A pause that leaves no time for an attempt is not begun, nor is one that the
 * target asks for and that is longer than the node lets us wait.
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
