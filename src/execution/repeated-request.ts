import type { DecisionReason } from '../webhook/decide.ts'
import type { Attempt } from '../webhook/wire/outcome.ts'

/**
 * Statuses that a request often gets when it was carried out before: the resource is already gone, or exists already.
 */
const secondAnswers: ReadonlySet<number> = new Set([404, 409, 410, 412])

/**
 * If an earlier attempt got no response, the reason first says that this attempt may have caused the status of the
 * last one.
 */
export function tellOfRepeat(reason: DecisionReason, attempts: readonly Attempt[]): DecisionReason {
  if (reason.code !== 'expectation_unmet' || attempts.length < 2) return reason
  const status = attempts.at(-1)?.outcome.response?.status ?? 0
  const unanswered = attempts.slice(0, -1).findIndex(({ delivered }) => delivered === 'maybe')
  if (!secondAnswers.has(status) || unanswered === -1) return reason
  const which = unanswered === 0 ? 'The first request' : 'An earlier request'
  const cause = `${which} may be the cause: it got no response, and a request that was carried out often gets a ${status} when it is repeated.`
  return { ...reason, hint: reason.hint === null ? cause : `${cause} ${reason.hint}` }
}
