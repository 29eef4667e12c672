import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Caller } from '../egress/caller.ts'
import { type Access, guardAccess } from './api-keys.ts'
import { namedSchemas } from './contract.ts'
import { serveDocsPage } from './docs-page.ts'
import { drainBeforeClosing, refuseWhile } from './draining.ts'
import { executeRoute } from './execute-route.ts'
import { healthRoutes } from './health-routes.ts'
import { acceptJsonBodies, refuseQuery } from './json-body.ts'
import { describeApi, version } from './openapi.ts'
import { previewRoute } from './preview-route.ts'
import { answerBrokenHttp, answerError, answerErrors } from './problem.ts'
import { refuseUnknownRoutes } from './unknown-route.ts'

/** What the service is made of, and the bounds that it keeps. */
export interface AppOptions {
  readonly caller: Caller
  readonly access: Access
  readonly log: FastifyBaseLogger
  readonly maxTimeoutMs: number
  readonly maxRequestBytes: number
  readonly maxEchoBytes: number
}

/** How long a caller may take to send its request. */
const requestTimeoutMs = 30_000

/** Assembles the service, for production and for tests. Closing it lets running calls end, then closes the caller. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { caller, access, maxTimeoutMs, maxEchoBytes } = options
  const app = Fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => randomUUID(),
    bodyLimit: options.maxRequestBytes,
    requestTimeout: requestTimeoutMs,
    // The routes answer for themselves while the service drains.
    return503OnClosing: false,
    ajv: { customOptions: ajvOptions },
    frameworkErrors: answerError,
    clientErrorHandler: answerBrokenHttp,
  })

  const isDraining = drainBeforeClosing(app)
  answerErrors(app)
  refuseUnknownRoutes(app)
  acceptJsonBodies(app)
  for (const schema of namedSchemas) app.addSchema(schema)
  // A schema of a reply that dropped what it does not know would hide our mistakes; tests check replies instead.
  app.setSerializerCompiler(() => JSON.stringify)

  await describeApi(app)
  await serveDocsPage(app)
  await app.register(healthRoutes, { isDraining })
  await app.register(async (api) => {
    guardAccess(api, access)
    api.addHook('onRequest', refuseQuery)
    refuseWhile(isDraining, api)
    const context = { caller, maxTimeoutMs, maxEchoBytes, userAgent: `webhook-node/${version}` }
    await api.register(executeRoute, { context })
    await api.register(previewRoute, { context })
  })
  app.addHook('onClose', () => caller.close())
  return app
}

/** A body is what its schema says or it is refused: nothing is converted, dropped or filled in. */
const ajvOptions = {
  coerceTypes: false,
  removeAdditional: false,
  useDefaults: false,
  // One error decides. What is wrong with the whole body is found afterwards, with a bound.
  allErrors: false,
  allowUnionTypes: true,
  keywords: ['discriminator'],
  // Tidying the code of the validators takes a third of their compilation and makes them no faster.
  code: { optimize: false },
}
