import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { PostgresStore } from '../../src/durability/postgres/postgres-store.ts'
import {
  acceptBegun,
  acceptOne,
  answerOf,
  available,
  claimCallbacks,
  claimExecutions,
  claimOne,
  findOne,
} from '../durability/support/store-world.ts'
import { anyRoom, bytes, durable, ended, failed, synchronous } from '../durability/support/submissions.ts'
import { makeAddress, openPostgres, run } from './support/postgres-world.ts'

async function openInstances<const Count extends number>(count: Count, options = {}) {
  const address = makeAddress()
  const stores: PostgresStore[] = []
  for (let index = 0; index < count; index += 1) {
    const store = await openPostgres(address, options)
    onTestFinished(() => store.close())
    stores.push(store)
  }
  const [one, other] = stores
  if (one === undefined || other === undefined) throw new TypeError('two at least')
  return { address, stores, one, other }
}

/** As if the instances that are there had been stopped for longer than their leases. Another one takes over. */
async function takeOverFrom(address: ReturnType<typeof makeAddress>): Promise<PostgresStore> {
  await run(address, 'UPDATE instances SET alive_until = 0')
  const store = await openPostgres(address)
  onTestFinished(() => store.close())
  return store
}

describe('several instances', () => {
  it('open a new database at the same time', async () => {
    const address = makeAddress()

    const stores = await Promise.all(Array.from({ length: 4 }, () => openPostgres(address)))
    for (const store of stores) onTestFinished(() => store.close())

    const [one, two] = stores
    if (one === undefined || two === undefined) throw new TypeError('none')
    await acceptOne(one, synchronous({ key: 'k' }))
    expect(answerOf(await two.accept([synchronous({ key: 'k' })]))).toMatchObject({ outcome: 'in_progress' })
  })

  it('give a key to one of many submissions', async () => {
    const { stores } = await openInstances(3)

    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const store = stores[index % stores.length] as PostgresStore
        return answerOf(await store.accept([durable({ key: 'k' }), durable()].slice(0, 1 + (index % 2))))
      }),
    )

    expect(answers.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1)
    expect(answers.filter(({ outcome }) => outcome === 'replayed')).toHaveLength(59)
  })

  it('replay what another one has executed', async () => {
    const { one, other } = await openInstances(2)
    const { lease } = await acceptOne(one, synchronous({ key: 'k' }))
    if (lease === null) throw new TypeError('no lease')
    await one.settle(lease, ended({ reply: bytes('{"n":12345678901234567890}') }))

    expect(answerOf(await other.accept([synchronous({ key: 'k' })]))).toMatchObject({
      outcome: 'replayed',
      execution: { reply: bytes('{"n":12345678901234567890}') },
    })
  })

  it('accept no more than the backlog of a tenant, however much comes at the same time', async () => {
    const { stores } = await openInstances(2, { maxBacklog: 300 })
    const accept = async (size: number) => {
      const answers = await Promise.all(
        Array.from({ length: Math.min(400, 2_400 / size) }, (_, index) =>
          stores[index % 2]?.accept(Array.from({ length: size }, () => durable({ lane: laneOf(size) }))),
        ),
      )
      return answers.filter((answer) => available(answer)?.outcome === 'stored').length * size
    }
    const laneOf = (size: number) => ({ ...durable().lane, tenant: `by-${size}` })

    const sizes = [1, 7, 300]
    const accepted: number[] = []
    for (const size of sizes) accepted.push(await accept(size))

    expect(accepted).toEqual([300, 294, 300])
  })

  it('redrive each execution once, and count it in one of the replies, however many redrive at the same time', async () => {
    const { stores, one } = await openInstances(2)
    await one.accept(Array.from({ length: 60 }, () => durable({ callsBack: true })))
    const callback = { lane: { ...durable().lane, host: 'engine' }, dueAt: 0 }
    for (const { lease } of await claimExecutions(one, 60)) await one.settle(lease, failed({ callback }))
    const told = await claimCallbacks(one)

    const options = {
      limit: 500,
      perSecond: 50,
      force: true,
      dryRun: false,
      callsBack: true,
      expiresAt: Date.now() + 60_000,
    }
    const [redrives] = await Promise.all([
      Promise.all([0, 1, 0, 1].map((index) => stores[index]?.redrive({}, options))),
      ...told.map(({ lease }) => one.settleCallback(lease, { outcome: 'delivered', wasSent: true })),
    ])

    const counts = redrives.map((redrive) => available(redrive ?? 'unavailable'))
    expect(counts.reduce((sum, { matched }) => sum + matched, 0)).toBe(60)
    expect(counts.reduce((sum, { redriven }) => sum + redriven, 0)).toBe(60)
  })

  it('claim each execution once, however many claim at the same time', async () => {
    const { stores, one } = await openInstances(5)
    const hosts = Array.from({ length: 10 }, (_, index) => ({ ...durable().lane, host: `h${index}` }))
    await one.accept(hosts.flatMap((lane) => Array.from({ length: 30 }, () => durable({ lane }))))

    const claimed: string[] = []
    await Promise.all(
      stores.map(async (store) => {
        for (;;) {
          const leased = await claimExecutions(store, 7)
          if (leased.length === 0 && claimed.length >= 300) return
          claimed.push(...leased.map(({ execution }) => execution.id))
        }
      }),
    )

    expect(claimed).toHaveLength(300)
    expect(new Set(claimed).size).toBe(300)
  })

  it('wake each other', async () => {
    const { one, other } = await openInstances(2)
    // After its first beat each of them listens.
    await vi.waitUntil(async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const stop = other.onDue(resolve)
      await acceptOne(one, durable())
      const before = performance.now()
      await promise
      stop()
      return performance.now() - before < 200
    })
  })

  it('know what each of them has accepted', async () => {
    const { one, other } = await openInstances(2, { maxBacklog: 3 })
    for (const store of [one, other, one]) await acceptOne(store, durable())

    expect(answerOf(await other.accept([durable()]))).toMatchObject({ outcome: 'backlog_full', backlog: 3 })
    const [leased] = await claimExecutions(other, 1)
    if (leased === undefined) throw new TypeError('nothing is due')
    await other.settle(leased.lease, ended())
    await acceptOne(one, durable())
  })

  it('pause a lane for all', async () => {
    const { one, other } = await openInstances(2)
    await acceptOne(one, durable())
    await one.pause(durable().lane, one.now() + 60_000)

    expect(available(await other.claim(anyRoom, 10))).toEqual([])
  })

  it('cancel what waits, whoever has accepted it, and what runs elsewhere goes no further', async () => {
    const { one, other } = await openInstances(2)
    const waits = await acceptOne(one, durable({ dueAt: one.now() + 60_000 }))
    expect(available(await other.cancel(waits.executionId))).toMatchObject({ outcome: 'withdrawable' })

    const runs = await acceptOne(one, durable())
    const { lease } = await claimOne(one)
    expect(available(await other.cancel(runs.executionId))).toEqual({ outcome: 'running' })
    const again = { outcome: 'again', attempts: 1, dueAt: 0, progress: bytes('') } as const
    expect(await one.settle(lease, again)).toBe('cancelled')
  })
})

