import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { named } from '../../contract/builders.ts'
import type { ConfigError } from '../../contract/config-error.ts'
import {
  Acknowledgement,
  Cancelled,
  durableLimits,
  ExecutionList,
  type ExecutionList as ExecutionListReply,
  ExecutionStatus,
  type ExecutionSummary,
  ListQuery,
  RedriveReply,
  RedriveRequest,
  SubmitRequest,
  type Submitted,
  type SubmittedItems,
  Unfinished,
} from '../../contract/durable.ts'
import { ExecuteReply } from '../../contract/execution.ts'
import { Type } from '../../contract/typebox.ts'
import type {
  AcceptedExecution,
  Executions,
  Submission,
  SubmitResult,
} from '../../durability/dispatch/executions.ts'
import { readMoment } from '../../durability/read-moment.ts'
import { markReplayed } from '../../durability/replay/mark-replayed.ts'
import type {
  ListFilter,
  RedriveFilter,
  StoredExecution,
  ExecutionSummary as StoredSummary,
} from '../../durability/store/execution-store.ts'
import { createSubmissionSpans } from '../../execution/spans.ts'
import type { SpanExporter } from '../../tracing/span.ts'
import { continueTrace, startTrace, type Trace } from '../../tracing/trace.ts'
import type { TraceContext } from '../../tracing/trace-context.ts'
import { asJson } from '../body/written-json.ts'
import { checkTenant, lacksRight } from '../clients/access.ts'
import type { Client } from '../clients/client.ts'
import { refuseKey, storeMissing, storeUnreadable } from '../problems/key-refusal.ts'
import { Refusal, whatIsWrong } from '../problems/problem.ts'
import { describeQueryMistake } from '../problems/query-mistake.ts'
import { listParameters, noParameters } from './list-parameters.ts'
import {
  durableReplies,
  keyReplies,
  problemReplies,
  problemReply,
  readingReplies,
  storedReplies,
} from './problem-replies.ts'
import { replayedHeader } from './replayed-header.ts'
import { readTrace, returnTrace, TraceHeaders, traceReplyHeaders } from './trace-headers.ts'

interface ExecutionsRouteOptions {
  /** Null without a store. */
  readonly executions: Executions | null
  /** Where clients reach the service. Empty for paths. */
  readonly publicUrl: string
  /** Null if spans are not exported. */
  readonly spanExporter: SpanExporter | null
}

type Options = ExecutionsRouteOptions

const security = [{ apiKey: [] }]
const tags = ['durable']

const PreferHeaders = Type.Object({
  prefer: Type.Optional(
    Type.String({
      description:
        '`wait=5`: the reply waits for the end, five seconds at most (RFC 7240). Longer than 30 s is taken as 30 s.',
    }),
  ),
})

const executionId = Type.Object({ id: Type.String({ description: 'The `executionId`.' }) })

const location = {
  type: 'string',
  description: 'Where the result is.',
  examples: ['/v1/executions/0199d3f4-8b7a-7cc1-9a60-6f0d6f2f4c11/result'],
}
const retryAfter = { type: 'string', description: 'Seconds after which to look again.', examples: ['1'] }

const preferenceApplied = {
  type: 'string',
  description: 'For how long the reply may have waited, where `Prefer` asked for it.',
  examples: ['wait=5'],
}
const waited = { 'Preference-Applied': preferenceApplied }

const resultReply = {
  description: 'The execution has ended, on any branch: the reply as of `POST /v1/execute`.',
  headers: waited,
  content: { 'application/json': { schema: named(ExecuteReply) } },
}

