import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Problem } from '../../src/contract/schemas.ts'
import { hashKey } from '../../src/http/clients/api-keys.ts'
import { testFiles } from '../support/files.ts'
import { untilGauge } from '../support/gauge.ts'
import { rawClient, writeHead } from '../support/raw-client.ts'
import { held, json, type ReceivedRequest } from '../support/receiver.ts'
import { growth, scrape } from '../support/scrape.ts'
import { receiver } from '../support/servers.ts'
import { type Service, service } from '../support/service.ts'

const keys = { greedy: 'greedy-0123456789', modest: 'modest-0123456789' }
const twoClients = Object.entries(keys)
  .map(([name, key]) => `${name}:${key}`)
  .join()

type Client = keyof typeof keys

/** A service whose target answers what is asked for under `/held` only when it is released. */
async function serviceWithSlowTarget(settings: Readonly<Record<string, string>>) {
  const { answer, release } = held(json(200, {}))
  const target = await receiver((request, ...rest) =>
    (request.target === '/held' ? answer : json(200, {}))(request, ...rest),
  )
  const started = await service({ settings: { MAX_PER_HOST: '1000', ...settings } })
  onTestFinished(release)
  const isHeld = ({ target: path }: ReceivedRequest) => path === '/held'
  let begun = 0

  function call(path: string, { client, tenant }: { client?: Client; tenant?: string }) {
    const headers = client === undefined ? {} : { authorization: `Bearer ${keys[client]}` }
    return started.post<Problem>(
      '/v1/execute',
      { node: { method: 'GET', url: target.url + path }, tenant },
      headers,
    )
  }
  return {
    ...started,
    release,
    call,
    /** Begins calls that last; those that are not refused are under way when it is done. */
    async begin(owners: readonly { client?: Client; tenant?: string }[], refused = 0) {
      const replies = owners.map((owner) => call('/held', owner))
      let answered = 0
      for (const reply of replies) void reply.then(() => answered++)
      begun += owners.length - refused
      await vi.waitUntil(() => answered === refused && target.received.filter(isHeld).length === begun, {
        timeout: 30_000,
      })
      return replies
    },
  }
}

/** Who cannot be told from many others. */
const madeUp = (count: number, names: number, client?: Client) =>
  Array.from({ length: count }, (_, index) => ({
    tenant: `made-up-${index % names}`,
    ...(client && { client }),
  }))

const refusal = { status: 429, body: { code: 'too_many_requests', delivered: 'no', retryable: true } }

async function untilIdle({ url }: Pick<Service, 'url'>): Promise<void> {
  await untilGauge(url, 'webhook_node_executions_in_flight', 0)
  await untilGauge(url, 'webhook_node_bytes_in_flight', 0)
}

