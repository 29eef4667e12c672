import swagger, { type FastifyDynamicSwaggerOptions, type SwaggerTransformObject } from '@fastify/swagger'
import Fastify, { type FastifyReply, type FastifyRequest, type RouteOptions } from 'fastify'
import { createConnectionStore } from '../src/connections/connection-store.ts'
import { version } from '../src/contract/version.ts'
import type { EgressClient } from '../src/egress/egress-client.ts'
import { buildApp } from '../src/http/app.ts'
import { createLogger } from '../src/logging/logger.ts'
import { readSettings } from '../src/settings/settings.ts'
import { description } from './description.ts'
import { completeDocument } from './document.ts'
import { durableExamples } from './durable-examples.ts'
import {
  executeExamples,
  fixedExamples,
  previewExamples,
  redriveExamples,
  submitExamples,
} from './examples.ts'
import replies from './replies.json' with { type: 'json' }

const egressClient: EgressClient = {
  call: () => Promise.reject(new Error('nothing is called')),
  mayCall: () => false,
  describeDenial: () => null,
  openTls: () => ({ ok: false, failure: { code: 'shutdown', detail: '', path: null } }),
  pause: () => {},
  load: () => ({ connections: 0, waiting: 0 }),
  close: () => Promise.resolve(),
}
const secrets = {
  find: () => undefined,
  certificateEnds: () => new Map(),
  isStale: () => false,
  close: () => {},
}
const log = createLogger('silent')
const parts = { egressClient, secrets, clients: null, spanExporter: null, log }

/** Generates the OpenAPI document of all routes from their schemas. */
export async function generateDocument(): Promise<object> {
  const routes: RouteOptions[] = []
  const settings = readSettings({})
  const connections = createConnectionStore({ ...settings.connections, log })
  const app = await buildApp({
    ...settings,
    ...parts,
    connections,
    onRoute: (route) => routes.push(route),
  })
  const document = await describeRoutes(routes, app.getSchemas())
  await app.close()
  return document
}

async function describeRoutes(
  routes: readonly RouteOptions[],
  schemas: Readonly<Record<string, unknown>>,
): Promise<object> {
  const app = Fastify({ exposeHeadRoutes: false })
  app.setValidatorCompiler(() => () => true)
  await app.register(swagger, documentOptions)
  for (const schema of Object.values(schemas)) app.addSchema(schema)
  for (const { method, url, schema = {} } of routes) app.route({ method, url, schema, handler: notServed })
  await app.ready()
  return app.swagger()
}

/** The app only describes routes. */
function notServed(_request: FastifyRequest, reply: FastifyReply): void {
  reply.callNotFound()
}

/** The service itself serves these pages. */
const errorPages = { url: '/errors', description: 'Why a call took its branch, and what to do' }

const documentOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: { title: 'webhook-node', version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/', description: 'This service' }],
    tags: [
      { name: 'webhook', description: 'Execute and preview nodes.', externalDocs: errorPages },
      { name: 'durable', description: 'Executions that end whatever happens. They need a store.' },
      { name: 'statistics', description: 'Executions by node.' },
      { name: 'health', description: 'Health checks. They need no key.' },
    ],
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'A key of a client of this service.' },
      },
    },
  },
  refResolver: { buildLocalReference: ({ $id }, _base, _fragment, index) => String($id ?? `def-${index}`) },
  transformObject: (input) => {
    if (!('openapiObject' in input)) return input.swaggerObject
    const examples = {
      bodies: {
        executeNode: executeExamples,
        previewNode: previewExamples,
        submitExecution: submitExamples,
        redriveExecutions: redriveExamples,
      },
      replies: { ...replies, ...fixedExamples, ...durableExamples },
    }
    // Adding schemas and examples keeps the type.
    return completeDocument(input.openapiObject, examples) as ReturnType<SwaggerTransformObject>
  },
}
