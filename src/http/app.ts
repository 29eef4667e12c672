import Fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import { problemCodes } from '../contract/problem-codes.ts'
import { namedSchemas } from '../contract/schemas.ts'
import { version } from '../contract/version.ts'
import { Replay } from '../durability/replay/replay.ts'
import { emptyBacklog } from '../durability/store/execution-store.ts'
import type { ExecutionContext } from '../execution/execution-context.ts'
import { LoopTurns } from '../execution/loop-turns.ts'
import { MaskerCache } from '../execution/maskers.ts'
import { NodeCache } from '../execution/node-cache.ts'
import { NonceCache } from '../execution/nonce-cache.ts'
import { RenderQuota } from '../execution/render-quota.ts'
import { TokenCache } from '../execution/token-cache.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { SharedStatistics } from '../statistics/shared-statistics.ts'
import { Statistics } from '../statistics/statistics.ts'
import { apiRoutes } from './api-routes.ts'
import type { AppOptions } from './app-options.ts'
import { acceptJsonBodies } from './body/json-body.ts'
import { validatorFor } from './body/validator.ts'
import { startDurability } from './durability.ts'
import { announceIdleTimeout, ConnectionLimit } from './hooks/connection-limit.ts'
import { shutDownGracefully } from './hooks/graceful-shutdown.ts'
import { conformToHttp } from './hooks/http-conformance.ts'
import { refuseUnknownRoutes } from './hooks/unknown-route.ts'
import { endUnreadReplies } from './hooks/unread-replies.ts'
import { createLaterChecks } from './later-checks.ts'
import { ConcurrencyLimit } from './limits/concurrency-limit.ts'
import { createLimitLog } from './limits/limit-log.ts'
import { limitNames } from './limits/reached-limit.ts'
import { createProblemAnswers, type ProblemAnswers } from './problems/problem.ts'
import { createRefusalLog } from './problems/refusal-log.ts'
import { chooseRequestId, returnRequestIds } from './problems/request-id.ts'
import { consoleRoutes } from './routes/console.ts'
import { docsRoutes } from './routes/docs.ts'
import { healthRoutes } from './routes/health.ts'
import { manualRoutes } from './routes/manual.ts'
import { metricsRoute } from './routes/metrics.ts'

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
  const context = createContext(options)
  const refusals = createRefusalLog(log)
  const problems = createProblemAnswers({
    log,
    refusals,
    docsBaseUrl,
    checksFor: createLaterChecks({ ...context, executions: () => durability?.executions ?? null }),
    answered: metrics.refused,
  })
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
  await app.register(apiRoutes, {
    clients,
    connections,
    context,
    concurrency,
    log,
    metrics,
    statistics,
    sharedStatistics,
    countedBy: { instance: options.instance, instanceSince: new Date().toISOString() },
    spanExporter,
    replay,
    executions: durability?.executions ?? null,
    publicUrl: durable?.publicUrl ?? '',
    isDraining,
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
