import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Problem } from '../../src/contract/schemas.ts'
import type { NodeList, NodeStatistics } from '../../src/contract/statistics.ts'
import type { PostgresStore } from '../../src/durability/postgres/postgres-store.ts'
import { hashKey } from '../../src/http/clients/api-keys.ts'
import { SharedStatistics } from '../../src/statistics/shared-statistics.ts'
import { maxHistories, Statistics } from '../../src/statistics/statistics.ts'
import { execution, failedExecution } from '../statistics/support/executions.ts'
import { testFiles } from '../support/files.ts'
import { service } from '../support/service.ts'
import { Cluster } from './support/cluster.ts'
import { makeAddress, openPostgres, run, storeKey, writeUrl } from './support/postgres-world.ts'

/** Ends without a packet: nothing may be called there. */
const node = (id: string) => ({ id, method: 'GET', url: 'https://169.254.169.254/' })

const dayMs = 24 * 3_600_000

describe('two instances of the service that share a store', () => {
  it('answer for each other, of each tenant and of all', async () => {
    const settings = shared()
    const one = await service({ settings: { ...settings, INSTANCE: 'one' } })
    const other = await service({ settings: { ...settings, INSTANCE: 'other' } })
    const id = 'crm \u0000lead\n🙂'
    const path = `/v1/nodes/${encodeURIComponent(id)}/stats`
    for (const tenant of ['acme', 'acme', undefined]) await one.execute({ node: node(id), tenant })
    for (const tenant of ['acme', 'globex']) await other.execute({ node: node(id), tenant })

    for (const [asked, name] of [
      [one, 'one'],
      [other, 'other'],
    ] as const) {
      const all = await vi.waitUntil(
        async () => {
          const { body } = await asked.request<NodeStatistics>(path)
          return body.passedThrough === 5 && body
        },
        { timeout: 30_000, interval: 100 },
      )
      expect(all).toMatchObject({ instance: name, instances: 2, tenant: null, failed: 5 })
      expect(all.lastFailures).toHaveLength(5)
      for (const failure of all.lastFailures)
        expect(failure).toMatchObject({
          message: expect.stringContaining('169.254.169.254'),
          hint: expect.stringMatching(/./),
          path: '/node/url',
        })
      expect(all.perMinute.reduce((sum, { failed }) => sum + failed, 0)).toBe(5)
      const acme = await asked.request<NodeStatistics>(`${path}?tenant=acme`)
      expect(acme.body).toMatchObject({ instances: 2, tenant: 'acme', passedThrough: 3 })
      const { body: list } = await asked.request<NodeList>('/v1/nodes')
      expect(list).toMatchObject({ instance: name, instances: 2 })
      expect(list.nodes.map(({ tenant, passedThrough }) => [tenant, passedThrough])).toEqual([
        [null, 5],
        ['acme', 3],
        ['globex', 1],
      ])
    }
    const missing = await one.request<Problem>('/v1/nodes/another/stats')
    expect(missing).toMatchObject({ status: 404, body: { code: 'not_found' } })
    expect(missing.body.detail).toContain('has none of 1 others')
  })

  it('show a client its tenants only', async () => {
    const settings = shared()
    const one = await service({ settings })
    await one.execute({ node: node('crm-lead'), tenant: 'acme' })
    await one.execute({ node: node('crm-lead'), tenant: 'globex' })
    await one.execute({ node: node('other'), tenant: 'globex' })
    await one.drain()
    const portal = { keys: [`sha256:${hashKey('only-for-this-test')}`], tenants: ['acme'] }
    const files = await testFiles({ 'clients.json': JSON.stringify({ portal }) })
    const other = await service({
      settings: { ...settings, API_KEYS_FILE: join(files.path, 'clients.json') },
    })
    const init = { headers: { authorization: 'Bearer only-for-this-test' } }

    const list = await other.request<NodeList>('/v1/nodes', init)
    const found = await other.request<NodeStatistics>('/v1/nodes/crm-lead/stats', init)
    const hidden = await other.request('/v1/nodes/other/stats', init)
    const refused = await other.request('/v1/nodes/crm-lead/stats?tenant=globex', init)

    expect(list.body.nodes.map(({ tenant, passedThrough }) => [tenant, passedThrough])).toEqual([
      [null, 1],
      ['acme', 1],
    ])
    expect(found.body).toMatchObject({ tenant: null, passedThrough: 1, instances: 2 })
    expect([hidden.status, refused.status]).toEqual([404, 403])
  })

  it('keep what one has counted that has ended', async () => {
    const settings = shared()
    const one = await service({ settings })
    await one.execute({ node: node('crm-lead') })
    await one.drain()

    const next = await service({ settings })
    await next.execute({ node: node('crm-lead') })
    const { body } = await next.request<NodeStatistics>('/v1/nodes/crm-lead/stats')

    expect(body).toMatchObject({ passedThrough: 2, instances: 2 })
  })
})