/** `POST /v1/executions` */
export const submitRoute: FastifyPluginAsyncTypebox<Options> = async (
  app,
  { executions, publicUrl, spanExporter },
) => {
  refuseWithoutStore(app, executions)
  const schema = {
    operationId: 'submitExecution',
    summary: 'Submit a durable execution of a Webhook node',
    description:
      'Stores the execution, or up to 1000 of them, and replies. From then on it ends whatever happens to this service: its result can be read, and a callback tells of it.',
    tags,
    security,
    headers: Type.Object({ ...TraceHeaders.properties, ...PreferHeaders.properties }),
    body: named(SubmitRequest),
    response: {
      200: {
        ...resultReply,
        description: 'It has ended within the time of `Prefer: wait`: the reply as of `POST /v1/execute`.',
        headers: { ...traceReplyHeaders, ...waited, ...replayedHeader },
      },
      202: {
        description: 'Accepted: it is on the disk.',
        headers: { ...traceReplyHeaders, ...waited, Location: location, 'Retry-After': retryAfter },
        content: { 'application/json': { schema: named(Acknowledgement) } },
      },
      ...problemReplies,
      422: keyReplies[422],
      ...durableReplies,
    },
  }
  app.post('/v1/executions', { schema }, async (request, reply) => {
    const durable = theStore(executions)
    const client = request.client?.name ?? null
    const body = request.body as unknown as Submission
    const startedAt = new Date()
    const trace = beginTrace(readTrace(request), spanExporter)
    const result = await durable.submit(body, { client, trace: trace?.context ?? null })
    if (result.kind !== 'accepted') throw refuseSubmission(result)
    if (trace !== null) {
      returnTrace(reply, trace)
      const ids = result.executions.map(({ executionId }) => executionId)
      spanExporter?.record(createSubmissionSpans(trace, startedAt, ids))
    }
    if (body.items !== undefined) return reply.code(202).send(acknowledgeAll(result.executions))
    let [accepted] = result.executions
    if (accepted === undefined) throw new TypeError('a submission has an execution')
    const ms = preferredMs(request)
    if (ms > 0) {
      // From now on it is no work for this client, which only waits.
      request.active?.end()
      const signal = request.active?.signal ?? new AbortController().signal
      const found = await durable.await(accepted.executionId, client, ms, signal)
      reply.header('preference-applied', `wait=${ms / 1_000}`)
      if (found !== null && found !== 'unavailable' && found.reply !== null) {
        const json = decodeReply(found.reply)
        if (!accepted.isReplayed) return reply.code(200).send(asJson(json, reply))
        reply.header('idempotency-replayed', 'true')
        return reply.code(200).send(asJson(markReplayed(json), reply))
      }
      // Meanwhile it may have begun to run, or wait for another attempt.
      if (found !== null && found !== 'unavailable')
        accepted = { ...accepted, state: found.state, dueAt: found.dueAt }
    }
    const { executionId, dueAt } = accepted
    reply.header('location', `${publicUrl}/v1/executions/${executionId}/result`)
    reply.header('retry-after', secondsUntil(dueAt))
    return reply.code(202).send(acknowledge(accepted))
  })
}

/** `POST /v1/executions/{id}/cancel`: a body would have no meaning, and is not looked at. */
export const cancelRoute: FastifyPluginAsyncTypebox<Options> = async (app, { executions }) => {
  refuseWithoutStore(app, executions)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume()
    payload.on('end', () => done(null))
  })
  const schema = {
    operationId: 'cancelExecution',
    summary: 'Cancel a durable execution',
    description:
      'An execution that waits ends at once, as `withdrawn`. Of one that runs no further attempt begins: it ends as what comes of the attempt under way.',
    tags,
    security,
    params: executionId,
    response: {
      200: { description: 'It has ended.', content: { 'application/json': { schema: named(Cancelled) } } },
      202: {
        description: 'An attempt is under way. No other will follow.',
        content: { 'application/json': { schema: named(Cancelled) } },
      },
      404: unknownReply,
      409: problemReply('The execution has ended before.', alreadyEnded(null)),
      ...readingReplies,
      403: problemReply(
        'The client lacks the right to execute.',
        lacksRight({ name: 'dashboard' }, 'execute'),
      ),
      501: storedReplies[501],
      503: storedReplies[503],
    },
  }
  app.post('/v1/executions/:id/cancel', { schema }, async ({ client, params }, reply) => {
    const { id } = params
    const outcome = await theStore(executions).cancel(id, client?.name ?? null)
    if (outcome === 'unavailable') throw cancelUnstored()
    if (outcome === 'unknown') throw unknown()
    if (outcome === 'ended') throw alreadyEnded(id)
    return outcome === 'withdrawn'
      ? reply.code(200).send({ executionId: id, state: 'withdrawn' } satisfies Cancelled)
      : reply.code(202).send({ executionId: id, state: 'running' } satisfies Cancelled)
  })
}

