import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { defaultMaxConnections, limitIdleConnections } from '../../../src/http/hooks/max-connections.ts'
import { startApp } from '../../support/app.ts'
import { rawClient, writeRequest } from '../../support/raw-client.ts'
import { scrape } from '../../support/scrape.ts'

const livez = writeRequest('GET', '/livez', '')

/** A connection that stays open between two requests. */
async function keptClient(url: string) {
  const client = await rawClient(url)
  client.write(livez)
  await client.until('{"status":"ok"}')
  return client
}

/** Writes the same again and again, until the test ends. */
function drip(client: { write(bytes: string): void }, bytes: string): void {
  const dripping = setInterval(() => client.write(bytes), 20)
  onTestFinished(() => clearInterval(dripping))
}

async function millisecondsUntil(end: Promise<unknown>): Promise<number> {
  const began = performance.now()
  await end
  return performance.now() - began
}

describe('a connection of a client', () => {
  it('is closed where it says nothing, without an answer', async () => {
    const url = await startApp({ firstByteTimeoutMs: 400 })
    const client = await rawClient(url)

    const took = await millisecondsUntil(client.toEnd().then((answer) => expect(answer).toBe('')))

    expect(took).toBeGreaterThan(350)
    expect(took).toBeLessThan(4_500) // by default it would be five seconds
  })

  it('stays open where it has said something, also for longer than its first byte may take', async () => {
    const url = await startApp({ firstByteTimeoutMs: 100 })
    const client = await keptClient(url)
    const silent = await rawClient(url)

    await silent.toEnd()
    client.write(livez)

    expect(await client.until('ok"}HTTP/1.1 200')).toContain('Keep-Alive: timeout=72')
  })

  // Side by side: Node looks once in a second who is late.
  it('is refused and closed where it drips the head of a request: of the first, of a further one, or of none yet', async () => {
    const url = await startApp({ headTimeoutMs: 300 })
    const drips = [
      { begun: 'GET /livez HTTP/1.1\r\n', more: 'X: y\r\n' },
      { begun: `${livez}GET /livez HTTP/1.1\r\n`, more: 'X: y\r\n' },
      { begun: '\r\n', more: '\r\n' },
    ]

    const answers = drips.map(async ({ begun, more }) => {
      const client = await rawClient(url, { isStubborn: true })
      client.write(begun)
      drip(client, more)
      const answer = await client.until('HTTP/1.1 400')
      await client.toEnd().catch(() => {})
      return answer
    })

    for (const answer of await Promise.all(answers)) expect(answer).toContain('did not arrive in time')
  })

  it('is closed where it drips what begins no further request', async () => {
    const url = await startApp({ idleTimeoutMs: 200, firstByteTimeoutMs: 400 })
    const client = await keptClient(url)

    drip(client, '\r\n')

    expect(await millisecondsUntil(client.toEnd().catch(() => {}))).toBeLessThan(6_000)
  })

  it('has the idle time in every reply, with a refusal, too', async () => {
    const url = await startApp({})

    const refused = await fetch(`${url}/nowhere`)
    await refused.text()

    expect(refused.headers.get('keep-alive')).toBe('timeout=72')
  })
})

describe('more connections of clients than there may be', () => {
  it('are closed at once and counted', async () => {
    const url = await startApp({ maxConnections: 10 })
    const silent = await Promise.all(Array.from({ length: 10 }, () => rawClient(url)))

    const refused = connect(Number(new URL(url).port), '127.0.0.1')
    const answer = await text(refused).catch((error: NodeJS.ErrnoException) => error.code)
    expect(['', 'ECONNRESET']).toContain(answer)
    await Promise.all(silent.map((client) => client.hangUp()))

    const series = await vi.waitUntil(() => scrape(url).catch(() => null))
    expect(series.get('webhook_node_client_connections_refused_total')).toBeGreaterThan(0)
    expect(series.get('webhook_node_client_connections_limit')).toBe(10)
    expect(series.get('webhook_node_client_connections_open')).toBeLessThan(10)
  })

  it('keep no client out for long where they say nothing', async () => {
    const url = await startApp({ maxConnections: 10, firstByteTimeoutMs: 20_000 })
    await Promise.all(Array.from({ length: 10 }, () => rawClient(url)))
    const began = performance.now()

    await vi.waitUntil(() => fetch(`${url}/livez`).catch(() => null), { timeout: 20_000 })

    expect(performance.now() - began).toBeLessThan(15_000)
  })

  it('keep no client out where they are idle: the one that has been so for longest makes room', async () => {
    const url = await startApp({ maxConnections: 10 })
    const kept = []
    for (let i = 0; i < 9; i++) kept.push(await keptClient(url))

    const late = await Promise.all(Array.from({ length: 5 }, () => keptClient(url)))

    await Promise.all(kept.slice(0, 5).map((client) => client.toEnd()))
    for (const client of [...kept.slice(5), ...late]) client.write(livez)
    for (const client of [...kept.slice(5), ...late]) await client.until('ok"}HTTP/1.1 200')
    expect((await scrape(url)).get('webhook_node_client_connections_refused_total')).toBe(0)
  })
})

describe('a connection that has been of use', () => {
  it('does not make room while there are others that say nothing', async () => {
    const firstByteTimeoutMs = 2_000
    const url = await startApp({ maxConnections: 10, firstByteTimeoutMs })
    const kept = await keptClient(url)
    const silent = []
    for (let i = 0; i < 8; i++) silent.push(await rawClient(url))
    const filledAt = performance.now()
    await vi.waitUntil(() => performance.now() - filledAt > firstByteTimeoutMs / 4)

    for (let i = 0; i < 5; i++) await keptClient(url)

    await Promise.all(silent.slice(0, 5).map((client) => client.toEnd()))
    kept.write(livez)
    await kept.until('ok"}HTTP/1.1 200')
  })
})

describe('the number of connections that there may be by default', () => {
  it.each([
    ['what is left of most files', 20_000, 1_000, 15_000],
    ['a quarter of few files', 1_024, 1_000, 256],
    ['bounded by memory', 1_048_576, 1_000, 20_000],
    ['bounded where files are not', Number.POSITIVE_INFINITY, 1_000, 20_000],
  ])('is %s', (_what, files, inFlight, expected) => {
    expect(defaultMaxConnections(inFlight, files)).toBe(expected)
  })

  it('can be found for this machine', () => {
    expect(defaultMaxConnections(100)).toBeGreaterThan(0)
  })
})

describe('the number of connections to targets that are kept', () => {
  it.each([
    ['with few files', 100, 256],
    ['with more files', 2_276, 569],
    ['bounded by memory', 20_000, 1_024],
  ])('is, %s', (_what, maxConnections, expected) => {
    expect(limitIdleConnections(maxConnections)).toBe(expected)
  })
})
