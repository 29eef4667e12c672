import { type Delivered, findSafetyAfterFailure, type RetrySafety } from '../contract/failure.ts'
import type { Attempt } from './wire/outcome.ts'

/** The retry safety after all attempts: the strictest of them. */
export function judgeRetrySafety(attempts: readonly Attempt[]): RetrySafety {
  return attempts.map(judgeAttempt).reduce(stricter, 'safe')
}

/** A 303 says that the request was carried out. Any other redirect that was followed leaves the verdict to the next hop. */
function judgeAttempt({ outcome, delivered, tokenRefused, isFollowed = false }: Attempt): RetrySafety {
  if (tokenRefused) return 'safe'
  if (isFollowed) return outcome.response?.status === 303 ? 'never' : 'safe'
  return outcome.kind === 'failed'
    ? findSafetyAfterFailure(outcome.failure.code, delivered)
    : judgeStatus(outcome.response.status)
}

/**
 * The retry safety after a status that is not the expected one. 501 and 505 come again until the target changes. After any other 5xx, 408 and 425 the target may have processed the
 * request, so only an idempotent one may be repeated.
 */
export function judgeStatus(status: number): RetrySafety {
  if (isTurnedAway(status)) return 'safe'
  if (status === 501 || status === 505) return 'never'
  return status === 408 || status === 425 || (status >= 500 && status <= 599) ? 'if_idempotent' : 'never'
}

/** Whether a status says that the target did not process the request and may accept it later. */
export function isTurnedAway(status: number): boolean {
  return status === 429 || status === 503 || status === 529
}

const strictness: readonly RetrySafety[] = ['safe', 'if_idempotent', 'never']

/** The stricter of two. */
export function stricter(one: RetrySafety, other: RetrySafety): RetrySafety {
  return strictness.indexOf(one) > strictness.indexOf(other) ? one : other
}

const certainty: readonly Delivered[] = ['no', 'maybe', 'yes']

/** Whether the target got the request in any attempt. */
export function judgeDelivery(attempts: readonly Pick<Attempt, 'delivered'>[]): Delivered {
  return attempts
    .map(({ delivered }) => delivered)
    .reduce((one, other) => (certainty.indexOf(one) > certainty.indexOf(other) ? one : other), 'no')
}
