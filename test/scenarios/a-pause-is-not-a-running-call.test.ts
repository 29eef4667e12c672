import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Problem } from '../../src/contract/schemas.ts'
import { untilGauge } from '../support/gauge.ts'
import { rawClient, writeRequest } from '../support/raw-client.ts'
import { untilDraining } from '../support/readiness.ts'
import { type Answer, held, inTurn, json, retryLater } from '../support/receiver.ts'
import { scrape } from '../support/scrape.ts'
import { receiver } from '../support/servers.ts'
import { type Service, service } from '../support/service.ts'

const patiently = { totalMs: 600_000, waitForRetryAfter: true }

const paused = ({ url }: Service, count: number) => untilGauge(url, 'webhook_node_executions_paused', count)
const running = ({ url }: Service, count: number) =>
  untilGauge(url, 'webhook_node_executions_in_flight', count)

/** Answers as the path says. */
function byPath(answers: Readonly<Record<string, Answer>>): Answer {
  return (request, ...rest) => answers[request.target]?.(request, ...rest)
}

/** A service for one call at a time, and an execution that waits to go on: its pause is over while another call runs. */
async function serviceWithOneThatWaits(retry: object) {
  const { answer, release } = held(json(200, {}))
  const targets = { '/again': inTurn(retryLater(1), json(200, {})), '/held': answer, '/': json(200, {}) }
  const target = await receiver(byPath(targets))
  const started = await service({ settings: { MAX_IN_FLIGHT: '1' } })
  onTestFinished(release)
  const call = (path: string, part: object = {}) =>
    started.post<Problem>('/v1/execute', { node: { method: 'GET', url: target.url + path, ...part } })
  const first = call('/again', { retry })
  await paused(started, 1)
  const second = call('/held')
  await vi.waitUntil(() => target.received.length === 2)
  return { ...started, started, target, call, first, second, release }
}