/** `GET /v1/executions/{id}` and `GET /v1/executions/{id}/result` */
export const resultRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { executions, publicUrl }) => {
  refuseWithoutStore(app, executions)
  const replies = {
    404: unknownReply,
    ...readingReplies,
    403: problemReply(
      'The client lacks both the right to execute and the right to read.',
      lacksRight({ name: 'engine' }, 'read'),
    ),
    501: storedReplies[501],
    503: storedReplies[503],
  }
  const show = {
    operationId: 'showExecution',
    summary: 'Show a durable execution',
    description: 'Its state, and its result once it has ended.',
    tags,
    security,
    params: executionId,
    headers: PreferHeaders,
    response: {
      200: {
        description: 'The execution.',
        headers: waited,
        content: { 'application/json': { schema: named(ExecutionStatus) } },
      },
      ...replies,
    },
  }
  app.get('/v1/executions/:id', { schema: show }, async (request, reply) => {
    const found = await look(request, reply)
    const result = found.reply === null ? 'null' : decodeReply(found.reply)
    const text = JSON.stringify(summarize(found))
    return reply.send(asJson(`${text.slice(0, -1)},"result":${result}}`, reply))
  })

  const showResult = {
    operationId: 'showResult',
    summary: 'Show the result of a durable execution',
    description:
      'Replies 202 until the execution has ended, and then 200 with the reply as of `POST /v1/execute`, as engines expect of a `Location` that they poll.',
    tags,
    security,
    params: executionId,
    headers: PreferHeaders,
    response: {
      200: resultReply,
      202: {
        description: 'It has not ended.',
        headers: { ...waited, Location: location, 'Retry-After': retryAfter },
        content: { 'application/json': { schema: named(Unfinished) } },
      },
      ...replies,
    },
  }
  app.get('/v1/executions/:id/result', { schema: showResult }, async (request, reply) => {
    const found = await look(request, reply)
    if (found.reply !== null) return reply.code(200).send(asJson(decodeReply(found.reply), reply))
    const { id, state, dueAt } = found
    reply.header('location', `${publicUrl}/v1/executions/${id}/result`)
    reply.header('retry-after', secondsUntil(dueAt))
    return reply.code(202).send({ executionId: id, state, dueAt: showMoment(dueAt) } satisfies Unfinished)
  })

  async function look(
    request: FastifyRequest<{ Params: { id: string } }>,
    reply: FastifyReply,
  ): Promise<StoredExecution> {
    const ms = preferredMs(request)
    if (ms > 0) reply.header('preference-applied', `wait=${ms / 1_000}`)
    const client = request.client?.name ?? null
    const found = await theStore(executions).await(request.params.id, client, ms, untilGone(reply))
    if (found === 'unavailable') throw storeUnreadable()
    if (found === null) throw unknown()
    return found
  }
}

