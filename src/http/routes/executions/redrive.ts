import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { named } from '../../../contract/builders.ts'
import { RedriveReply, RedriveRequest } from '../../../contract/durable.ts'
import type { RedriveFilter } from '../../../durability/store/execution-store.ts'
import { lacksRight } from '../../clients/access.ts'
import { Refusal, whatIsWrong } from '../../problems/problem.ts'
import { problemReplies, problemReply, readingReplies, storedReplies } from '../problem-replies.ts'
import { checkNamedTenant, ownedBy, readSpan } from './execution-filter.ts'
import { requireStore, type StoreOption } from './required-store.ts'

/** `POST /v1/executions/redrive` */
export const redriveRoute: FastifyPluginAsyncTypebox<StoreOption> = async (app, options) => {
  const executions = requireStore(app, options)
  const schema = {
    operationId: 'redriveExecutions',
    summary: 'Execute again what has failed',
    description:
      'Executes executions again that have ended without success: under the same id, with the same Idempotency-Key if there was one, further attempt numbers and the secrets of today. What has `repeat: never` is left out unless `force` is true.',
    tags: ['durable'],
    security: [{ apiKey: [] }],
    body: named(RedriveRequest),
    response: {
      200: named(RedriveReply),
      400: problemReplies[400],
      ...readingReplies,
      403: problemReply(
        'The client lacks the right to redrive, or may not name this tenant.',
        lacksRight({ name: 'engine' }, 'redrive'),
      ),
      413: problemReplies[413],
      415: problemReplies[415],
      ...storedReplies,
    },
  }
  app.post('/v1/executions/redrive', { schema }, async ({ client, body }) => {
    const { filter, limit = 500, perSecond = 20, dryRun = false, force = false, callback = 'none' } = body
    checkNamedTenant(client, filter.tenant)
    const { since, until, ...equal } = filter
    const { wrong, span } = readSpan({ since, until })
    if (wrong.length > 0) throw new Refusal('invalid_request', whatIsWrong, { errors: wrong })
    const redrive = await executions().redrive({
      filter: { ...equal, ...ownedBy(client), ...span } as RedriveFilter,
      limit,
      perSecond,
      dryRun,
      force,
      callsBack: callback === 'again',
    })
    if (redrive === 'unavailable') throw redriveUnstored()
    return redrive satisfies RedriveReply
  })
}

function redriveUnstored(): Refusal {
  return new Refusal(
    'store_unavailable',
    'The store of the service cannot be reached or written at the moment. Some of the executions may have been redriven; the same request goes on with the rest.',
    { headers: { 'retry-after': '1' }, delivered: 'maybe' },
  )
}
