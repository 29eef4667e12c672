import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer, type Server, type ServerOptions } from 'node:https'
import { buffer } from 'node:stream/consumers'
import type { Credentials } from '../../testkit/certificates.ts'
import { listen } from '../../testkit/listen.ts'

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string
  readonly target: string
  /** Name, value, name, value… exactly as they stood on the wire. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

/** A real HTTPS server on a free port of 127.0.0.1 that records what arrives. */
export interface Receiver {
  readonly port: number
  /** `https://localhost:<port>` */
  readonly url: string
  readonly server: Server
  /** In the order of arrival, listed before the listener answers. */
  readonly received: readonly ReceivedRequest[]
  close(): Promise<void>
}

/** Answers once the whole request was read. */
export type Answer = (request: ReceivedRequest, response: ServerResponse, incoming: IncomingMessage) => void

export async function createReceiver(
  credentials: Credentials,
  answer: Answer,
  options: ServerOptions = {},
): Promise<Receiver> {
  const received: ReceivedRequest[] = []
  const server = createServer({ ...options, ...credentials }, recording(received, answer))
  const { port, close } = await listen(server)
  return { port, url: `https://localhost:${port}`, server, received, close }
}

function recording(received: ReceivedRequest[], answer: Answer): RequestListener {
  return async (incoming, response) => {
    const body = await buffer(incoming).catch(() => null)
    if (body === null) return // the client hung up in the middle of its request
    const request = {
      method: incoming.method ?? '',
      target: incoming.url ?? '',
      rawHeaders: incoming.rawHeaders,
      body,
    }
    received.push(request)
    answer(request, response, incoming)
  }
}

export function json(status: number, body: unknown): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}

export const never: Answer = () => {}

/** Refuses the request, and asks for a pause in seconds. */
export function retryLater(seconds: number): Answer {
  return (_request, response) => {
    response.writeHead(503, { 'retry-after': String(seconds) }).end()
  }
}

/** Gives its answers only once it is released. */
export function held(answer: Answer): { readonly answer: Answer; release(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { answer: (...request) => void promise.then(() => answer(...request)), release: resolve }
}

export const hangUp: Answer = (_request, _response, incoming) => {
  incoming.socket.destroy()
}

/** Plays one answer per request; the last one repeats. */
export function inTurn(...answers: readonly [Answer, ...Answer[]]): Answer {
  let turn = 0
  return (...request) => answers[Math.min(turn++, answers.length - 1)]?.(...request)
}
