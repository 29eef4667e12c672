import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import type { EgressOptions } from '../../../src/egress/egress-client.ts'
import type { Attempts, CallOptions } from '../../../src/egress/guarded-calls.ts'
import { HostLimits, type HostLine } from '../../../src/egress/limits/host-limits.ts'
import type { CallLimits } from '../../../src/webhook/limits.ts'
import { outbound, rules, testEgressClient } from '../../support/egress-client.ts'
import { receiver } from '../../support/servers.ts'

const noLimits: CallLimits = { rate: null, concurrent: null }

function perSecond(count: number, burst = count): CallLimits {
  return { rate: { perSecond: count, burst }, concurrent: null }
}

function connection(limits: CallLimits | null, name = 'crm') {
  return { name, limits }
}

function lines(...all: readonly (Partial<Omit<HostLine, 'rule'>> & { readonly host?: string })[]) {
  const compiled = all.flatMap(({ host = 'localhost', limits = noLimits, isCeiling = false }) =>
    rules(host).map((rule) => ({ rule, limits, isCeiling })),
  )
  return { current: new HostLimits(compiled) }
}

/** A target that answers at once. */
async function quickTarget(options: Partial<EgressOptions> = {}) {
  const arrivals: number[] = []
  const target = await receiver((_request, response) => {
    arrivals.push(performance.now())
    response.end('{}')
  })
  const egressClient = testEgressClient(options)
  return {
    arrivals,
    egressClient,
    call: (own: Partial<CallOptions> = {}): Promise<Attempts> =>
      egressClient.call(outbound(target.port, { host: 'localhost' }), {
        timeoutMs: 5_000,
        tenant: null,
        ...own,
      }),
  }
}

/** A target that answers when it is told to. */
async function busyTarget(options: Partial<EgressOptions> = {}) {
  const unanswered: ServerResponse[] = []
  let received = 0
  const target = await receiver((_request, response) => {
    received += 1
    unanswered.push(response)
  })
  const egressClient = testEgressClient(options)
  return {
    egressClient,
    call: (own: Partial<CallOptions> = {}): Promise<Attempts> =>
      egressClient.call(outbound(target.port, { host: 'localhost' }), {
        timeoutMs: 5_000,
        tenant: null,
        ...own,
      }),
    received: (count: number) => vi.waitUntil(() => received >= count),
    count: () => received,
    answerNext: () => unanswered.shift()?.end('{}'),
  }
}

function ends(attempts: readonly Attempts[]): readonly string[] {
  return attempts.map(([{ outcome }]) => (outcome.kind === 'failed' ? outcome.failure.code : 'responded'))
}

