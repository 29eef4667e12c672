import { readFile } from 'node:fs/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { onDemand } from './on-demand.ts'

const documentFile = new URL('../../../openapi/openapi.json', import.meta.url)

/** The paths of Swagger UI. */
const pagePaths = ['/docs', '/docs/', '/docs/json', '/docs/yaml', '/docs/static/*']

/**
 * Serves the OpenAPI document at `GET /openapi.json`, and Swagger UI at `GET /docs`. Swagger UI is loaded on the
 * first request, because most instances never need it (docs/decisions/swagger-ui-on-demand.md).
 */
export function docsRoutes(app: FastifyInstance): void {
  const page = onDemand(async () => {
    const { createDocsPage } = await import('./docs-page.ts')
    return await createDocsPage(JSON.parse(await readFile(documentFile, 'utf8')))
  })

  async function answerFromPage({ url, headers }: FastifyRequest, reply: FastifyReply) {
    const found = await (await page()).inject({ url, headers })
    if (found.statusCode === 404) return reply.callNotFound()
    if (found.statusCode >= 400)
      throw Object.assign(new Error(found.payload), { statusCode: found.statusCode })
    const { connection: _ofNoSocket, ...rest } = found.headers
    return reply
      .code(found.statusCode)
      .headers(rest)
      .send(found.rawPayload.length > 0 ? found.rawPayload : undefined)
  }

  const schema = { hide: true }
  app.get('/openapi.json', { schema }, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(await readFile(documentFile)),
  )
  for (const path of pagePaths) app.get(path, { schema }, answerFromPage)
}
