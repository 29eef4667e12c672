import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** The header that names a request, in requests and replies. */
export const requestIdHeader = 'X-Request-Id'

/** What a caller may name a request: visible ASCII without what would have to be escaped in a log. */
const acceptable = /^[!#-[\]-~]{1,128}$/

/** How the OpenAPI document describes the header, which every route has. */
export const requestIdDescription = {
  parameter: {
    name: requestIdHeader,
    in: 'header',
    description:
      'Names the request: 1 to 128 visible ASCII characters except " and \\. Anything else is replaced by a new name.',
    schema: { type: 'string' },
  },
  reply: {
    description: 'The name of the request, yours or a new one. The log has it as `requestId`.',
    schema: { type: 'string' },
  },
}

/** The name of a request: the caller's, or else a new one. */
export function chooseRequestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = String(headers[requestIdHeader.toLowerCase()] ?? '')
  return acceptable.test(given) ? given : randomUUID()
}

/** The name of a request as a URI. */
export function requestUri(requestId: string): string {
  return `urn:webhook-node:request:${encodeURIComponent(requestId)}`
}

/** Tells callers under which name the log has their requests. */
export function returnRequestIds(app: FastifyInstance): void {
  app.addHook('onRequest', ({ id }, reply, done) => {
    reply.header(requestIdHeader, id)
    done()
  })
}
