import { findErrorPage } from '../contract/error-page.ts'
import type { AttemptEntry, ExecuteReply } from '../contract/execution.ts'
import { type FailureCode, failures, type RetrySafety } from '../contract/failure.ts'
import type { BranchName } from '../contract/node.ts'
import { listCalls } from '../contract/purpose.ts'
import type { CompiledNode } from '../webhook/compile.ts'
import { judgeDelivery, stricter } from '../webhook/retry-safety.ts'
import type { Progress } from './continuation.ts'
import { noPhases } from './no-phases.ts'

/** Why an execution ends without another request. */
export interface UnsentEnd {
  readonly code: FailureCode
  readonly message: string
  readonly repeat: RetrySafety
  /** All attempts so far. */
  readonly attempts: readonly AttemptEntry[]
}

/** What the reply repeats of the request. */
export interface AskedFor {
  readonly executionId: string
  readonly correlationId: string | null
  readonly tenant: string | null
  readonly idempotencyKey: string | null
  /** In milliseconds since the epoch. */
  readonly acceptedAt: number
}

/** The parts of a node that decide on an end without a response. */
export type EndedNode = Pick<CompiledNode, 'id' | 'onError' | 'branches'> & {
  readonly connection: { readonly name: string } | null
  readonly capture: readonly (readonly [name: string, template: unknown])[]
}

/** The reply of an execution that ends without another request. `onError` decides on the branch. */
export function replyUnsent(
  node: EndedNode,
  asked: AskedFor,
  { code, message, repeat, attempts }: UnsentEnd,
  docsBaseUrl: string,
): ExecuteReply {
  const { blame, hint } = failures[code]
  return {
    executionId: asked.executionId,
    nodeId: node.id,
    correlationId: asked.correlationId,
    tenant: asked.tenant,
    connection: node.connection?.name ?? null,
    idempotencyKey: asked.idempotencyKey,
    branch: node.branches[node.onError],
    succeeded: false,
    reason: { code, message, hint, blame, path: null, docs: findErrorPage(code, docsBaseUrl) },
    delivered: judgeDelivery(listCalls(attempts)),
    repeat,
    retryAfterMs: null,
    captured: Object.fromEntries(node.capture.map(([name]) => [name, null])),
    request: null,
    response: null,
    attempts: [...attempts],
    warnings: [],
    durationMs: Math.max(0, Date.now() - asked.acceptedAt),
  }
}

const ownNames: Readonly<Record<BranchName, string>> = { success: 'success', error: 'error', exit: 'exit' }

/** Stands for a node that cannot be read any more. */
export const unknownNode: EndedNode = {
  id: null,
  connection: null,
  onError: 'error',
  branches: ownNames,
  capture: [],
}

/** An attempt, and when it was begun, in milliseconds since the epoch. */
interface BegunAttempt {
  readonly attempt: number
  readonly at: number
}

/** The entry of an attempt whose process died. */
function interruptedAttempt({ attempt, at }: BegunAttempt): AttemptEntry {
  return {
    purpose: 'call',
    number: attempt,
    startedAt: new Date(at).toISOString(),
    durationMs: 0,
    status: null,
    failure: 'interrupted',
    delivered: 'maybe',
    connectionReused: false,
    timings: noPhases,
  }
}

/**
 * What is known of an execution whose process died, perhaps several times, and which may be repeated: further attempts, which may
 * have been made. They count for no limit.
 */
export function goOnAfterDeath(progress: Progress | null, lost: readonly BegunAttempt[]): Progress | null {
  if (lost.length === 0) return progress
  const { attempts = [], calls = 0, repeat = 'safe', beganAt = Date.now() } = progress ?? {}
  return {
    attempts: [...attempts, ...lost.map(interruptedAttempt)],
    calls,
    repeat: stricter(repeat, 'if_idempotent'),
    beganAt,
  }
}

/** The end of an execution whose process died after it had begun what is not sent again now. */
export function endInterrupted(earlier: readonly AttemptEntry[], begun: readonly BegunAttempt[]): UnsentEnd {
  return {
    code: 'interrupted',
    message:
      'The service was cut off while it sent the request, or before it had stored what became of it: it died, was stopped, or lost its store.',
    repeat: 'if_idempotent',
    attempts: [...earlier, ...begun.map(interruptedAttempt)],
  }
}
