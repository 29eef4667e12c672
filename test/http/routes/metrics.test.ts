import { describe, expect, it, vi } from 'vitest'
import type { Problem } from '../../../src/contract/schemas.ts'
import { untilDraining } from '../../support/readiness.ts'
import { json } from '../../support/receiver.ts'
import { parseSeries } from '../../support/scrape.ts'
import { receiver } from '../../support/servers.ts'
import { service } from '../../support/service.ts'

describe('GET /metrics', () => {
  it('answers in the text format of Prometheus, without a key and without a line in the log', async () => {
    const { url, log } = await service({ settings: { API_KEYS: 'engine:0123456789abcdef' } })
    const logged = log.length

    const response = await fetch(`${url}/metrics`)

    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(parseSeries(await response.text()).size).toBeGreaterThan(100)
    expect(log).toHaveLength(logged)
  })

  it('answers HEAD, and refuses other methods', async () => {
    const { url, request } = await service()

    const head = await fetch(`${url}/metrics`, { method: 'HEAD' })
    const refused = await request<Problem>('/metrics', { method: 'DELETE' })

    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(refused).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } })
    expect(refused.headers.get('allow')).toBe('GET, HEAD')
  })

  it('answers while the service takes no more work, and while it drains', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const target = await receiver((...request) => released.then(() => json(200, {})(...request)))
    const { execute, post, drain, url } = await service({ settings: { MAX_IN_FLIGHT: '1' } })
    const status = async () => (await fetch(`${url}/metrics`)).status

    const running = execute({ node: { method: 'GET', url: target.url } })
    await vi.waitUntil(() => target.received.length === 1)
    expect(await post('/v1/execute', {})).toMatchObject({ status: 503 })
    expect(await status()).toBe(200)

    const drained = drain()
    await untilDraining(url)
    expect(await status()).toBe(200)
    release()
    await Promise.all([running, drained])
  })
})
