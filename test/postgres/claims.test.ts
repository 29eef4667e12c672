import { describe, expect, it, onTestFinished } from 'vitest'
import { acceptOne, available, claimExecutions } from '../durability/support/store-world.ts'
import { durable } from '../durability/support/submissions.ts'
import { makeAddress, openPostgres, run } from './support/postgres-world.ts'

const lane = (host: string) => ({ ...durable().lane, host })

describe('claims', () => {
  it('stay fair with 100,000 that wait for one dead host', async () => {
    const address = makeAddress()
    const stores = [await openPostgres(address), await openPostgres(address)] as const
    for (const store of stores) onTestFinished(() => store.close())
    const [store] = stores
    await acceptOne(store, durable({ lane: lane('dead') }))
    await run(
      address,
      `INSERT INTO executions (id, mode, state, client, host, port, repeatable, node_hash, payload_hash, accepted_at, started_at)
         SELECT gen_random_uuid(), mode, state, client, host, port, repeatable, node_hash, payload_hash, i, i
         FROM generate_series(2, 100000) i, executions;
       INSERT INTO tickets (execution, purpose, lane, due_at) SELECT e.seq, t.purpose, t.lane, 0 FROM executions e, tickets t WHERE e.seq > 1;
       ANALYZE`,
    )
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
