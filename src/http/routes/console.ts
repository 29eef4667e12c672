import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { onDemand } from './on-demand.ts'

/**
 * Serves the console: its page at `GET /console`, and below it the files that the page loads. They are read on the first
 * request, because most instances never need them.
 */
export function consoleRoutes(app: FastifyInstance): void {
  const files = onDemand(async () => {
    const { ConsoleFiles } = await import('./console-files.ts')
    return await ConsoleFiles.create()
  })

  async function answer({ url, headers }: FastifyRequest, reply: FastifyReply) {
    const found = await (await files()).find(url, headers)
    if (found === null) return reply.callNotFound()
    return reply.code(found.status).headers(found.headers).send(found.body)
  }

  const schema = { hide: true }
  app.get('/console', { schema }, answer)
  // The links of the page are relative to the address without the slash.
  app.get('/console/', { schema }, async (_request, reply) => reply.redirect('../console', 308))
  app.get('/console/*', { schema }, answer)
}
