import { Agent, request } from 'undici'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Problem } from '../../src/contract/schemas.ts'
import { untilGauge } from '../support/gauge.ts'
import { startProcessAmongServers } from '../support/process.ts'
import { rawClient, writeHead } from '../support/raw-client.ts'
import { held, json } from '../support/receiver.ts'
import { growth, scrape } from '../support/scrape.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const row = { sku: 'SKU-4711', name: 'A product with a name', price: 19.5, tags: ['new', 'sale'] }

/** JSON of that many bytes, or a few less: a list of equal items. */
function createList(entry: unknown, bytes: number): unknown[] {
  return Array(Math.floor(bytes / (JSON.stringify(entry).length + 1))).fill(entry)
}

/** A service with so much memory for what is under way, and a target that answers `/held` when it is released. */
async function tightService(settings: Readonly<Record<string, string>> = {}) {
  const { answer, release } = held(json(200, {}))
  const target = await receiver((incoming, ...rest) =>
    (incoming.target === '/held' ? answer : json(200, {}))(incoming, ...rest),
  )
  const started = await service({ settings: { MAX_BYTES_IN_FLIGHT: '1048576', ...settings } })
  onTestFinished(release)
  return {
    ...started,
    target,
    release,
    /** Begins a call with a text of that many bytes, which lasts until the target is released. */
    async hold(bytes: number, headers: Readonly<Record<string, string>> = {}) {
      const reply = started.post('/v1/execute', createBody(`${target.url}/held`, 'x'.repeat(bytes)), headers)
      await vi.waitUntil(() => target.received.length === 1)
      return { reply }
    },
  }
}

function createBody(url: string, text: unknown) {
  return { node: { method: 'POST', url }, payload: { event: { text } } }
}

/** Sends the same text each time, and tells what came of it. */
function createCall(dispatcher: Agent, url: string, body: Buffer): () => Promise<string> {
  const options = {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  } as const
  return async () => {
    try {
      const response = await request(`${url}/v1/execute`, options)
      const reply = (await response.body.json()) as { code?: string; reason?: { code: string } }
      const pause = response.headers['retry-after']
      return `${response.statusCode} ${reply.code ?? reply.reason?.code}${pause ? `, again in ${pause} s` : ''}`
    } catch (error) {
      return String(error)
    }
  }
}

const overloaded = { status: 503, body: { code: 'overloaded', delivered: 'no', retryable: true } }

