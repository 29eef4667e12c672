import type { AttemptEntry, ExecuteReply, ExecuteRequest } from '../contract/execution.ts'
import { listCalls } from '../contract/purpose.ts'
import type { Trace } from '../tracing/trace.ts'
import type { CompiledNode } from '../webhook/compile.ts'
import type { Decision, DecisionReason } from '../webhook/decide.ts'
import type { Masker } from '../webhook/masking/mask.ts'
import type { RenderedRequest } from '../webhook/render.ts'
import { askedPauseMs } from '../webhook/retry-after.ts'
import { judgeDelivery } from '../webhook/retry-safety.ts'
import { headerValues } from '../webhook/wire/headers.ts'
import { type Attempt, type Outcome, readHeldBackMs } from '../webhook/wire/outcome.ts'
import type { AttemptsMade } from './attempt-loop.ts'
import type { CallPath } from './call-path.ts'
import type { Continuation, Postponed } from './continuation.ts'
import { attemptEntry, Diagnostics } from './diagnostics.ts'
import { evaluateOutcome, type Judgement, type JudgingContext } from './evaluate-outcome.ts'
import type { ExecutionContext } from './execution-context.ts'
import type { ExecutionMaskers } from './maskers.ts'
import { isSecondAnswer, tellOfRepeat } from './repeated-request.ts'
import type { Executed, ExecutionRecord, Explained } from './results.ts'

export interface ExecutionClock {
  /** When this process began with it. */
  readonly begunAt: Date
  /** The same by `performance.now()`. */
  readonly begun: number
  /** `performance.now()` when the execution was accepted. */
  readonly accepted: number
}

/** The state of an execution at the end of its last attempt. */
export interface ExecutionState extends ExecutionClock {
  readonly request: Omit<ExecuteRequest, 'node'>
  readonly node: CompiledNode
  readonly executionId: string
  readonly trace: Trace | null
  readonly rendered: RenderedRequest
  /** Null if the request could not be rendered. */
  readonly path: CallPath | null
  readonly maskers: ExecutionMaskers
  readonly judging: JudgingContext
  /** `mayQuote`: whether the reason may have words of the target. */
  readonly judge: (outcome: Outcome, attempts: readonly Attempt[], mayQuote?: boolean) => Judgement
  readonly made: AttemptsMade
  /** Null for an execution that begins here. */
  readonly continuation: Continuation | null
}

/** The reply of an execution, and what is recorded of it. */
export function report(state: ExecutionState, { maxEchoBytes, docsBaseUrl }: ExecutionContext): Executed {
  const { request, node, executionId, trace, rendered, path, maskers, judging, made, accepted } = state
  const { continuation } = state
  const follower = path?.follower ?? null
  const { judgement } = made
  const attempts = listAttempts(made.attempts, continuation)
  const calls = listCalls(attempts)
  const { response } = judgement
  const { decision, captured, warnings } = evaluateOutcome(node, judgement, judging)
  const { diagnostics: detail = 'full' } = request
  const diagnostics = new Diagnostics(maskers.own, { diagnostics: detail, maxEchoBytes, docsBaseUrl })
  const reply: ExecuteReply = {
    executionId,
    nodeId: node.id,
    correlationId: request.correlationId ?? null,
    tenant: request.tenant ?? null,
    connection: node.connection?.name ?? null,
    idempotencyKey: shownKey(rendered, request, maskers.own),
    branch: decision.output,
    succeeded: decision.succeeded,
    reason: diagnostics.reason(tellOfCalls(state, decision.reason, calls)),
    delivered: judgeDelivery(calls),
    repeat: decision.succeeded || isSecondAnswer(calls) ? 'never' : made.repeat,
    retryAfterMs: follower?.wasCarriedOut
      ? null
      : response === null
        ? readHeldBackMs(judgement.outcome)
        : askedPauseMs(response, new Date(), node.retry.resetHeaders),
    captured,
    request:
      rendered.ok && path !== null
        ? diagnostics.request(follower?.hop.request ?? rendered.request, path.show())
        : null,
    response: response === null ? null : diagnostics.response(response),
    attempts,
    warnings: diagnostics.warnings([
      ...node.warnings,
      ...rendered.warnings,
      ...made.warnings,
      ...(follower?.warnings ?? []),
      ...warnings,
    ]),
    durationMs: Math.round(made.endedAt - accepted),
  }
  const durationMs = Math.round(performance.now() - state.begun)
  const tracedUrl = trace?.isSampled && rendered.ok ? diagnostics.urlWithoutQuery(rendered.display) : null
  const postponed = describePostponed(state, attempts)
  const isCounted = !decision.succeeded && node.id !== null && postponed === null
  const explained = isCounted ? explainInOwnWords(state, reply, decision, diagnostics) : null
  const record = createRecord(state, reply, decision, explained, durationMs)
  const attemptsElsewhere = continuation?.progress?.attempts.length ?? 0
  return { kind: 'executed', reply, record, attemptsElsewhere, postponed, trace, tracedUrl }
}

