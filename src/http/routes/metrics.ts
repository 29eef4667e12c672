import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { expositionType, type Metrics } from '../../metrics/metrics.ts'
import { malformedReply } from './problem-replies.ts'

/**
 * `GET /metrics`, for Prometheus. Needs no key: the series count executions and their ends, and show nothing of their
 * content.
 */
export const metricsRoute: FastifyPluginAsyncTypebox<{ metrics: Metrics }> = async (app, { metrics }) => {
  const schema = {
    operationId: 'getMetrics',
    summary: 'Show the metrics of the service',
    description:
      'In the text format of Prometheus. Labels are words of this document, never ids, hosts or values.',
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
