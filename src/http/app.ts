import Fastify, { type FastifyError, type FastifyInstance, type RouteOptions } from 'fastify'
import type { CallbackStore } from '../connections/callback-store.ts'
import type { ConnectionStore } from '../connections/connection-store.ts'
import type { LimitStore } from '../connections/limit-store.ts'
import { problemCodes } from '../contract/problem-codes.ts'
import { namedSchemas } from '../contract/schemas.ts'
import { version } from '../contract/version.ts'
import { Replay } from '../durability/replay/replay.ts'
import { type ExecutionStore, emptyBacklog } from '../durability/store/execution-store.ts'
import type { EgressClient } from '../egress/egress-client.ts'
import type { ExecutionContext } from '../execution/execute.ts'
import { LoopTurns } from '../execution/loop-turns.ts'
import { MaskerCache } from '../execution/maskers.ts'
import { NodeCache } from '../execution/node-cache.ts'
import { NonceCache } from '../execution/nonce-cache.ts'
import { RenderQuota } from '../execution/render-quota.ts'
import { TokenCache } from '../execution/token-cache.ts'
import type { Log } from '../logging/logger.ts'
import { createMetrics } from '../metrics/metrics.ts'
import type { SecretStore } from '../secrets/secret-store.ts'
import { SharedStatistics } from '../statistics/shared-statistics.ts'
import { Statistics } from '../statistics/statistics.ts'
import type { SpanExporter } from '../tracing/span.ts'
import { acceptJsonBodies, refuseCodings, refuseQuery } from './body/json-body.ts'
import { validatorFor } from './body/validator.ts'
import { guardAccess, limitTenants, requireRight } from './clients/access.ts'
import type { ClientStore } from './clients/client-store.ts'
import { startDurability } from './durability.ts'
import { announceIdleTimeout, ConnectionLimit } from './hooks/connection-limit.ts'
import { refuseWhile, shutDownGracefully } from './hooks/graceful-shutdown.ts'
import { conformToHttp } from './hooks/http-conformance.ts'
import { refuseUnknownRoutes } from './hooks/unknown-route.ts'
import { endUnreadReplies } from './hooks/unread-replies.ts'
import { ConcurrencyLimit } from './limits/concurrency-limit.ts'
import { createLimitLog } from './limits/limit-log.ts'
import { limitNames } from './limits/reached-limit.ts'
import type { ShareLimits } from './limits/shares.ts'
import { createProblemAnswers, type ProblemAnswers } from './problems/problem.ts'
import { createRefusalLog } from './problems/refusal-log.ts'
import { chooseRequestId, returnRequestIds } from './problems/request-id.ts'
import { connectionsRoute } from './routes/connections.ts'
import { consoleRoutes } from './routes/console.ts'
import { docsRoutes } from './routes/docs.ts'
import { executeRoute } from './routes/execute.ts'
import { cancelRoute } from './routes/executions/cancel.ts'
import { listRoute } from './routes/executions/list.ts'
import { redriveRoute } from './routes/executions/redrive.ts'
import { resultRoute } from './routes/executions/result.ts'
import { showRoute } from './routes/executions/show.ts'
import { submitRoute } from './routes/executions/submit.ts'
import { healthRoutes } from './routes/health.ts'
import { manualRoutes } from './routes/manual.ts'
import { metricsRoute } from './routes/metrics.ts'
import { nodesRoute } from './routes/nodes.ts'
import { previewRoute } from './routes/preview.ts'

