import { describe, expect, it, vi } from 'vitest'
import { untilGauge } from '../support/gauge.ts'
import { rawClient, writeRequest } from '../support/raw-client.ts'
import { untilDraining } from '../support/readiness.ts'
import { held, json, retryLater } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

/** A service, and a client of it that can hang up. */
async function serviceWithClient(settings: Readonly<Record<string, string>> = {}) {
  const running = await service({ settings })
  const { url, log } = running
  const client = await rawClient(url)
  return {
    ...running,
    hangUp: client.hangUp,
    begin: (node: object) => client.write(writeRequest('POST', '/v1/execute', JSON.stringify({ node }))),
    lines: (count: number) =>
      vi.waitUntil(() => {
        const lines = log.filter(({ msg }) => msg === 'node executed')
        return lines.length === count && lines
      }),
  }
}

describe('a client that has gone', () => {
  it('does not stop what has begun: it ends and is logged', async () => {
    const { answer, release } = held(json(200, {}))
    const target = await receiver(answer)
    const { begin, hangUp, request, lines } = await serviceWithClient()

    begin({ method: 'POST', url: target.url })
    await vi.waitUntil(() => target.received.length === 1)
    await hangUp()
    await request('/livez')
    release()

    expect(await lines(1)).toMatchObject([{ code: 'expectation_met', status: 200, delivered: 'yes' }])
  })

  it('does not stop it when the service stops, either', async () => {
    const { answer, release } = held(json(200, {}))
    const target = await receiver(answer)
    const { url, begin, hangUp, drain, lines } = await serviceWithClient()

    begin({ method: 'POST', url: target.url })
    await vi.waitUntil(() => target.received.length === 1)
    await hangUp()
    const stopped = drain()
    await untilDraining(url)
    release()
    await stopped

    expect(await lines(1)).toMatchObject([{ code: 'expectation_met', status: 200 }])
  })

  it('gets no further attempt, and a pause ends at once', async () => {
    const target = await receiver(retryLater(9))
    const { begin, hangUp, lines } = await serviceWithClient()

    begin({ method: 'POST', url: target.url, retry: {} })
    await vi.waitUntil(() => target.received.length === 1)
    await hangUp()

    expect(await lines(1)).toMatchObject([{ code: 'expectation_unmet', status: 503, attempts: 1 }])
    expect(target.received).toHaveLength(1)
  })

  it('cancels a call that waits for a permit', async () => {
    const { answer, release } = held(json(200, {}))
    const target = await receiver(answer)
    const { begin, hangUp, url, execute, lines } = await serviceWithClient({ MAX_PER_HOST: '1' })
    const node = { method: 'POST', url: target.url }

    const first = execute({ node })
    await vi.waitUntil(() => target.received.length === 1)
    begin(node)
    await untilGauge(url, 'webhook_node_calls_waiting', 1)
    await hangUp()

    expect(await lines(1)).toMatchObject([{ code: 'cancelled', delivered: 'no', attempts: 1 }])
    release()
    expect(await first).toMatchObject({ branch: 'success' })
    expect(target.received).toHaveLength(1)
  })
})
