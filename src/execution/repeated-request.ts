import type { DecisionReason } from '../webhook/decide.ts'
import type { Attempt } from '../webhook/wire/outcome.ts'

/** What a request often gets that was carried out before: nothing is there any more, or it is there already. */
const secondAnswers: ReadonlySet<number> = new Set([404, 409, 410, 412])

/** Whether the last answer may be due to an earlier attempt that got none. */
export function isSecondAnswer(attempts: readonly Attempt[]): boolean {
  const status = readStatus(attempts.at(-1))
  return status !== null && secondAnswers.has(status) && findUnanswered(attempts) !== -1
}

/** Where an earlier attempt got no answer and may have arrived, says so before anything else. */
export function tellOfRepeat(reason: DecisionReason, attempts: readonly Attempt[]): DecisionReason {
  const unanswered = findUnanswered(attempts)
  if (unanswered === -1 || reason.code === 'expectation_met') return reason
  const which = unanswered === 0 ? 'The first request' : 'An earlier request'
  if (isSecondAnswer(attempts)) {
    const status = readStatus(attempts.at(-1))
    return withCause(
      reason,
      `${which} may have done it: no answer to it came, and a ${status} is what the same request often gets once it was carried out.`,
    )
  }
  if (attempts.at(-1)?.delivered !== 'no') return reason
  return withCause(reason, `${which} may have arrived: no answer to it came, and this attempt sent nothing.`)
}

function withCause(reason: DecisionReason, cause: string): DecisionReason {
  return { ...reason, hint: reason.hint === null ? cause : `${cause} ${reason.hint}` }
}

/** The place of the first attempt, save the last one, that may have arrived and got no answer; -1 for none. */
function findUnanswered(attempts: readonly Attempt[]): number {
  return attempts.slice(0, -1).findIndex(({ delivered }) => delivered === 'maybe')
}

function readStatus(attempt: Attempt | undefined): number | null {
  if (attempt === undefined) return null
  const { outcome } = attempt
  return outcome.response?.status ?? (outcome.kind === 'failed' ? (outcome.failure.status ?? null) : null)
}