describe('statistics in the store', () => {
  it('are saved as a whole, once they have changed, and forgotten with the instance’s own', async () => {
    const { address, one, other } = await openTwo()
    one.own.record(execution(Date.now()))
    await one.saved()
    one.own.record(failedExecution(Date.now(), { executionId: 'the-last' }))
    await vi.waitUntil(async () => (await other.shared.of('crm-lead', null)).result?.failed === 1, patience)

    for (let index = 0; index < maxHistories; index += 1)
      one.own.record(execution(Date.now(), { nodeId: `made-up-${index}` }))

    await vi.waitUntil(async () => (await other.shared.of('crm-lead', null)).result === null, patience)
    const listed = await vi.waitUntil(async () => {
      const { result } = await other.shared.list(null)
      return result.length === maxHistories && result
    }, patience)
    expect(new Set(listed.map(({ nodeId }) => nodeId))).toContain(`made-up-${maxHistories - 1}`)
    expect(await run(address, 'SELECT count(*) FROM node_counts')).toEqual([{ count: String(maxHistories) }])
  })

  it('are kept for a day after their instance has ended, and as long as it counts', async () => {
    const { address, one, other } = await openTwo()
    one.own.record(execution(Date.now()))
    await one.saved()
    await one.shared.close()
    other.own.record(execution(Date.now(), { nodeId: 'of-other' }))
    await other.saved()

    await run(address, 'UPDATE counting_instances SET seen_at = seen_at - $1', [dayMs - 60_000])
    await other.store.prune()
    expect(await other.shared.of('crm-lead', null)).toMatchObject({
      instances: 2,
      result: { passedThrough: 1 },
    })

    await vi.waitUntil(
      async () =>
        (await run(address, 'SELECT id FROM counting_instances WHERE seen_at > store_now() - 30000')).length >
        0,
      patience,
    )
    await run(
      address,
      'UPDATE counting_instances SET seen_at = seen_at - 60000 WHERE seen_at < store_now() - 30000',
    )
    await other.store.prune()
    expect(await other.shared.of('crm-lead', null)).toMatchObject({ instances: 1, result: null })
    expect(await run(address, 'SELECT DISTINCT node_id FROM node_counts')).toEqual([
      { node_id: '"of-other"' },
    ])
  })

  it('are saved anew where they were deleted meanwhile', async () => {
    const { address, one, other } = await openTwo()
    for (const nodeId of ['a', 'b']) one.own.record(execution(Date.now(), { nodeId }))
    await one.saved()
    const deleted = await run(address, 'DELETE FROM counting_instances RETURNING id')
    expect(deleted).toHaveLength(2)

    await vi.waitUntil(async () => (await other.shared.list(null)).result.length === 2, patience)
  })

  it('of another format are passed over', async () => {
    const { address, one, other } = await openTwo()
    one.own.record(execution(Date.now()))
    await one.saved()
    await one.shared.close()

    await run(address, `UPDATE node_counts SET format = 1000, summary = '?', details = '?'`)

    expect((await other.shared.of('crm-lead', null)).result).toBeNull()
    expect((await other.shared.list(null)).result).toEqual([])
  })

  it('add up those of 64 instances at most, and no more are kept', async () => {
    const { address, one, other } = await openTwo()
    one.own.record(execution(Date.now()))
    await one.saved()
    await run(
      address,
      `INSERT INTO counting_instances SELECT md5(n::text)::uuid, store_now() - 60000 - n FROM generate_series(1, 100) n;
       INSERT INTO node_counts SELECT md5(n::text)::uuid, node_id, tenant, format, last_at, summary, details
         FROM generate_series(1, 100) n, node_counts`,
    )

    expect(await other.shared.of('crm-lead', null)).toMatchObject({
      instances: 64,
      result: { passedThrough: 63 },
    })
    await other.store.prune()
    expect(await run(address, 'SELECT count(*) FROM counting_instances')).toEqual([{ count: '64' }])
  })

  it('are those of the instance alone while the database hangs or is away, and whole when it is back', async () => {
    const cluster = new Cluster()
    onTestFinished(() => cluster.delete())
    cluster.start()
    const { one, other } = await openTwo({ ...makeAddress(), host: cluster.folder, schema: 'away' })
    for (const each of [one, other]) each.own.record(execution(Date.now()))
    await one.saved()
    await other.saved()

    cluster.signal('SIGSTOP')
    const asked = performance.now()
    expect((await other.shared.of('crm-lead', null)).instances).toBe(1)
    expect(performance.now() - asked).toBeLessThan(5_000)
    cluster.signal('SIGCONT')
    await vi.waitUntil(async () => (await other.shared.of('crm-lead', null)).instances === 2, patience)

    cluster.stop()
    one.own.record(failedExecution(Date.now()))
    const before = performance.now()
    expect(await other.shared.of('crm-lead', null)).toMatchObject({
      instances: 1,
      isShared: false,
      result: { passedThrough: 1 },
    })
    expect((await other.shared.list(null)).result).toMatchObject([{ passedThrough: 1 }])
    expect(performance.now() - before).toBeLessThan(10_000)

    cluster.start()
    await vi.waitUntil(
      async () => (await other.shared.of('crm-lead', null)).result?.passedThrough === 3,
      patience,
    )
    expect((await other.shared.of('crm-lead', null)).instances).toBe(2)
  })
})

const patience = { timeout: 30_000, interval: 50 }

function shared() {
  return {
    STORE_URL: writeUrl(makeAddress()),
    STORE_KEYS: `${storeKey.id}:${storeKey.bytes.toString('base64')}`,
  }
}

async function openTwo(address = makeAddress()) {
  const one = startCounting(await openPostgres(address))
  const other = startCounting(await openPostgres(address))
  return { address, one, other }

  function startCounting(store: PostgresStore) {
    const own = new Statistics()
    const errors: unknown[] = []
    const statistics = new SharedStatistics({
      own,
      store: store.statistics,
      saveMs: 50,
      onError: (error) => errors.push(error),
    })
    statistics.start()
    onTestFinished(async () => {
      await statistics.close()
      await store.close()
      expect(errors).toEqual([])
    })
    return {
      store,
      own,
      shared: statistics,
      /** Until all that was recorded is in the store. */
      saved: () =>
        vi.waitUntil(async () => {
          const rows = await run(address, 'SELECT node_id, summary FROM node_counts')
          return [...own.histories().values()].every((history) =>
            rows.some(({ summary }) => summary === history.write().summary),
          )
        }, patience),
    }
  }
}
