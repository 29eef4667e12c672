import { describe, expect, it, vi } from 'vitest'
import { json } from '../../support/receiver.ts'
import { receiver } from '../../support/servers.ts'
import { service } from '../../support/service.ts'

describe('the health of the service', () => {
  it.each(['/livez', '/readyz'])('is fine at %s', async (path) => {
    const { request } = await service()

    expect(await request(path)).toMatchObject({ status: 200, body: { status: 'ok' } })
  })

  it.each(['/livez', '/openapi.json'])('answers HEAD at %s', async (path) => {
    const { request } = await service()

    expect(await request(path, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  it('is not reported as ready while the service drains, and only then', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const target = await receiver((...request) => released.then(() => json(200, {})(...request)))
    const { execute, post, request, drain } = await service()

    const running = execute({ node: { method: 'GET', url: target.url } })
    await vi.waitUntil(() => target.received.length === 1)
    const drained = drain()

    await vi.waitUntil(async () => (await request('/readyz')).status === 503)
    expect(await request('/readyz')).toMatchObject({ body: { status: 'draining' } })
    expect(await request('/livez')).toMatchObject({ status: 200 })
    expect(await post('/v1/preview', {})).toMatchObject({
      status: 503,
      body: { code: 'overloaded', delivered: 'no', retryable: true },
    })
    release()
    expect(await running).toMatchObject({ branch: 'success' })
    await drained
    await expect(request('/readyz')).rejects.toThrow('fetch failed')
  })
})
