import { describe, expect, it, vi } from 'vitest'
import { untilGauge } from '../support/gauge.ts'
import { never, retryLater } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('a service that stops', () => {
  it('reports that a running call may have arrived, and that a waiting one has not', async () => {
    const target = await receiver(never)
    const settings = { SHUTDOWN_GRACE_MS: '1000', MAX_PER_HOST: '1' }
    const { url, execute, drain } = await service({ settings })
    const node = { method: 'POST', url: target.url, timeoutMs: 10_000 }

    const onItsWay = execute({ node })
    await vi.waitUntil(() => target.received.length === 1)
    const waiting = execute({ node })
    await untilGauge(url, 'webhook_node_calls_waiting', 1)
    const stopped = drain()

    const reason = { code: 'shutdown', blame: 'service' }
    expect(await onItsWay).toMatchObject({ reason, delivered: 'maybe', repeat: 'if_idempotent' })
    expect(await waiting).toMatchObject({ reason, delivered: 'no', repeat: 'safe' })
    await stopped
    expect(target.received).toHaveLength(1)
  })

  it('replies with the last attempt, and a warning, where a call was to be tried again', async () => {
    const target = await receiver(retryLater(9))
    const { execute, drain } = await service({ settings: { SHUTDOWN_GRACE_MS: '3000' } })

    const running = execute({ node: { method: 'POST', url: target.url, retry: {} } })
    await vi.waitUntil(() => target.received.length === 1)
    await drain()

    expect(await running).toMatchObject({
      branch: 'error',
      reason: { code: 'expectation_unmet' },
      response: { status: 503 },
      warnings: [{ code: 'retry_abandoned', path: '/node/retry' }],
    })
  })
})
