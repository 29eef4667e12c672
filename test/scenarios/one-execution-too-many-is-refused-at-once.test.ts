import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Problem } from '../../src/contract/schemas.ts'
import { untilGauge } from '../support/gauge.ts'
import { rawClient, writeHead, writeRequest } from '../support/raw-client.ts'
import { held, json, never } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const settings = { MAX_IN_FLIGHT: '2' }
const refusal = { code: 'overloaded', delivered: 'no', retryable: true }

/** A service without room, until the target is released. */
async function fullService() {
  const { answer, release } = held(json(200, {}))
  const target = await receiver(answer)
  const running = await service({ settings })
  onTestFinished(release)
  const body = { node: { method: 'POST', url: target.url } }
  const replies = [running.execute(body), running.execute(body)]
  await vi.waitUntil(() => target.received.length === 2)
  return { ...running, target, body, replies, release }
}

describe('one execution too many', () => {
  it('is refused at once with 503 and the advice to try again, and nothing is sent', async () => {
    const { post, target, body, replies, release } = await fullService()

    const refused = await post<Problem>('/v1/execute', body)
    expect(refused).toMatchObject({ status: 503, body: refusal })
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await post('/v1/preview', body)).toMatchObject({ status: 503, body: refusal })

    release()
    for (const reply of await Promise.all(replies)) expect(reply).toMatchObject({ branch: 'success' })
    expect(target.received).toHaveLength(2)
    expect(await post('/v1/execute', body)).toMatchObject({ status: 200 })
    expect(await post('/v1/preview', body)).toMatchObject({ status: 200 })
  })

  it.each(['/livez', '/readyz', '/metrics', '/openapi.json', '/docs/', '/v1/nodes'])(
    'does not affect a request for %s',
    async (path) => {
      const { url } = await fullService()

      expect((await fetch(url + path)).status).toBe(200)
    },
  )

  it('is refused before its body has come, and the connection stays usable', async () => {
    const { url } = await fullService()
    const client = await rawClient(url)

    client.write(writeHead('POST', '/v1/execute', 100_000))
    await client.until('HTTP/1.1 503')
    client.write('x'.repeat(100_000) + writeRequest('GET', '/livez', ''))

    expect(await client.until('HTTP/1.1 200')).not.toMatch(/connection: close/i)
  })

  it('is answered before its connection is closed, where the client does not keep that', async () => {
    const { url } = await fullService()
    const client = await rawClient(url)

    client.write(writeHead('POST', '/v1/execute', 4_000_000, 'Connection: close'))
    for (let sent = 0; sent < 4_000_000; sent += 100_000) client.write('x'.repeat(100_000))

    expect(await client.toEnd()).toMatch(/^HTTP\/1.1 503.*"code":"overloaded"/s)
  })

  it('finds room when another client hangs up before its call has begun', async () => {
    const { url, post } = await service({ settings })
    const body = { node: { method: 'POST', url: 'https://target.test/' } }
    const waiting = [await rawClient(url), await rawClient(url)]

    for (const client of waiting) client.write(writeHead('POST', '/v1/execute', 100))
    await vi.waitUntil(async () => (await post('/v1/preview', body)).status === 503)
    for (const client of waiting) await client.hangUp()

    await vi.waitUntil(async () => (await post('/v1/preview', body)).status === 200)
  })

  it('finds room once the call of a client that hung up has ended', async () => {
    const { answer, release } = held(json(200, {}))
    const target = await receiver(answer)
    const { url, post, log } = await service({ settings })
    const body = { node: { method: 'POST', url: target.url } }
    const waiting = [await rawClient(url), await rawClient(url)]

    for (const client of waiting) client.write(writeRequest('POST', '/v1/execute', JSON.stringify(body)))
    await vi.waitUntil(() => target.received.length === 2)
    for (const client of waiting) await client.hangUp()
    expect(await post('/v1/preview', body)).toMatchObject({ status: 503 })
    release()

    await vi.waitUntil(async () => (await post('/v1/preview', body)).status === 200)
    expect(log.filter(({ msg }) => msg === 'node executed')).toHaveLength(2)
  })

  it('finds room after a client hangs up on several requests in a row on one connection', async () => {
    const target = await receiver(never)
    const { url } = await service({ settings })
    const body = { node: { method: 'GET', url: target.url, timeoutMs: 300 } }
    const client = await rawClient(url)

    client.write(writeRequest('POST', '/v1/execute', JSON.stringify(body)).repeat(2))
    await vi.waitUntil(() => target.received.length === 2)
    await client.hangUp()

    await untilGauge(url, 'webhook_node_executions_in_flight', 0)
  })
})