describe('calls of a connection with a rate', () => {
  it('begin as the rate allows, in order of arrival, and say how long they waited', async () => {
    const { call, egressClient } = await quickTarget()
    const crm = connection(perSecond(20, 2))

    const attempts = await Promise.all(Array.from({ length: 8 }, () => call({ connection: crm })))

    const waited = attempts.map(([{ timings }]) => timings.queueMs)
    expect(ends(attempts)).toEqual(Array(8).fill('responded'))
    expect(waited.slice(0, 2)).toEqual([null, null])
    const times = waited.slice(2).map(Number)
    // Each began to wait a little later than the one before it.
    for (const [index, time] of times.slice(1).entries())
      expect(time).toBeGreaterThan((times[index] ?? 0) - 25)
    expect(times[0]).toBeGreaterThanOrEqual(25)
    expect(times.at(-1)).toBeGreaterThanOrEqual(250)
    expect(egressClient.load()).toMatchObject({ waiting: 0 })
  })

  it('are never more than burst and rate together, while many press', async () => {
    const { call, arrivals } = await quickTarget({ maxPerHost: 8, maxQueuePerHost: 100 })
    const crm = connection(perSecond(50, 5))
    const until = performance.now() + 3_000
    const begun: number[] = []
    const press = async () => {
      while (performance.now() < until) {
        const [{ startedAt, timings }] = await call({ connection: crm, timeoutMs: 10_000 })
        begun.push(startedAt.getTime() + (timings.queueMs ?? 0))
      }
    }
    await Promise.all(Array.from({ length: 40 }, press))

    // A busy machine delivers late, so that what began in turn may arrive at once. A beginning is known to a millisecond or two.
    const most = begun.map((from) => begun.filter((at) => at >= from && at <= from + 1_000).length)
    expect(Math.max(...most)).toBeLessThanOrEqual(50 + 5 + 1)
    expect(arrivals).toHaveLength(begun.length)
    expect(begun.length).toBeGreaterThan(75)
  }, 30_000)

  it('end as rate_limited at once where the wait does not fit, with the time until they could begin', async () => {
    const { call, arrivals } = await quickTarget()
    const crm = connection(perSecond(0.25, 1))
    await call({ connection: crm })

    const started = performance.now()
    const [attempt] = await call({ connection: crm, timeoutMs: 2_000 })
    const waiting = call({ connection: crm, timeoutMs: 10_000 })
    const [third] = await call({ connection: crm, timeoutMs: 6_000 })

    expect(performance.now() - started).toBeLessThan(1_900) // what waits as long as it may takes two seconds
    expect(attempt).toMatchObject({
      outcome: { failure: { code: 'rate_limited' } },
      delivered: 'no',
      timings: { queueMs: null },
    })
    const { failure } = attempt.outcome as { failure: { retryAfterMs: number } }
    expect(failure.retryAfterMs).toBeGreaterThan(2_000)
    expect(failure.retryAfterMs).toBeLessThanOrEqual(4_000)
    const later = (third.outcome as typeof attempt.outcome & { failure: { retryAfterMs: number } }).failure
    expect(later.retryAfterMs).toBeGreaterThan(failure.retryAfterMs + 2_000)
    expect(later.retryAfterMs).toBeLessThanOrEqual(failure.retryAfterMs + 4_000)
    expect(ends([await waiting])).toEqual(['responded'])
    expect(arrivals).toHaveLength(2)
  })

  it('may wait up to a bound', async () => {
    const { call } = await quickTarget({ maxQueuePerHost: 2 })
    const crm = connection(perSecond(5, 1))

    const attempts = await Promise.all(Array.from({ length: 5 }, () => call({ connection: crm })))

    expect(ends(attempts)).toEqual(['responded', 'responded', 'responded', 'rate_limited', 'rate_limited'])
  })

  it('take no token if they give up before they begin', async () => {
    const { call, arrivals } = await quickTarget()
    const crm = connection(perSecond(1, 1))
    await call({ connection: crm })
    const controllers = Array.from({ length: 3 }, () => new AbortController())
    const leaving = controllers.map(({ signal }) => call({ connection: crm, signal }))
    const staying = call({ connection: crm })
    for (const controller of controllers) controller.abort()

    expect(ends(await Promise.all(leaving))).toEqual(['cancelled', 'cancelled', 'cancelled'])
    const [{ timings }] = await staying

    expect(timings.queueMs).toBeLessThan(1_900) // behind one more it would be two seconds
    expect(arrivals).toHaveLength(2)
  })

  it('share it over tenants, and with no other connection', async () => {
    const { call } = await quickTarget()
    const crm = connection(perSecond(1, 1))
    const first = await call({ connection: crm, tenant: 'a' })
    const second = await call({ connection: crm, tenant: 'b', timeoutMs: 200 })
    const other = await call({ connection: connection(perSecond(1, 1), 'mail'), tenant: 'b', timeoutMs: 200 })
    const plain = await call({ tenant: 'b', timeoutMs: 500 })

    expect(ends([first, second, other, plain])).toEqual([
      'responded',
      'rate_limited',
      'responded',
      'responded',
    ])
  })

  it('take no slots from plain calls to the same host while they wait', async () => {
    const { call } = await quickTarget({ maxPerHost: 1 })
    const crm = connection(perSecond(1, 1))
    await call({ connection: crm })
    const waiting = Array.from({ length: 3 }, () => call({ connection: crm }))

    expect(ends([await call({ timeoutMs: 500 })])).toEqual(['responded'])
    expect(ends(await Promise.all(waiting))).toEqual(['responded', 'responded', 'responded'])
  })

  it('end as shutdown while they wait where the service is stopped', async () => {
    const { call, egressClient } = await quickTarget()
    const crm = connection(perSecond(1, 1))
    await call({ connection: crm })
    const waiting = [call({ connection: crm }), call({ connection: crm })]
    await egressClient.close()

    expect(ends(await Promise.all(waiting))).toEqual(['shutdown', 'shutdown'])
    expect(egressClient.load().waiting).toBe(0)
  })
})

describe('a call that waits for a token while the service is too busy to wake it', () => {
  it('is rate_limited, with a pause: no slot was lacking', async () => {
    const { call } = await quickTarget()
    const crm = connection(perSecond(20, 1))
    const first = call({ connection: crm })
    const late = call({ connection: crm, timeoutMs: 200 })
    const next = call({ connection: crm, timeoutMs: 200 })

    const until = performance.now() + 300
    while (performance.now() < until);

    expect(ends([await first])).toEqual(['responded'])
    for (const [{ outcome }] of await Promise.all([late, next]))
      expect(outcome).toMatchObject({ failure: { code: 'rate_limited', retryAfterMs: expect.any(Number) } })
  })
})

