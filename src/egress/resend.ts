import { minAttemptMs } from '../webhook/retry.ts'
import type { Attempt } from '../webhook/wire/outcome.ts'
import type { Call } from './attempt.ts'

/**
 * Why a request is not sent once more, although the kept connection that it was sent on ended without a byte of an
 * answer: in sentences for people. Null where it is. The other side may close such a connection at any time, also in
 * the moment in which a request is under way, so that what may be repeated is (RFC 9110, section 9.2.2).
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

/** Tells what happened, and why it was left at that. */
export function explainLoss(attempt: Attempt, obstacle: string): Attempt {
  const { outcome } = attempt
  if (outcome.kind === 'responded') return attempt
  const hint = `The connection had been kept open since an earlier call, and ended without a byte of an answer. ${obstacle}`
  return { ...attempt, outcome: { ...outcome, failure: { ...outcome.failure, hint } } }
}

/**
 * Conditions that a request which was carried out makes false, so that the same one is refused with 412 or 304 (RFC 9110,
 * section 13.1). If-Modified-Since and If-Range are only for what changes nothing.
 */
const conditions: ReadonlySet<string> = new Set(['if-match', 'if-none-match', 'if-unmodified-since'])

const mayHaveArrived = 'The request may have arrived: look into the log of the target before you repeat it.'

const waysOut =
  'Where the target takes a repeated request as one, set "idempotent": true, and the service sends it once more by itself. "keepAlive": false gives every call of the node a connection of its own.'

const noTime = `With less than ${minAttemptMs} ms left it was not sent once more.`

function whyNotWith(condition: string): string {
  return `It was not sent once more since it has the header ${condition}, whose condition may no longer hold once the first one was carried out.`
}
