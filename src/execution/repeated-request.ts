import type { DecisionReason } from '../webhook/decide.ts'
import type { Attempt } from '../webhook/wire/outcome.ts'

/** What a request often gets that was carried out before: nothing is there any more, or it is there already. */
const secondAnswers: ReadonlySet<number> = new Set([404, 409, 410, 412])

/**
 * Where a request was sent again without an answer to an earlier one, says first that the earlier one may be the cause of
 * what the last one got.
 */
export function tellOfRepeat(reason: DecisionReason, attempts: readonly Attempt[]): DecisionReason {
  if (reason.code !== 'expectation_unmet' || attempts.length < 2) return reason
  const status = attempts.at(-1)?.outcome.response?.status ?? 0
  const unanswered = attempts.slice(0, -1).findIndex(({ delivered }) => delivered === 'maybe')
  if (!secondAnswers.has(status) || unanswered === -1) return reason
  const which = unanswered === 0 ? 'The first request' : 'An earlier request'
  const cause = `${which} may have done it: no answer to it came, and a ${status} is what the same request often gets once it was carried out.`
  return { ...reason, hint: reason.hint === null ? cause : `${cause} ${reason.hint}` }
}
