import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { named } from '../../../contract/builders.ts'
import {
  durableLimits,
  ExecutionList,
  type ExecutionList as ExecutionListReply,
  ListQuery,
} from '../../../contract/durable.ts'
import type { ListFilter } from '../../../durability/store/execution-store.ts'
import { storeUnreadable } from '../../problems/key-refusal.ts'
import { Refusal } from '../../problems/problem.ts'
import { describeQueryMistake } from '../../problems/query-mistake.ts'
import { problemReply, readingReplies, storedReplies } from '../problem-replies.ts'
import { checkNamedTenant, ownedBy, readSpan } from './execution-filter.ts'
import { listParameters, noParameters } from './list-parameters.ts'
import { requireStore, type StoreOption } from './required-store.ts'
import { summarize } from './summary.ts'

/** `GET /v1/executions` */
export const listRoute: FastifyPluginAsyncTypebox<StoreOption> = async (app, options) => {
  const executions = requireStore(app, options)
  app.addHook('preValidation', async ({ query }) => {
    const mistake = describeQueryMistake(
      query as Readonly<Record<string, unknown>>,
      listParameters,
      noParameters,
    )
    if (mistake !== null) throw wrongQuery(mistake)
  })
  // Every mistake of such a request is one of its query.
  app.setSchemaErrorFormatter(() => wrongQuery())
  const schema = {
    operationId: 'listExecutions',
    summary: 'List durable executions',
    description: 'Newest first, in pages, without payloads and results. A client sees its own.',
    tags: ['durable'],
    security: [{ apiKey: [] }],
    querystring: ListQuery,
    response: {
      200: named(ExecutionList),
      400: problemReply('The query is wrong.', wrongQuery()),
      ...readingReplies,
      ...storedReplies,
    },
  }
  app.get('/v1/executions', { schema }, async ({ client, query }) => {
    const { limit = '50', after = null, since, host, ...equal } = query
    checkNamedTenant(client, equal.tenant)
    const { wrong, span } = readSpan({ since })
    if (wrong.length > 0) throw wrongQuery()
    const page = await executions().list(
      {
        ...equal,
        ...(host !== undefined && { host: host.toLowerCase() }),
        ...ownedBy(client),
        ...span,
      } as ListFilter,
      after,
      Math.min(Number(limit), durableLimits.listed),
    )
    if (page === 'unavailable') throw storeUnreadable()
    if (page === 'unknown_place') throw wrongQuery('after is not what a page has as next.')
    return { executions: page.executions.map(summarize), next: page.next } satisfies ExecutionListReply
  })
}

const takenParameters =
  'This route accepts these query parameters, each once: state, nodeId, host, code, tenant, since (RFC 3339), limit (1 to 500), after (next of the page before).'

function wrongQuery(mistake = ''): Refusal {
  return new Refusal('invalid_request', `${mistake} ${takenParameters}`.trim())
}
