import type { ExecuteRequest } from '../contract/execution.ts'
import { findSafetyAfterFailure } from '../contract/failure.ts'
import { continueTrace, startTrace, type Trace } from '../tracing/trace.ts'
import type { CompiledNode } from '../webhook/compile.ts'
import { type RenderedRequest, renderRequest } from '../webhook/render.ts'
import { type RenderInput, withheldSecret } from '../webhook/request/render-session.ts'
import { RenderBudget } from '../webhook/template/render-budget.ts'
import type { SecretUse } from '../webhook/template/secret-lookup.ts'
import type { Attempt, Outcome } from '../webhook/wire/outcome.ts'
import { type AttemptsBefore, type AttemptsMade, runAttempts } from './attempt-loop.ts'
import { CallPath } from './call-path.ts'
import type { Continuation } from './continuation.ts'
import { type Judgement, type JudgingContext, judgeOutcome } from './evaluate-outcome.ts'
import type { CallContext, ExecutionContext } from './execution-context.ts'
import { describeCall } from './judged-call.ts'
import { ExecutionMaskers } from './maskers.ts'
import type { WithRequestedNode } from './node-cache.ts'
import { openTls, type PreparedCall } from './open-tls.ts'
import { refuseNode } from './refuse-node.ts'
import { type ExecutionClock, type ExecutionState, report } from './report.ts'
import type { Executed, Refused, Unaffordable } from './results.ts'
import { createTimedUuid } from './uuid.ts'

/** compile → render → attempt → judge → evaluate → report. Rejects only on a bug of the service. */
export async function executeNode(
  request: WithRequestedNode<ExecuteRequest>,
  context: ExecutionContext,
  callContext: CallContext,
): Promise<Refused | Unaffordable | Executed> {
  const clock = startClock(callContext.continuation)
  const { tenant = null, deadlineMs = Number.POSITIVE_INFINITY } = request
  const { quota, egressClient } = context
  const share = { client: callContext.client, tenant }
  const hasWaited = quota.owes(share)
  if (hasWaited) await quota.turn(share, deadlineMs, callContext.signal)
  const compiled = quota.charge(share, () => context.nodes.compile(request.node, tenant))
  if (!compiled.ok) return refuseNode(compiled.errors, request)
  const { node } = compiled
  const executionId = callContext.continuation?.executionId ?? createTimedUuid()
  const trace = beginTrace(callContext, node, context)
  const budget = new RenderBudget(context.maxRenderMs)
  const rendered = budget.render(() => render(node, request, { executionId, trace, budget }, context))
  const renderMs = budget.spentMs
  quota.spend(share, renderMs)
  if (rendered.ok && !callContext.resources.holdRendered(rendered.request.body?.length ?? 0))
    return { kind: 'unaffordable' }
  const prepare = () => openTls(rendered, egressClient, clock.begunAt, node.tls?.path)
  // The time for a certificate that is new counts like that of templates.
  const prepared = node.tls === null ? prepare() : quota.charge(share, prepare)
  const begun = { ...clock, request, node, executionId, trace, budget, rendered, prepared, hasWaited }
  const executed = await carryOut(begun, context, callContext)
  quota.spend(share, budget.spentMs - renderMs)
  return executed
}

function startClock(continuation: Continuation | undefined): ExecutionClock {
  const [begunAt, begun] = [new Date(), performance.now()]
  const agoMs = continuation === undefined ? 0 : Math.max(0, begunAt.getTime() - continuation.acceptedAt)
  return { begunAt, begun, accepted: begun - agoMs }
}

/** An execution whose request is rendered, and can be sent or not. */
interface Begun
  extends Omit<ExecutionState, 'path' | 'maskers' | 'judging' | 'judge' | 'made' | 'continuation'> {
  readonly budget: RenderBudget
  readonly prepared: PreparedCall
  readonly hasWaited: boolean
}

/** attempt → judge → evaluate → report. */
async function carryOut(
  begun: Begun,
  context: ExecutionContext,
  callContext: CallContext,
): Promise<Executed> {
  const { continuation = null, signal, resources } = callContext
  const { request, node, trace, budget, rendered, prepared, accepted, hasWaited } = begun
  const { tenant = null, deadlineMs = Number.POSITIVE_INFINITY } = request
  const computed = new Set<string>()
  const maskers = new ExecutionMaskers(context.maskers, rendered.valuesToMask, computed)
  const judging: JudgingContext = {
    variables: rendered.variables,
    budget,
    maxCapturedBytes: context.maxCapturedBytes,
    call: describeCall(rendered, () => path?.follower ?? null),
  }
  const isShown = request.diagnostics !== 'brief'
  const options = { node, tenant, trace, maskers, computed, judging, isShown, continuation }
  const path = rendered.ok ? new CallPath(rendered, options, context) : null
  const judge = (outcome: Outcome, attempts: readonly Attempt[], mayQuote = isShown) => {
    const response = outcome.response && maskers.read(outcome.response, mayQuote)
    const judgement = judgeOutcome(node, outcome, response, judging, attempts)
    return path?.tellOfRefusal(judgement, node) ?? judgement
  }
  const made = prepared.ok
    ? await runAttempts({
        node,
        request: prepared.rendered.request,
        egressClient: path?.egress ?? context.egressClient,
        pauseConnection: context.egressClient.pause,
        trace,
        tenant,
        tls: prepared.tls,
        deadlineMs,
        accepted,
        hasWaited: hasWaited || continuation !== null,
        before: findBefore(continuation, begun.begunAt),
        postpones: continuation?.postpones ?? false,
        signal,
        resources,
        turns: context.turns,
        judge,
        judging,
      })
    : attemptNothing(prepared, judge)
  return report({ ...begun, path, maskers, judging, judge, made, continuation }, context)
}

function findBefore(continuation: Continuation | null, now: Date): AttemptsBefore | null {
  const progress = continuation?.progress
  if (!progress) return null
  return { calls: progress.calls, repeat: progress.repeat, elapsedMs: now.getTime() - progress.beganAt }
}

function attemptNothing(
  { failure, attempts }: Extract<PreparedCall, { readonly ok: false }>,
  judge: (outcome: Outcome, attempts: readonly Attempt[]) => Judgement,
): AttemptsMade {
  const judgement = judge({ kind: 'failed', failure, response: null }, attempts)
  const repeat = findSafetyAfterFailure(failure.code, 'no')
  return { attempts, judgement, repeat, endedAt: performance.now(), warnings: [], postponed: null }
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
  let isOpen = false
  let judged: Pick<SecretUse, 'host' | 'port'> | null = null
  return renderRequest(node, {
    payload,
    secrets,
    store: {
      find(name, use) {
        // A request that the policy forbids must reveal nothing about a secret, not even its binding.
        if (judged?.host !== use.host || judged.port !== use.port) {
          judged = use
          isOpen = egressClient.mayCall(use)
        }
        return isOpen ? store.find(name, { ...use, tenant: tenant ?? null }) : withheldSecret
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
