import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { ConnectionList } from '../../src/contract/connection.ts'
import { testFiles } from '../support/files.ts'
import { type Answer, inTurn, json } from '../support/receiver.ts'
import { growth, scrape } from '../support/scrape.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

interface Files {
  readonly connections?: object
  readonly limits?: unknown
}

async function limited({ connections = {}, limits = [] }: Files, settings: Record<string, string> = {}) {
  const files = await testFiles({
    'connections.json': JSON.stringify(connections),
    'limits.json': JSON.stringify(limits),
  })
  const running = await service({
    settings: {
      CONNECTIONS_FILE: join(files.path, 'connections.json'),
      LIMITS_FILE: join(files.path, 'limits.json'),
      ...settings,
    },
  })
  return { ...running, files }
}

const node = { id: 'crm-lead', method: 'POST', connection: 'crm', url: '/leads' }
function asking(headers: Readonly<Record<string, string>>): Answer {
  return (_request, response) => response.writeHead(429, headers).end()
}

const busy = (seconds: number) => asking({ 'retry-after': String(seconds) })

describe('the limits of a connection', () => {
  it('let calls wait where they fit, and end them as rate_limited where they do not', async () => {
    const target = await receiver(json(200, {}))
    const running = await limited({
      connections: { crm: { baseUrl: target.url, limits: { perSecond: 2, burst: 1 } } },
    })
    const before = await scrape(running.url)

    const replies = await Promise.all(
      [1_000, 1_000, 300].map((timeoutMs) => running.execute({ node: { ...node, timeoutMs } })),
    )

    expect(replies.map(({ succeeded }) => succeeded).toSorted()).toEqual([false, true, true])
    const [held] = replies.filter(({ succeeded }) => !succeeded)
    expect(held).toMatchObject({
      reason: { code: 'rate_limited', blame: 'service', path: null },
      delivered: 'no',
      repeat: 'safe',
      attempts: [{ failure: 'rate_limited', delivered: 'no', timings: { queueMs: null } }],
    })
    expect(held?.retryAfterMs).toBeGreaterThan(300)
    expect(held?.retryAfterMs).toBeLessThanOrEqual(1_500)
    expect(target.received).toHaveLength(2)
    expect(
      growth(before, await scrape(running.url))[
        'webhook_node_executions_total{branch="error",code="rate_limited",blame="service"}'
      ],
    ).toBe(1)
    expect(running.log.find(({ code }) => code === 'rate_limited')).toMatchObject({
      connection: 'crm',
      tenant: null,
      keyName: null,
    })
  })

  it('cost a node with a retry rule no attempt', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await limited({
      connections: { crm: { baseUrl: target.url, limits: { perSecond: 1, burst: 1 } } },
    })
    const retrying = { ...node, timeoutMs: 700, retry: { attempts: 2, initialDelayMs: 1, on: [503] } }

    const replies = await Promise.all([1, 2, 3].map(() => execute({ node: retrying })))

    for (const reply of replies) {
      expect(reply).toMatchObject({ succeeded: true, attempts: [{ number: 1, status: 200 }] })
      expect(reply.attempts).toHaveLength(1)
    }
  }, 20_000)

  it.each([
    [{ burst: 5 }, '/crm/limits/burst must be left out'],
    [{}, '/crm/limits must have "perSecond", "concurrent" or both'],
    [{ perSecond: 0 }, '/crm/limits/perSecond must be'],
    [{ perSecond: '50' }, '/crm/limits/perSecond must be'],
    [{ concurrent: 1.5 }, '/crm/limits/concurrent must be'],
    [{ perMinute: 5 }, '/crm/limits/perMinute unknown member'],
  ])('that are wrong stop the start: %j', async (limits, problem) => {
    const connections = { crm: { baseUrl: 'https://api.crm.example', limits } }

    await expect(limited({ connections })).rejects.toThrow(problem)
  })

  it('are listed as there', async () => {
    const { request } = await limited({
      connections: {
        crm: { baseUrl: 'https://api.crm.example', limits: { concurrent: 5 } },
        mail: { baseUrl: 'https://mail.example' },
      },
    })

    const { body } = await request<ConnectionList>('/v1/connections')
    expect(body.connections).toMatchObject([{ limits: true }, { limits: false }])
  })
})

