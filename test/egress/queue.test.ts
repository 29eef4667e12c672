import type { ServerResponse } from 'node:http'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import type { EgressOptions } from '../../src/egress/egress-client.ts'
import type { Attempts, CallOptions } from '../../src/egress/guarded-calls.ts'
import { outbound, testEgressClient } from '../support/egress-client.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { timed } from '../support/timed.ts'

const options: CallOptions = { timeoutMs: 5_000, tenant: null }

describe('a call that finds all permits taken', () => {
  it('is made when one is free, in order of arrival, and says how long it waited', async () => {
    const { call, received, answerNext } = await busyTarget({ maxPerHost: 1 })
    const calls = ['/1', '/2', '/3'].map((path) => call(path))
    await received(1)
    await delay(50)
    for (const count of [1, 2, 3]) {
      await received(count)
      answerNext()
    }

    const [first, second, third] = (await Promise.all(calls)).map(([{ timings }]) => timings.queueMs)
    expect(await received(3)).toEqual(['/1', '/2', '/3'])
    expect(first).toBeNull()
    expect(second).toBeGreaterThanOrEqual(45)
    expect(third).toBeGreaterThan(second ?? 0)
  })

  it('takes over the connection of the call before it', async () => {
    const target = await receiver(json(200, {}))
    const egressClient = testEgressClient({ maxPerHost: 2 })
    const calls = Array.from({ length: 20 }, () => egressClient.call(outbound(target.port), options))
    const attempts = (await Promise.all(calls)).flat()
    expect(attempts.filter(({ connectionReused }) => !connectionReused)).toHaveLength(2)
    expect(egressClient.load()).toEqual({ connections: 2, waiting: 0 })
  })

  it('is queue_full where the queue is full, with nothing sent', async () => {
    const { call, received, egressClient } = await busyTarget({ maxPerHost: 1, maxQueuePerHost: 1 })
    void call('/1')
    void call('/2')
    await received(1)
    expect(egressClient.load()).toEqual({ connections: 1, waiting: 1 })

    const [attempt] = await call('/3')

    expect(attempt).toMatchObject({
      durationMs: 0,
      outcome: { failure: { code: 'queue_full' } },
      delivered: 'no',
      timings: { queueMs: null, connectMs: null },
    })
    expect(await received(1)).toEqual(['/1'])
  })

  it('is queue_timeout where the time runs out, with nothing sent', async () => {
    const { call, received } = await busyTarget({ maxPerHost: 1 })
    void call('/1')
    await received(1)

    const [attempt] = await call('/2', { timeoutMs: 100 })

    expect(attempt).toMatchObject({ outcome: { failure: { code: 'queue_timeout' } }, delivered: 'no' })
    expect(attempt.outcome.kind === 'failed' && attempt.outcome.failure.detail).toMatch(
      /^No slot for a call to 127\.0\.0\.1:\d+ became free in time: timeoutMs is 100 ms, and the wait for a free slot used \d+ ms of it\.$/,
    )
    expect(attempt.timings.queueMs).toBeGreaterThanOrEqual(95)
    expect(await received(1)).toEqual(['/1'])
  })

  it('is queue_timeout where its permit comes too late to begin, with nothing sent', async () => {
    const { call, received, answerNext } = await busyTarget({ maxPerHost: 1 })
    void call('/1')
    await received(1)
    const second = call('/2', { timeoutMs: 1_000 })
    await delay(970)
    answerNext()

    const [attempt] = await second

    expect(attempt).toMatchObject({ outcome: { failure: { code: 'queue_timeout' } }, delivered: 'no' })
    expect(await received(1)).toEqual(['/1'])
  })

  it('is begun with any time where it did not have to wait', async () => {
    const { call } = await busyTarget({ maxPerHost: 1 })
    const [attempt] = await call('/1', { timeoutMs: 40 })

    // How far it comes in this time is up to the machine.
    expect(attempt).toMatchObject({
      outcome: { failure: { code: expect.not.stringContaining('queue') } },
      timings: { queueMs: null },
    })
  })

  it('has no more time for having waited', async () => {
    const { call, received, answerNext } = await busyTarget({ maxPerHost: 1 })
    void call('/1')
    await received(1)
    const { result, lateMs } = await timed(2_000, async () => {
      const second = call('/2', { timeoutMs: 2_000 })
      await delay(1_000)
      answerNext()
      return await second
    })

    const [{ outcome, timings, durationMs }] = result

    expect(outcome).toMatchObject({ failure: { code: 'response_timeout' } })
    expect(timings.queueMs).toBeGreaterThanOrEqual(990)
    expect(durationMs).toBeGreaterThanOrEqual(1_990)
    expect(lateMs).toBeLessThan(800) // a clock that began with the permit would end a second later
  })

  it('holds up no other target, and no other tenant', async () => {
    const { call, received, egressClient } = await busyTarget({ maxPerHost: 1, maxQueuePerHost: 0 })
    const other = await receiver(json(200, {}))
    void call('/1', { tenant: 'a' })
    await received(1)
    void call('/2', { tenant: 'b' })
    void call('/3')
    await received(3)

    const [elsewhere] = await egressClient.call(outbound(other.port), { ...options, tenant: 'a' })
    const [here] = await call('/4', { tenant: 'a' })

    expect(elsewhere).toMatchObject({ outcome: { kind: 'responded' } })
    expect(here).toMatchObject({ outcome: { failure: { code: 'queue_full' } } })
  })
})

