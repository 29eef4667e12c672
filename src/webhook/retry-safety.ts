import { type Delivered, findSafetyAfterFailure, type RetrySafety } from '../contract/failure.ts'
import type { Attempt } from './wire/outcome.ts'

/** Whether sending the same again can do harm, or any good: the strictest over all attempts. */
export function judgeRetrySafety(attempts: readonly Attempt[]): RetrySafety {
  return attempts.map(judgeAttempt).reduce(stricter, 'safe')
}

function judgeAttempt({ outcome, delivered }: Attempt): RetrySafety {
  return outcome.kind === 'failed'
    ? findSafetyAfterFailure(outcome.failure.code, delivered)
    : judgeStatus(outcome.response.status)
}

/** Of the other failures of a target nobody knows how far it got. Neither 501 nor 505 changes by itself. */
function judgeStatus(status: number): RetrySafety {
  if (isTurnedAway(status)) return 'safe'
  if (status === 501 || status === 505) return 'never'
  return status === 408 || status === 425 || (status >= 500 && status <= 599) ? 'if_idempotent' : 'never'
}

/** Whether a target turned the request away at the door, and would take it later. */
export function isTurnedAway(status: number): boolean {
  return status === 429 || status === 503 || status === 529
}

const strictness: readonly RetrySafety[] = ['safe', 'if_idempotent', 'never']

function stricter(one: RetrySafety, other: RetrySafety): RetrySafety {
  return strictness.indexOf(one) > strictness.indexOf(other) ? one : other
}

const certainty: readonly Delivered[] = ['no', 'maybe', 'yes']

/** What is known of the whole call: the most that any attempt may have delivered. */
export function judgeDelivery(attempts: readonly Attempt[]): Delivered {
  return attempts
    .map(({ delivered }) => delivered)
    .reduce((one, other) => (certainty.indexOf(one) > certainty.indexOf(other) ? one : other), 'no')
}
