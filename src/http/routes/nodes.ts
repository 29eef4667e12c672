import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { named } from '../../contract/builders.ts'
import {
  type CountedBy,
  instanceExample,
  NodeList,
  NodeStatistics,
  tenantQuery,
} from '../../contract/statistics.ts'
import { Type } from '../../contract/typebox.ts'
import type { SharedStatistics } from '../../statistics/shared-statistics.ts'
import { maxHistories, type Selection } from '../../statistics/statistics.ts'
import { checkTenant } from '../clients/access.ts'
import type { Client } from '../clients/client.ts'
import { Refusal } from '../problems/problem.ts'
import { problemReply, readingReplies } from './problem-replies.ts'

export interface NodesRouteOptions {
  readonly statistics: SharedStatistics
  /** This instance. */
  readonly countedBy: Omit<CountedBy, 'instances'>
}

/** `GET /v1/nodes` and `GET /v1/nodes/{id}/stats` */
export const nodesRoute: FastifyPluginAsyncTypebox<NodesRouteOptions> = async (
  app,
  { statistics, countedBy },
) => {
  // Any id is valid, so a schema error concerns the query.
  app.setSchemaErrorFormatter(wrongQuery)

  const list = {
    operationId: 'listNodes',
    summary: 'List the nodes that were executed',
    description: `The executions of each node, in a few numbers. ${whatIsCounted}`,
    tags: ['statistics'],
    security: [{ apiKey: [] }],
    querystring: tenantQuery('Counts only the executions of this tenant.'),
    response: {
      200: named(NodeList),
      400: problemReply('The query is wrong.', wrongQuery()),
      ...readingReplies,
    },
  }
  app.get('/v1/nodes', { schema: list }, async ({ client, query }) => {
    const { instances, result } = await statistics.list(selectionFor(client, query.tenant))
    return { ...countedBy, instances, nodes: result }
  })

  const show = {
    operationId: 'showNodeStatistics',
    summary: 'Show the executions of a node',
    description: `Totals, latency, the last hour by minute, and the latest failures. Shows no URL, header or body. ${whatIsCounted}`,
    tags: ['statistics'],
    security: [{ apiKey: [] }],
    params: Type.Object({ id }),
    querystring: tenantQuery('Counts only the executions of this tenant, instead of all.'),
    response: {
      200: named(NodeStatistics),
      400: list.response[400],
      404: problemReply('No execution of the node is remembered.', nothingPassed(instanceExample, false)),
      ...readingReplies,
    },
  }
  app.get('/v1/nodes/:id/stats', { schema: show }, async ({ client, params, query }) => {
    const { instances, isShared, result } = await statistics.of(params.id, selectionFor(client, query.tenant))
    if (result === null) throw nothingPassed({ ...countedBy, instances }, isShared)
    return { ...countedBy, instances, ...result }
  })
}

const whatIsCounted = `Each instance counts the executions of nodes with an \`id\`, in memory; those that share a store in PostgreSQL add up what all of them have counted, a few seconds late. Each keeps the ${maxHistories} pairs of node and tenant that were used last, where all tenants together count as one more. A client with a list of tenants sees only the counts of these tenants, each and together.`

const id = Type.String({
  description:
    'The id of the node, percent-encoded. The ids `.` and `..` need an HTTP client that does not normalize the path.',
  examples: ['crm-lead'],
})

/** A client with a list of tenants sees only these: the named one, or all of them together. */
function selectionFor(client: Client | null, tenant: string | undefined): Selection {
  if (tenant === undefined) return client?.tenants ?? null
  checkTenant(client, tenant)
  return tenant
}

function wrongQuery(): Refusal {
  return new Refusal(
    'invalid_request',
    'This route accepts one query parameter, once: tenant, with 1 to 64 of A-Z a-z 0-9 . _ -',
  )
}

/** `isShared`: all instances were asked that share a store. */
function nothingPassed({ instance, instanceSince, instances }: CountedBy, isShared: boolean): Refusal {
  const who = `The instance ${instance}, which counts since ${instanceSince}, remembers no execution of this node`
  const none = isShared
    ? `${who}, and the store that it shares has none of ${instances - 1} others. What these executed in the last few seconds may be missing. Else the cause`
    : `${who}. Other instances count for themselves: if there are several, ask each. If none has one, the cause`
  return new Refusal(
    'not_found',
    `${none} lies upstream of the node: check the nodes before it in the flow, and whether the engine sends this id as node.id, and this tenant.`,
  )
}