describe('the limit of memory', () => {
  it.each([
    ['300 calls at once, each with 771 KB of rows', 300, createList(row, 771_000)],
    [
      '100 calls at once, each with 771 KB of empty objects, twenty times as much',
      100,
      createList({}, 771_000),
    ],
  ])(
    'keeps the process alive with 256 MB of heap and %s',
    async (_what, count, items) => {
      const { answer, release } = held(json(200, {}))
      const target = await receiver(answer)
      const { child, url, ended } = await startProcessAmongServers({
        NODE_OPTIONS: '--max-old-space-size=256',
        MAX_PER_HOST: '1000',
        MAX_TIMEOUT_MS: '60000',
      })
      const agent = new Agent()
      onTestFinished(() => agent.destroy())
      onTestFinished(release)
      const node = { method: 'POST', url: target.url, timeoutMs: 60_000, body: { structure: 'full' } }
      const call = createCall(
        agent,
        url,
        Buffer.from(JSON.stringify({ node, payload: { event: { items } } })),
      )
      let answered = 0

      const replies = Array.from({ length: count }, () => call().finally(() => answered++))
      await vi.waitUntil(() => answered > 0 && answered + target.received.length >= count, {
        timeout: 60_000,
      })
      release()
      const outcomes = await Promise.all(replies)

      expect(new Set(outcomes)).toEqual(new Set(['200 expectation_met', '503 overloaded, again in 1 s']))
      expect(outcomes.filter((outcome) => outcome.startsWith('200'))).toHaveLength(target.received.length)
      await untilGauge(url, 'webhook_node_bytes_in_flight', 0)
      // The end of the process waits for clients that keep connections.
      await agent.destroy()
      child.kill('SIGTERM')
      expect(await ended).toEqual([0, null])
    },
    120_000,
  )

  it('refuses a body by its length, before it comes', async () => {
    const { url, hold, release } = await tightService()
    const { reply } = await hold(100_000)
    const client = await rawClient(url)

    client.write(writeHead('POST', '/v1/execute', 100_000))

    expect(await client.until('HTTP/1.1 503')).toMatch(/retry-after: 1/i)
    release()
    expect(await reply).toMatchObject({ status: 200 })
  })

  it('refuses a body without a length as it grows', async () => {
    const { url, hold, release, target } = await tightService()
    const { reply } = await hold(100_000)
    const [small, large] = [await rawClient(url), await rawClient(url)]
    const head = writeHead('POST', '/v1/execute', 0, 'Transfer-Encoding: chunked').replace(
      /Content-Length: 0\r\n/,
      '',
    )
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

    small.write(head + chunk(JSON.stringify(createBody(target.url, 'x'))) + chunk(''))
    expect(await small.until('"branch"')).toMatch(/^HTTP\/1.1 200/)
    large.write(head)
    for (let sent = 0; sent < 200_000; sent += 10_000) large.write(chunk('x'.repeat(10_000)))

    expect(await large.until('"code"')).toMatch(/^HTTP\/1.1 503.*"code":"overloaded"/s)
    release()
    expect(await reply).toMatchObject({ status: 200 })
    await untilGauge(url, 'webhook_node_bytes_in_flight', 0)
  })

  it('refuses a body by what it becomes when it is parsed', async () => {
    const { hold, post, target, release } = await tightService()
    const { reply } = await hold(10_000)

    expect(await post('/v1/execute', createBody(target.url, 'x'.repeat(20_000)))).toMatchObject({
      status: 200,
    })
    expect(await post('/v1/execute', createBody(target.url, createList({}, 20_000)))).toMatchObject(
      overloaded,
    )

    release()
    await reply
    expect(await post('/v1/execute', createBody(target.url, createList({}, 20_000)))).toMatchObject({
      status: 200,
    })
  })

  it('refuses a request by what it is rendered to, with nothing sent', async () => {
    const { url, hold, post, target, release } = await tightService()
    const fields = Array.from({ length: 25 }, (_, i) => ({ name: `f${i}`, source: 'event', field: 'text' }))
    const { node, payload } = createBody(target.url, 'x'.repeat(20_000))
    const large = { node: { ...node, body: { structure: 'simple', fields } }, payload }
    const before = await scrape(url)
    const { reply } = await hold(10_000)

    expect(await post<Problem>('/v1/execute', large)).toMatchObject(overloaded)
    expect(target.received).toHaveLength(1)
    expect(growth(before, await scrape(url))).toMatchObject({
      'webhook_node_limited_total{reason="memory"}': 1,
      'webhook_node_problems_total{code="overloaded"}': 1,
    })

    release()
    await reply
    // Alone it is never too much.
    expect(await post('/v1/execute', large)).toMatchObject({ status: 200 })
    await untilGauge(url, 'webhook_node_bytes_in_flight', 0)
  })

  it('lets running calls end well: responses that are too much together are cut', async () => {
    const large = Buffer.alloc(1_000_000, 'x')
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const target = await receiver((_request, response) => {
      response.writeHead(200, { 'content-length': large.length })
      response.write(large.subarray(1))
      void released.then(() => response.end(large.subarray(0, 1)))
    })
    const { execute, url } = await service({ settings: { MAX_BYTES_IN_FLIGHT: '1048576' } })
    const before = await scrape(url)

    const replies = Array.from({ length: 4 }, () => execute({ node: { method: 'GET', url: target.url } }))
    const cut = async () =>
      growth(before, await scrape(url))['webhook_node_limited_total{reason="response"}'] ?? 0
    await vi.waitUntil(async () => (await cut()) >= 2)
    release()

    for (const reply of await Promise.all(replies))
      expect(reply).toMatchObject({ branch: 'success', delivered: 'yes' })
    const codes = (await Promise.all(replies)).flatMap(({ warnings }) => warnings.map(({ code }) => code))
    expect(codes.filter((code) => code === 'body_truncated')).toHaveLength(await cut())
    await untilGauge(url, 'webhook_node_bytes_in_flight', 0)
  })

  it('gives one client half of it where there are several', async () => {
    const [a, b] = ['a-0123456789abcdef', 'b-0123456789abcdef']
    const { hold, post, target, release } = await tightService({ API_KEYS: `a:${a},b:${b}` })
    const body = createBody(target.url, 'x'.repeat(20_000))
    const { reply } = await hold(70_000, { authorization: `Bearer ${a}` })

    const refused = await post<Problem>('/v1/execute', body, { authorization: `Bearer ${a}` })

    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_requests' } })
    expect(refused.body.detail).toContain('client "a"')
    expect(await post('/v1/execute', body, { authorization: `Bearer ${b}` })).toMatchObject({ status: 200 })
    release()
    expect(await reply).toMatchObject({ status: 200 })
  })
})
