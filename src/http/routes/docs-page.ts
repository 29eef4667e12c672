import swagger, { type StaticDocumentSpec } from '@fastify/swagger'
import swaggerUi, { type FastifySwaggerUiOptions } from '@fastify/swagger-ui'
import Fastify, { type FastifyInstance } from 'fastify'

/** An app that serves Swagger UI for an OpenAPI document, below `/docs`. */
export async function createDocsPage(document: StaticDocumentSpec['document']): Promise<FastifyInstance> {
  const app = Fastify({ exposeHeadRoutes: false })
  await app.register(swagger, { mode: 'static', specification: { document } })
  await app.register(swaggerUi, pageOptions)
  return app
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
