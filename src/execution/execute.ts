import { randomUUIDv7 } from 'node:crypto'
import type { Caller } from '../egress/caller.ts'
import type { Cancellation } from '../egress/cancellation.ts'
import type { SecretStore } from '../secrets/secret-store.ts'
import { continueTrace, startTrace, type Trace } from '../tracing/trace.ts'
import type { TraceContext } from '../tracing/trace-context.ts'
import type { CompiledNode } from '../webhook/compile.ts'
import type { BranchName } from '../webhook/config.ts'
import { type Repeat, repeatAfterFailure } from '../webhook/failure.ts'
import { headerValues } from '../webhook/header.ts'
import { createMasker, type Masker } from '../webhook/mask.ts'
import type { Attempt, Outcome } from '../webhook/outcome.ts'
import { askedPauseMs, deliveredBy, repeatAfter } from '../webhook/repeat.ts'
import { type RenderedRequest, renderRequest, type ShownParts } from '../webhook/request.ts'
import { ReadableResponse } from '../webhook/response.ts'
import type { CompiledNodes } from './compiled-nodes.ts'
import { conclude, isMet } from './conclude.ts'
import type { ExecuteReply, ExecuteRequest } from './contract.ts'
import type { Executed, ExecutionRecord, Refused } from './execution.ts'
import { attemptEntry, Reporter, textsToHide } from './report.ts'
import { type Sent, send } from './send.ts'
import { tracedCaller } from './traced-caller.ts'

/** What an execution needs from its surroundings. */
export interface ExecutionContext {
  readonly caller: Caller
  readonly secrets: SecretStore
  readonly nodes: CompiledNodes
  /** Bytes of a body that are shown in a reply. */
  readonly maxEchoBytes: number
  readonly userAgent: string
  /** Whether a call that comes without a trace begins one. */
  readonly startsTraces: boolean
}

/** What belongs to one execution beside what its caller sent. */
export interface Occasion {
  /** Of all that is not begun yet, where the caller has gone or the service stops; what has begun ends. */
  readonly cancellation: Cancellation
  /** The trace that the caller is in. */
  readonly trace: TraceContext | null
}

/** compile → render → attempt → conclude → report. Rejects only on a bug of ours. */
export async function executeNode(
  request: ExecuteRequest,
  context: ExecutionContext,
  occasion: Occasion,
): Promise<Refused | Executed> {
  const acceptedAt = new Date()
  const accepted = performance.now()
  const compiled = context.nodes.compile(request.node)
  if (!compiled.ok) return { kind: 'refused', errors: compiled.errors }
  const { node } = compiled
  const executionId = randomUUIDv7()
  const trace = traceOf(occasion, node, context)
  const rendered = render(node, request, { executionId, trace }, context)
  const sent = rendered.ok
    ? await send({
        node,
        request: rendered.request,
        caller: trace === null ? context.caller : tracedCaller(context.caller, trace),
        tenant: request.tenant ?? null,
        deadlineMs: request.deadlineMs ?? Number.POSITIVE_INFINITY,
        accepted,
        cancellation: occasion.cancellation,
        isMet: (outcome) => isMet(node, outcome, maskerFor(rendered, outcome), rendered.variables),
      })
    : nothingSent
  return report({ request, node, executionId, trace, rendered, sent, acceptedAt, accepted }, context)
}

const nothingSent: Sent = { attempts: [], warnings: [] }

/** All that is known of an execution when its last attempt has ended. */
interface Journey {
  readonly request: ExecuteRequest
  readonly node: CompiledNode
  readonly executionId: string
  readonly trace: Trace | null
  readonly rendered: RenderedRequest
  readonly sent: Sent
  readonly acceptedAt: Date
  /** `performance.now()` when the execution was accepted. */
  readonly accepted: number
}

/** Null where nobody would see it. */
function traceOf(
  { trace: caller }: Occasion,
  { propagatesTrace }: CompiledNode,
  { startsTraces }: ExecutionContext,
): Trace | null {
  if (caller !== null) return continueTrace(caller)
  return startsTraces || propagatesTrace ? startTrace({ isSampled: startsTraces }) : null
}