describe('calls of a connection with a limit of calls under way', () => {
  const two = connection({ rate: null, concurrent: 2 })

  it('wait for each other, over tenants, in order of arrival', async () => {
    const { call, received, count, answerNext } = await busyTarget()
    const calls = ['a', 'b', 'c', 'd'].map((tenant) => call({ connection: two, tenant }))
    await received(2)
    await delay(50)
    expect(count()).toBe(2)
    for (const next of [3, 4]) {
      answerNext()
      await received(next)
    }
    answerNext()
    answerNext()

    expect(ends(await Promise.all(calls))).toEqual(Array(4).fill('responded'))
  })

  it('are queue_full beyond the queue, and queue_timeout where none ends in time', async () => {
    const { call, received, egressClient, answerNext } = await busyTarget({ maxQueuePerHost: 1 })
    const running = [call({ connection: two }), call({ connection: two })]
    const waiting = call({ connection: two, timeoutMs: 300 })
    await received(2)
    const full = await call({ connection: two })

    expect(ends([full, await waiting])).toEqual(['queue_full', 'queue_timeout'])
    for (const [{ outcome }] of [full, await waiting])
      expect(outcome).toMatchObject({
        failure: {
          detail: expect.stringMatching(/^2 calls .*"concurrent" of the connection "crm"/),
          hint: expect.not.stringContaining('MAX_PER_HOST'),
        },
      })
    expect(egressClient.load().waiting).toBe(0)
    answerNext()
    answerNext()
    expect(ends(await Promise.all(running))).toEqual(['responded', 'responded'])
  })

  it('never wait with a queue of 0', async () => {
    const { call, received } = await busyTarget({ maxQueuePerHost: 0 })
    void call({ connection: two })
    void call({ connection: two })
    await received(2)

    expect(ends([await call({ connection: two })])).toEqual(['queue_full'])
  })

  it('are not sent with less than 50 ms left after the wait, and take no token then', async () => {
    const crm = connection({ rate: { perSecond: 0.5, burst: 2 }, concurrent: 1 })
    const { call, received, count, answerNext } = await busyTarget()
    void call({ connection: crm })
    await received(1)
    const late = call({ connection: crm, timeoutMs: 500 })
    await delay(470)
    answerNext()

    expect(ends([await late])).toEqual(['queue_timeout'])
    void call({ connection: crm, timeoutMs: 1_000 })
    await received(2)
    expect(count()).toBe(2)
  })

  it('still obey MAX_PER_HOST', async () => {
    const { call, received, count } = await busyTarget({ maxPerHost: 1 })
    void call({ connection: two })
    void call({ connection: two })
    await received(1)
    await delay(50)

    expect(count()).toBe(1)
  })
})

describe('a pause of a connection', () => {
  const crm = connection(null)

  it('is waited for where it fits, by all calls of the connection and no other', async () => {
    const { call, egressClient } = await quickTarget()
    egressClient.pause('crm', 1_500)

    const [plain] = await call()
    const [other] = await call({ connection: connection(null, 'mail') })
    const paused = await Promise.all([call({ connection: crm }), call({ connection: crm, tenant: 'a' })])

    expect([plain.timings.queueMs, other.timings.queueMs]).toEqual([null, null])
    for (const [{ timings, outcome }] of paused) {
      expect(outcome.kind).toBe('responded')
      expect(timings.queueMs).toBeGreaterThan(500)
    }
    expect((await call({ connection: crm }))[0].timings.queueMs).toBeNull()
  })

  it('ends a call as target_paused at once where it does not fit', async () => {
    const { call, arrivals, egressClient } = await quickTarget()
    egressClient.pause('crm', 10_000)

    const [attempt] = await call({ connection: crm, timeoutMs: 1_000 })

    expect(attempt).toMatchObject({
      durationMs: 0,
      delivered: 'no',
      outcome: { failure: { code: 'target_paused', retryAfterMs: expect.closeTo(10_000, -3) } },
    })
    expect(arrivals).toHaveLength(0)
  })

  it('is bounded, is lengthened and never shortened', async () => {
    const pauses: object[] = []
    const { call, egressClient } = await quickTarget({
      maxPauseMs: 2_000,
      onPause: (pause) => void pauses.push(pause),
    })
    egressClient.pause('crm', 600_000)
    egressClient.pause('crm', 1)

    const [{ outcome }] = await call({ connection: crm, timeoutMs: 500 })

    const { retryAfterMs } = (outcome as { failure: { retryAfterMs: number } }).failure
    expect(retryAfterMs).toBeGreaterThan(1_000)
    expect(retryAfterMs).toBeLessThanOrEqual(2_000)
    expect(pauses).toEqual([{ connection: 'crm', pauseMs: 2_000 }])
  })

  it('ends calls that wait as target_paused when it is lengthened beyond their time', async () => {
    const { call, egressClient } = await quickTarget()
    egressClient.pause('crm', 200)
    const waiting = [1, 2, 3].map(() => call({ connection: crm, timeoutMs: 10_000 }))
    egressClient.pause('crm', 30_000)

    const started = performance.now()
    expect(ends(await Promise.all(waiting))).toEqual(Array(3).fill('target_paused'))
    expect(performance.now() - started).toBeLessThan(9_000)
  })
})

