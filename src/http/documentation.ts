import swagger, { type FastifyDynamicSwaggerOptions, type SwaggerTransformObject } from '@fastify/swagger'
import swaggerUi, { type FastifySwaggerUiOptions } from '@fastify/swagger-ui'
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RouteOptions,
} from 'fastify'
import { executeExamples, previewExamples } from './examples.ts'
import { completeDocument } from './openapi-document.ts'
import { version } from './version.ts'

/** An app that serves what other routes are, and not the routes. */
export async function buildDocumentation(
  routes: readonly RouteOptions[],
  schemas: Readonly<Record<string, unknown>>,
): Promise<FastifyInstance> {
  const app = Fastify({ exposeHeadRoutes: false })
  app.setValidatorCompiler(() => () => true)
  await app.register(swagger, documentOptions)
  await app.register(swaggerUi, pageOptions)
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  for (const schema of Object.values(schemas)) app.addSchema(schema)
  for (const { method, url, schema = {} } of routes) app.route({ method, url, schema, handler: notServed })
  return app
}

/** What is described here is served elsewhere. */
function notServed(_request: FastifyRequest, reply: FastifyReply): void {
  reply.callNotFound()
}

const description = `The Webhook node of a workflow engine, as a service: it takes the configuration of a node and what the workflow
knows, sends the request, and tells which branch to follow.

**The HTTP status says whether the service did its job; the branch says what the target did.** Every error is
\`application/problem+json\` (RFC 9457) and lists all that is wrong with the request. A route that does not exist is
\`404\` with the code \`not_found\`, a method that it does not have \`405\` with \`method_not_allowed\`.`

const documentOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: { title: 'webhook-node', version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/', description: 'This service' }],
    tags: [
      { name: 'webhook', description: 'Execute and preview nodes.' },
      { name: 'statistics', description: 'What has passed through the nodes.' },
      { name: 'health', description: 'For whoever watches the process. No key needed.' },
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
    const examples = { executeNode: executeExamples, previewNode: previewExamples }
    // What is added are schemas and examples, which leaves the document one.
    return completeDocument(input.openapiObject, examples) as ReturnType<SwaggerTransformObject>
  },
}

/**
 * Without a content security policy: the plugin's own would have browsers upgrade its scripts to https, which leaves the
 * page blank wherever the service is not on localhost.
 */
const pageOptions: FastifySwaggerUiOptions = {
  routePrefix: '/docs',
  uiConfig: {
    tryItOutEnabled: true,
    persistAuthorization: true,
    displayRequestDuration: true,
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
  },
  theme: { title: 'webhook-node' },
}