export interface AppOptions extends ShareLimits {
  readonly egressClient: EgressClient
  readonly secrets: SecretStore
  readonly connections: ConnectionStore
  /** The store of executions, and what durable executions may be. Null or left out: none. */
  readonly durable?: DurableOptions | null
  /** The limits by host. Default: none. */
  readonly hostLimits?: LimitStore
  /** Exports the spans of executions. Null if spans are not exported. */
  readonly spanExporter: SpanExporter | null
  /** The clients. Null: the service asks for no key. */
  readonly clients: ClientStore | null
  readonly log: Log
  readonly maxTimeoutMs: number
  readonly maxPaused: number
  readonly maxRequestBytes: number
  readonly maxEchoBytes: number
  /** Where the pages of codes are. Empty for paths instead of addresses. */
  readonly docsBaseUrl: string
  readonly maxRenderMs: number
  readonly maxRenderedBytes: number
  readonly maxCapturedBytes: number
  /** The name of this instance. */
  readonly instance: string
  /** Whether the OpenAPI document, Swagger UI and all documents are served, or only those of codes and alerts. */
  readonly docs: boolean
  /** Whether the console is served. */
  readonly console: boolean
  /** Called for each route. */
  readonly onRoute?: (route: RouteOptions) => void
  /** Limit for open connections of clients. */
  readonly maxConnections: number
  /** Time until the first byte on a new connection. Default: 5 s. */
  readonly firstByteTimeoutMs?: number
  /** Time limit for the head of a request. Default: 10 s. */
  readonly headTimeoutMs?: number
  /** Time limit for a whole request. Default: 30 s. */
  readonly requestTimeoutMs?: number
  /** Time limit for a connection between two requests. Default: 72 s. */
  readonly idleTimeoutMs?: number
  /** Time limit for a client that reads nothing of its reply. Default: 10 s. */
  readonly replyTimeoutMs?: number
  /** The grace period: time limit for closing. */
  readonly shutdownGraceMs: number
  /** Least time that closing takes. */
  readonly shutdownDelayMs: number
}

export interface DurableOptions {
  readonly store: ExecutionStore
  /** Whether the store cannot come back before the next start. */
  readonly isStoreLost: () => boolean
  /** Calls the listener for each operation of the store that could not be done. */
  readonly onStoreFailure: (listener: () => void) => void
  readonly callbacks: CallbackStore
  /** Whether secrets of requests may be stored. */
  readonly storesSecrets: boolean
  /** How long an execution waits at most, in milliseconds. */
  readonly maxAgeMs: number
  /** Executions of a tenant that have not ended, at most. */
  readonly maxBacklog: number
  /** Where clients reach the service. Empty for paths. */
  readonly publicUrl: string
  /** Calls to one host and port under way at most. */
  readonly maxPerHost: number
}

/** Node's limit for a URL: every id of a node must reach its route. */
const maxParamLength = 16_384

