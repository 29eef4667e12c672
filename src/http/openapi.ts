import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'

/** The document for programs, and Swagger UI with all that it loads. */
const paths = ['/openapi.json', '/docs', '/docs/', '/docs/json', '/docs/yaml', '/docs/static/*']

/**
 * Describes all routes that are registered after it, at `GET /openapi.json` and on the page `GET /docs`. What that
 * takes is loaded and built when somebody first asks: most instances are never asked, and all would start later.
 */
export function describeApi(app: FastifyInstance): void {
  const routes: RouteOptions[] = []
  let documentation: Promise<FastifyInstance> | undefined

  async function answer({ url, headers }: FastifyRequest, reply: FastifyReply) {
    documentation ??= load()
    const found = await (await documentation).inject({ url, headers })
    if (found.statusCode === 404) return reply.callNotFound()
    if (found.statusCode >= 400)
      throw Object.assign(new Error(found.payload), { statusCode: found.statusCode })
    const { connection: _ofNoSocket, ...rest } = found.headers
    return reply
      .code(found.statusCode)
      .headers(rest)
      .send(found.rawPayload.length > 0 ? found.rawPayload : undefined)
  }

  async function load(): Promise<FastifyInstance> {
    const { buildDocumentation } = await import('./documentation.ts')
    return await buildDocumentation(routes, app.getSchemas())
  }

  for (const path of paths) app.get(path, { schema: { hide: true } }, answer)
  app.addHook('onRoute', (route) => {
    routes.push(route)
  })
}
