import swagger, { type StaticDocumentSpec } from '@fastify/swagger'
import swaggerUi, { type FastifySwaggerUiOptions } from '@fastify/swagger-ui'
import Fastify, { type FastifyInstance } from 'fastify'

/** Creates an app that serves Swagger UI for an OpenAPI document, below `/docs`. */
export async function createDocsPage(document: StaticDocumentSpec['document']): Promise<FastifyInstance> {
  const app = Fastify({ exposeHeadRoutes: false })
  await app.register(swagger, { mode: 'static', specification: { document } })
  await app.register(swaggerUi, pageOptions)
  return app
}

/** The page of the plugin has no viewport, so that a phone would show it as small as a page for a desk. */
const setViewport =
  "document.head.append(Object.assign(document.createElement('meta'), { name: 'viewport', content: 'width=device-width, initial-scale=1' }))"

/** The bar has the sign of the plugin and a field for other documents, which would be all that a phone shows first. */
const hideBar = '.swagger-ui .topbar { display: none }'

/**
 * No content security policy: that of the plugin makes browsers load its scripts by https, so the page would be blank
 * unless the service runs on localhost.
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
  theme: {
    title: 'webhook-node',
    css: [{ filename: 'page.css', content: hideBar }],
    js: [{ filename: 'viewport.js', content: setViewport }],
  },
}
