import { randomUUIDv7 } from 'node:crypto'
import type { Caller } from '../egress/caller.ts'
import { type CompiledNode, compileNode } from '../webhook/compile.ts'
import { type Repeat, repeatAfterFailure } from '../webhook/failure.ts'
import { createMasker, type Masker } from '../webhook/mask.ts'
import type { Attempt, Outcome } from '../webhook/outcome.ts'
import type { Scope } from '../webhook/render-context.ts'
import { variablesOf } from '../webhook/rendering.ts'
import { askedPauseMs, deliveredBy, repeatAfter } from '../webhook/repeat.ts'
import { type RenderedRequest, renderRequest } from '../webhook/request.ts'
import { ReadableResponse } from '../webhook/response.ts'
import { conclude, isMet } from './conclude.ts'
import type { ExecuteReply, ExecuteRequest } from './contract.ts'
import type { Executed, Refused } from './execution.ts'
import { attemptEntry, Reporter, secretsOf } from './report.ts'
import { send } from './send.ts'

/** What an execution needs from its surroundings. */
export interface ExecutionContext {
  readonly caller: Caller
  readonly maxTimeoutMs: number
  /** Bytes of a body that are shown in a reply. */
  readonly maxEchoBytes: number
  readonly userAgent: string
}

/** compile → render → attempt → conclude → report. Rejects only on a bug of ours. */
export async function executeNode(
  request: ExecuteRequest,
  context: ExecutionContext,
): Promise<Refused | Executed> {
  const accepted = performance.now()
  const compiled = compileNode(request.node, context)
  if (!compiled.ok) return { kind: 'refused', errors: compiled.errors }
  const { node } = compiled
  const executionId = randomUUIDv7()
  const rendered = render(node, request, executionId, context)
  const variables = variablesOf({ payload: request.payload ?? {}, executionId }, node.id)
  const attempts = rendered.ok
    ? await send({
        node,
        request: rendered.request,
        caller: context.caller,
        tenant: request.tenant ?? null,
        deadlineMs: request.deadlineMs ?? Number.POSITIVE_INFINITY,
        accepted,
        isMet: (outcome) => isMet(node, outcome, variables),
      })
    : []
  const journey: Journey = { request, node, executionId, variables, rendered, attempts, accepted }
  return { kind: 'executed', ...report(journey, context) }
}

/** All that is known of an execution when its last attempt has ended. */
interface Journey {
  readonly request: ExecuteRequest
  readonly node: CompiledNode
  readonly executionId: string
  /** What templates and conditions see, save the response. */
  readonly variables: Scope['variables']
  readonly rendered: RenderedRequest
  readonly attempts: readonly Attempt[]
  /** `performance.now()` when the execution was accepted. */
  readonly accepted: number
}

function render(
  node: CompiledNode,
  { payload = {}, secrets = {}, idempotencyKey }: ExecuteRequest,
  executionId: string,
  { userAgent }: ExecutionContext,
): RenderedRequest {
  return renderRequest(node, {
    payload,
    secrets: new Map(Object.entries(secrets)),
    executionId,
    idempotencyKey: idempotencyKey ?? null,
    userAgent,
    masksCarriers: true,
  })
}

function report(journey: Journey, context: ExecutionContext): Omit<Executed, 'kind'> {
  const { request, node, executionId, variables, rendered, attempts, accepted } = journey
  const outcome = outcomeOf(rendered, attempts)
  const { diagnostics = 'full' } = request
  const masked = createMasker([...rendered.hidden, ...secretsOf(outcome.response)])
  const response =
    outcome.response === null
      ? null
      : new ReadableResponse(outcome.response, masked, { isShown: diagnostics === 'full' })
  const { decision, captured, warnings } = conclude(node, outcome, response, variables)
  const reporter = new Reporter(masked, { diagnostics, maxEchoBytes: context.maxEchoBytes })
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
    request: rendered.ok ? reporter.request(rendered.request, rendered.shown) : null,
    response: response === null ? null : reporter.response(response),
    attempts: attempts.map(attemptEntry),
    warnings: reporter.warnings([...rendered.warnings, ...warnings]),
    durationMs: Math.round(performance.now() - accepted),
  }
  const { branch, reason } = decision
  const host = rendered.ok ? rendered.request.host : node.url.host
  const summary = { host, method: node.method, status: response?.status ?? null, branch, code: reason.code }
  return { reply, summary }
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
  return rendered.request.headers.find(([name]) => name.toLowerCase() === 'idempotency-key')?.[1]
}