describe('LIMITS_FILE', () => {
  it('limits what no connection names, and follows its changes', async () => {
    const target = await receiver(json(200, {}))
    const running = await limited({ limits: [{ host: new URL(target.url).hostname, perSecond: 0.01 }] })
    const plain = { method: 'GET', url: target.url, timeoutMs: 1_000 }

    expect(await running.execute({ node: plain })).toMatchObject({ succeeded: true })
    expect(await running.execute({ node: plain })).toMatchObject({ reason: { code: 'rate_limited' } })
    expect(await running.execute({ node: plain, tenant: 'acme' })).toMatchObject({ succeeded: true })

    await running.files.replace('limits.json', '[]')
    const isOpen = async () => (await running.execute({ node: plain })).succeeded
    await vi.waitUntil(isOpen, { timeout: 15_000, interval: 100 })
  }, 30_000)

  it('that cannot be used changes nothing, and is a metric and a line of the log', async () => {
    const target = await receiver(json(200, {}))
    const running = await limited({ limits: [{ host: new URL(target.url).hostname, perSecond: 0.01 }] })
    const plain = { method: 'GET', url: target.url, timeoutMs: 1_000 }
    const stale = async () => (await scrape(running.url)).get('webhook_node_limits_stale')
    expect(await stale()).toBe(0)
    await running.execute({ node: plain })

    await running.files.replace('limits.json', '[{"host":"127.0.0.1"},{"host":"a b","perSecond":5}]')
    await vi.waitUntil(async () => (await stale()) === 1, { timeout: 15_000, interval: 50 })

    expect(await running.execute({ node: plain })).toMatchObject({ reason: { code: 'rate_limited' } })
    const line = running.log.find(({ msg }) => String(msg).startsWith('the limits changed but'))
    expect(line).toMatchObject({ level: 'error' })
    expect(JSON.stringify(line?.problems)).toMatch(/\/0 must have .*\/1\/host .*not usable/)
  }, 30_000)

  it('with too many lines stops the start', async () => {
    const limits = Array.from({ length: 1_001 }, (_, index) => ({ host: `h${index}.example`, concurrent: 1 }))

    await expect(limited({ limits })).rejects.toThrow('more than 1000 lines')
  })

  it.each<[unknown, string]>([
    [{}, 'must be a JSON array'],
    [
      { 'a.example': { rate: 5 } },
      'must be a JSON array of limits, each with its host, as in [{ "host": "a.example", "perSecond": 10 }]',
    ],
    [{ limits: [{ host: 'a.example' }] }, 'write the array alone, without the object around it'],
    [
      [{ host: 'a.example', rate: 5 }],
      '/0/rate unknown member; it is called "perSecond" here, in calls that may begin each second',
    ],
    [[{ host: 'a.example', rpm: 60 }], '/0/rpm unknown member; a rate is in calls for each second'],
    [[{ host: 'a.example', maxConcurrent: 5 }], '/0/maxConcurrent unknown member; it is called "concurrent"'],
    [[{ domain: 'a.example', perSecond: 5 }], '/0/domain unknown member; it is called "host" here'],
    [[5], '/0 must be'],
    [[{ perSecond: 5 }], '/0/host missing'],
    [[{ host: '10.0.0.0/8', perSecond: 5 }], '/0/host'],
    [[{ host: 'https://api.example', perSecond: 5 }], '/0/host'],
    [[{ host: 'a.example', perSecond: 5, scope: 'tenant' }], '/0/scope must be'],
    [
      [
        { host: 'a.example', perSecond: 5 },
        { host: 'A.example', perSecond: 6 },
      ],
      '/1/host occurs',
    ],
  ])('that is wrong stops the start: %j', async (limits, problem) => {
    await expect(limited({ limits })).rejects.toThrow(problem)
  })
})

describe('a target that asks one call of a connection to wait', () => {
  it.each([
    ['Retry-After', { 'retry-after': '20' }, {}],
    ['a reset header', { 'x-reset': '20000' }, { resetHeaders: [{ name: 'X-Reset', unit: 'milliseconds' }] }],
  ])('by %s keeps the others waiting, or ends them as target_paused', async (_what, headers, rule) => {
    const target = await receiver(inTurn(asking(headers), json(200, {})))
    const retry = { attempts: 2, initialDelayMs: 1, ...rule }
    const running = await limited({ connections: { crm: { baseUrl: target.url, retry } } })

    const asked = await running.execute({ node })
    const paused = await running.execute({ node, tenant: 'acme' })
    const plain = await running.execute({ node: { method: 'GET', url: target.url } })

    expect(asked).toMatchObject({ reason: { code: 'expectation_unmet' }, retryAfterMs: 20_000 })
    expect(paused).toMatchObject({
      connection: 'crm',
      reason: { code: 'target_paused', blame: 'target' },
      delivered: 'no',
      repeat: 'safe',
      attempts: [{ failure: 'target_paused' }],
    })
    expect(paused.retryAfterMs).toBeGreaterThan(15_000)
    expect(paused.retryAfterMs).toBeLessThanOrEqual(20_000)
    expect(plain).toMatchObject({ succeeded: true })
    expect(target.received).toHaveLength(2)
    expect(running.log.filter(({ pauseMs }) => pauseMs !== undefined)).toMatchObject([
      { level: 'warn', connection: 'crm', pauseMs: 20_000 },
    ])
  })

  it('does so at most for MAX_PAUSE_MS, and a wait that fits costs no attempt', async () => {
    const target = await receiver(inTurn(busy(3_600), json(200, {})))
    const { execute } = await limited(
      { connections: { crm: { baseUrl: target.url } } },
      { MAX_PAUSE_MS: '1000' },
    )

    await execute({ node })
    const waited = await execute({ node })

    expect(waited).toMatchObject({ succeeded: true, attempts: [{ number: 1 }] })
    expect(waited.attempts[0]?.timings.queueMs).toBeGreaterThan(500)
  })

  it('does not without a time to wait, and not with MAX_PAUSE_MS=0', async () => {
    const target = await receiver(inTurn(json(429, {}), json(200, {}), busy(50), json(200, {})))
    const { execute } = await limited(
      { connections: { crm: { baseUrl: target.url } } },
      { MAX_PAUSE_MS: '0' },
    )
    const statuses = []
    for (let index = 0; index < 4; index++) statuses.push((await execute({ node })).response?.status)

    expect(statuses).toEqual([429, 200, 429, 200])
  })
})
