import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Credentials } from '../testkit/certificates.ts'

/** The host and port that the examples of `POST /v1/execute` call. */
export const receiverHost = 'receiver.test'
export const receiverPort = 8443

/** A typical target of webhooks: an HTTPS server. */
export interface Receiver {
  readonly port: number
  close(): Promise<void>
}

/** Listens on `port`. 0 means any free port. */
export async function startReceiver(
  credentials: Credentials,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Receiver> {
  const server = createServer({ ...credentials }, answer)
  server.listen(port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port, // a server that listens on a port has such an address
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

interface ReceivedRequest {
  readonly method: string
  /** Path and query as received. */
  readonly target: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(incoming).catch(() => null)
  if (body === null) return // the client hung up within its request
  const { method = '', url: target = '', headers } = incoming
  const [path = '', query = ''] = target.split('?')
  const route = routes[`${method} ${path}`] ?? echo
  route({ method, target, query: new URLSearchParams(query), headers, body }, response)
}

type Route = (request: ReceivedRequest, response: ServerResponse) => void

const routes: Readonly<Record<string, Route>> = {
  /** Always the same id, so that examples and documents can quote it. */
  'POST /v1/leads': (_request, response) => sendJson(response, 201, { id: 'L-1001' }),

  'GET /v1/subscribe': ({ query }, response) =>
    response
      .writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
      .end(`subscribed ${query.get('email')} to ${query.get('list')}\n`),

  /** Never answers, so that the client times out. */
  'GET /v1/slow': () => {},
}

/** Returns the request, for experiments. */
function echo({ method, target, headers, body }: ReceivedRequest, response: ServerResponse): void {
  sendJson(response, 200, { method, target, body: jsonOrText(body), headers })
}

function jsonOrText(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`)
}
