import { randomUUIDv7 } from 'node:crypto'
import type { ExecuteReply, ExecuteRequest } from '../contract/execution.ts'
import { type FailureCode, findSafetyAfterFailure } from '../contract/failure.ts'
import type { EgressClient } from '../egress/egress-client.ts'
import type { SecretStore } from '../secrets/secret-store.ts'
import { continueTrace, startTrace, type Trace } from '../tracing/trace.ts'
import type { TraceContext } from '../tracing/trace-context.ts'
import type { CompiledNode } from '../webhook/compile.ts'
import type { Decision, JudgedCall } from '../webhook/decide.ts'
import type { Masker } from '../webhook/masking/mask.ts'
import { type RenderedRequest, renderRequest, type ShownParts } from '../webhook/render.ts'
import { type RenderInput, unresolvedSecret } from '../webhook/request/render-session.ts'
import { ReadableResponse } from '../webhook/response/readable-response.ts'
import { askedPauseMs } from '../webhook/retry-after.ts'
import { judgeDelivery } from '../webhook/retry-safety.ts'
import { RenderBudget } from '../webhook/template/render-budget.ts'
import { headerValues } from '../webhook/wire/headers.ts'
import { type Attempt, type Outcome, readHeldBackMs } from '../webhook/wire/outcome.ts'
import { type AttemptsMade, runAttempts } from './attempt-loop.ts'
import { attemptEntry, Diagnostics } from './diagnostics.ts'
import { evaluateOutcome, type Judgement, type JudgingContext, judgeOutcome } from './evaluate-outcome.ts'
import type { HeldResources } from './held-resources.ts'
import type { LoopTurns } from './loop-turns.ts'
import { ExecutionMaskers, type MaskerCache } from './maskers.ts'
import type { NodeCache, WithRequestedNode } from './node-cache.ts'
import type { RenderQuota } from './render-quota.ts'
import { isSecondAnswer, tellOfRepeat } from './repeated-request.ts'
import type { Executed, ExecutionRecord, Refused, Unaffordable } from './results.ts'
import { traceEgress } from './trace-egress.ts'

export interface ExecutionContext {
  readonly egressClient: EgressClient
  readonly secrets: SecretStore
  readonly nodes: NodeCache
  readonly maskers: MaskerCache
  readonly quota: RenderQuota
  readonly turns: LoopTurns
  /** Processor time for all templates and conditions of a request, in milliseconds. */
  readonly maxRenderMs: number
  /** Limit for a body to send, in bytes. */
  readonly maxRenderedBytes: number
  /** Limit for all captured values of a request together, as JSON. */
  readonly maxCapturedBytes: number
  /** Bytes of a body to show in a reply. */
  readonly maxEchoBytes: number
  /** Where the pages of codes are. Empty for paths instead of addresses. */
  readonly docsBaseUrl: string
  readonly userAgent: string
  /** Whether a call without a trace context begins a trace. */
  readonly startsTraces: boolean
}

/** What belongs to one execution beside its request. */
export interface CallContext {
  /** Aborted when the client has gone or the service stops. What has begun still runs to its end. */
  readonly signal: AbortSignal
  readonly resources: HeldResources
  /** The trace context that the client sent. */
  readonly trace: TraceContext | null
  /** The name of the client. Null if the service asks for no key. */
  readonly client: string | null
}

/** compile → render → attempt → judge → evaluate → report. Rejects only on a bug of the service. */
export async function executeNode(
  request: WithRequestedNode<ExecuteRequest>,
  context: ExecutionContext,
  callContext: CallContext,
): Promise<Refused | Unaffordable | Executed> {
  const acceptedAt = new Date()
  const accepted = performance.now()
  const { tenant = null, deadlineMs = Number.POSITIVE_INFINITY } = request
  const { quota } = context
  const share = { client: callContext.client, tenant }
  const hasWaited = quota.owes(share)
  if (hasWaited) await quota.turn(share, deadlineMs, callContext.signal)
  const compiled = quota.charge(share, () => context.nodes.compile(request.node, tenant))
  if (!compiled.ok) return { kind: 'refused', errors: compiled.errors }
  const { node } = compiled
  const executionId = randomUUIDv7()
  const trace = beginTrace(callContext, node, context)
  const budget = new RenderBudget(context.maxRenderMs)
  const rendered = budget.render(() => render(node, request, { executionId, trace, budget }, context))
  const renderMs = budget.spentMs
  quota.spend(share, renderMs)
  if (rendered.ok && !callContext.resources.holdRendered(rendered.request.body?.length ?? 0))
    return { kind: 'unaffordable' }
  const maskers = new ExecutionMaskers(context.maskers, rendered.valuesToMask)
  const judging = {
    variables: rendered.variables,
    budget,
    maxCapturedBytes: context.maxCapturedBytes,
    call: describeCall(rendered),
  }
  const isShown = request.diagnostics !== 'brief'
  const judge = (outcome: Outcome, attempts: readonly Attempt[]) =>
    judgeOutcome(node, outcome, readResponse(outcome, maskers, isShown), judging, attempts)
  const made = rendered.ok
    ? await runAttempts({
        node,
        request: rendered.request,
        egressClient:
          trace === null
            ? context.egressClient
            : traceEgress(context.egressClient, trace, rendered.carriesTrace),
        tenant,
        deadlineMs,
        accepted,
        hasWaited,
        signal: callContext.signal,
        resources: callContext.resources,
        turns: context.turns,
        judge,
        judging,
      })
    : attemptNothing(
        rendered.failure.code,
        judge({ kind: 'failed', failure: rendered.failure, response: null }, []),
      )
  const executed = report(
    { request, node, executionId, trace, rendered, maskers, judging, made, acceptedAt, accepted },
    context,
  )
  quota.spend(share, budget.spentMs - renderMs)
  return executed
}

