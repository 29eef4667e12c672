import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { named } from '../../../contract/builders.ts'
import { Cancelled } from '../../../contract/durable.ts'
import { lacksRight } from '../../clients/access.ts'
import { Refusal } from '../../problems/problem.ts'
import { problemReply, readingReplies, storedReplies } from '../problem-replies.ts'
import { requireStore, type StoreOption } from './required-store.ts'
import { ExecutionId, unknownExecution, unknownReply } from './stored-execution.ts'

/** `POST /v1/executions/{id}/cancel`: a body would have no meaning, and is not looked at. */
export const cancelRoute: FastifyPluginAsyncTypebox<StoreOption> = async (app, options) => {
  const executions = requireStore(app, options)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume()
    payload.on('end', () => done(null))
  })
  const schema = {
    operationId: 'cancelExecution',
    summary: 'Cancel a durable execution',
    description:
      'An execution that waits ends at once, as `withdrawn`. Of one that runs no further attempt begins: it ends as what comes of the attempt under way, or as `withdrawn` if another attempt would have followed. Only executions of `POST /v1/executions` can be cancelled.',
    tags: ['durable'],
    security: [{ apiKey: [] }],
    params: ExecutionId,
    response: {
      200: { description: 'It has ended.', content: { 'application/json': { schema: named(Cancelled) } } },
      202: {
        description: 'An attempt is under way. No other will follow.',
        content: { 'application/json': { schema: named(Cancelled) } },
      },
      404: unknownReply,
      409: problemReply(
        'The execution has ended before, or a client waits for it that sent `POST /v1/execute`.',
        alreadyEnded(null),
        notCancellable(null),
      ),
      ...readingReplies,
      403: problemReply(
        'The client lacks the right to execute.',
        lacksRight({ name: 'dashboard' }, 'execute'),
      ),
      ...storedReplies,
    },
  }
  app.post('/v1/executions/:id/cancel', { schema }, async ({ client, params }, reply) => {
    const { id } = params
    const outcome = await executions().cancel(id, client?.name ?? null)
    if (outcome === 'unavailable') throw cancelUnstored()
    if (outcome === 'unknown') throw unknownExecution()
    if (outcome === 'ended') throw alreadyEnded(id)
    if (outcome === 'synchronous') throw notCancellable(id)
    return outcome === 'withdrawn'
      ? reply.code(200).send({ executionId: id, state: 'withdrawn' } satisfies Cancelled)
      : reply.code(202).send({ executionId: id, state: 'running' } satisfies Cancelled)
  })
}

function cancelUnstored(): Refusal {
  return new Refusal(
    'store_unavailable',
    'The store of the service cannot be reached or written at the moment. The execution may end as withdrawn later: look at it, or cancel it again.',
    { headers: { 'retry-after': '1' }, delivered: 'maybe' },
  )
}

function notCancellable(id: string | null): Refusal {
  return new Refusal(
    'not_cancellable',
    'A client of POST /v1/execute waits for this execution. Only executions of POST /v1/executions can be cancelled.',
    { executionId: id },
  )
}

function alreadyEnded(id: string | null): Refusal {
  return new Refusal('already_ended', 'The execution has ended before. Its result says how.', {
    executionId: id,
  })
}
