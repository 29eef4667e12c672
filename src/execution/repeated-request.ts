import type { DecisionReason } from '../webhook/decide.ts'
import { type Attempt, readStatus } from '../webhook/wire/outcome.ts'

/**
 * Statuses that a request often gets when it was carried out before: the resource is already gone, or exists already.
 */
const secondAnswers: ReadonlySet<number> = new Set([404, 409, 410, 412])

/** Whether an earlier attempt without a response may have caused the status of the last one. */
export function isSecondAnswer(attempts: readonly Attempt[]): boolean {
  const status = readLastStatus(attempts)
  return status !== null && secondAnswers.has(status) && findUnanswered(attempts) !== -1
}

/** If an earlier attempt got no response but may have arrived, the hint says so first. */
export function tellOfRepeat(reason: DecisionReason, attempts: readonly Attempt[]): DecisionReason {
  const unanswered = findUnanswered(attempts)
  if (unanswered === -1 || reason.code === 'expectation_met') return reason
  const which = unanswered === 0 ? 'The first request' : 'An earlier request'
  if (isSecondAnswer(attempts)) {
    const status = readLastStatus(attempts)
    return withCause(
      reason,
      `${which} may have done it: it got no response, and a request that was carried out often gets a ${status} when it is repeated.`,
    )
  }
  if (attempts.at(-1)?.delivered !== 'no') return reason
  return withCause(reason, `${which} may have arrived: it got no response, and this attempt sent nothing.`)
}

function withCause(reason: DecisionReason, cause: string): DecisionReason {
  return { ...reason, hint: reason.hint === null ? cause : `${cause} ${reason.hint}` }
}

/** The index of the first attempt before the last one that got no response but may have arrived, or -1. */
function findUnanswered(attempts: readonly Attempt[]): number {
  return attempts.slice(0, -1).findIndex(({ delivered }) => delivered === 'maybe')
}

function readLastStatus(attempts: readonly Attempt[]): number | null {
  const last = attempts.at(-1)
  return last === undefined ? null : readStatus(last.outcome)
}