/** Adds to a reason what the calls before the last one have to do with it. */
function tellOfCalls(
  { path, made }: ExecutionState,
  reason: DecisionReason,
  calls: readonly AttemptEntry[],
): DecisionReason {
  const status = made.judgement.response?.status ?? null
  return tellOfRepeat(path?.follower?.tell(reason, status) ?? reason, calls)
}

/**
 * Why the execution failed, for those who do not get the reply: without a word of the target. Only a reason that may have one is
 * found out anew.
 */
function explainInOwnWords(
  state: ExecutionState,
  { reason, attempts }: ExecuteReply,
  decision: Decision,
  diagnostics: Diagnostics,
): Explained {
  const { request, judge, made } = state
  const { outcome, decision: judged } = made.judgement
  const mayQuote =
    request.diagnostics !== 'brief' &&
    decision.reason.code === judged.reason.code &&
    (outcome.kind === 'failed' ? outcome.failure.said !== undefined : reason.hint !== null)
  if (!mayQuote) return reason
  const own = judge(withoutWords(outcome), made.attempts, false).decision.reason
  // The time for conditions may be over.
  if (own.code !== decision.reason.code) return { ...reason, hint: null }
  return diagnostics.reason(tellOfCalls(state, own, listCalls(attempts)))
}

function withoutWords(outcome: Outcome): Outcome {
  if (outcome.kind !== 'failed') return outcome
  const { said: _said, ...failure } = outcome.failure
  return { ...outcome, failure }
}

/** All attempts of the execution, as the reply shows them. */
function listAttempts(made: readonly Attempt[], continuation: Continuation | null): AttemptEntry[] {
  if (continuation === null) return made.map(attemptEntry)
  const { attemptsBefore, progress } = continuation
  const earlier = progress?.attempts ?? []
  const first = earlier.at(-1)?.number ?? attemptsBefore
  return [...earlier, ...made.map((attempt, index) => attemptEntry(attempt, first + index))]
}

function describePostponed(
  { made, continuation, begunAt }: ExecutionState,
  attempts: readonly AttemptEntry[],
): Postponed | null {
  if (made.postponed === null || continuation === null) return null
  const { ms, calls, wasHeldBack } = made.postponed
  const beganAt = continuation.progress?.beganAt ?? begunAt.getTime()
  return { ms, wasHeldBack, progress: { attempts, calls, repeat: made.repeat, beganAt } }
}

function createRecord(
  { node, rendered, begunAt }: ExecutionState,
  reply: ExecuteReply,
  { branch, reason: { code, failure } }: Decision,
  explained: Explained | null,
  durationMs: number,
): ExecutionRecord {
  return {
    executionId: reply.executionId,
    correlationId: reply.correlationId,
    nodeId: reply.nodeId,
    tenant: reply.tenant,
    connection: reply.connection,
    acceptedAt: begunAt,
    method: node.method,
    host: rendered.place?.host ?? null,
    port: rendered.place?.port ?? null,
    status: listCalls(reply.attempts).at(-1)?.status ?? null,
    branch,
    isCase: code === 'case_met',
    succeeded: reply.succeeded,
    code: failure ?? code,
    blame: reply.reason.blame,
    explained,
    delivered: reply.delivered,
    attempts: reply.attempts,
    durationMs,
    secrets: [...rendered.secretNames],
    secretRefusal: rendered.ok ? null : (rendered.failure.refusedBy ?? null),
  }
}

/** The idempotency key that was sent. It is masked only if a header of the node made it from a secret. */
function shownKey(
  rendered: RenderedRequest,
  { idempotencyKey }: Pick<ExecuteRequest, 'idempotencyKey'>,
  masked: Masker,
) {
  if (!rendered.ok) return idempotencyKey ?? null
  const [sent] = headerValues(rendered.request.headers, 'idempotency-key')
  if (sent === undefined || sent === idempotencyKey) return sent ?? null
  const [display = ''] = headerValues(rendered.display.headers, 'idempotency-key')
  return masked(display)
}