describe('lines of LIMITS_FILE', () => {
  it('limit each tenant and port for itself', async () => {
    const { call } = await quickTarget({ hostLimits: lines({ limits: perSecond(1, 1) }) })
    const tenants = ['a', 'a', 'b', null, null]
    const attempts: Attempts[] = []
    for (const tenant of tenants) attempts.push(await call({ tenant, timeoutMs: 500 }))

    expect(ends(attempts)).toEqual(['responded', 'rate_limited', 'responded', 'responded', 'rate_limited'])
  })

  it('hold in order, the first that names the host', async () => {
    const hostLimits = lines(
      { host: 'other.example', limits: perSecond(9) },
      { host: 'localhost:1', limits: perSecond(9) },
      { limits: perSecond(2, 2) },
      { limits: perSecond(1, 1) },
    )
    const { call } = await quickTarget({ hostLimits })
    const attempts = [await call(), await call(), await call({ timeoutMs: 200 })]

    expect(ends(attempts)).toEqual(['responded', 'responded', 'rate_limited'])
  })

  it('and limits of a connection hold both: the smaller one, in the bucket of the connection', async () => {
    const { call } = await quickTarget({ hostLimits: lines({ limits: perSecond(1, 2) }) })
    const crm = connection(perSecond(50, 50))
    const attempts = [
      await call({ connection: crm, tenant: 'a' }),
      await call({ connection: crm, tenant: 'b' }),
      await call({ connection: crm, tenant: 'c', timeoutMs: 200 }),
      await call({ tenant: 'c', timeoutMs: 500 }),
    ]

    expect(ends(attempts)).toEqual(['responded', 'responded', 'rate_limited', 'responded'])
  })

  it('for all tenants are a ceiling over tenants and connections', async () => {
    const { call } = await quickTarget({
      hostLimits: lines({ limits: perSecond(1, 2), isCeiling: true }, { limits: perSecond(50) }),
    })
    const attempts = [
      await call({ tenant: 'a' }),
      await call({ connection: connection(null) }),
      await call({ tenant: 'b', timeoutMs: 200 }),
    ]

    expect(ends(attempts)).toEqual(['responded', 'responded', 'rate_limited'])
  })

  it('for all tenants are shared in order of arrival', async () => {
    const { call } = await quickTarget({
      hostLimits: lines({ limits: perSecond(20, 1), isCeiling: true }),
    })
    const ended: string[] = []
    const tenants = ['a', 'a', 'a', 'b', 'c']
    const callOnce = async (tenant: string) => {
      await call({ tenant })
      ended.push(tenant)
    }
    await Promise.all(tenants.map(callOnce))

    // Only the first call of each tenant competes for the ceiling: many calls of one delay those of others by one.
    expect(ended.indexOf('c')).toBeLessThan(4)
    expect(ended).toHaveLength(5)
  })

  it('with a limit of calls under way for all tenants keep others waiting, but not for a pause of one', async () => {
    const { call, received, egressClient, answerNext } = await busyTarget({
      hostLimits: lines({ limits: { rate: null, concurrent: 1 }, isCeiling: true }),
    })
    egressClient.pause('crm', 2_000)
    const paused = call({ connection: connection(null) })
    const first = call({ tenant: 'a' })
    const second = call({ tenant: 'b' })
    await received(1)
    answerNext()
    await received(2)
    answerNext()

    expect(ends(await Promise.all([first, second]))).toEqual(['responded', 'responded'])
    await received(3)
    answerNext()
    expect(ends([await paused])).toEqual(['responded'])
  })
})
