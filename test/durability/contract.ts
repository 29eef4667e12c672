import { randomUUIDv7 } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type {
  Begun,
  DurableSubmission,
  Ended,
  ExecutionStore,
  LeasedExecution,
  Redrive,
} from '../../src/durability/store/execution-store.ts'
import { describeModel } from './support/model.ts'
import {
  acceptBegun,
  acceptOne,
  answerOf,
  available,
  claimCallbacks,
  claimExecutions,
  claimOne,
  findOne,
  type StoreSettings,
  type StoreWorld,
} from './support/store-world.ts'
import { bytes, durable, ended, failed, synchronous, text } from './support/submissions.ts'

const hour = 3_600_000

/** What every store has to be. `make` gives one without executions. */
export function describeStore(make: () => Promise<StoreWorld>, { modelRuns }: { modelRuns: number }): void {
  async function start(settings?: StoreSettings) {
    const world = await make()
    let store = await world.open(settings)
    onTestFinished(async () => await store.close())
    return {
      world,
      get store() {
        return store
      },
      async restart() {
        await world.kill(store)
        store = await world.open(settings)
        return store
      },
    }
  }

  describe('accepting', () => {
    it('makes an execution wait until it is due, and documents come back byte for byte', async () => {
      const { world, store } = await start()
      const documents = {
        node: bytes('{"b":1,"a":12345678901234567890}'),
        payload: bytes(String.raw`{"profile":{"z":"\u0000","a":"\ud800"}}`),
        rest: new Uint8Array([0, 255, 254, 0]),
        secrets: bytes('{"token":"s3cr3t"}'),
      }
      const submission = durable({ ...documents, dueAt: world.now() + 1_000, nodeId: 'a\0b' })
      await acceptOne(store, submission)

      expect(await claimExecutions(store)).toEqual([])
      await world.advance(1_000)
      const leased = await claimOne(store)

      expect(leased.documents).toEqual({ ...documents, progress: null })
      expect(leased).toMatchObject({
        mustEnd: null,
        execution: { id: submission.executionId, state: 'running', nodeId: 'a\0b', dueAt: null, attempts: 0 },
      })
      expect(await claimExecutions(store)).toEqual([])
    })

    it('stores all of many or none', async () => {
      const { store } = await start()
      await acceptOne(store, durable({ key: 'taken' }))
      const fine = durable({ key: 'free' })

      const refused = available(
        await store.accept([fine, durable({ key: 'taken', payload: bytes('other') }), durable()]),
      )

      expect(refused).toMatchObject({
        outcome: 'refused',
        faults: [{ outcome: 'key_reused', index: 1, differs: ['payload'] }],
      })
      expect(await store.find({ id: fine.executionId })).toBeNull()
      expect(available(await store.list({}, null, 10))).toMatchObject({ executions: [{}], next: null })
      expect(available(await store.backlog())).toMatchObject({ waiting: 1 })
    })

    it('answers one key twice in one call with one execution', async () => {
      const { store } = await start()
      const one = durable({ key: 'k' })

      const stored = available(await store.accept([one, durable({ key: 'k' })]))

      expect(stored).toMatchObject({
        outcome: 'stored',
        executions: [
          { outcome: 'accepted', executionId: one.executionId },
          { outcome: 'replayed', execution: { id: one.executionId, state: 'waiting' } },
        ],
      })
    })

    it('gives one of many at the same time the key', async () => {
      const { store } = await start()

      const all = await Promise.all(
        Array.from({ length: 50 }, async () => answerOf(await store.accept([durable({ key: 'k' })]))),
      )

      expect(all.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1)
      expect(all.filter(({ outcome }) => outcome === 'replayed')).toHaveLength(49)
    })

    it('refuses what is more than the backlog of a tenant, and goes on when an execution has ended', async () => {
      const { store } = await start({ maxBacklog: 2 })
      const ofTenant = (tenant: string | null) =>
        durable({ lane: { client: 'engine', tenant, host: 'api.crm.example', port: 443 } })
      await acceptOne(store, ofTenant('a'))
      await acceptOne(store, ofTenant(null))

      expect(await store.accept([ofTenant('b'), ofTenant('a'), ofTenant('a')])).toEqual({
        outcome: 'backlog_full',
        client: 'engine',
        tenant: 'a',
        backlog: 1,
      })
      await acceptOne(store, ofTenant('a'))
      const [first] = (await claimExecutions(store)).filter(({ execution }) => execution.lane.tenant === 'a')
      if (first === undefined) throw new TypeError('nothing is due')
      await store.settle(first.lease, ended())

      // A synchronous execution is no part of it.
      const { lease } = await acceptOne(store, synchronous({ lane: ofTenant('a').lane }))
      if (lease !== null) await store.settle(lease, ended())
      await acceptOne(store, ofTenant('a'))
      expect(answerOf(await store.accept([ofTenant('a')]))).toMatchObject({
        outcome: 'backlog_full',
        backlog: 2,
      })
    })

    it('counts a tenant of another client with the same name apart', async () => {
      const { store } = await start({ maxBacklog: 1 })
      const of = (client: string, tenant: string | null) =>
        durable({ lane: { client, tenant, host: 'api.crm.example', port: 443 } })
      for (const tenant of ['acme', null])
        for (const client of ['one', 'other']) await acceptOne(store, of(client, tenant))

      const full = { outcome: 'backlog_full', client: 'other', tenant: 'acme', backlog: 1 }
      expect(await store.accept([of('other', 'acme')])).toEqual(full)
      const [first] = (await claimExecutions(store)).filter(
        ({ execution: { lane } }) => lane.client === 'one' && lane.tenant === 'acme',
      )
      if (first === undefined) throw new TypeError('nothing is due')
      await store.settle(first.lease, ended())
      expect(await store.accept([of('other', 'acme')])).toEqual(full)
      await acceptOne(store, of('one', 'acme'))
    })
  })

  describe('a key', () => {
    it('belongs to one client and one tenant', async () => {
      const { store } = await start()
      const lane = { client: 'engine', tenant: 'a', host: 'api.crm.example', port: 443 }
      await acceptOne(store, durable({ key: 'k' }))

      await acceptOne(store, durable({ key: 'k', lane: { ...lane, client: 'other' } }))
      await acceptOne(store, durable({ key: 'k', lane }))

      expect(await store.find({ client: 'engine', tenant: 'a', key: 'k' })).toMatchObject({ lane })
      expect(await store.find({ client: 'other', tenant: null, key: 'k' })).toBeNull()
    })

    it.each([
      ['node', { node: bytes('x') }, ['node']],
      ['payload', { payload: bytes('x') }, ['payload']],
      ['node and payload', { node: bytes('x'), payload: bytes('y') }, ['node', 'payload']],
    ])('with another %s is refused, also where the execution may be done anew', async (_, other, differs) => {
      const { store } = await start()
      const { lease, executionId } = await acceptOne(store, synchronous())
      const expected = { outcome: 'key_reused', executionId, differs }

      expect(answerOf(await store.accept([synchronous(other)]))).toMatchObject(expected)
      if (lease !== null) await store.settle(lease, failed())
      expect(answerOf(await store.accept([synchronous(other)]))).toMatchObject(expected)
      expect(answerOf(await store.accept([durable({ ...other, key: 'k' })]))).toMatchObject(expected)
    })

    it('with a callback is refused where none was asked for before, unless it is executed anew', async () => {
      const { store } = await start()
      const plain = durable({ key: 'k' })
      const { executionId } = await acceptOne(store, plain)
      const callsBack = () => durable({ key: 'k', callsBack: true })
      const expected = { outcome: 'key_reused', executionId, differs: ['callback'] }

      expect(answerOf(await store.accept([callsBack()]))).toMatchObject(expected)
      await store.settle((await claimOne(store)).lease, failed({ repeat: 'never' }))
      expect(answerOf(await store.accept([durable(), callsBack()]))).toMatchObject({ ...expected, index: 1 })
      expect(answerOf(await store.accept([durable({ key: 'k' })]))).toMatchObject({ outcome: 'replayed' })

      const { executionId: other } = await acceptOne(store, durable({ key: 'l' }))
      await store.settle((await claimOne(store)).lease, failed({ repeat: 'safe' }))
      const anew = durable({ key: 'l', callsBack: true })
      expect(answerOf(await store.accept([anew]))).toMatchObject({ outcome: 'accepted', executionId: other })
      expect(answerOf(await store.accept([anew]))).toMatchObject({ outcome: 'replayed' })
    })

    it.each([
      ['succeeded', ended(), false, 'replayed'],
      ['is of no use to repeat', failed({ repeat: 'never' }), true, 'replayed'],
      ['must not be repeated', failed({ repeat: 'if_idempotent' }), false, 'replayed'],
      ['may be repeated as its node says', failed({ repeat: 'if_idempotent' }), true, 'accepted'],
      ['is safe to repeat', failed({ repeat: 'safe' }), false, 'accepted'],
    ] as const)('of what %s (%#)', async (_, outcome, repeatable, expected) => {
      const { store } = await start()
      const { lease, executionId } = await acceptOne(store, synchronous({ repeatable }))
      if (lease === null) throw new TypeError('no lease')
      await store.settle(lease, { ...outcome, attempts: 3 })

      const answer = answerOf(await store.accept([synchronous({ repeatable })]))

      expect(answer.outcome).toBe(expected)
      if (answer.outcome === 'replayed')
        expect(answer.execution).toMatchObject({ id: executionId, reply: outcome.reply, attempts: 3 })
      if (answer.outcome === 'accepted')
        expect(answer).toMatchObject({ executionId, attempts: 3, begun: null, lease: { executionId } })
      expect(await findOne(store, executionId)).toMatchObject(
        expected === 'accepted' ? { state: 'running', attempts: 3, attemptsBefore: 3, reply: null } : {},
      )
    })

    it('of what runs is in progress for a synchronous call, and replayed for a durable one', async () => {
      const { world, store } = await start()
      const { executionId } = await acceptOne(store, durable({ key: 'k', dueAt: world.now() + 5_000 }))
      const held = await acceptOne(store, synchronous({ key: 'held' }))

      const inProgress = { outcome: 'in_progress', executionId, dueAt: world.now() + 5_000 }
      expect(answerOf(await store.accept([synchronous()]))).toMatchObject(inProgress)
      expect(answerOf(await store.accept([durable({ key: 'k' })]))).toMatchObject({ outcome: 'replayed' })
      expect(answerOf(await store.accept([synchronous({ key: 'held' })]))).toMatchObject({ dueAt: null })
      expect(answerOf(await store.accept([durable({ key: 'held' })]))).toMatchObject({
        outcome: 'replayed',
        execution: { id: held.executionId, mode: 'synchronous', state: 'running', reply: null },
      })
    })

    it('is remembered from the end of its execution on, and as long as that lasts', async () => {
      const { world, store } = await start({ idempotencyMs: 24 * hour })
      const { executionId } = await acceptOne(store, durable({ key: 'k' }))

      await world.advance(30 * hour)
      expect(answerOf(await store.accept([durable({ key: 'k' })]))).toMatchObject({ outcome: 'replayed' })
      await store.settle((await claimOne(store)).lease, ended())
      await world.advance(24 * hour - 1)
      expect(answerOf(await store.accept([durable({ key: 'k' })]))).toMatchObject({ outcome: 'replayed' })
      await world.advance(1)
      expect((await acceptOne(store, durable({ key: 'k' }))).executionId).not.toBe(executionId)
      expect(await store.find({ id: executionId })).toMatchObject({ state: 'succeeded' })
    })

    it('leads from a synchronous call that failed to a durable one under the same id', async () => {
      const { store } = await start()
      const { lease, executionId } = await acceptOne(store, synchronous())
      if (lease !== null) await store.settle(lease, failed())

      const again = await acceptOne(store, durable({ key: 'k', payload: synchronous().payload }))

      expect(again).toMatchObject({ executionId, attempts: 1, lease: null })
      expect(text((await claimOne(store)).documents?.payload)).toBe('{"profile":{}}')
    })
  })

  describe('claiming', () => {
    it('takes what is due first from each lane, as far as there is room', async () => {
      const { world, store } = await start()
      const lane = (host: string) => ({ client: 'engine', tenant: null, host, port: 443 })
      const ids: Record<string, string[]> = { a: [], b: [] }
      for (const host of ['a', 'b'])
        for (const delay of [30, 10, 20])
          ids[host]?.push(
            (await acceptOne(store, durable({ lane: lane(host), dueAt: world.now() + delay }))).executionId,
          )
      await world.advance(30)

      const claimed = available(await store.claim(({ host }) => (host === 'a' ? 2 : 0), 10))

      expect(claimed.map(({ lease }) => lease.executionId)).toEqual([ids.a?.[1], ids.a?.[2]])
    })

    it('serves each lane in turn, however many wait in one of them', async () => {
      const { store } = await start({ maxBacklog: 10_000 })
      const many = Array.from({ length: 500 }, () =>
        durable({ lane: { client: 'engine', tenant: null, host: 'dead', port: 443 } }),
      )
      await store.accept(many)
      for (const host of ['a', 'b', 'c', 'd'])
        await store.accept(
          Array.from({ length: 4 }, () =>
            durable({ lane: { client: 'engine', tenant: null, host, port: 443 } }),
          ),
        )

      const counts = async (limit: number) => {
        const claimed = await claimExecutions(store, limit)
        return Object.groupBy(claimed, ({ execution }) => execution.lane.host)
      }
      const first = await counts(5)
      expect(Object.values(first).map((some) => some?.length)).toEqual([1, 1, 1, 1, 1])
      // Fewer than there are lanes: those that were served longest ago come first.
      const seen = [...Object.keys(await counts(3)), ...Object.keys(await counts(2))]
      expect(seen.sort()).toEqual(['a', 'b', 'c', 'd', 'dead'])
      // What the others leave goes to the one that has more.
      expect((await counts(20)).dead).toHaveLength(12)
    })

    it('serves each client in turn, where tenants of several have the same name', async () => {
      const { store } = await start()
      const of = (client: string) => ({ client, tenant: 'acme', host: 'api.crm.example', port: 443 })
      await store.accept(Array.from({ length: 50 }, () => durable({ lane: of('many') })))
      await store.accept([durable({ lane: of('few') })])
      await store.pause(of('paused'), Number.MAX_SAFE_INTEGER)

      const claimed = await claimExecutions(store, 2)

      expect(claimed.map(({ execution }) => execution.lane.client).sort()).toEqual(['few', 'many'])
    })

    it('passes a lane over until its pause ends', async () => {
      const { world, store } = await start()
      const { lane } = durable()
      await acceptOne(store, durable())
      await store.pause(lane, world.now() + 5_000)
      await store.pause(lane, world.now() + 1_000)
      await acceptOne(store, durable())

      await world.advance(4_999)
      expect(await claimExecutions(store)).toEqual([])
      await world.advance(1)
      expect(await claimExecutions(store)).toHaveLength(2)
    })

    it('gives what has expired in order to end, without room', async () => {
      const { world, store } = await start()
      const { lane } = durable()
      const { executionId } = await acceptOne(
        store,
        durable({ dueAt: world.now() + hour, expiresAt: world.now() + 1_000 }),
      )
      await acceptOne(store, durable())
      await store.pause(lane, world.now() + hour)

      expect(available(await store.claim(() => 0, 10))).toEqual([])
      await world.advance(1_000)
      const leased = available(await store.claim(() => 0, 10))

      expect(leased).toMatchObject([{ mustEnd: 'expired', execution: { id: executionId } }])
      await store.settle((leased[0] as LeasedExecution).lease, ended({ state: 'expired', code: 'expired' }))
      expect(await findOne(store, executionId)).toMatchObject({ state: 'expired', attempts: 1 })
    })

    it('says that something is due: at once, and when its time has come', async () => {
      const { world, store } = await start()
      let wakes = 0
      const next = () => {
        const { promise, resolve } = Promise.withResolvers<void>()
        const stop = store.onDue(() => {
          wakes += 1
          stop()
          resolve()
        })
        return promise
      }
      const now = next()
      await acceptOne(store, durable())
      await now
      await store.settle((await claimOne(store)).lease, ended())

      const later = next()
      await acceptOne(store, durable({ dueAt: world.now() + 30 }))
      expect(wakes).toBe(1)
      await later
      expect(wakes).toBe(2)

      const { lane } = durable({ lane: { client: 'engine', tenant: null, host: 'paused', port: 443 } })
      await store.pause(lane, world.now() + 30)
      const afterPause = next()
      await acceptOne(store, durable({ lane }))
      expect(wakes).toBe(2)
      await afterPause
      expect(wakes).toBe(3)
    })
  })

  describe('settling', () => {
    it('makes an execution wait for another attempt, with what that has to know', async () => {
      const { world, store } = await start()
      const { executionId } = await acceptOne(store, durable())
      const { lease } = await claimOne(store)
      const again = {
        outcome: 'again',
        attempts: 1,
        dueAt: world.now() + 500,
        progress: bytes('[1]'),
      } as const

      expect(await store.isHeld(lease)).toBe(true)
      expect(await store.begin(lease, 1)).toBe('written')
      expect(await store.settle(lease, again)).toBe('written')

      expect(await findOne(store, executionId)).toMatchObject({
        state: 'waiting',
        attempts: 1,
        dueAt: again.dueAt,
        begun: null,
        reply: null,
      })
      await world.advance(500)
      expect(text((await claimOne(store)).documents?.progress)).toBe('[1]')
    })

    it('writes nothing for a lease that has ended', async () => {
      const { store } = await start()
      const { executionId } = await acceptOne(store, durable())
      const { lease } = await claimOne(store)
      await store.settle(lease, failed())
      const before = await findOne(store, executionId)

      expect(await store.isHeld(lease)).toBe(false)
      expect(await store.begin(lease, 2)).toBe('fenced')
      expect(await store.settle(lease, ended())).toBe('fenced')
      expect(await store.settleCallback(lease, { wasSent: true, outcome: 'delivered' })).toBe('fenced')
      expect(await store.release([lease], 0)).toBe('written')
      expect(await store.settle({ ...lease, executionId: randomUUIDv7() }, ended())).toBe('fenced')

      expect(await findOne(store, executionId)).toEqual(before)
    })

    it('gives back what was not sent without using up an attempt', async () => {
      const { world, store } = await start()
      const { executionId } = await acceptOne(store, durable())
      const { lease } = await claimOne(store)
      await store.begin(lease, 1)

      await store.release([lease], world.now() + 100)

      const expected = { state: 'waiting', attempts: 0, begun: null, dueAt: world.now() + 100 }
      expect(await findOne(store, executionId)).toMatchObject(expected)
      await world.advance(100)
      expect(await claimOne(store)).toMatchObject({ mustEnd: null })
    })

    it('keeps the callback with the result until it was delivered', async () => {
      const { world, store } = await start()
      const { executionId } = await acceptOne(store, durable({ callsBack: true, rest: bytes('token') }))
      const execution = await claimOne(store)
      expect(execution.execution.callsBack).toBe(true)
      const lane = { client: 'engine', tenant: null, host: 'engine.internal', port: 8443 }
      await store.settle(execution.lease, ended({ callback: { lane, dueAt: world.now() } }))

      const [first] = await claimCallbacks(store)
      expect(first).toMatchObject({ execution: { id: executionId, state: 'succeeded' } })
      expect(text(first?.rest)).toBe('token')
      expect(text(first?.execution.reply)).toBe('{"branch":"success"}')
      if (first === undefined) throw new TypeError('no callback')
      await store.settleCallback(first.lease, { wasSent: true, outcome: 'again', dueAt: world.now() + 5_000 })
      expect(await findOne(store, executionId)).toMatchObject({ callback: { state: 'waiting', attempts: 1 } })
      await world.advance(100 * hour)
      expect(await store.prune()).toBe(0)

      const [second] = await claimCallbacks(store)
      if (second === undefined) throw new TypeError('no callback')
      expect(await store.settleCallback(second.lease, { wasSent: true, outcome: 'delivered' })).toBe(
        'written',
      )
      expect(await store.settleCallback(second.lease, { wasSent: true, outcome: 'failed' })).toBe('fenced')
      expect(await findOne(store, executionId)).toMatchObject({
        callback: { state: 'delivered', attempts: 2 },
      })
      expect(await store.prune()).toBe(1)
    })

    describe('a callback that is still to come, when its execution ends again,', () => {
      const at = (host: string) => ({
        lane: { client: 'engine', tenant: null, host, port: 443 },
        dueAt: 0,
      })
      const redriveAll = (store: ExecutionStore, callsBack: boolean) =>
        store.redrive({}, { limit: 1, perSecond: 1, expiresAt: null, dryRun: false, force: true, callsBack })

      /** An execution that has failed, and told nobody yet. */
      async function untold() {
        const { world, store } = await start()
        const first = durable({ key: 'k', callsBack: true, rest: bytes('first') })
        const { executionId } = await acceptOne(store, first)
        const reply = bytes('{"branch":"first"}')
        await store.settle(
          (await claimOne(store)).lease,
          failed({ callback: at('one.internal'), repeat: 'safe', reply }),
        )
        return { world, store, executionId }
      }

      async function expectFirst(store: ExecutionStore) {
        const [told, ...others] = await claimCallbacks(store)
        expect(others).toEqual([])
        if (told === undefined) throw new TypeError('no callback')
        expect([text(told.rest), text(told.execution.reply)]).toEqual(['first', '{"branch":"first"}'])
        expect(told.execution.callback).toMatchObject({ state: 'waiting', number: 1 })
        return told
      }

      it.each([
        ['by a submission without one', durable({ key: 'k', rest: bytes('second') })],
        ['by a synchronous submission', synchronous({ key: 'k' })],
        ['by a redrive without one', null],
      ])('keeps the content of its end: %s', async (_, again) => {
        const { world, store, executionId } = await untold()
        const before = await expectFirst(store)
        const later = world.now() + 5_000
        await store.settleCallback(before.lease, { wasSent: true, outcome: 'again', dueAt: later })
        const lease = again === null ? null : (await acceptOne(store, again)).lease
        if (again === null) await redriveAll(store, false)
        await store.settle(lease ?? (await claimOne(store)).lease, ended())

        await world.advance(5_000)
        const { lease: last } = await expectFirst(store)
        expect(await store.settleCallback(last, { wasSent: true, outcome: 'delivered' })).toBe('written')
        expect(await findOne(store, executionId)).toMatchObject({
          state: 'succeeded',
          callback: { state: 'delivered', attempts: 2, number: 1 },
        })
        expect(await claimCallbacks(store)).toEqual([])
      })

      it.each([
        ['by a submission to another address', durable({ key: 'k', callsBack: true, rest: bytes('second') })],
        ['by a redrive', null],
      ])('goes out beside that of the later end: %s', async (_, again) => {
        const { world, store, executionId } = await untold()
        const first = await expectFirst(store)
        if (again === null) await redriveAll(store, true)
        else await acceptOne(store, again)
        await store.settle((await claimOne(store)).lease, ended({ callback: at('two.internal') }))
        expect(await claimCallbacks(store)).toEqual([])

        await store.settleCallback(first.lease, {
          wasSent: true,
          outcome: 'again',
          dueAt: world.now() + 5_000,
        })
        const [second] = await claimCallbacks(store)
        expect(second?.execution).toMatchObject({ callback: { state: 'waiting', attempts: 0, number: 2 } })
        expect(text(second?.execution.reply)).toBe('{"branch":"success"}')
        expect(text(second?.rest)).toBe(again === null ? 'first' : 'second')
        if (second === undefined) throw new TypeError('no callback')
        await store.settleCallback(second.lease, { wasSent: true, outcome: 'delivered' })
        await world.advance(5_000)
        const { lease, execution } = await expectFirst(store)
        expect(execution.callback).toMatchObject({ attempts: 1 })
        expect(await store.settleCallback(lease, { wasSent: true, outcome: 'failed' })).toBe('written')

        expect(await findOne(store, executionId)).toMatchObject({
          callback: { state: 'delivered', attempts: 1, number: 2 },
        })
        expect(await claimCallbacks(store)).toEqual([])
        expect(await store.backlog()).toMatchObject({ callbacks: 0 })
      })

      it('counts a try only if something was sent', async () => {
        const { store, executionId } = await untold()
        const { lease } = await expectFirst(store)
        await store.settleCallback(lease, { wasSent: false, outcome: 'again', dueAt: 0 })
        expect(await findOne(store, executionId)).toMatchObject({ callback: { attempts: 0 } })
        expect((await expectFirst(store)).execution.callback).toMatchObject({ attempts: 0 })
      })
    })
  })

  describe('when the process dies', () => {
    it('what waits goes on, and so does what was claimed and not begun', async () => {
      const life = await start()
      await acceptOne(life.store, durable({ nodeId: 'waits', dueAt: life.world.now() + 10 }))
      await acceptOne(life.store, durable({ nodeId: 'claimed' }))
      const { lease } = await claimOne(life.store)

      const store = await life.restart()
      await life.world.advance(10)

      const leased = await claimExecutions(store)
      expect(leased.map(({ execution }) => execution.nodeId).sort()).toEqual(['claimed', 'waits'])
      expect(leased.map(({ mustEnd }) => mustEnd)).toEqual([null, null])
      expect(leased.map(({ execution }) => execution.lost)).toEqual([[], []])
      expect(await store.settle(lease, ended())).toBe('fenced')
    })

    it('what was begun and may be repeated goes on with the next attempt', async () => {
      const life = await start()
      await acceptOne(life.store, durable({ repeatable: true }))
      await life.store.begin((await claimOne(life.store)).lease, 1)

      const store = await life.restart()

      expect(await claimOne(store)).toMatchObject({ mustEnd: null, execution: { attempts: 1, begun: null } })
    })

    it('each attempt at what may be repeated is told, with the moment when it was taken up', async () => {
      const life = await start()
      const { executionId } = await acceptOne(life.store, durable({ repeatable: true }))
      const lost: Begun[] = []
      for (const attempt of [1, 2, 3]) {
        await life.world.advance(1_000)
        lost.push({ attempt, at: life.world.now() })
        await claimOne(life.store)
        await life.restart()
      }

      expect(await findOne(life.store, executionId)).toMatchObject({ state: 'waiting', attempts: 3, lost })
      const { lease } = await claimOne(life.store)
      await life.store.settle(lease, { outcome: 'again', attempts: 4, dueAt: 0, progress: bytes('p') })
      const at = life.world.now()
      expect((await claimOne(life.store)).execution).toMatchObject({ attempts: 4, lost: [] })
      await life.restart()
      expect((await claimOne(life.store)).execution).toMatchObject({
        attempts: 5,
        lost: [{ attempt: 5, at }],
      })
    })

    it('all attempts are counted, and the last ten are told', async () => {
      const life = await start()
      await acceptOne(life.store, durable({ repeatable: true }))
      for (let death = 0; death < 12; death++) {
        await claimOne(life.store)
        await life.restart()
      }

      const { attempts, lost } = (await claimOne(life.store)).execution

      expect(attempts).toBe(12)
      expect(lost.map(({ attempt }) => attempt)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    })

    it('what was begun and must not be repeated is never given to be sent', async () => {
      const life = await start()
      const { executionId } = await acceptOne(
        life.store,
        durable({ lane: { client: 'engine', tenant: 'a', host: 'b', port: 1 } }),
      )
      const at = life.world.now()
      await life.store.begin((await claimOne(life.store)).lease, 1)

      let store = await life.restart()
      expect(await findOne(store, executionId)).toMatchObject({ state: 'running', lost: [] })
      // It needs no room, since nothing is sent.
      const [leased] = available(await store.claim(() => 0, 10))
      if (leased === undefined) throw new TypeError('nothing is due')
      expect(leased).toMatchObject({ mustEnd: 'interrupted', execution: { begun: { attempt: 1, at } } })

      // Neither a pause nor another death, nor giving it back nor cancelling it makes it anything else.
      expect(await store.cancel(executionId)).toEqual({ outcome: 'running' })
      await store.pause(leased.execution.lane, at + hour)
      await store.release([leased.lease], life.world.now() + hour)
      store = await life.restart()
      const [again] = available(await store.claim(() => 0, 10))
      expect(again).toMatchObject({ mustEnd: 'interrupted' })
      if (again === undefined) throw new TypeError('nothing is due')
      expect(await store.begin(again.lease, 2)).toBe('fenced')
      const outcome = { outcome: 'again', attempts: 2, dueAt: 0, progress: bytes('') } as const
      expect(await store.settle(again.lease, outcome)).toBe('cancelled')
      expect(await store.settle(again.lease, failed({ repeat: 'if_idempotent' }))).toBe('written')
    })

    it('the key of a synchronous call may be used again, which is told what was begun', async () => {
      const life = await start()
      const { executionId } = await acceptBegun(life.store, synchronous({ key: 'begun' }))
      await acceptOne(life.store, synchronous({ key: 'not begun' }))
      const safe = { key: 'repeatable', repeatable: true }
      await acceptBegun(life.store, synchronous(safe))
      const at = life.world.now()

      const store = await life.restart()

      expect(await findOne(store, executionId)).toMatchObject({
        state: 'failed',
        code: 'interrupted',
        attempts: 1,
        reply: null,
      })
      const begun = await acceptOne(store, synchronous({ key: 'begun' }))
      expect(begun).toMatchObject({ executionId, begun: { attempt: 1, at }, lost: [] })
      expect(await acceptOne(store, synchronous({ key: 'not begun' }))).toMatchObject({
        begun: null,
        lost: [],
        attempts: 0,
      })
      const again = await acceptOne(store, synchronous(safe))
      expect(again).toMatchObject({ begun: null, lost: [{ attempt: 1, at }], attempts: 1 })
      if (again.lease === null) throw new TypeError('no lease')
      await store.settle(again.lease, failed({ repeat: 'safe' }))
      expect(await acceptOne(store, synchronous(safe))).toMatchObject({ lost: [] })

      if (begun.lease === null) throw new TypeError('no lease')
      await store.settle(begun.lease, failed({ code: 'interrupted', repeat: 'if_idempotent' }))
      expect(answerOf(await store.accept([synchronous({ key: 'begun' })]))).toMatchObject({
        outcome: 'replayed',
      })
    })

    it('a durable submission with the key of a synchronous one that was begun ends as interrupted', async () => {
      const life = await start()
      await acceptBegun(life.store, synchronous())

      const store = await life.restart()
      await acceptOne(store, durable({ key: 'k', dueAt: life.world.now() + hour }))

      expect(await claimOne(store)).toMatchObject({ mustEnd: 'interrupted' })
    })

    it('a callback that was under way goes out again', async () => {
      const life = await start()
      await acceptOne(life.store, durable())
      const callback = {
        lane: { client: 'engine', tenant: null, host: 'engine.internal', port: 443 },
        dueAt: 0,
      }
      await life.store.settle((await claimOne(life.store)).lease, ended({ callback }))
      const [before] = await claimCallbacks(life.store)
      if (before === undefined) throw new TypeError('no callback')

      const store = await life.restart()

      expect(await claimCallbacks(store)).toHaveLength(1)
      expect(await store.settleCallback(before.lease, { wasSent: true, outcome: 'delivered' })).toBe('fenced')
    })
  })

  describe('cancelling', () => {
    it('gives what waits to the one who cancels, who ends it', async () => {
      const { world, store } = await start()
      const { executionId } = await acceptOne(store, durable({ dueAt: world.now() + hour }))

      const cancellation = available(await store.cancel(executionId))

      if (cancellation.outcome !== 'withdrawable') throw new TypeError(cancellation.outcome)
      expect(cancellation.leased).toMatchObject({ mustEnd: 'withdrawn', execution: { id: executionId } })
      await store.settle(cancellation.leased.lease, ended({ state: 'withdrawn', code: 'withdrawn' }))
      expect(await findOne(store, executionId)).toMatchObject({ state: 'withdrawn', cancelled: true })
      expect(await store.cancel(executionId)).toEqual({ outcome: 'ended' })
      expect(await store.cancel(randomUUIDv7())).toEqual({ outcome: 'unknown' })
    })

    it('holds if the one who cancels dies', async () => {
      const life = await start()
      const { executionId } = await acceptOne(life.store, durable({ dueAt: life.world.now() + hour }))
      await life.store.cancel(executionId)

      const store = await life.restart()

      expect(available(await store.claim(() => 0, 10))).toMatchObject([{ mustEnd: 'withdrawn' }])
    })

    it('lets what runs end, and no attempt follow', async () => {
      const { store } = await start()
      const { executionId } = await acceptOne(store, durable())
      const { lease } = await claimOne(store)
      const again = { outcome: 'again', attempts: 1, dueAt: 0, progress: bytes('') } as const

      expect(await store.cancel(executionId)).toEqual({ outcome: 'running' })
      expect(await store.settle(lease, again)).toBe('cancelled')
      expect(await findOne(store, executionId)).toMatchObject({ state: 'running', cancelled: true })
      expect(await store.settle(lease, ended({ state: 'withdrawn', code: 'withdrawn' }))).toBe('written')
    })
  })

  describe('looking', () => {
    it('lists the newest first, in pages, as the filter says', async () => {
      const { world, store } = await start()
      const ids: string[] = []
      for (let index = 0; index < 7; index += 1) {
        await world.advance(index % 2)
        const lane = { client: 'engine', tenant: index < 3 ? 'a' : null, host: `h${index % 2}`, port: 443 }
        ids.unshift((await acceptOne(store, durable({ lane, nodeId: `n${index}` }))).executionId)
      }
      const list = async (filter: object, after: string | null, limit: number) => {
        const page = available(await store.list(filter, after, limit))
        if (page === 'unknown_place') throw new TypeError(page)
        return { ids: page.executions.map(({ id }) => id), next: page.next }
      }

      const first = await list({}, null, 3)
      await acceptOne(store, durable())
      const second = await list({}, first.next, 3)
      const third = await list({}, second.next, 3)

      expect([...first.ids, ...second.ids, ...third.ids]).toEqual(ids)
      expect(third.next).toBeNull()
      expect((await list({ tenant: 'a' }, null, 10)).ids).toHaveLength(3)
      expect((await list({ client: 'engine', tenant: null, host: 'h1' }, null, 10)).ids).toHaveLength(2)
      expect((await list({ nodeId: 'n4' }, null, 10)).ids).toHaveLength(1)
      expect((await list({ state: 'failed' }, null, 10)).ids).toEqual([])
      expect((await list({ state: 'waiting', since: world.now() }, null, 10)).ids).toHaveLength(3)
      for (const place of [
        'nowhere',
        '1796053434588.ZZ',
        `1796053434588.5.${second.ids[0]}`,
        `${second.next}0`,
      ])
        expect(await store.list({}, place, 3), place).toBe('unknown_place')
    })

    it('counts what waits, by how long it has been due', async () => {
      const { world, store } = await start()
      const due = world.now()
      await store.accept([
        durable({ dueAt: due }),
        durable({ dueAt: due + 5 * hour }),
        durable({ dueAt: due }),
      ])
      await claimExecutions(store, 1)
      await acceptOne(store, synchronous())
      await world.advance(2 * 60_000)

      expect(await store.backlog()).toEqual({
        waiting: 2,
        running: 1,
        callbacks: 0,
        oldestDueAt: due,
        overdue: [1, 1, 1, 0, 0, 0],
      })
    })
  })

  describe('redriving', () => {
    const options = {
      limit: 10,
      perSecond: 2,
      expiresAt: null,
      dryRun: false,
      force: false,
      callsBack: false,
    }
    const redriven = (overrides: Partial<Redrive>): Redrive => ({
      matched: 0,
      redriven: 0,
      leftOut: { never: 0, secrets: 0, limit: 0 },
      byCode: {},
      byHost: {},
      ...overrides,
    })

    it('executes what failed again under its id, slowly, and leaves out what is of no use', async () => {
      const { world, store } = await start()
      const run = async (outcome: Ended, overrides: Partial<DurableSubmission> = {}) => {
        const { executionId } = await acceptOne(store, durable(overrides))
        await store.settle((await claimOne(store)).lease, outcome)
        await world.advance(1)
        return executionId
      }
      const one = await run(failed({ attempts: 3 }))
      const two = await run(failed())
      const never = await run(failed({ repeat: 'never', code: 'expectation_unmet' }))
      await run(failed(), { secrets: bytes('{"t":"s3cr3t"}') })
      await run(ended())
      const leftOut = { never: 1, secrets: 1, limit: 0 }
      const byCode = { connect_refused: 3, expectation_unmet: 1 }
      const expected = redriven({
        matched: 4,
        redriven: 2,
        leftOut,
        byCode,
        byHost: { 'api.crm.example': 4 },
      })

      expect(await store.redrive({}, { ...options, dryRun: true })).toEqual(expected)
      expect(await findOne(store, one)).toMatchObject({ state: 'failed', redrives: 0 })
      expect(await store.redrive({}, options)).toEqual(expected)

      const waits = { state: 'waiting', redrives: 1, code: null, reply: null }
      expect(await findOne(store, one)).toMatchObject({
        ...waits,
        attempts: 3,
        attemptsBefore: 3,
        dueAt: world.now(),
      })
      expect(await findOne(store, two)).toMatchObject({ ...waits, dueAt: world.now() + 500 })
      expect(await store.redrive({ ids: [one, never] }, { ...options, force: true })).toMatchObject({
        matched: 1,
        redriven: 1,
      })
      expect(await findOne(store, never)).toMatchObject({ state: 'waiting' })
      const { documents } = (await claimExecutions(store, 1))[0] ?? {}
      expect(text(documents?.payload)).toBe('{"profile":{}}')
    })

    it('leaves out what may have done its work and must not do it twice', async () => {
      const { store } = await start()
      const ids: string[] = []
      for (const repeatable of [false, true]) {
        ids.push((await acceptOne(store, durable({ repeatable }))).executionId)
        const end = failed({ code: 'interrupted', repeat: 'if_idempotent' })
        await store.settle((await claimOne(store)).lease, end)
      }

      expect(await store.redrive({ ids }, options)).toMatchObject({ redriven: 1, leftOut: { never: 1 } })
      expect(await findOne(store, ids[0] ?? '')).toMatchObject({ state: 'failed' })
      expect(await findOne(store, ids[1] ?? '')).toMatchObject({ state: 'waiting' })
      expect(await store.redrive({ ids }, { ...options, force: true })).toMatchObject({ redriven: 1 })
    })

    it('begins with nothing of the attempts before but their number, and is part of the backlog', async () => {
      const { store } = await start({ maxBacklog: 1 })
      const again = { outcome: 'again', attempts: 1, dueAt: 0, progress: bytes('p') } as const
      const failAtSecond = async () => {
        await store.settle((await claimOne(store)).lease, again)
        await store.settle((await claimOne(store)).lease, failed({ attempts: 2 }))
      }
      await acceptOne(store, durable({ key: 'k' }))
      await failAtSecond()

      await store.redrive({}, options)
      expect(answerOf(await store.accept([durable()]))).toMatchObject({ outcome: 'backlog_full', backlog: 1 })
      const leased = await claimOne(store)
      expect(leased).toMatchObject({ documents: { progress: null }, execution: { attempts: 2 } })
      await store.release([leased.lease], 0)
      await failAtSecond()

      // The same for a key that is used again.
      await acceptOne(store, durable({ key: 'k' }))
      expect(await claimOne(store)).toMatchObject({ documents: { progress: null } })
    })

    it('does no more than it may, and a repeated call goes on', async () => {
      const { world, store } = await start()
      for (let index = 0; index < 5; index += 1) {
        await acceptOne(
          store,
          durable({ lane: { client: 'engine', tenant: null, host: `h${index}`, port: 443 } }),
        )
        await store.settle((await claimOne(store)).lease, failed())
      }
      const filter = {
        since: 0,
        until: world.now() + 1,
        code: 'connect_refused',
        tenant: null,
        client: 'engine',
      }

      expect(await store.redrive(filter, { ...options, limit: 3 })).toMatchObject({
        matched: 5,
        redriven: 3,
        leftOut: { limit: 2 },
      })
      expect(await store.redrive(filter, { ...options, limit: 3 })).toMatchObject({ matched: 2, redriven: 2 })
      expect(await store.redrive(filter, options)).toEqual(redriven({}))
      expect(available(await store.backlog())).toMatchObject({ waiting: 5 })
    })
  })

  describe('pruning', () => {
    it('deletes results and keys when their time is over, and nothing before', async () => {
      const { world, store } = await start({ idempotencyMs: 24 * hour, resultMs: 72 * hour })
      const { executionId } = await acceptOne(store, durable({ key: 'durable' }))
      await store.settle((await claimOne(store)).lease, failed())
      const held = await acceptOne(store, synchronous())
      if (held.lease !== null) await store.settle(held.lease, ended())
      await acceptOne(store, durable({ nodeId: 'waits', dueAt: world.now() + 1_000 * hour }))

      await world.advance(24 * hour - 1)
      expect(await store.prune()).toBe(0)
      await world.advance(1)
      expect(await store.prune()).toBe(1)
      expect(await store.find({ id: held.executionId })).toBeNull()
      await world.advance(48 * hour)
      expect(await store.prune()).toBe(1)
      expect(await store.find({ id: executionId })).toBeNull()
      expect(available(await store.backlog())).toMatchObject({ waiting: 1 })
    })

    it('deletes any number', async () => {
      const { world, store } = await start({ idempotencyMs: 0, resultMs: 0 })
      await store.accept(Array.from({ length: 250 }, () => durable()))
      const leased = await claimExecutions(store, 1_000)
      await Promise.all(leased.map(({ lease }) => store.settle(lease, ended())))
      await world.advance(1)

      expect(await store.prune()).toBe(250)
    })
  })

  describe('closing', () => {
    it('does first what was asked for before', async () => {
      const { world, store } = await start()
      const ids = Array.from({ length: 20 }, () => durable())

      const accepted = ids.map((submission) => acceptOne(store, submission))
      await store.close()
      await Promise.all(accepted)
      expect(await store.accept([durable()])).toBe('unavailable')

      const next = await world.open()
      onTestFinished(async () => await next.close())
      expect(await claimExecutions(next)).toHaveLength(20)
    })
  })

  it('grants no more tokens than the rate allows', async () => {
    const { world, store } = await start()
    const rate = { perSecond: 10, burst: 5 }

    const first = available(await store.reserve('bucket', rate, 8))
    expect(first.granted).toBe(5)
    expect(first.moreAt - world.now()).toBeLessThanOrEqual(100)
    expect(available(await store.reserve('bucket', rate, 1)).granted).toBe(0)
    await world.advance(100)
    expect(available(await store.reserve('bucket', rate, 8)).granted).toBe(1)
    expect(available(await store.reserve('other', rate, 8)).granted).toBe(5)
  })

  it('brings back any bytes', async () => {
    const { store } = await start()
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array(),
        fc.uint8Array(),
        fc.uint8Array({ maxLength: 5_000 }),
        async (node, rest, reply) => {
          const { executionId } = await acceptOne(store, durable({ node, rest, payload: reply }))
          const leased = await claimOne(store)
          expect(leased.documents).toMatchObject({ node, rest, payload: reply })
          await store.settle(leased.lease, ended({ reply }))
          expect((await findOne(store, executionId)).reply).toEqual(reply)
        },
      ),
      { numRuns: 30 },
    )
  })

  describeModel(make, modelRuns)
}
