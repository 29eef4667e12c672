import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { Refusal } from './problem.ts'

/**
 * Lets the requests that are running when the service is told to close end before it stops to listen, so that
 * whoever watches it can see that it drains. Tells whether it does.
 */
export function drainBeforeClosing(app: FastifyInstance): () => boolean {
  const running = new Set<ServerResponse>()
  let isDraining = false
  app.addHook('onRequest', async (_request, { raw }) => {
    running.add(raw)
    raw.once('close', () => running.delete(raw))
  })
  app.addHook('preClose', async () => {
    isDraining = true
    await Promise.all(Array.from(running, end))
  })
  app.addHook('onSend', async (_request, reply) => {
    // A client would keep its connection open otherwise, and the service with it.
    if (isDraining) reply.header('connection', 'close')
  })
  return () => isDraining
}

/** Refuses new work while the service drains: it might not end within the time that is left. */
export function refuseWhile(isDraining: () => boolean, app: FastifyInstance): void {
  app.addHook('onRequest', async () => {
    if (isDraining())
      throw new Refusal('overloaded', 'The service is about to stop.', { headers: { 'retry-after': '1' } })
  })
}

function end(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once('close', resolve))
}