/** Creates the HTTP application. Closing it lets running calls end, within the grace period. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const {
    egressClient,
    secrets,
    connections,
    clients,
    spanExporter,
    log,
    docsBaseUrl,
    durable = null,
  } = options
  const timeouts = chooseTimeouts(options)
  const metrics = createMetrics({
    version,
    problemCodes,
    limitNames,
    limits: options,
    usage: () => concurrency.usage,
    load: () => egressClient.load(),
    areSecretsStale: () => secrets.isStale(),
    certificateEnds: () => secrets.certificateEnds(),
    areConnectionsStale: () => connections.isStale(),
    areLimitsStale: () => options.hostLimits?.isStale() ?? false,
    connectionNames: () => connections.names(),
    logLinesLost: () => log.lines.linesLost ?? 0,
    maxConnections: options.maxConnections,
    connections: () => clientConnections.open,
    durability: {
      backlog: () => (durability === null ? emptyBacklog : durability.backlog),
      now: () => durable?.store.now() ?? 0,
      running: () => durability?.running ?? 0,
      areCallbacksStale: () => durable?.callbacks.isStale() ?? false,
    },
    refresh: async () => durability?.refresh(),
  })
  durable?.onStoreFailure(() => metrics.durability.storeFailed())
  const refusals = createRefusalLog(log)
  const problems = createProblemAnswers({ log, refusals, docsBaseUrl, answered: metrics.refused })
  const app = Fastify(serverOptions(options, timeouts, problems))
  if (options.onRoute) app.addHook('onRoute', options.onRoute)
  const clientConnections = new ConnectionLimit(app.server, {
    maxConnections: options.maxConnections,
    onRefused: metrics.connectionRefused,
    ...timeouts,
  })
  const stopLooking = endUnreadReplies(app.server, {
    timeoutMs: timeouts.replyTimeoutMs,
    onEnd: metrics.replyNotRead,
  })
  const logLimit = createLimitLog(log)
  const concurrency = new ConcurrencyLimit({
    ...options,
    countClients: () => clients?.countExecuting() ?? 1,
    onReached(reached) {
      metrics.limited(reached.limit)
      logLimit(reached)
    },
  })

  const isDraining = shutDownGracefully(app, {
    concurrency,
    drain: async () => durability?.drain(),
    graceMs: options.shutdownGraceMs,
    delayMs: options.shutdownDelayMs,
    interrupt: async () => {
      const closed = egressClient.close()
      concurrency.abandon()
      await closed
    },
    finish: async () => spanExporter?.close(),
  })
  announceIdleTimeout(app, timeouts.idleTimeoutMs)
  returnRequestIds(app)
  conformToHttp(app)
  app.setErrorHandler<FastifyError>(problems.answerError)
  refuseUnknownRoutes(app)
  const context = createContext(options)
  connections.onChange(() => context.nodes.dropOutdated())
  const statistics = new Statistics()
  const sharedStatistics = new SharedStatistics({
    own: statistics,
    store: durable?.store.statistics ?? null,
    onError: (err) => log.error({ err }, 'the statistics could not be stored'),
  })
  sharedStatistics.start()
  const replay =
    durable === null
      ? null
      : new Replay({
          store: durable.store,
          context,
          onReplayed: () => metrics.durability.replayed(1),
          onEnded: (executionId) => durability?.ended(executionId),
        })
  const durability =
    durable === null
      ? null
      : startDurability({ ...durable, options, context, concurrency, metrics, statistics })
  acceptJsonBodies(app, {
    ...context,
    beforeParsing: (request, json) => concurrency.holdParsed(request, json),
  })
  for (const schema of namedSchemas) app.addSchema(schema)

  if (options.docs) docsRoutes(app)
  if (options.console) consoleRoutes(app)
  manualRoutes(app, {
    ...options,
    refused(code, request) {
      refusals.refused(code, request)
      metrics.refused(code)
    },
  })
  await app.register(healthRoutes, {
    isDraining,
    isStoreLost: () => durable?.isStoreLost() ?? false,
  })
  await app.register(metricsRoute, { metrics })
  await app.register(async (api) => {
    guardAccess(api, clients)
    const durableRoutes = {
      executions: durability?.executions ?? null,
      publicUrl: durable?.publicUrl ?? '',
      spanExporter,
    }
    const countedBy = { instance: options.instance, instanceSince: new Date().toISOString() }
    // These routes are needed most when the service accepts no more work.
    await api.register(async (reading) => {
      requireRight(reading, 'read')
      await reading.register(nodesRoute, { statistics: sharedStatistics, countedBy })
      await reading.register(connectionsRoute, { connections })
      await reading.register(listRoute, durableRoutes)
    })
    await api.register(async (results) => {
      requireRight(results, 'execute', 'read')
      await results.register(showRoute, durableRoutes)
      await results.register(resultRoute, durableRoutes)
    })
    await api.register(async (redriving) => {
      requireRight(redriving, 'redrive')
      refuseQuery(redriving)
      refuseCodings(redriving)
      refuseWhile(isDraining, redriving)
      await redriving.register(redriveRoute, durableRoutes)
    })
    await api.register(async (cancelling) => {
      requireRight(cancelling, 'execute')
      refuseQuery(cancelling)
      refuseWhile(isDraining, cancelling)
      await cancelling.register(cancelRoute, durableRoutes)
    })
    await api.register(async (work) => {
      requireRight(work, 'execute')
      refuseQuery(work)
      refuseCodings(work)
      refuseWhile(isDraining, work)
      concurrency.limit(work)
      limitTenants(work)
      concurrency.limitTenants(work)
      await work.register(executeRoute, {
        context,
        concurrency,
        log,
        metrics,
        statistics,
        spanExporter,
        replay,
      })
      await work.register(previewRoute, { context })
      await work.register(submitRoute, durableRoutes)
    })
  })
  // Hooks run in reverse: the store is closed last.
  app.addHook('onClose', async () => {
    replay?.close()
    await durability?.close()
    await sharedStatistics.close()
    await durable?.store.close()
  })
  app.addHook('onClose', async () => secrets.close())
  app.addHook('onClose', async () => clients?.close())
  app.addHook('onClose', async () => metrics.close())
  app.addHook('onClose', async () => refusals.close())
  app.addHook('onClose', async () => connections.close())
  app.addHook('onClose', async () => options.hostLimits?.close())
  app.addHook('onClose', async () => clientConnections.close())
  app.addHook('onClose', async () => stopLooking())
  return app
}

type Timeouts = ReturnType<typeof chooseTimeouts>

function chooseTimeouts(options: AppOptions) {
  const { requestTimeoutMs = 30_000, headTimeoutMs = 10_000, firstByteTimeoutMs = 5_000 } = options
  const { idleTimeoutMs = 72_000, replyTimeoutMs = 10_000 } = options
  return {
    firstByteTimeoutMs,
    headTimeoutMs: Math.min(headTimeoutMs, requestTimeoutMs),
    requestTimeoutMs,
    idleTimeoutMs,
    replyTimeoutMs,
  }
}

function serverOptions(
  { maxRequestBytes }: AppOptions,
  { headTimeoutMs, requestTimeoutMs, idleTimeoutMs }: Timeouts,
  { answerError, answerBrokenHttp }: ProblemAnswers,
) {
  return {
    // The service writes its own log lines. With a logger Fastify would create a child logger per request and watch
    // its end.
    logger: false,
    genReqId: chooseRequestId,
    bodyLimit: maxRequestBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
    // Node's defaults are slow: 60 s for a head, checked every 30 s.
    http: { headersTimeout: headTimeoutMs, connectionsCheckingInterval: 1_000, requireHostHeader: false },
    routerOptions: { maxParamLength },
    // Closing waits for requests under way, so it has no time limit here.
    pluginTimeout: 0,
    // During a graceful shutdown the routes decide for themselves what they answer.
    return503OnClosing: false,
    schemaController: {
      compilersFactory: {
        // The type demands an instance of Ajv.
        buildValidator: (() => validatorFor) as never,
        // A serializer that follows the schema would silently drop unknown members. Tests check replies against their
        // schemas instead.
        buildSerializer: () => () => JSON.stringify,
      },
    },
    frameworkErrors: answerError,
    clientErrorHandler: answerBrokenHttp,
  }
}

function createContext({
  egressClient,
  secrets,
  connections,
  spanExporter,
  maxTimeoutMs,
  maxEchoBytes,
  docsBaseUrl,
  maxRenderMs,
  maxRenderedBytes,
  maxCapturedBytes,
}: AppOptions): ExecutionContext {
  return {
    egressClient,
    secrets,
    nodes: new NodeCache({ maxTimeoutMs, connections }),
    maskers: new MaskerCache(),
    tokens: new TokenCache(),
    nonces: new NonceCache(),
    quota: new RenderQuota(),
    turns: new LoopTurns(),
    maxRenderMs,
    maxRenderedBytes,
    maxCapturedBytes,
    maxEchoBytes,
    docsBaseUrl,
    userAgent: ['webhook-node', version].join('/'), // in one piece, as the authority of a URL,
    startsTraces: spanExporter !== null,
  }
}
