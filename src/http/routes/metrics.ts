import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { expositionType, type Metrics } from '../../metrics/metrics.ts'
import { malformedReply } from './problem-replies.ts'

/** `GET /metrics`, for Prometheus. Takes no key: the series tell how much is done and how it ends, and nothing of what is sent. */
export const metricsRoute: FastifyPluginAsyncTypebox<{ metrics: Metrics }> = async (app, { metrics }) => {
  const schema = {
    operationId: 'getMetrics',
    summary: 'What the service counts and measures',
    description:
      'The text format of Prometheus. Labels are words of this document, never ids, hosts or values.',
    tags: ['health'],
    security: [],
    response: {
      200: {
        description: 'All series.',
        content: { 'text/plain': { schema: { type: 'string' } } },
      },
      ...malformedReply,
    },
  }
  app.get('/metrics', { schema }, async (_request, reply) =>
    reply.type(expositionType).send(await metrics.exposition()),
  )
}
