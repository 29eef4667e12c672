import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { named } from '../../../contract/builders.ts'
import {
  Acknowledgement,
  SubmitRequest,
  type Submitted,
  type SubmittedItems,
} from '../../../contract/durable.ts'
import { Type } from '../../../contract/typebox.ts'
import type {
  AcceptedExecution,
  Executions,
  Submission,
  SubmitResult,
} from '../../../durability/dispatch/executions.ts'
import { markReplayed } from '../../../durability/replay/mark-replayed.ts'
import type { StoredExecution } from '../../../durability/store/execution-store.ts'
import { createSubmissionSpans } from '../../../execution/spans.ts'
import type { SpanExporter } from '../../../tracing/span.ts'
import { continueTrace, startTrace, type Trace } from '../../../tracing/trace.ts'
import type { TraceContext } from '../../../tracing/trace-context.ts'
import { asJson } from '../../body/written-json.ts'
import { refuseKey } from '../../problems/key-refusal.ts'
import { Refusal } from '../../problems/problem.ts'
import { durableReplies, keyReplies, problemReplies } from '../problem-replies.ts'
import { replayedHeader } from '../replayed-header.ts'
import { readTrace, returnTrace, TraceHeaders, traceReplyHeaders } from '../trace-headers.ts'
import { applyPreferredWait, PreferHeaders, waitedHeader } from './preferred-wait.ts'
import { requireStore, type StoreOption } from './required-store.ts'
import { locateResult, resultLocationHeaders } from './result-location.ts'
import { decodeStoredReply, endedReply } from './stored-reply.ts'
import { showMoment } from './summary.ts'

export interface SubmitRouteOptions extends StoreOption {
  /** Where clients reach the service. Empty for paths. */
  readonly publicUrl: string
  /** Null if spans are not exported. */
  readonly spanExporter: SpanExporter | null
}

/** `POST /v1/executions` */
export const submitRoute: FastifyPluginAsyncTypebox<SubmitRouteOptions> = async (app, options) => {
  const { publicUrl, spanExporter } = options
  const executions = requireStore(app, options)
  const schema = {
    operationId: 'submitExecution',
    summary: 'Submit a durable execution of a Webhook node',
    description:
      'Stores the execution, or up to 1000 of them, and replies. From then on it ends whatever happens to this service: its result can be read, and a callback tells of it.',
    tags: ['durable'],
    security: [{ apiKey: [] }],
    headers: Type.Object({ ...TraceHeaders.properties, ...PreferHeaders.properties }),
    body: named(SubmitRequest),
    response: {
      200: {
        ...endedReply,
        description: 'It has ended within the time of `Prefer: wait`: the reply as of `POST /v1/execute`.',
        headers: { ...traceReplyHeaders, ...waitedHeader, ...replayedHeader },
      },
      202: {
        description: 'Accepted: it is on the disk.',
        headers: { ...traceReplyHeaders, ...waitedHeader, ...resultLocationHeaders },
        content: { 'application/json': { schema: named(Acknowledgement) } },
      },
      ...problemReplies,
      422: keyReplies[422],
      ...durableReplies,
    },
  }
  app.post('/v1/executions', { schema }, async (request, reply) => {
    const client = request.client?.name ?? null
    const body = request.body as unknown as Submission
    const startedAt = new Date()
    const trace = beginTrace(readTrace(request), spanExporter)
    const result = await executions().submit(body, { client, trace: trace?.context ?? null })
    if (result.kind !== 'accepted') throw refuseSubmission(result)
    if (trace !== null) {
      returnTrace(reply, trace)
      const ids = result.executions.map(({ executionId }) => executionId)
      spanExporter?.record(createSubmissionSpans(trace, startedAt, ids))
    }
    if (body.items !== undefined) return reply.code(202).send(acknowledgeAll(result.executions))
    const [accepted] = result.executions
    if (accepted === undefined) throw new TypeError('a submission has an execution')
    const found = await awaitEnd(executions(), accepted, request, reply)
    if (found !== null && found.reply !== null) {
      const json = decodeStoredReply(found.reply)
      if (!accepted.isReplayed) return reply.code(200).send(asJson(json, reply))
      reply.header('idempotency-replayed', 'true')
      return reply.code(200).send(asJson(markReplayed(json), reply))
    }
    // Meanwhile it may have begun to run, or wait for another attempt.
    const unended = found === null ? accepted : { ...accepted, state: found.state, dueAt: found.dueAt }
    locateResult(reply, publicUrl, unended)
    return reply.code(202).send(acknowledge(unended))
  })
}

/** The execution after the time that the client prefers to wait. Null if it waits for nothing, or the store does not tell. */
async function awaitEnd(
  executions: Executions,
  { executionId }: AcceptedExecution,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<StoredExecution | null> {
  const ms = applyPreferredWait(request, reply)
  if (ms === 0) return null
  // From now on it is no work for this client, which only waits.
  request.active?.end()
  const signal = request.active?.signal ?? new AbortController().signal
  const found = await executions.await(executionId, request.client?.name ?? null, ms, signal)
  return found === 'unavailable' ? null : found
}

/** The trace of the request, to which all attempts of its executions belong. Null if it would be recorded nowhere. */
function beginTrace(parent: TraceContext | null, spanExporter: SpanExporter | null): Trace | null {
  if (parent !== null) return continueTrace(parent)
  return spanExporter === null ? null : startTrace({ isSampled: true })
}

function refuseSubmission(result: Exclude<SubmitResult, { readonly kind: 'accepted' }>): Refusal {
  if (result.kind === 'refused')
    return new Refusal('invalid_request', 'The execution cannot be accepted.', { errors: result.errors })
  if (result.kind === 'secrets_not_storable') return secretsNotStorable()
  if (result.kind === 'backlog_full') return backlogFull(result.backlog)
  return refuseKey(result)
}

function secretsNotStorable(): Refusal {
  return new Refusal(
    'secrets_not_storable',
    'A durable execution would have to store the secrets of the request, and the service has no key to encrypt them with (STORE_KEYS).',
    { errors: [{ path: '/secrets', message: 'must be left out; refer to secrets of the service' }] },
  )
}

function backlogFull(backlog: number): Refusal {
  return new Refusal(
    'backlog_full',
    `${backlog} executions of this tenant have not ended, and MAX_BACKLOG allows no more. Nothing was stored.`,
    { headers: { 'retry-after': '5' } },
  )
}

function acknowledge(accepted: AcceptedExecution): Submitted {
  const { executionId, state, idempotencyKey, dueAt, expiresAt, isReplayed } = accepted
  return {
    executionId,
    state,
    idempotencyKey,
    dueAt: showMoment(dueAt),
    expiresAt: showMoment(expiresAt),
    replayed: isReplayed,
  }
}

function acknowledgeAll(accepted: readonly AcceptedExecution[]): SubmittedItems {
  const replayed = accepted.filter(({ isReplayed }) => isReplayed).length
  return {
    accepted: accepted.length - replayed,
    replayed,
    executions: accepted.map(({ executionId, state, idempotencyKey }) => ({
      executionId,
      state,
      idempotencyKey,
    })),
  }
}
