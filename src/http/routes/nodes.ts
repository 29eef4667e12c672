import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { named } from '../../contract/builders.ts'
import { NodeList, NodeStatistics, tenantQuery } from '../../contract/statistics.ts'
import { Type } from '../../contract/typebox.ts'
import { maxHistories, type Selection, type Statistics } from '../../statistics/statistics.ts'
import { checkTenant } from '../clients/access.ts'
import type { Client } from '../clients/client.ts'
import { Refusal } from '../problems/problem.ts'
import { problemReply, readingReplies } from './problem-replies.ts'

/** `GET /v1/nodes` and `GET /v1/nodes/{id}/stats` */
export const nodesRoute: FastifyPluginAsyncTypebox<{ statistics: Statistics }> = async (
  app,
  { statistics },
) => {
  // An id may be anything, so what a schema finds wrong is in the query.
  app.setSchemaErrorFormatter(wrongQuery)

  const list = {
    operationId: 'listNodes',
    summary: 'List the nodes that something has passed through',
    description: `What has passed through each node, in a few numbers. ${whatIsCounted}`,
    tags: ['statistics'],
    security: [{ apiKey: [] }],
    querystring: tenantQuery('Lists what is counted for this tenant only.'),
    response: {
      200: named(NodeList),
      400: problemReply('The query is wrong.', wrongQuery()),
      ...readingReplies,
    },
  }
  app.get('/v1/nodes', { schema: list }, async ({ client, query }) => ({
    nodes: statistics.list(selectionFor(client, query.tenant)),
  }))

  const show = {
    operationId: 'showNodeStatistics',
    summary: 'Show what has passed through a node',
    description: `Totals, latency, the last hour minute by minute and the latest failures; no URL, header or body. ${whatIsCounted}`,
    tags: ['statistics'],
    security: [{ apiKey: [] }],
    params: Type.Object({ id }),
    querystring: tenantQuery('Counts this tenant only, instead of all together.'),
    response: {
      200: named(NodeStatistics),
      400: list.response[400],
      404: problemReply('Nothing has passed through the node.', nothingPassed()),
      ...readingReplies,
    },
  }
  app.get('/v1/nodes/:id/stats', { schema: show }, async ({ client, params, query }) => {
    const found = statistics.of(params.id, selectionFor(client, query.tenant), Date.now())
    if (found === null) throw nothingPassed()
    return found
  })
}

const whatIsCounted = `Counted are executions of nodes with an \`id\`, by this instance and in its memory: the ${maxHistories} pairs of node and tenant that were used last, all tenants together being one. A client with a list of tenants sees what is counted for these, one by one and together.`

const id = Type.String({
  description:
    'The id of the node, percent-encoded. `.` and `..` need a client that leaves the path as it is.',
  examples: ['crm-lead'],
})

/** A client with a list of tenants sees these only, together where it names none. */
function selectionFor(client: Client | null, tenant: string | undefined): Selection {
  if (tenant === undefined) return client?.tenants ?? null
  checkTenant(client, tenant)
  return tenant
}

function wrongQuery(): Refusal {
  return new Refusal(
    'invalid_request',
    'This route takes one query parameter, and that once: tenant, 1 to 64 of A-Z a-z 0-9 . _ -',
  )
}

function nothingPassed(): Refusal {
  return new Refusal(
    'not_found',
    'Nothing has passed through this node that this instance remembers. The cause then lies upstream of the node: look at what comes before it in the flow, and whether the engine sends this id as node.id, and this tenant.',
  )
}