describe('one client with many calls', () => {
  it('leaves room for another one, under four tenants that it makes up', async () => {
    const { begin, call, release, url } = await serviceWithSlowTarget({
      API_KEYS: twoClients,
      MAX_IN_FLIGHT: '100',
    })
    await call('/', { client: 'modest', tenant: 'acme' })
    const before = await scrape(url)

    // It may have half of all, and its four tenants four fifths of that: the rest is for a fifth one.
    const replies = await begin(madeUp(100, 4, 'greedy'), 60)

    expect(await call('/', { client: 'modest', tenant: 'acme' })).toMatchObject({ status: 200 })
    expect(await call('/', { client: 'modest' })).toMatchObject({ status: 200 })
    expect(growth(before, await scrape(url))).toMatchObject({
      'webhook_node_problems_total{code="too_many_requests"}': 60,
    })
    release()
    const statuses = (await Promise.all(replies)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(40)
    await untilIdle({ url })
  })

  it('leaves room for a new tenant where no key is asked for', async () => {
    const { begin, call, release, url } = await serviceWithSlowTarget({ MAX_IN_FLIGHT: '20' })

    // Four fifths for four, and the last one for others.
    const replies = await begin(madeUp(80, 4), 64)

    expect(await call('/', { tenant: 'acme' })).toMatchObject({ status: 200 })
    expect(await call('/', {})).toMatchObject({ status: 200 })
    expect(await call('/', { tenant: 'made-up-0' })).toMatchObject(refusal)
    release()
    await Promise.all(replies)
    expect(await call('/', { tenant: 'made-up-0' })).toMatchObject({ status: 200 })
    await untilIdle({ url })
  })

  it('has all of its share for its only tenant, and half of it where there is one other', async () => {
    const { begin, call, release } = await serviceWithSlowTarget({ MAX_IN_FLIGHT: '4' })
    const [acme, globex] = [{ tenant: 'acme' }, { tenant: 'globex' }]

    const alone = await begin([acme, acme, acme, acme])
    expect(await call('/', acme)).toMatchObject({ status: 503, body: { code: 'overloaded' } })
    release()
    await Promise.all(alone)

    expect(await call('/', globex)).toMatchObject({ status: 200 })
  })

  it('has half of its share for each of two tenants', async () => {
    const { begin, call } = await serviceWithSlowTarget({ MAX_IN_FLIGHT: '4' })
    const [acme, globex] = [{ tenant: 'acme' }, { tenant: 'globex' }]
    await call('/', globex)

    await begin([acme, acme])
    const refused = await call('/held', acme)
    await begin([globex, globex])

    expect(refused).toMatchObject(refusal)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.body.detail).toContain('tenant "acme"')
  })

  it('is refused beyond what is set for each client and each tenant', async () => {
    const settings = {
      API_KEYS: twoClients,
      MAX_IN_FLIGHT: '10',
      MAX_IN_FLIGHT_PER_CLIENT: '3',
      MAX_IN_FLIGHT_PER_TENANT: '2',
    }
    const { begin, call } = await serviceWithSlowTarget(settings)
    const [acme, globex] = [
      { client: 'greedy', tenant: 'acme' },
      { client: 'greedy', tenant: 'globex' },
    ] as const

    await begin([acme, acme])
    const ofTenant = await call('/held', acme)
    await begin([globex])
    const ofClient = await call('/held', globex)

    expect(ofTenant).toMatchObject(refusal)
    expect(ofTenant.body.detail).toContain('tenant "acme" of the client "greedy"')
    expect(ofClient).toMatchObject(refusal)
    expect(ofClient.body.detail).toContain('client "greedy"')
    expect(await call('/', { client: 'modest', tenant: 'acme' })).toMatchObject({ status: 200 })
  })

  it('is refused beyond its own maxInFlight, with any of its keys, as soon as the file says so', async () => {
    const clients = (maxInFlight: number) =>
      JSON.stringify({
        greedy: { keys: Object.values(keys).map((key) => `sha256:${hashKey(key)}`), maxInFlight },
      })
    const files = await testFiles({ 'clients.json': clients(2) })
    const { begin, call, log } = await serviceWithSlowTarget({
      API_KEYS_FILE: join(files.path, 'clients.json'),
      MAX_IN_FLIGHT: '10',
    })

    await begin([{ client: 'greedy' }, { client: 'modest' }])
    expect(await call('/', { client: 'modest' })).toMatchObject(refusal)
    await files.replace('clients.json', clients(3))
    await vi.waitUntil(() => log.some(({ clients: names }) => names !== undefined), { timeout: 30_000 })

    expect(await call('/', { client: 'modest' })).toMatchObject({ status: 200 })
  })

  it('is refused from the head of its request, and its connection stays usable', async () => {
    const settings = { API_KEYS: twoClients, MAX_IN_FLIGHT: '2' }
    const { url, begin } = await serviceWithSlowTarget(settings)
    await begin([{ client: 'greedy' }])
    const client = await rawClient(url)
    const authorization = `Authorization: Bearer ${keys.greedy}`

    client.write(writeHead('POST', '/v1/execute', 100_000, authorization))

    const refused = await client.until('HTTP/1.1 429')
    expect(refused).not.toMatch(/connection: close/i)
  })

  it('is refused with more requests in a second than it may send', async () => {
    const settings = { API_KEYS: twoClients, MAX_PER_SECOND_PER_CLIENT: '2' }
    const { call, url } = await serviceWithSlowTarget(settings)
    const before = await scrape(url)

    const replies = await Promise.all(Array.from({ length: 20 }, () => call('/', { client: 'greedy' })))

    const refused = replies.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(5)
    expect(replies.length - refused.length).toBeGreaterThanOrEqual(2)
    expect(refused[0]?.body.detail).toContain('MAX_PER_SECOND_PER_CLIENT')
    expect(await call('/', { client: 'modest' })).toMatchObject({ status: 200 })
    expect(growth(before, await scrape(url))).toMatchObject({
      'webhook_node_limited_total{reason="rate"}': refused.length,
    })
    await vi.waitUntil(async () => (await call('/', { client: 'greedy' })).status === 200)
  })

  it('is named in the log with its tenant, at most once a second for each limit', async () => {
    const settings = {
      API_KEYS: twoClients,
      MAX_IN_FLIGHT: '4',
      MAX_IN_FLIGHT_PER_TENANT: '1',
      LOG_LEVEL: 'info',
    }
    const { begin, call, log, url } = await serviceWithSlowTarget(settings)
    const acme = { client: 'greedy', tenant: 'acme' } as const
    await begin([acme])
    const before = await scrape(url)

    for (let calls = 0; calls < 5; calls++) expect(await call('/', acme)).toMatchObject(refusal)

    const lines = log.filter(({ msg }) => msg === 'request refused')
    expect(lines[0]).toMatchObject({
      level: 'info',
      limit: 'tenant',
      keyName: 'greedy',
      tenant: 'acme',
      count: 1,
    })
    expect(lines.length).toBeLessThan(5)
    expect(growth(before, await scrape(url))).toEqual({
      'webhook_node_limited_total{reason="tenant"}': 5,
      'webhook_node_problems_total{code="too_many_requests"}': 5,
    })
  })
})
