import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { endUnreadReplies } from '../../../src/http/hooks/unread-replies.ts'
import { listen } from '../../../testkit/listen.ts'
import { startApp } from '../../support/app.ts'
import { testEgressClient } from '../../support/egress-client.ts'
import { writeRequest } from '../../support/raw-client.ts'
import { scrape } from '../../support/scrape.ts'
import { receiver } from '../../support/servers.ts'

/** More than the systems of both sides keep for a connection. */
const large = 'x'.repeat(24_000_000)

const timeoutMs = 400

/** A server that does not wait for those who do not read. */
async function impatientServer(answer: RequestListener) {
  const server = createServer(answer)
  let ended = 0
  const stop = endUnreadReplies(server, { timeoutMs, onEnd: () => (ended += 1) })
  const { port, close } = await listen(server)
  onTestFinished(close)
  onTestFinished(stop)
  return { port, ended: () => ended }
}

/** Sends something, and reads nothing of what comes back. */
async function silentReader(port: number, bytes: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').pause()
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  socket.write(bytes)
  return socket
}

/** Reads so much at a time, with pauses between, until it has read a whole reply or the connection ends. */
async function readSlowly(socket: Socket, bytes: number, everyMs: number): Promise<number> {
  let read = 0
  const closed = once(socket, 'close').catch(() => {})
  const reading = setInterval(() => {
    for (let left = bytes; left > 0; ) {
      const chunk: Buffer | null = socket.read(Math.min(left, socket.readableLength)) ?? socket.read()
      if (chunk === null) break
      read += chunk.length
      left -= chunk.length
    }
    if (read > large.length) socket.destroy()
  }, everyMs)
  await closed
  clearInterval(reading)
  return read
}

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

describe('a client that does not read its reply', () => {
  it.each([
    ['one large reply', large, 1],
    ['many small ones', large.slice(0, 200_000), 120],
  ])('loses its connection: %s', async (_what, body, times) => {
    const { port, ended } = await impatientServer((_request, response) => void response.end(body))
    const began = performance.now()

    const socket = await silentReader(port, get.repeat(times))
    socket.on('error', () => {})

    await vi.waitUntil(() => ended() > 0)
    expect(performance.now() - began).toBeGreaterThan(timeoutMs)
    expect(ended()).toBe(1)
  })

  it.skipIf(process.platform !== 'linux')(
    'is left alone where it reads slowly, even where the process sees nothing of that for long',
    async () => {
      const { port, ended } = await impatientServer((_request, response) => void response.end(large))

      const socket = await silentReader(port, get)

      // What it reads in several times of the timeout does not make the system ask the process for more.
      const reading = readSlowly(socket, 50_000, 50)
      await vi.waitUntil(() => socket.bytesRead > 1_600_000, { timeout: 20_000, interval: 50 })
      expect(ended()).toBe(0)
      socket.destroy()
      await reading
    },
  )

  it('is left alone where it reads all in the end', async () => {
    const { port, ended } = await impatientServer((_request, response) => void response.end(large))

    const socket = await silentReader(port, get)

    expect(await readSlowly(socket, 1_000_000, 40)).toBeGreaterThan(large.length)
    expect(ended()).toBe(0)
  })

  it('is left alone while there is nothing to read', async () => {
    const { port, ended } = await impatientServer((_request, response) => {
      setTimeout(() => response.end('late'), 2 * timeoutMs)
    })

    const socket = await silentReader(port, get)

    socket.resume()
    const [chunk] = await once(socket, 'data')
    expect(String(chunk)).toContain('late')
    expect(ended()).toBe(0)
  })
})

describe('the service', () => {
  it('gives the room of a client that does not read to others', async () => {
    const target = await receiver((_request, response) => void response.end(large))
    const url = await startApp(
      { replyTimeoutMs: timeoutMs, egressClient: testEgressClient({ maxResponseBytes: 67_108_864 }) },
      { MAX_IN_FLIGHT: '1', MAX_ECHO_BYTES: '67108864', MAX_RESPONSE_BYTES: '67108864' },
    )
    const preview = () => fetch(`${url}/v1/preview`, { method: 'POST' }).then(({ status }) => status)

    const body = JSON.stringify({ node: { method: 'GET', url: target.url } })
    const socket = await silentReader(Number(new URL(url).port), writeRequest('POST', '/v1/execute', body))
    socket.on('error', () => {})
    await vi.waitUntil(async () => (await preview()) === 503)

    await vi.waitUntil(async () => (await preview()) === 400, { timeout: 10_000 })
    expect((await scrape(url)).get('webhook_node_replies_not_read_total')).toBe(1)
  })
})
