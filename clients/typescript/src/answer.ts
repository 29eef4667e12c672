import type { ExecuteReply, FetchedResponse, Problem, UnansweredCode } from './types.ts'

/** What became of one request. */
export type Answer =
  | { readonly kind: 'branch'; readonly reply: ExecuteReply }
  | { readonly kind: 'refused'; readonly problem: Problem; readonly retryAfterMs: number | null }
  | {
      readonly kind: 'unanswered'
      readonly code: UnansweredCode
      readonly status: number | null
      readonly retryAfterMs: number | null
    }
  | { readonly kind: 'aborted' }

/** A response as far as it came. */
export interface Received {
  readonly status: number
  readonly headers: FetchedResponse['headers']
  /** Null if the body is not JSON, or longer than any reply of the service. */
  readonly text: string | null
}

/** Tells an answer of the service from one of anything in between. */
export function readAnswer({ status, headers, text }: Received, now: number): Answer {
  const body = parse(text)
  const retryAfterMs = readRetryAfter(headers.get('retry-after'), now)
  if (status === 200 && isReply(body)) return { kind: 'branch', reply: body }
  if (status >= 400 && isProblem(body)) return { kind: 'refused', problem: body, retryAfterMs }
  return { kind: 'unanswered', code: 'foreign_answer', status, retryAfterMs }
}

function parse(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text)
  } catch {
    return undefined // an answer that is not JSON is an end as any other
  }
}

function isReply(body: unknown): body is ExecuteReply {
  return hasText(body, 'branch') && hasText(body, 'executionId')
}

function isProblem(body: unknown): body is Problem {
  return hasText(body, 'code') && hasText(body, 'delivered') && 'retryable' in body
}

function hasText<Name extends string>(body: unknown, name: Name): body is Record<Name, string> {
  return typeof body === 'object' && body !== null && typeof Reflect.get(body, name) === 'string'
}

/** Retry-After in milliseconds from `now`: seconds or a date (RFC 9110, 10.2.3). Null without a valid one. */
function readRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}