describe('a pause before the next attempt', () => {
  it('is left to the engine where the target asks for ten minutes', async () => {
    const target = await receiver(byPath({ '/': retryLater(599), '/other': json(200, {}) }))
    const { execute } = await service({ settings: { MAX_IN_FLIGHT: '20' } })
    const retry = { totalMs: 600_000 }

    const replies = await Promise.all(
      Array.from({ length: 20 }, () => execute({ node: { method: 'GET', url: target.url, retry } })),
    )

    for (const reply of replies)
      expect(reply).toMatchObject({ branch: 'error', repeat: 'safe', retryAfterMs: 599_000 })
    expect(target.received).toHaveLength(20)
    expect(await execute({ node: { method: 'GET', url: `${target.url}/other` } })).toMatchObject({
      branch: 'success',
    })
  })

  it('lets other calls run meanwhile', async () => {
    const target = await receiver(byPath({ '/': retryLater(599), '/other': json(200, {}) }))
    const started = await service({ settings: { MAX_IN_FLIGHT: '20' } })
    const { url, execute } = started

    const waiting = await Promise.all(Array.from({ length: 20 }, () => rawClient(url)))
    const node = { method: 'GET', url: target.url, retry: patiently }
    for (const client of waiting) client.write(writeRequest('POST', '/v1/execute', JSON.stringify({ node })))
    await paused(started, 20)
    await running(started, 0)

    const replies = Array.from({ length: 20 }, () =>
      execute({ node: { method: 'GET', url: `${target.url}/other` } }),
    )
    for (const reply of await Promise.all(replies)) expect(reply).toMatchObject({ branch: 'success' })
    for (const client of waiting) await client.hangUp()
    await paused(started, 0)
  })

  it('is not begun beyond the limit of pauses: the call ends with what it has, and says so', async () => {
    const target = await receiver(retryLater(599))
    const other = await receiver(retryLater(599))
    const started = await service({
      settings: { MAX_PAUSED: '8', API_KEYS: 'a:0123456789abcdef,b:fedcba9876543210,c:0123456789fedcba' },
    })
    const keys = { a: '0123456789abcdef', b: 'fedcba9876543210', c: '0123456789fedcba' }
    const call = async (client: keyof typeof keys, tenant: string, { url } = target) => {
      const node = { method: 'GET', url, retry: patiently }
      const headers = { authorization: `Bearer ${keys[client]}` }
      const { body } = await started.post<{ warnings: { code: string }[]; response: unknown }>(
        '/v1/execute',
        { node, tenant },
        headers,
      )
      return body
    }
    const refused = { response: { status: 503 }, warnings: [{ code: 'pauses_full', path: '/node/retry' }] }

    const ended = [call('a', 'acme'), call('b', 'acme')]
    await paused(started, 2)
    // A quarter of eight is two: the host has them.
    expect(await call('c', 'globex')).toMatchObject(refused)
    ended.push(call('a', 'globex', other))
    await paused(started, 3)
    // The client has them, whichever tenant it names.
    expect(await call('a', 'initech', other)).toMatchObject(refused)
    expect(await scrape(started.url)).toContainEqual(['webhook_node_limited_total{reason="paused"}', 2])

    await started.drain()
    for (const reply of await Promise.all(ended))
      expect(reply).toMatchObject({ response: { status: 503 }, warnings: [{ code: 'retry_abandoned' }] })
  })

  it('is followed by its attempt before later calls, once there is room', async () => {
    const { started, call, first, second, release, target } = await serviceWithOneThatWaits({})

    expect((await call('/')).body).toMatchObject({ code: 'overloaded' })
    release()

    expect((await second).body).toMatchObject({ branch: 'success' })
    expect((await first).body).toMatchObject({
      branch: 'success',
      attempts: [{ status: 503 }, { status: 200 }],
    })
    expect(target.received.map((request) => request.target)).toEqual(['/again', '/held', '/again'])
    await running(started, 0)
    await paused(started, 0)
  })

  it('is followed by no attempt where there is no room in time', async () => {
    const { first, second, release } = await serviceWithOneThatWaits({ totalMs: 1_500 })

    expect((await first).body).toMatchObject({
      branch: 'error',
      response: { status: 503 },
      attempts: [{ status: 503 }],
      warnings: [{ code: 'retry_abandoned', path: '/node/retry' }],
      repeat: 'safe',
    })
    release()
    expect((await second).body).toMatchObject({ branch: 'success' })
  })

  it('ends at once when its client hangs up, and leaves nothing behind', async () => {
    const target = await receiver(retryLater(599))
    const started = await service()
    const client = await rawClient(started.url)
    const node = { method: 'GET', url: target.url, retry: patiently }

    client.write(writeRequest('POST', '/v1/execute', JSON.stringify({ node })))
    await paused(started, 1)
    await client.hangUp()

    await paused(started, 0)
    expect(started.log).toContainEqual(
      expect.objectContaining({ msg: 'node executed', status: 503, attempts: 1 }),
    )
  })

  it('ends at once, with what the call has, when the service stops', async () => {
    const target = await receiver(retryLater(599))
    const { execute, drain, ...started } = await service({ settings: { SHUTDOWN_GRACE_MS: '60000' } })

    const reply = execute({ node: { method: 'GET', url: target.url, retry: patiently } })
    await untilGauge(started.url, 'webhook_node_executions_paused', 1)
    await drain()

    expect(await reply).toMatchObject({
      response: { status: 503 },
      retryAfterMs: 599_000,
      warnings: [{ code: 'retry_abandoned' }],
    })
  })

  it('is not begun once the service stops', async () => {
    const { answer, release } = held(retryLater(1))
    const target = await receiver(answer)
    const { url, execute, drain } = await service()

    const reply = execute({ node: { method: 'GET', url: target.url, retry: {} } })
    await vi.waitUntil(() => target.received.length === 1)
    const stopped = drain()
    await untilDraining(url)
    release()

    expect(await reply).toMatchObject({
      attempts: [{ status: 503 }],
      warnings: [{ code: 'retry_abandoned' }],
    })
    await stopped
  })
})
