import pg from 'pg'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { PostgresAddress } from '../../src/durability/postgres/database.ts'
import { acceptOne, claimOne, findOne } from '../durability/support/store-world.ts'
import { durable, ended } from '../durability/support/submissions.ts'
import { Cluster } from './support/cluster.ts'
import { openPostgres } from './support/postgres-world.ts'

const maxConnections = 16

/** Another program takes all connections that are left. Returns how to give them back. */
async function takeAll({ host, port, user, database }: PostgresAddress): Promise<() => Promise<void>> {
  const taken: pg.Client[] = []
  for (let count = 0; count < maxConnections; count += 1) {
    const client = new pg.Client({ host, port, user, database })
    client.on('error', () => {})
    const isIn = await client.connect().then(
      () => true,
      () => false,
    )
    if (!isIn) break
    taken.push(client)
  }
  return async () => {
    await Promise.all(taken.map((client) => client.end()))
  }
}

it('where the database has no connections left, instances go on with those that they have, and lose no lease', async () => {
  const cluster = new Cluster([
    `max_connections = ${maxConnections}`,
    'superuser_reserved_connections = 0',
    'max_wal_senders = 0',
  ])
  onTestFinished(() => cluster.delete())
  cluster.start()
  const address: PostgresAddress = {
    ...{ host: cluster.folder, port: 5432, user: 'tester', password: null, database: 'postgres' },
    ...{ schema: 'crowded', tls: null },
  }
  const reasons: string[] = []
  const open = async () => {
    const store = await openPostgres(address, {
      onUnavailable: (reason) => reasons.push(reason),
      leaseMs: 2_000,
    })
    onTestFinished(() => store.close())
    return store
  }
  const [one, other] = [await open(), await open()]
  await acceptOne(one, durable())
  const { lease } = await claimOne(one)
  await acceptOne(other, durable())

  const giveBack = await takeAll(address)
  const before = performance.now()
  const many = await Promise.all(Array.from({ length: 20 }, () => one.accept([durable()])))
  expect(performance.now() - before).toBeLessThan(10_000)
  expect(many.filter((answer) => answer === 'unavailable').length).toBeGreaterThan(0)
  expect(reasons).toContain('too many connections (PostgreSQL 53300)')
  await expect(openPostgres(address)).rejects.toMatchObject({
    code: 'store_unreadable',
    message: expect.stringContaining('max_connections'),
  })

  // One after the other, for longer than a lease lasts.
  const accepted: string[] = []
  while (performance.now() - before < 5_000) {
    const submission = durable()
    if ((await other.accept([submission])) !== 'unavailable') accepted.push(submission.executionId)
  }
  expect(accepted.length).toBeGreaterThan(0)
  expect(await one.settle(lease, ended())).toBe('written')

  await giveBack()
  await vi.waitUntil(async () =>
    (await Promise.all(Array.from({ length: 20 }, () => one.accept([durable()])))).every(
      (answer) => answer !== 'unavailable',
    ),
  )
  for (const id of accepted) expect(await findOne(other, id)).toMatchObject({ state: 'waiting' })
})