/** Another program that holds locks, until the promise is fulfilled. Resolves once they are held. */
async function lock(address: ReturnType<typeof makeAddress>, text: string, seconds: number) {
  const done = run(address, `BEGIN; ${text}; SELECT pg_sleep(${seconds}); COMMIT`)
  await vi.waitUntil(
    async () =>
      (
        await run(
          address,
          `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%${address.schema}%'`,
        )
      ).length > 0,
  )
  return done
}

describe('an instance', () => {
  it('does not seem dead while all its connections are busy', async () => {
    const { address, one, other } = await openInstances(2, { leaseMs: 2_000, maxConnections: 2 })
    await acceptOne(one, durable())
    const { lease } = await claimOne(one)
    const [before] = await run(address, 'SELECT min(id) AS id FROM instances')

    const locking = lock(address, `LOCK TABLE ${address.schema}.executions`, 4)
    const waiting = Array.from({ length: 6 }, () => one.begin(lease, 1))
    let isOver = false
    void locking.then(() => {
      isOver = true
    })
    while (!isOver)
      expect(
        await run(address, 'SELECT id FROM instances WHERE id = $1 AND alive_until > store_now()', [
          before?.id,
        ]),
      ).toHaveLength(1)

    await Promise.all(waiting)
    expect(await claimExecutions(other)).toEqual([])
    expect(await one.settle(lease, ended())).toBe('written')
  })

  it('starts although what belonged to a dead one is locked, and takes it over when it is free', async () => {
    const { address, one, other } = await openInstances(2)
    const { executionId } = await acceptOne(one, durable())
    await claimOne(one)
    await one.abort()
    await other.close()
    await run(address, 'UPDATE instances SET alive_until = 0')
    let isFree = false
    const locking = lock(address, `SELECT FROM ${address.schema}.executions FOR UPDATE`, 7).then(() => {
      isFree = true
    })

    const next = await openPostgres(address, { leaseMs: 1_000 })
    onTestFinished(() => next.close())

    expect(isFree).toBe(false)
    await locking
    const leased = await vi.waitUntil(
      async () => {
        const some = await claimExecutions(next)
        return some.length > 0 && some
      },
      { timeout: 20_000 },
    )
    expect(leased).toMatchObject([{ execution: { id: executionId } }])
  })
})

