import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { createUuid } from '../../execution/uuid.ts'

export const requestIdHeader = 'X-Request-Id'

/** Request ids of clients: visible ASCII without the characters that JSON escapes in the log. */
const acceptable = /^[!#-[\]-~]{1,128}$/

/** The header in the OpenAPI document. Every route has it. */
export const requestIdDescription = {
  parameter: {
    name: requestIdHeader,
    in: 'header',
    description:
      'The id of the request: 1 to 128 visible ASCII characters except " and \\. Any other value is replaced by a new id.',
    schema: { type: 'string' },
  },
  reply: {
    description: 'The id of the request: the one that you sent, or a new one. The log calls it `requestId`.',
    schema: { type: 'string' },
  },
}

/** The request id of the client or, without a valid one, a new id. */
export function chooseRequestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = String(headers[requestIdHeader.toLowerCase()] ?? '')
  return acceptable.test(given) ? given : createUuid()
}

/** The request id as a URI. */
export function requestUri(requestId: string): string {
  return `urn:webhook-node:request:${encodeURIComponent(requestId)}`
}

/** Returns the request id in every reply. */
export function returnRequestIds(app: FastifyInstance): void {
  app.addHook('onRequest', ({ id }, reply, done) => {
    reply.header(requestIdHeader, id)
    done()
  })
}