/** `GET /v1/executions` */
export const listRoute: FastifyPluginAsyncTypebox<Options> = async (app, { executions }) => {
  refuseWithoutStore(app, executions)
  app.addHook('preValidation', async ({ query }) => {
    const mistake = describeQueryMistake(
      query as Readonly<Record<string, unknown>>,
      listParameters,
      noParameters,
    )
    if (mistake !== null) throw wrongQuery(mistake)
  })
  // Every mistake of such a request is one of its query.
  app.setSchemaErrorFormatter(() => wrongQuery())
  const schema = {
    operationId: 'listExecutions',
    summary: 'List durable executions',
    description: 'Newest first, in pages, without payloads and results. A client sees its own.',
    tags,
    security,
    querystring: ListQuery,
    response: {
      200: named(ExecutionList),
      400: problemReply('The query is wrong.', wrongQuery()),
      ...readingReplies,
      501: storedReplies[501],
      503: storedReplies[503],
    },
  }
  app.get('/v1/executions', { schema }, async ({ client, query }) => {
    const { limit = '50', after = null, since, ...equal } = query
    const { wrong, span } = readSpan({ since })
    if (wrong.length > 0) throw wrongQuery()
    const page = await theStore(executions).list(
      { ...equal, ...ownedBy(client), ...span } as ListFilter,
      after,
      Math.min(Number(limit), durableLimits.listed),
    )
    if (page === 'unavailable') throw storeUnreadable()
    if (page === 'unknown_place') throw wrongQuery()
    return { executions: page.executions.map(summarize), next: page.next } satisfies ExecutionListReply
  })
}

/** `POST /v1/executions/redrive` */
export const redriveRoute: FastifyPluginAsyncTypebox<Options> = async (app, { executions }) => {
  refuseWithoutStore(app, executions)
  const schema = {
    operationId: 'redriveExecutions',
    summary: 'Execute again what has failed',
    description:
      'Executes executions again that have ended without success: under the same id, with the same Idempotency-Key, further attempt numbers and the secrets of today. What has `repeat: never` is left out unless `force` is true.',
    tags,
    security,
    body: named(RedriveRequest),
    response: {
      200: named(RedriveReply),
      400: problemReplies[400],
      ...readingReplies,
      403: problemReply(
        'The client lacks the right to redrive, or may not name this tenant.',
        lacksRight({ name: 'engine' }, 'redrive'),
      ),
      413: problemReplies[413],
      415: problemReplies[415],
      501: storedReplies[501],
      503: storedReplies[503],
    },
  }
  app.post('/v1/executions/redrive', { schema }, async ({ client, body }) => {
    const { filter, limit = 500, perSecond = 20, dryRun = false, force = false, callback = 'none' } = body
    checkNamedTenant(client, filter.tenant)
    const { since, until, ...equal } = filter
    const { wrong, span } = readSpan({ since, until })
    if (wrong.length > 0) throw new Refusal('invalid_request', whatIsWrong, { errors: wrong })
    const redrive = await theStore(executions).redrive({
      filter: { ...equal, ...ownedBy(client), ...span } as RedriveFilter,
      limit,
      perSecond,
      dryRun,
      force,
      callsBack: callback === 'again',
    })
    if (redrive === 'unavailable') throw redriveUnstored()
    return redrive satisfies RedriveReply
  })
}

/** The trace of the request, to which all attempts of its executions belong. Null if it would be recorded nowhere. */
function beginTrace(parent: TraceContext | null, spanExporter: SpanExporter | null): Trace | null {
  if (parent !== null) return continueTrace(parent)
  return spanExporter === null ? null : startTrace({ isSampled: true })
}

/** Answers 501 in place of every reply, whatever the request says. */
function refuseWithoutStore(app: FastifyInstance, executions: Executions | null): void {
  if (executions !== null) return
  app.addHook('onRequest', () => {
    throw storeMissing()
  })
}

