import { minAttemptMs } from '../webhook/retry.ts'
import type { Attempt } from '../webhook/wire/outcome.ts'
import type { Call } from './attempt.ts'

/**
 * Why a request is not sent again after its kept connection closed without a byte of a response: a sentence for
 * people. Null if it is sent again. A server may close an idle connection at any time, also while a request is on its
 * way, so a client may repeat what is safe to repeat (RFC 9110, section 9.2.2).
 */
export function obstacleToResend(
  { delivered }: Pick<Attempt, 'delivered'>,
  { request, deadline }: Pick<Call, 'request' | 'deadline'>,
): string | null {
  if (delivered !== 'no') {
    if (!request.isIdempotent) return `${mayHaveArrived} ${waysOut}`
    const condition = request.headers.find(([name]) => conditions.has(name.toLowerCase()))
    if (condition !== undefined) return `${mayHaveArrived} ${whyNotWith(condition[0])}`
  }
  if (deadline.remainingMs >= minAttemptMs) return null
  return delivered === 'no' ? noTime : `${mayHaveArrived} ${noTime}`
}

/** Adds a hint to the failure: what happened, and why there is no resend. The member that avoids it is the part to look at. */
export function explainLoss(attempt: Attempt, obstacle: string): Attempt {
  const { outcome } = attempt
  if (outcome.kind === 'responded') return attempt
  const hint = `The connection was kept open from an earlier call and may be closed by the target at any time. ${obstacle}`
  return {
    ...attempt,
    outcome: { ...outcome, failure: { ...outcome.failure, hint, path: '/node/keepAlive' } },
  }
}

/**
 * Conditions that a request makes false by being carried out: the target then refuses the same request with 412 or
 * 304 (RFC 9110, section 13.1). If-Modified-Since and If-Range apply only to requests that change nothing.
 */
const conditions: ReadonlySet<string> = new Set(['if-match', 'if-none-match', 'if-unmodified-since'])

const mayHaveArrived = 'The request may have arrived: check the log of the target before you repeat it.'

const waysOut =
  'If the target treats a repeated request as one, set "idempotent": true, and the service sends it again by itself. With "keepAlive": false every call of the node opens a new connection.'

const noTime = `With less than ${minAttemptMs} ms left the request was not sent again.`

function whyNotWith(condition: string): string {
  return `The request was not sent again because of its header ${condition}: if the target carried out the first request, the condition no longer holds.`
}
