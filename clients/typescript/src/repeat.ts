import type { Answer } from './answer.ts'
import type { Delivered, ExecuteRequest, Repeat } from './types.ts'

/** An answer after which there is no branch. */
export type FailedAnswer = Exclude<Answer, { readonly kind: 'branch' }>

/** Whether the target may have got a request. */
export function findDelivered(answer: FailedAnswer): Delivered {
  if (answer.kind === 'refused') return answer.problem.delivered
  return answer.kind === 'unanswered' && answer.code === 'not_sent' ? 'no' : 'maybe'
}

/** Whether a request may be sent again. */
export function findRepeat(answer: FailedAnswer): Repeat {
  if (answer.kind === 'aborted') return 'if_idempotent'
  if (answer.kind === 'refused') return findRepeatOfProblem(answer.problem)
  if (answer.code === 'not_sent') return 'safe'
  const { status } = answer
  // The service sends the head of a 200 when the execution has ended. A repeat would always be a second one.
  return status === null || isPassing(status) ? 'if_idempotent' : 'never'
}

/** A status of a proxy that may be gone with the next request. */
function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

/** The member `repeat` is newer than `retryable`. A service without it means the same. */
function findRepeatOfProblem(problem: {
  readonly status: number
  readonly retryable: boolean
  readonly delivered: Delivered
  readonly repeat?: unknown
}): Repeat {
  const { repeat, retryable, delivered, status } = problem
  if (repeat === 'safe' || repeat === 'if_idempotent' || repeat === 'never') return repeat
  if (retryable === true) return 'safe'
  return delivered === 'maybe' && status >= 500 ? 'if_idempotent' : 'never'
}

/**
 * Whether the target takes a repeat of the request as the same one. It needs the same `Idempotency-Key` for that, and
 * either a method that is idempotent (RFC 9110, 9.2.2) or the word of the node's author, `idempotent`.
 */
export function isRecognized({ node, idempotencyKey }: ExecuteRequest): boolean {
  if (idempotencyKey === undefined) return false
  return node.idempotent === true || idempotentMethods.has(node.method)
}

const idempotentMethods: ReadonlySet<string> = new Set(['GET', 'PUT', 'DELETE'])
