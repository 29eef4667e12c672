import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { PostgresAddress } from '../../src/durability/postgres/database.ts'
import type { PostgresStore } from '../../src/durability/postgres/postgres-store.ts'
import { available } from '../durability/support/store-world.ts'
import { anyRoom, bytes, durable, ended } from '../durability/support/submissions.ts'
import { Cluster } from './support/cluster.ts'
import { openPostgres, run } from './support/postgres-world.ts'

/** No operation takes longer, whatever the disk does. */
const boundMs = 30_000

function makeCluster(): Cluster {
  const cluster = new Cluster()
  onTestFinished(() => cluster.delete())
  return cluster
}

const addressOf = ({ folder }: Cluster): PostgresAddress => ({
  ...{ host: folder, port: 5432, user: 'tester', password: null, database: 'postgres' },
  // A word of SQL, too.
  ...{ schema: 'full', tls: null },
})

async function untilItAnswers(address: PostgresAddress): Promise<void> {
  const answers = () =>
    run(address, 'SELECT 1').then(
      () => true,
      () => false,
    )
  await vi.waitUntil(answers, { timeout: boundMs, interval: 100 })
}

async function open(address: PostgresAddress) {
  const reasons: string[] = []
  const store = await openPostgres(address, { onUnavailable: (reason) => reasons.push(reason) })
  onTestFinished(() => store.close())
  return { store, reasons }
}

/** Some at a time, until the disk is full. */
async function acceptUntilFull(store: PostgresStore): Promise<Set<string>> {
  const accepted = new Set<string>()
  for (let count = 0; count < 2_000; count += 1) {
    const some = Array.from({ length: 3 }, () => durable({ payload: bytes('x'.repeat(50_000)) }))
    const before = performance.now()
    const answer = await store.accept(some)
    expect(performance.now() - before).toBeLessThan(boundMs)
    if (answer === 'unavailable') return accepted
    for (const { executionId } of some) accepted.add(executionId)
  }
  throw new Error('the disk is not full')
}

/** All that was accepted is there, and of what was not, all three or none. */
async function expectWhole(address: PostgresAddress, accepted: ReadonlySet<string>): Promise<void> {
  const rows = await run(
    address,
    `SELECT e.id, t.id IS NOT NULL AND length(d.payload) > 50000 AS whole FROM executions e
     LEFT JOIN tickets t ON t.execution = e.seq LEFT JOIN documents d ON d.execution = e.seq`,
  )
  const ids = new Set(rows.map(({ id }) => id))
  expect(rows.filter(({ whole }) => whole !== true)).toEqual([])
  expect([...accepted].filter((id) => !ids.has(id))).toEqual([])
  expect(ids.size - accepted.size).toBeOneOf([0, 3])
}

it('where the disk of the database is full, nothing is accepted by halves, and all goes on when there is room', async () => {
  const cluster = makeCluster()
  const address = addressOf(cluster)
  const small = cluster.makeFolder('small')
  cluster.startInLittleRoom(small, 12)
  await untilItAnswers(address)
  await run(address, `CREATE TABLESPACE small LOCATION '${small}'`)
  await run(address, 'ALTER DATABASE postgres SET default_tablespace = small')
  const { store, reasons } = await open(address)

  const accepted = await acceptUntilFull(store)

  expect(accepted.size).toBeGreaterThan(0)
  expect(reasons).toContain('disk full (PostgreSQL 53100)')
  await expectWhole(address, accepted)
  // What is there can be looked at.
  expect(available(await store.list({ state: 'waiting' }, null, 10))).toMatchObject({
    executions: { length: 10 },
  })
  cluster.makeRoom()
  const leased = await vi.waitUntil(async () => {
    const some = await store.claim(anyRoom, 1)
    return some !== 'unavailable' && some[0]
  })
  expect(await store.settle(leased.lease, ended())).toBe('written')
  await vi.waitUntil(async () => (await store.accept([durable()])) !== 'unavailable')
})

it('where the write-ahead log has no room the database ends, and what was accepted is there when it is back', async () => {
  const cluster = makeCluster()
  const address = addressOf(cluster)
  const log = cluster.moveLog()
  cluster.startInLittleRoom(log, 40)
  await untilItAnswers(address)
  const { store, reasons } = await open(address)

  const accepted = await acceptUntilFull(store)
  await vi.waitUntil(() => !existsSync(join(cluster.data, 'postmaster.pid')), { timeout: boundMs })
  expect(await store.accept([durable()])).toBe('unavailable')

  expect(accepted.size).toBeGreaterThan(0)
  expect(reasons.at(-1)).toMatch(/^no connection \(E/)
  cluster.makeRoom()
  await untilItAnswers(address)
  await expectWhole(address, accepted)
  await vi.waitUntil(async () => (await store.accept([durable()])) !== 'unavailable')
})