describe('a client that gives up', () => {
  it('begins nothing where it did so before the call', async () => {
    const { call, egressClient, received } = await busyTarget()
    const controller = new AbortController()
    controller.abort()
    expect(await call('/1', { signal: controller.signal })).toMatchObject([
      { outcome: { failure: { code: 'cancelled' } }, delivered: 'no', timings: { queueMs: null } },
    ])
    expect(egressClient.load().connections).toBe(0)
    expect(await received(0)).toEqual([])
  })

  it('ends the wait for a permit', async () => {
    const { call, received, egressClient } = await busyTarget({ maxPerHost: 1 })
    void call('/1')
    await received(1)
    const controller = new AbortController()
    const waiting = call('/2', { signal: controller.signal })
    controller.abort()

    expect(await waiting).toMatchObject([
      {
        outcome: {
          failure: {
            code: 'cancelled',
            detail: expect.stringMatching(
              /^The client closed its connection to the service before the call to 127\.0\.0\.1:\d+ began\.$/,
            ),
          },
        },
        delivered: 'no',
      },
    ])
    expect(egressClient.load().waiting).toBe(0)
    expect(await received(1)).toEqual(['/1'])
  })

  it('does not end a call that has its permit, whether that waited or not', async () => {
    const { call, received, answerNext } = await busyTarget({ maxPerHost: 1 })
    const controller = new AbortController()
    const first = call('/1', { signal: controller.signal })
    const second = call('/2', { signal: controller.signal })
    await received(1)
    answerNext()
    await received(2)
    controller.abort()
    answerNext()

    for (const [{ outcome }] of await Promise.all([first, second]))
      expect(outcome).toMatchObject({ kind: 'responded' })
  })
})

it('a waiting call ends as shutdown, with nothing sent, where the service is stopped', async () => {
  const { call, received, egressClient } = await busyTarget({ maxPerHost: 1 })
  const running = call('/1')
  const waiting = [call('/2'), call('/3')]
  await received(1)
  await egressClient.close()

  expect(await running).toMatchObject([{ outcome: { failure: { code: 'shutdown' } }, delivered: 'maybe' }])
  for (const attempts of await Promise.all(waiting))
    expect(attempts).toMatchObject([{ outcome: { failure: { code: 'shutdown' } }, delivered: 'no' }])
  expect(await received(1)).toEqual(['/1'])
  await vi.waitUntil(() => egressClient.load().connections === 0)
  expect(egressClient.load().waiting).toBe(0)
})

it('a call needs one permit for both attempts where a kept connection has died', async () => {
  const target = await receiver(json(200, {}))
  const egressClient = testEgressClient({ maxPerHost: 1, maxQueuePerHost: 0 })
  await egressClient.call(outbound(target.port), options)

  await nextTurn() // so that the end arrives before the next chance to write
  const call = egressClient.call(outbound(target.port), options)
  target.server.closeAllConnections()

  expect((await call).map(({ outcome }) => outcome.kind)).toEqual(['failed', 'responded'])
  expect(egressClient.load()).toEqual({ connections: 1, waiting: 0 })
  expect(await egressClient.call(outbound(target.port), options)).toMatchObject([
    { outcome: { kind: 'responded' } },
  ])
})

/** A target that answers when it is told to, in the order of arrival. */
async function busyTarget(limits: Partial<EgressOptions> = {}) {
  const targets: string[] = []
  const unanswered: ServerResponse[] = []
  const target = await receiver(({ target: path }, response) => {
    targets.push(path)
    unanswered.push(response)
  })
  const egressClient = testEgressClient(limits)
  return {
    egressClient,
    call: (path: string, own: Partial<CallOptions> = {}): Promise<Attempts> =>
      egressClient.call(outbound(target.port, { target: path }), { ...options, ...own }),
    async received(count: number): Promise<readonly string[]> {
      await vi.waitUntil(() => targets.length >= count)
      return targets
    },
    answerNext: () => unanswered.shift()?.end('{}'),
  }
}