function theStore(executions: Executions | null): Executions {
  if (executions === null) throw new TypeError('without a store every request is refused')
  return executions
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

function cancelUnstored(): Refusal {
  return new Refusal(
    'store_unavailable',
    'The store of the service cannot be reached or written at the moment. The execution may end as withdrawn later: look at it, or cancel it again.',
    { headers: { 'retry-after': '1' }, delivered: 'maybe' },
  )
}

function redriveUnstored(): Refusal {
  return new Refusal(
    'store_unavailable',
    'The store of the service cannot be reached or written at the moment. Some of the executions may have been redriven; the same request goes on with the rest.',
    { headers: { 'retry-after': '1' }, delivered: 'maybe' },
  )
}

function unknown(): Refusal {
  return new Refusal(
    'execution_unknown',
    'No execution of this client has this id, or its result was kept for RESULT_HOURS and is gone.',
  )
}

const unknownReply = problemReply('No execution of this client has this id.', unknown())

function alreadyEnded(id: string | null): Refusal {
  return new Refusal('already_ended', 'The execution has ended before. Its result says how.', {
    executionId: id,
  })
}

const takenParameters =
  'This route accepts these query parameters, each once: state, nodeId, host, code, tenant, since (RFC 3339), limit (1 to 500), after (next of the page before).'

function wrongQuery(mistake = ''): Refusal {
  return new Refusal('invalid_request', `${mistake} ${takenParameters}`.trim())
}

const longestWaitMs = 30_000

/** Milliseconds that the client prefers to wait (RFC 7240). */
function preferredMs({ headers }: Pick<FastifyRequest, 'headers'>): number {
  const [, seconds = '0'] =
    /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})/i.exec([headers.prefer].flat().join(',')) ?? []
  return Math.min(longestWaitMs, Number(seconds) * 1_000)
}

/** Aborted when the client has its reply or has gone. */
function untilGone({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => gone.abort())
  return gone.signal
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

function summarize({ callback, ...stored }: StoredSummary): ExecutionSummary {
  return {
    executionId: stored.id,
    state: stored.state,
    done: stored.endedAt !== null,
    nodeId: stored.nodeId,
    tenant: stored.lane.tenant,
    host: stored.lane.host,
    port: stored.lane.port,
    code: stored.code as ExecutionSummary['code'],
    attempts: stored.attempts,
    redrives: stored.redrives,
    acceptedAt: new Date(stored.acceptedAt).toISOString(),
    dueAt: showMoment(stored.dueAt),
    expiresAt: showMoment(stored.expiresAt),
    endedAt: showMoment(stored.endedAt),
    callback: showCallback(callback, stored.callsBack && stored.endedAt === null),
  }
}

/** One that is still to come has no tries, whatever became of one before it. */
function showCallback(callback: StoredSummary['callback'], isToCome: boolean): ExecutionSummary['callback'] {
  if (isToCome) return { state: 'waiting', attempts: 0 }
  return callback === null ? null : { state: callback.state, attempts: callback.attempts }
}

function showMoment(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

/** A client that asks sooner learns nothing new; one that asks much later waits too long. */
function secondsUntil(dueAt: number | null): string {
  const seconds = dueAt === null ? 1 : Math.ceil((dueAt - Date.now()) / 1_000)
  return String(Math.min(Math.max(seconds, 1), 60))
}

function decodeReply(reply: Uint8Array): string {
  return Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength).toString()
}

/** A client sees its own executions. Without keys there is one client. */
function ownedBy(client: Client | null): { readonly client?: string } {
  return client === null ? {} : { client: client.name }
}

function checkNamedTenant(client: Client | null, tenant: string | undefined): void {
  if (tenant !== undefined) checkTenant(client, tenant)
}

/** The times of a filter, and what is wrong with them. */
function readSpan({
  since,
  until,
}: {
  readonly since: string | undefined
  readonly until?: string | undefined
}) {
  const wrong: ConfigError[] = []
  const read = <Name extends string>(name: Name, text: string | undefined) => {
    if (text === undefined) return {}
    const at = readMoment(text)
    if (at === null) wrong.push({ path: `/filter/${name}`, message: 'must be a date and time that exists' })
    return { [name]: at }
  }
  return { wrong, span: { ...read('since', since), ...read('until', until) } }
}
