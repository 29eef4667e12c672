import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

/** What a server does with one request. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void

/** A request that a server received. */
interface Received {
  readonly url: string
  readonly method: string
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

/** A server that stands where the service should: one answer for each request, the last one for all others. */
export async function server(...answers: readonly Answer[]) {
  const received: Received[] = []
  const listening = createServer(async (request, response) => {
    const { url = '', method = '', headers } = request
    const body: unknown = JSON.parse((await text(request)) || 'null')
    const answer = answers[Math.min(received.length, answers.length - 1)]
    received.push({ url, method, headers, body })
    arrivals.resolve()
    answer?.(response, request)
  })
  const arrivals = Promise.withResolvers<void>()
  listening.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const close = async () => {
    listening.close()
    listening.closeAllConnections()
    await once(listening, 'close')
  }
  onTestFinished(() => (listening.listening ? close() : undefined))
  const { port } = listening.address() as AddressInfo // it listens on a port
  return { url: `http://127.0.0.1:${port}`, received, firstArrival: arrivals.promise, close }
}

/** A JSON text under any status, type and headers. */
export function json(
  status: number,
  body: unknown,
  { type = 'application/json', ...headers }: Readonly<Record<string, string>> = {},
): Answer {
  return (response) =>
    response.writeHead(status, { 'content-type': type, ...headers }).end(JSON.stringify(body))
}

/** The page of a proxy. */
export function html(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) =>
    response
      .writeHead(status, { 'content-type': 'text/html', ...headers })
      .end(`<h1>${status} Bad Gateway</h1>`)
}

/** Closes the connection without a byte. */
export const drop: Answer = (response) => response.destroy()

/** Closes the connection within the body. */
export function breakOff(status: number): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': 1_000 })
    response.write('{"executionId":"', () => response.destroy())
  }
}

/** Never answers. */
export const silence: Answer = () => {}
