import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { ConnectionStore } from '../../connections/connection-store.ts'
import { named } from '../../contract/builders.ts'
import { ConnectionList } from '../../contract/connection.ts'
import { refuseQuery } from '../body/json-body.ts'
import { Refusal } from '../problems/problem.ts'
import { problemReply, readingReplies } from './problem-replies.ts'

export interface ConnectionsRouteOptions {
  readonly connections: ConnectionStore
}

/** `GET /v1/connections` */
export const connectionsRoute: FastifyPluginAsyncTypebox<ConnectionsRouteOptions> = async (
  app,
  { connections },
) => {
  refuseQuery(app)
  const schema = {
    operationId: 'listConnections',
    summary: 'List the connections of the service',
    description:
      'The connections that nodes may name: their hosts, and what is set. Shows no credential and no value of a header. A client with a list of tenants sees only the connections that one of these may use.',
    tags: ['webhook'],
    security: [{ apiKey: [] }],
    response: {
      200: named(ConnectionList),
      400: problemReply(
        'The route takes no query parameters.',
        new Refusal('invalid_request', 'This route takes no query parameters.'),
      ),
      ...readingReplies,
    },
  }
  app.get('/v1/connections', { schema }, async ({ client }) => ({
    connections: connections.list(client?.tenants ?? null),
  }))
}
