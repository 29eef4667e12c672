import type { RetrySafety } from '../contract/failure.ts'
import type { Method } from '../contract/method.ts'
import type { Node } from '../contract/node.ts'
import { compileResetHeaders, noResetHeaders, type ResetHeader } from './retry-after.ts'
import { compileRetryOn, type RetryOn } from './retry-on.ts'
import type { Compiler } from './template/compiler.ts'

/** Whether and when a request is sent again. All times are in milliseconds. */
export interface RetryPolicy {
  readonly attempts: number
  readonly initialDelayMs: number
  /** The longest pause of our own, and the longest that the target may ask for. */
  readonly maxDelayMs: number
  /** The pauses one by one, in place of doubling ones. */
  readonly delaysMs: readonly number[] | null
  /** Whether a pause that the target asks for may be longer than `maxDelayMs`. */
  readonly waitForRetryAfter: boolean
  /** All attempts and pauses together. */
  readonly totalMs: number
  /** Whether a request that may have arrived may be sent again. */
  readonly isIdempotent: boolean
  /** What is tried again; null for everything that can do no harm. */
  readonly on: RetryOn | null
  /** Headers that ask for a pause, beside `Retry-After`. */
  readonly resetHeaders: readonly ResetHeader[]
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
  delaysMs: null,
  waitForRetryAfter: false,
  totalMs: 30_000,
  on: null,
  resetHeaders: noResetHeaders,
} as const

/** The share by which a pause of `delaysMs` may be longer or shorter, so that calls that failed together spread out. */
export const delayJitter = 0.2

/** With less time than this no further attempt starts: DNS, TLS and a response seldom fit into it. */
export const minAttemptMs = 50

/** The idempotent methods (RFC 9110, section 9.2.2) among those that a node may use. */
const idempotentMethods: ReadonlySet<Method> = new Set(['GET', 'PUT', 'DELETE'])

/** The policy of a node. Without `retry` it allows one attempt. `usualTotalMs`: the default of `totalMs`. */
export function compileRetryPolicy(
  { retry, method, idempotent = false }: Node,
  compiler: Compiler,
  usualTotalMs: number = defaults.totalMs,
): RetryPolicy {
  const isIdempotent = idempotent || idempotentMethods.has(method)
  if (retry === undefined)
    return { ...defaults, attempts: 1, totalMs: Number.POSITIVE_INFINITY, isIdempotent }
  const { on, delaysMs, resetHeaders, ...rest } = retry
  return {
    ...defaults,
    totalMs: usualTotalMs,
    ...rest,
    ...(delaysMs === undefined ? {} : compileDelays(retry, delaysMs, compiler)),
    isIdempotent,
    on: compileRetryOn(on, compiler),
    resetHeaders: compileResetHeaders(resetHeaders),
  }
}

const replacedByDelays = ['attempts', 'initialDelayMs', 'maxDelayMs'] as const

function compileDelays(
  retry: NonNullable<Node['retry']>,
  delaysMs: readonly number[],
  compiler: Compiler,
): Pick<RetryPolicy, 'attempts' | 'maxDelayMs' | 'delaysMs'> {
  for (const name of replacedByDelays)
    if (retry[name] !== undefined)
      compiler.complain(
        `/node/retry/${name}`,
        'must be left out, because "delaysMs" has every pause, and there is one attempt more than pauses; or leave out "delaysMs"',
      )
  return {
    attempts: delaysMs.length + 1,
    maxDelayMs: Math.max(defaults.maxDelayMs, ...delaysMs),
    delaysMs,
  }
}

/**
 * Milliseconds to wait before the next attempt, or null if there is none. A pause that the target asks for can only lengthen
 * our own. There is no attempt if the pause leaves no time for it, or if the target asks for a longer pause than the node
 * allows.
 */
export function pauseBeforeRetry(policy: RetryPolicy, situation: RetrySituation): number | null {
  const { attempts, retryAfterMs, remainingMs, random } = situation
  if (attempts >= policy.attempts || !mayRepeat(policy, situation)) return null
  if (retryAfterMs !== null && retryAfterMs > longestAskedMs(policy)) return null
  const pause = Math.max(Math.round(ownPauseMs(policy, attempts, random)), retryAfterMs ?? 0)
  return pause + minAttemptMs <= remainingMs ? pause : null
}

/** Why no attempt follows although some are left; null where the outcome is one that no attempt would change. */
export function explainNoRetry(policy: RetryPolicy, situation: RetrySituation): string | null {
  const { attempts, repeat, retryAfterMs } = situation
  if (attempts >= policy.attempts || repeat === 'never') return null
  if (!mayRepeat(policy, situation))
    return 'the target may have taken the request, and only GET, PUT, DELETE and a node with "idempotent": true are then tried again. Set "idempotent" if the target takes a repeated request as one.'
  if (retryAfterMs === null || retryAfterMs <= longestAskedMs(policy))
    return 'the pause before it did not fit into what was left of "totalMs" or "deadlineMs".'
  return `the target asks for a pause of ${Math.ceil(retryAfterMs / 1_000)} s, which is longer than "maxDelayMs" (${policy.maxDelayMs}). Set "waitForRetryAfter": true and "totalMs" above ${retryAfterMs}, or let the engine send the call again after that time.`
}

/**
 * The pause after an attempt. Without `delaysMs` its bound doubles with each attempt, and the pause is random between zero and
 * that bound ("full jitter"), so that calls that failed together are not repeated together.
 */
function ownPauseMs(
  { delaysMs, initialDelayMs, maxDelayMs }: RetryPolicy,
  attempts: number,
  random: number,
): number {
  if (delaysMs === null) return Math.min(maxDelayMs, initialDelayMs * 2 ** (attempts - 1)) * random
  return (delaysMs[attempts - 1] ?? 0) * (1 - delayJitter + 2 * delayJitter * random)
}

function longestAskedMs({ maxDelayMs, waitForRetryAfter }: RetryPolicy): number {
  return waitForRetryAfter ? Number.POSITIVE_INFINITY : maxDelayMs
}

function mayRepeat({ isIdempotent }: RetryPolicy, { repeat }: RetrySituation): boolean {
  return repeat === 'safe' || (repeat === 'if_idempotent' && isIdempotent)
}
