import { describe, expect, it, vi } from 'vitest'
import { rawClient, writeHead, writeRequest } from '../../support/raw-client.ts'
import { held, json } from '../../support/receiver.ts'
import { receiver } from '../../support/servers.ts'
import { service } from '../../support/service.ts'

/** A service that drains: one call is running until it is released. */
async function drainingService() {
  const { answer, release } = held(json(200, {}))
  const target = await receiver(answer)
  const { url, execute, request, drain } = await service()
  const clients = { waiting: await rawClient(url), kept: await rawClient(url), silent: await rawClient(url) }
  clients.kept.write(writeRequest('GET', '/livez', ''))
  await clients.kept.until('HTTP/1.1 200')
  const running = execute({ node: { method: 'POST', url: target.url } })
  await vi.waitUntil(() => target.received.length === 1)
  const drained = drain()
  await vi.waitUntil(async () => (await request('/readyz')).status === 503)
  return { ...clients, request, running, drained, release }
}

describe('a connection of a client, while the service drains', () => {
  it.each(['waiting', 'kept'] as const)('is closed with the answer to its request: %s', async (which) => {
    const { [which]: client, drained, release } = await drainingService()

    client.write(writeRequest('POST', '/v1/execute', '{}'))

    expect(await client.toEnd()).toMatch(/HTTP\/1.1 503.*connection: close.*"code":"overloaded"/is)
    release()
    await drained
  })

  it('is answered as long as it is there, also when the last call has ended', async () => {
    const { kept, running, drained, release } = await drainingService()
    release()
    await running

    kept.write(writeRequest('POST', '/v1/execute', '{}'))

    expect(await kept.toEnd()).toMatch(/HTTP\/1.1 503/)
    await drained
  })

  it('is closed without a reset where it says nothing', async () => {
    const { silent, drained, release } = await drainingService()
    release()

    expect(await silent.toEnd()).toBe('')
    await drained
  })

  it('is not reset while it sends what is refused', async () => {
    const { waiting, drained, release } = await drainingService()
    release()

    waiting.write(writeHead('POST', '/v1/execute', 1_000_000))
    for (let sent = 0; sent < 1_000_000; sent += 10_000) waiting.write('x'.repeat(10_000))

    expect(await waiting.toEnd()).toMatch(/HTTP\/1.1 503/)
    await drained
  })

  it('says with the answer to a running call that it ends', async () => {
    const { answer, release } = held(json(200, {}))
    const target = await receiver(answer)
    const { url, request, drain } = await service()
    const client = await rawClient(url)

    client.write(
      writeRequest('POST', '/v1/execute', JSON.stringify({ node: { method: 'GET', url: target.url } })),
    )
    await vi.waitUntil(() => target.received.length === 1)
    const drained = drain()
    await vi.waitUntil(async () => (await request('/readyz')).status === 503)
    release()

    expect(await client.toEnd()).toMatch(/HTTP\/1.1 200.*connection: close/is)
    await drained
  })
})
