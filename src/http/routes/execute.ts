import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { named } from '../../contract/builders.ts'
import { ExecuteReply, ExecuteRequest } from '../../contract/execution.ts'
import type { Interrupted, KeyRefusal, Replay, ReplayedReply } from '../../durability/replay/replay.ts'
import { executeNode } from '../../execution/execute.ts'
import type { ExecutionContext } from '../../execution/execution-context.ts'
import type { WithRequestedNode } from '../../execution/node-cache.ts'
import { createSpans } from '../../execution/spans.ts'
import { logExecution } from '../../logging/execution-line.ts'
import type { Log } from '../../logging/logger.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import type { Statistics } from '../../statistics/statistics.ts'
import type { SpanExporter } from '../../tracing/span.ts'
import { asJson } from '../body/written-json.ts'
import type { ConcurrencyLimit } from '../limits/concurrency-limit.ts'
import { refuseKey } from '../problems/key-refusal.ts'
import { Refusal } from '../problems/problem.ts'
import { keyReplies, problemReplies } from './problem-replies.ts'
import { replayedHeader } from './replayed-header.ts'
import { readTrace, returnTrace, TraceHeaders, traceReplyHeaders } from './trace-headers.ts'

export interface ExecuteRouteOptions {
  readonly context: ExecutionContext
  readonly concurrency: ConcurrencyLimit
  readonly log: Log
  readonly metrics: Metrics
  readonly statistics: Statistics
  /** Null if spans are not exported. */
  readonly spanExporter: SpanExporter | null
  /** Executes a node once for each idempotency key. Null without a store. */
  readonly replay: Replay | null
}

const executeReply = {
  description: 'The node was executed, on any branch.',
  headers: {
    ...traceReplyHeaders,
    ...replayedHeader,
  },
  content: { 'application/json': { schema: named(ExecuteReply) } },
}

/** `POST /v1/execute` */
export const executeRoute: FastifyPluginAsyncTypebox<ExecuteRouteOptions> = async (
  app,
  { context, concurrency, log, metrics, statistics, spanExporter, replay },
) => {
  const schema = {
    operationId: 'executeNode',
    summary: 'Execute a Webhook node',
    description:
      'Sends the request of a node, and replies which branch to follow and why. The status describes this service, the branch describes the target: if the target is down, the reply is 200 with the error branch.',
    tags: ['webhook'],
    security: [{ apiKey: [] }],
    headers: TraceHeaders,
    body: named(ExecuteRequest),
    response: { 200: executeReply, ...problemReplies, ...keyReplies },
  }
  app.post('/v1/execute', { schema }, async (request, reply) => {
    const { active } = request
    if (active === null) throw new TypeError('the route has no limit')
    const keyName = request.client?.name ?? null
    const callContext = {
      signal: active.signal,
      resources: active,
      trace: readTrace(request),
      client: keyName,
    }
    const body = request.body as unknown as WithRequestedNode<ExecuteRequest>
    const result =
      replay !== null && hasKey(body)
        ? await replay.execute(body, callContext)
        : await executeNode(body, context, callContext)
    if (result.kind === 'refused')
      throw new Refusal('invalid_request', 'The node cannot be executed.', { errors: result.errors })
    if (result.kind === 'unaffordable') throw concurrency.refuseGrowth(active)
    if (result.kind !== 'executed') return answerWithKey(result, reply)
    const { record, trace } = result
    if (trace !== null) returnTrace(reply, trace)
    spanExporter?.record(createSpans(result))
    const { id: requestId } = request
    // Right after the reply, before any other request, so that the client does not wait for log and metrics.
    process.nextTick(() => {
      logExecution(log, record, { requestId, keyName, traceId: trace?.context.traceId ?? null })
      metrics.executed(record)
      statistics.record(record)
    })
    return result.reply
  })
}

type Request = WithRequestedNode<ExecuteRequest>

function hasKey(body: Request): body is Request & { readonly idempotencyKey: string } {
  return body.idempotencyKey !== undefined
}

/** Answers what was not executed because of its key. The reply of an earlier execution is sent as it was stored. */
function answerWithKey(result: ReplayedReply | Interrupted | KeyRefusal, reply: FastifyReply): ExecuteReply {
  if (result.kind === 'interrupted') return result.reply
  if (result.kind !== 'replayed') throw refuseKey(result)
  reply.header('idempotency-replayed', 'true')
  return asJson<ExecuteReply>(result.json, reply)
}
