import { describe, expect, it, onTestFinished } from 'vitest'
import type { PostgresAddress } from '../../src/durability/postgres/database.ts'
import { acceptOne, available, claimExecutions } from '../durability/support/store-world.ts'
import { bytes, durable, failed } from '../durability/support/submissions.ts'
import { makeAddress, openPostgres, run } from './support/postgres-world.ts'

const lane = (host: string) => ({ ...durable().lane, host })

/** So many executions like the one that is there, written at once. */
async function fill(address: PostgresAddress, count: number): Promise<void> {
  await run(
    address,
    `INSERT INTO executions (id, mode, state, client, host, port, repeatable, node_hash, payload_hash, accepted_at, started_at)
       SELECT gen_random_uuid(), mode, state, client, host, port, repeatable, node_hash, payload_hash, i, i
       FROM generate_series(2, ${count}) i, executions;
     INSERT INTO documents SELECT e.seq, d.node, d.payload, d.rest, d.secrets FROM executions e, documents d WHERE e.seq > 1;
     INSERT INTO tickets (execution, purpose, lane, due_at, ends_at)
       SELECT e.seq, t.purpose, t.lane, 0, ${Number.MAX_SAFE_INTEGER} FROM executions e, tickets t WHERE e.seq > 1`,
  )
}

/** Rows that were read in order to find others, of all tables. */
async function countScanned(address: PostgresAddress): Promise<number> {
  const [row] = await run(
    address,
    'SELECT sum(seq_tup_read) AS rows FROM pg_stat_user_tables WHERE schemaname = current_schema()',
  )
  return Number(row?.rows)
}

describe('claims', () => {
  it('stay fair with 100,000 that wait for one dead host', async () => {
    const address = makeAddress()
    const stores = [await openPostgres(address), await openPostgres(address)] as const
    for (const store of stores) onTestFinished(() => store.close())
    const [store] = stores
    await acceptOne(store, durable({ lane: lane('dead') }))
    await fill(address, 100_000)
    await run(address, 'ANALYZE')
    const hosts = Array.from({ length: 20 }, (_, index) => `h${index}`)

    for (let round = 0; round < 10; round += 1) {
      await store.accept(hosts.map((host) => durable({ lane: lane(host) })))
      // The dead host has four permits, which are free again each round. The instances claim in turn.
      const claiming = stores[round % 2] ?? store
      const before = performance.now()
      const leased = await claimExecutions(claiming, 24, ({ host }) => (host === 'dead' ? 4 : 10))
      expect(performance.now() - before).toBeLessThan(4_000)
      const claimed = leased.map(({ execution }) => execution.lane.host)
      expect(claimed.filter((host) => host === 'dead')).toHaveLength(4)
      expect(claimed.filter((host) => host !== 'dead').sort()).toEqual(hosts.toSorted())
    }

    // A lane that is served no more keeps none of the others waiting, either.
    await acceptOne(store, durable({ lane: lane('other') }))
    const rest = available(await store.claim(({ host }) => (host === 'dead' ? 0 : 1), 10))
    expect(rest.map(({ execution }) => execution.lane.host)).toEqual(['other'])
  })

  it('and everything else read the rows that they need, of however many', async () => {
    const address = makeAddress()
    const store = await openPostgres(address)
    await acceptOne(store, durable({ lane: lane('dead') }))
    await fill(address, 50_000)
    // From here on the planner knows how many there are.
    await run(address, 'VACUUM ANALYZE')
    const before = await countScanned(address)

    for (let round = 0; round < 3; round += 1) {
      await store.accept([durable({ lane: lane('other'), key: `k${round}`, expiresAt: 1 }), durable()])
      const leased = available(await store.claim(() => 4, 32))
      expect(leased.length).toBeGreaterThan(4)
      for (const { lease, purpose, execution } of leased) {
        const callback = { lane: lane('engine'), dueAt: 0 }
        if (purpose === 'callback') await store.settleCallback(lease, { wasSent: true, outcome: 'delivered' })
        else if (execution.lane.host !== 'dead') await store.settle(lease, failed({ callback }))
        else if ((await store.begin(lease, 1)) === 'written')
          await store.settle(lease, { outcome: 'again', attempts: 1, dueAt: 0, progress: bytes('p') })
      }
      const [one, other] = available(await store.claim(() => 2, 32))
      if (one === undefined || other === undefined) throw new TypeError('nothing is due')
      await store.release([one.lease, other.lease], 0)
      await store.pause(lane('engine'), 0)
      await store.cancel(one.execution.id)
      await store.find({ id: one.execution.id })
      await store.find({ client: 'engine', tenant: null, key: 'k0' })
      await store.list({}, null, 10)
      await store.prune()
    }
    // Each of its connections tells what it has read when it ends.
    await store.close()

    const after = await countScanned(address)
    expect(after - before).toBeLessThan(10_000)
  })

  it('lose nothing that becomes due while all that was due is claimed', async () => {
    const address = makeAddress()
    const stores = [await openPostgres(address), await openPostgres(address)] as const
    for (const store of stores) onTestFinished(() => store.close())
    const [accepting, claiming] = stores
    const ids = new Set<string>()
    let isOver = false
    const claimed = new Set<string>()
    const claim = async () => {
      for (const { execution } of await claimExecutions(claiming, 3)) claimed.add(execution.id)
    }
    const loop = (async () => {
      while (!isOver) await claim()
    })()

    for (let count = 0; count < 150; count += 1) ids.add((await acceptOne(accepting, durable())).executionId)
    isOver = true
    await loop

    // The lane says so itself: the tickets are not looked at.
    for (let tries = 0; tries < 60 && claimed.size < ids.size; tries += 1) await claim()
    expect(claimed).toEqual(ids)
  })
})
