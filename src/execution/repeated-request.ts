import type { AttemptEntry } from '../contract/execution.ts'
import type { DecisionReason } from '../webhook/decide.ts'

type Answered = Pick<AttemptEntry, 'status' | 'delivered'>

/**
 * Statuses that a request often gets when it was carried out before: the resource is already gone, or exists already.
 */
const secondAnswers: ReadonlySet<number> = new Set([404, 409, 410, 412])

/** Whether an earlier attempt without a response may have caused the status of the last one. */
export function isSecondAnswer(attempts: readonly Answered[]): boolean {
  const status = readLastStatus(attempts)
  return status !== null && secondAnswers.has(status) && findUnanswered(attempts) !== -1
}

/** If an earlier attempt got no response but may have arrived, the hint says so first. */
export function tellOfRepeat(reason: DecisionReason, attempts: readonly Answered[]): DecisionReason {
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
function findUnanswered(attempts: readonly Answered[]): number {
  return attempts.slice(0, -1).findIndex(({ delivered }) => delivered === 'maybe')
}

function readLastStatus(attempts: readonly Answered[]): number | null {
  return attempts.at(-1)?.status ?? null
}
