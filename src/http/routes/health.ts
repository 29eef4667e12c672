import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { named } from '../../contract/builders.ts'
import { Health } from '../../contract/schemas.ts'
import { malformedReply } from './problem-replies.ts'

const drainingReply = {
  description: 'The service is shutting down.',
  content: {
    'application/json': {
      schema: named(Health),
      examples: { draining: { summary: 'A graceful shutdown', value: { status: 'draining' } } },
    },
  },
}

/** `GET /livez` and `GET /readyz`, for health checks. */
export const healthRoutes: FastifyPluginAsyncTypebox<{ isDraining: () => boolean }> = async (
  app,
  { isDraining },
) => {
  const live = {
    operationId: 'isLive',
    summary: 'Whether the process is up',
    tags: ['health'],
    security: [],
    response: { 200: named(Health), ...malformedReply },
  }
  app.get('/livez', { schema: live }, async () => ({ status: 'ok' as const }))

  const ready = {
    operationId: 'isReady',
    summary: 'Whether the service accepts work',
    description: '503 during a graceful shutdown, and only then.',
    tags: ['health'],
    security: [],
    response: { 200: named(Health), 503: drainingReply, ...malformedReply },
  }
  app.get('/readyz', { schema: ready }, async (_request, reply) =>
    isDraining() ? reply.code(503).send({ status: 'draining' }) : { status: 'ok' as const },
  )
}