/** The request, as an explanation of its response sees it. */
export function describeCall(rendered: RenderedRequest): JudgedCall {
  const { warnings } = rendered
  return { request: rendered.ok ? rendered.request : null, warnings, now: currentDate }
}

const currentDate = () => new Date()

function readResponse(
  { response }: Outcome,
  maskers: ExecutionMaskers,
  isShown: boolean,
): ReadableResponse | null {
  return response === null ? null : new ReadableResponse(response, maskers.forResponse(response), { isShown })
}

function attemptNothing(code: FailureCode, judgement: Judgement): AttemptsMade {
  const repeat = findSafetyAfterFailure(code, 'no')
  return { attempts: [], judgement, repeat, endedAt: performance.now(), warnings: [] }
}

/** The state of an execution at the end of its last attempt. */
interface ExecutionState {
  readonly request: Omit<ExecuteRequest, 'node'>
  readonly node: CompiledNode
  readonly executionId: string
  readonly trace: Trace | null
  readonly rendered: RenderedRequest
  readonly maskers: ExecutionMaskers
  readonly judging: JudgingContext
  readonly made: AttemptsMade
  readonly acceptedAt: Date
  /** `performance.now()` when the execution was accepted. */
  readonly accepted: number
}

/** Null if the trace would be neither sent on nor recorded. */
function beginTrace(
  { trace: parent }: CallContext,
  { propagatesTrace }: CompiledNode,
  { startsTraces }: ExecutionContext,
): Trace | null {
  if (parent !== null) return continueTrace(parent)
  return startsTraces || propagatesTrace ? startTrace({ isSampled: startsTraces }) : null
}

function render(
  node: CompiledNode,
  { payload = {}, secrets = {}, tenant, idempotencyKey, correlationId }: Omit<ExecuteRequest, 'node'>,
  { executionId, trace, budget }: Pick<ExecutionState, 'executionId' | 'trace'> & Pick<RenderInput, 'budget'>,
  { userAgent, maxRenderedBytes, secrets: store, egressClient }: ExecutionContext,
): RenderedRequest {
  let isOpen: boolean | null = null
  return renderRequest(node, {
    payload,
    secrets,
    store: {
      find(name, use) {
        // A request that the policy forbids must reveal nothing about a secret, not even its binding.
        isOpen ??= egressClient.mayCall(use)
        return isOpen ? store.find(name, { ...use, tenant: tenant ?? null }) : unresolvedSecret
      },
    },
    budget,
    executionId,
    idempotencyKey: idempotencyKey ?? null,
    correlationId: correlationId ?? null,
    tenant: tenant ?? null,
    userAgent,
    maxRenderedBytes,
    traceHeaders: trace?.headers ?? [],
  })
}

function report(state: ExecutionState, { maxEchoBytes, docsBaseUrl }: ExecutionContext): Executed {
  const { request, node, executionId, trace, rendered, maskers, judging, made, accepted } = state
  const { attempts, judgement } = made
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
    reason: diagnostics.reason(tellOfRepeat(decision.reason, attempts)),
    delivered: judgeDelivery(attempts),
    repeat: decision.succeeded || isSecondAnswer(attempts) ? 'never' : made.repeat,
    retryAfterMs:
      response === null
        ? readHeldBackMs(judgement.outcome)
        : askedPauseMs(response, new Date(), node.retry.resetHeaders),
    captured,
    request: rendered.ok ? diagnostics.request(rendered.request, shownParts(rendered, state)) : null,
    response: response === null ? null : diagnostics.response(response),
    attempts: attempts.map(attemptEntry),
    warnings: diagnostics.warnings([...node.warnings, ...rendered.warnings, ...made.warnings, ...warnings]),
    durationMs: Math.round(made.endedAt - accepted),
  }
  const durationMs = Math.round(performance.now() - accepted)
  const tracedUrl = trace?.isSampled && rendered.ok ? diagnostics.urlWithoutQuery(rendered.display) : null
  const record = { ...createRecord(state, reply, decision), durationMs }
  return { kind: 'executed', reply, record, trace, tracedUrl }
}

type Sendable = Extract<RenderedRequest, { readonly ok: true }>

/** The request as the last attempt sent it. */
function shownParts({ display, carriesTrace }: Sendable, { trace }: ExecutionState): ShownParts {
  const spanId = carriesTrace ? trace?.attemptSpanIds.at(-1) : undefined
  return trace && spanId ? { ...display, headers: trace.handOn(display.headers, spanId) } : display
}

function createRecord(
  { node, rendered, acceptedAt }: ExecutionState,
  reply: ExecuteReply,
  { branch, reason: { code, failure } }: Decision,
): ExecutionRecord {
  return {
    executionId: reply.executionId,
    correlationId: reply.correlationId,
    nodeId: reply.nodeId,
    tenant: reply.tenant,
    connection: reply.connection,
    acceptedAt,
    method: node.method,
    host: rendered.place?.host ?? null,
    port: rendered.place?.port ?? null,
    status: reply.attempts.at(-1)?.status ?? null,
    branch,
    isCase: code === 'case_met',
    succeeded: reply.succeeded,
    code: failure ?? code,
    blame: reply.reason.blame,
    delivered: reply.delivered,
    attempts: reply.attempts,
    durationMs: reply.durationMs,
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