describe('an instance that was stopped for longer than its leases', () => {
  it('writes nothing and begins nothing when it goes on', async () => {
    const { address, one } = await openInstances(2)
    const begun = await acceptOne(one, durable({ nodeId: 'begun' }))
    const claimed = await acceptOne(one, durable({ nodeId: 'claimed' }))
    const held = await acceptBegun(one, synchronous({ key: 'held' }))
    const leases = new Map(
      (await claimExecutions(one)).map(({ execution, lease }) => [execution.id, lease] as const),
    )
    const leaseOf = (id: string) => leases.get(id) ?? { executionId: id, token: 0 }
    await one.begin(leaseOf(begun.executionId), 1)

    const next = await takeOverFrom(address)

    const before = await Promise.all(
      [begun, claimed, held].map(({ executionId }) => findOne(next, executionId)),
    )
    expect(before).toMatchObject([
      { state: 'running', begun: { attempt: 1 } },
      { state: 'waiting', begun: null },
      { state: 'failed', code: 'interrupted', begun: { attempt: 1 } },
    ])
    for (const lease of [leaseOf(begun.executionId), leaseOf(claimed.executionId), held.lease]) {
      if (lease === null) throw new TypeError('no lease')
      expect(await one.begin(lease, 1)).toBe('fenced')
      expect(await one.settle(lease, ended())).toBe('fenced')
      expect(await one.settle(lease, failed())).toBe('fenced')
      expect(await one.release([lease], 0)).toBe('written')
    }
    expect(
      await Promise.all([begun, claimed, held].map(({ executionId }) => findOne(next, executionId))),
    ).toEqual(before)
  })

  it('has new leases as soon as it asks for them', async () => {
    const { address, one } = await openInstances(2)
    await takeOverFrom(address)
    const { executionId } = await acceptOne(one, durable())

    const { lease } = await claimOne(one)

    expect(lease.executionId).toBe(executionId)
    expect(await one.begin(lease, 1)).toBe('written')
    expect(await one.settle(lease, ended())).toBe('written')
    expect(answerOf(await one.accept([synchronous()]))).toMatchObject({ outcome: 'accepted' })
  })

  it('is replaced within its leases by those that live', async () => {
    const { one, other } = await openInstances(2, { leaseMs: 2_000 })
    const { executionId } = await acceptOne(one, durable())
    await claimOne(one)
    await one.abort()

    const [leased] = await vi.waitUntil(
      async () => {
        const some = await claimExecutions(other)
        return some.length > 0 && some
      },
      { timeout: 10_000 },
    )

    expect(leased).toMatchObject({ mustEnd: null, execution: { id: executionId } })
  })

  it('does not lose its leases while it lives, and those of one that was closed are free at once', async () => {
    const { one, other, stores } = await openInstances(3, { leaseMs: 2_000 })
    await acceptOne(one, durable({ nodeId: 'lives' }))
    const { lease } = await claimOne(one)
    await acceptOne(other, durable({ nodeId: 'closed' }))
    await claimOne(other)
    const third = stores[2] as PostgresStore

    await other.close()
    const [leased] = await vi.waitUntil(
      async () => {
        const some = await claimExecutions(third)
        return some.length > 0 && some
      },
      { timeout: 10_000 },
    )

    expect(leased?.execution.nodeId).toBe('closed')
    expect(await one.settle(lease, ended())).toBe('written')
  })
})