function render(
  node: CompiledNode,
  { payload = {}, secrets = {}, tenant, idempotencyKey }: ExecuteRequest,
  { executionId, trace }: Pick<Journey, 'executionId' | 'trace'>,
  { userAgent, secrets: store }: ExecutionContext,
): RenderedRequest {
  const use = { host: node.url.host, tenant: tenant ?? null }
  return renderRequest(node, {
    payload,
    secrets: { get: (name) => (Object.hasOwn(secrets, name) ? secrets[name] : store.find(name, use)) },
    // Of the store only what is used: if all of it were masked, guesses could be tested against it.
    hidden: Object.values(secrets),
    executionId,
    idempotencyKey: idempotencyKey ?? null,
    userAgent,
    traceHeaders: trace?.headers ?? [],
    masksCarriers: true,
  })
}

function report(journey: Journey, { maxEchoBytes }: ExecutionContext): Executed {
  const { request, node, executionId, trace, rendered, sent, accepted } = journey
  const { attempts } = sent
  const outcome = outcomeOf(rendered, attempts)
  const { diagnostics = 'full' } = request
  const masked = maskerFor(rendered, outcome)
  const response =
    outcome.response === null
      ? null
      : new ReadableResponse(outcome.response, masked, { isShown: diagnostics === 'full' })
  const { decision, captured, warnings } = conclude(node, outcome, response, rendered.variables)
  const reporter = new Reporter(masked, { diagnostics, maxEchoBytes })
  const reply: ExecuteReply = {
    executionId,
    nodeId: node.id,
    correlationId: request.correlationId ?? null,
    tenant: request.tenant ?? null,
    idempotencyKey: shownKey(rendered, request, masked),
    branch: node.branches[decision.branch],
    succeeded: decision.succeeded,
    reason: reporter.reason(decision.reason),
    delivered: deliveredBy(attempts),
    repeat: repeatOf(rendered, attempts, decision.succeeded),
    retryAfterMs: outcome.response === null ? null : askedPauseMs(outcome.response, new Date()),
    captured: reporter.captured(captured),
    request: rendered.ok ? reporter.request(rendered.request, shownParts(rendered.shown, journey)) : null,
    response: response === null ? null : reporter.response(response),
    attempts: attempts.map(attemptEntry),
    warnings: reporter.warnings([...rendered.warnings, ...sent.warnings, ...warnings]),
    durationMs: Math.round(performance.now() - accepted),
  }
  const tracedUrl = trace?.isSampled && rendered.ok ? reporter.urlWithoutQuery(rendered.shown) : null
  return { kind: 'executed', reply, record: recordOf(journey, reply, decision.branch), trace, tracedUrl }
}

function maskerFor({ hidden }: RenderedRequest, { response }: Outcome): Masker {
  return createMasker(textsToHide(hidden, response))
}

/** As the last attempt had it. */
function shownParts(shown: ShownParts, { trace }: Journey): ShownParts {
  const spanId = trace?.attemptSpanIds.at(-1)
  return trace && spanId ? { ...shown, headers: trace.handOn(shown.headers, spanId) } : shown
}

function recordOf({ node, acceptedAt }: Journey, reply: ExecuteReply, branch: BranchName): ExecutionRecord {
  return {
    executionId: reply.executionId,
    correlationId: reply.correlationId,
    nodeId: reply.nodeId,
    tenant: reply.tenant,
    acceptedAt,
    method: node.method,
    host: node.url.host,
    port: node.url.port,
    status: reply.response?.status ?? null,
    branch,
    succeeded: reply.succeeded,
    code: reply.reason.code,
    blame: reply.reason.blame,
    delivered: reply.delivered,
    attempts: reply.attempts,
    durationMs: reply.durationMs,
  }
}

function outcomeOf(rendered: RenderedRequest, attempts: readonly Attempt[]): Outcome {
  if (!rendered.ok) return { kind: 'failed', failure: rendered.failure, response: null }
  const last = attempts.at(-1)
  if (last === undefined) throw new TypeError('a call has at least one attempt')
  return last.outcome
}

function repeatOf(rendered: RenderedRequest, attempts: readonly Attempt[], succeeded: boolean): Repeat {
  if (succeeded) return 'never'
  return rendered.ok ? repeatAfter(attempts) : repeatAfterFailure(rendered.failure.code, 'no')
}

/** What went out. An id is not masked, save where a header field of the node made one of a secret. */
function shownKey(rendered: RenderedRequest, { idempotencyKey }: ExecuteRequest, masked: Masker) {
  const sent = idempotencyKeyOf(rendered) ?? idempotencyKey ?? null
  return sent === null || sent === idempotencyKey ? sent : masked(sent)
}

function idempotencyKeyOf(rendered: RenderedRequest): string | undefined {
  if (!rendered.ok) return undefined
  return headerValues(rendered.request.headers, 'idempotency-key')[0]
}
