import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { PostgresAddress } from '../../src/durability/postgres/database.ts'
import type { PostgresStore } from '../../src/durability/postgres/postgres-store.ts'
import {
  acceptOne,
  available,
  claimExecutions,
  claimOne,
  findOne,
} from '../durability/support/store-world.ts'
import { anyRoom, bytes, durable, ended, synchronous } from '../durability/support/submissions.ts'
import { Cluster } from './support/cluster.ts'
import { openPostgres, run } from './support/postgres-world.ts'

/** No operation takes longer, whatever the database does. */
const boundMs = 30_000

describe('where the database', () => {
  let cluster: Cluster
  let schemas = 0

  beforeAll(() => {
    cluster = new Cluster()
    cluster.start()
  })
  afterAll(() => cluster.delete())

  const administrator = (): PostgresAddress => ({
    ...{ host: cluster.folder, port: 5432, user: 'tester', password: null, database: 'postgres' },
    ...{ schema: `outage${schemas}`, tls: null },
  })

  async function open() {
    schemas += 1
    const address = administrator()
    const reasons: string[] = []
    const store = await openPostgres(address, { onUnavailable: (reason) => reasons.push(reason) })
    onTestFinished(() => store.close())
    return { address, store, reasons }
  }

  /** Each of them says that the store is unavailable, in time. */
  async function expectUnavailable(store: PostgresStore): Promise<void> {
    const before = performance.now()
    const lease = { executionId: '0199d3f4-8b7a-7cc1-9a60-6f0d6f2f4c11', token: 1 }
    const answers = await Promise.all([
      store.accept([durable()]),
      store.claim(anyRoom, 1),
      store.begin(lease, 1),
      store.settle(lease, ended()),
      store.release([lease], 0),
      store.cancel(lease.executionId),
      store.pause(durable().lane, 0),
      store.reserve('bucket', { perSecond: 1, burst: 1 }, 1),
      store.pauses.save([{ connection: 'crm', until: 1 }]),
      store.prune(),
    ])
    expect(answers).toEqual(answers.map(() => 'unavailable'))
    expect(performance.now() - before).toBeLessThan(boundMs)
  }

  it('is stopped and started, all goes on, and leases hold', async () => {
    const { store, reasons } = await open()
    const { executionId } = await acceptOne(store, durable())
    const { lease } = await claimOne(store)
    await acceptOne(store, durable({ nodeId: 'waits', dueAt: store.now() + 500 }))

    cluster.stop()
    await expectUnavailable(store)
    expect(await store.find({ id: executionId })).toBe('unavailable')
    expect(reasons.join()).toMatch(/no connection \(ENOENT|no connection \(ECONNREFUSED/)
    let wakes = 0
    const stop = store.onDue(() => {
      wakes += 1
    })
    onTestFinished(stop)
    cluster.start()

    await vi.waitUntil(() => wakes > 0)
    expect((await claimExecutions(store)).map(({ execution }) => execution.nodeId)).toEqual(['waits'])
    expect(await store.settle(lease, ended())).toBe('written')
  })

  it('does not answer, nothing waits for it without end, and nothing is accepted by halves', async () => {
    const { store } = await open()
    const { executionId } = await acceptOne(store, durable())
    const { lease } = await claimOne(store)
    const one = durable({ key: 'k' })

    cluster.signal('SIGSTOP')
    const before = performance.now()
    const accepting = store.accept([one, durable()])
    await expectUnavailable(store)
    expect(await accepting).toBe('unavailable')
    expect(performance.now() - before).toBeLessThan(boundMs)
    cluster.signal('SIGCONT')

    await vi.waitUntil(async () => (await store.find({ id: executionId })) !== 'unavailable', {
      timeout: 20_000,
    })
    // It was not answered, and may have been done: all of it, or nothing.
    const listed = available(await store.list({ state: 'waiting' }, null, 10))
    expect([0, 2]).toContain(listed === 'unknown_place' ? -1 : listed.executions.length)
    expect(await store.settle(lease, ended())).toBe('written')
  })

  it('is read-only, what is there can be read, and all goes on afterwards', async () => {
    const { address, store, reasons } = await open()
    const { executionId } = await acceptOne(store, durable())
    await run(address, 'ALTER DATABASE postgres SET default_transaction_read_only = on')
    // As a fail-over does.
    await run(
      address,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'webhook-node'`,
    )

    await vi.waitUntil(async () => (await store.find({ id: executionId })) !== 'unavailable')
    expect(await store.accept([durable()])).toBe('unavailable')
    expect(await store.accept([synchronous()])).toBe('unavailable')
    expect(await findOne(store, executionId)).toMatchObject({ state: 'waiting' })
    expect(reasons).toContain('read-only (PostgreSQL 25006)')

    await run(
      address,
      'BEGIN; SET TRANSACTION READ WRITE; ALTER DATABASE postgres RESET default_transaction_read_only; COMMIT',
    )
    await run(
      address,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'webhook-node'`,
    )
    await vi.waitUntil(async () => (await store.accept([durable()])) !== 'unavailable')
  })

  it('is locked by another program, it says so in time', async () => {
    const { address, store, reasons } = await open()
    const { executionId } = await acceptOne(store, durable())
    const locking = run(address, 'BEGIN; LOCK TABLE executions; SELECT pg_sleep(6); COMMIT')
    await vi.waitUntil(
      async () =>
        (
          await run(
            address,
            `SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation IS NOT NULL`,
          )
        ).length > 0,
    )

    const before = performance.now()
    expect(await store.accept([durable()])).toBe('unavailable')
    expect(performance.now() - before).toBeLessThan(boundMs)

    expect(reasons.join()).toMatch(/locked|too slow/)
    await locking
    expect(await findOne(store, executionId)).toMatchObject({ state: 'waiting' })
  })

  it('loses its connections in the middle of everything, nothing is done by halves', async () => {
    const { address, store } = await open()
    const accepted = new Set<string>()
    const unknown = new Set<string>()
    let isOver = false
    const disturb = (async () => {
      while (!isOver)
        await run(
          address,
          `SELECT pg_terminate_backend(pid), pg_sleep(0.05) FROM pg_stat_activity WHERE application_name = 'webhook-node' AND random() < 0.3`,
        )
    })()

    for (let count = 0; count < 100; count += 1) {
      const one = durable({ key: `k${count}`, payload: bytes(String(count)) })
      const acceptance = await store.accept([one])
      if (acceptance === 'unavailable') unknown.add(one.executionId)
      else accepted.add(one.executionId)
    }
    isOver = true
    await disturb

    expect(accepted.size).toBeGreaterThan(0)
    const claimed = new Set<string>()
    await vi.waitUntil(async () => {
      for (const { execution } of await claimExecutions(store, 100)) claimed.add(execution.id)
      return [...accepted].every((id) => claimed.has(id))
    })
    for (const id of claimed) expect(accepted.has(id) || unknown.has(id)).toBe(true)
  })
})
