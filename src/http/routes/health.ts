import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { named } from '../../contract/builders.ts'
import { Health } from '../../contract/schemas.ts'
import { malformedReply } from './problem-replies.ts'

const notReadyReply = {
  description: 'The service is shutting down, or its store is gone.',
  content: {
    'application/json': {
      schema: named(Health),
      examples: {
        draining: { summary: 'A graceful shutdown', value: { status: 'draining' } },
        store_lost: { summary: 'The file of the store was deleted', value: { status: 'store_lost' } },
      },
    },
  },
}

interface Readiness {
  readonly isDraining: () => boolean
  /** Whether the store cannot come back before the next start. */
  readonly isStoreLost: () => boolean
}

/** `GET /livez` and `GET /readyz`, for health checks. */
export const healthRoutes: FastifyPluginAsyncTypebox<Readiness> = async (
  app,
  { isDraining, isStoreLost },
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
    description: '503 during a graceful shutdown, and once the file of the store was deleted or replaced.',
    tags: ['health'],
    security: [],
    response: { 200: named(Health), 503: notReadyReply, ...malformedReply },
  }
  app.get('/readyz', { schema: ready }, async (_request, reply) => {
    if (isDraining()) return reply.code(503).send({ status: 'draining' })
    if (isStoreLost()) return reply.code(503).send({ status: 'store_lost' })
    return { status: 'ok' as const }
  })
}
