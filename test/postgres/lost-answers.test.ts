import { createConnection, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { acceptOne, answerOf, claimExecutions, findOne } from '../durability/support/store-world.ts'
import { durable, ended, synchronous } from '../durability/support/submissions.ts'
import { makeAddress, openPostgres, run } from './support/postgres-world.ts'

/**
 * A way to the database on which the answer to the first commit of a new connection is lost, where the test says so. The commit
 * itself is done.
 */
async function openLossyWay() {
  const address = makeAddress()
  const port = 10_000 + Math.floor(Math.random() * 50_000)
  const sockets = new Set<Socket>()
  let loses = false
  let lost = 0
  const server = createServer((near) => {
    const far = createConnection(join(address.host, `.s.PGSQL.${address.port}`))
    let isLost = false
    near.on('data', (chunk) => {
      isLost ||= loses && chunk.includes('COMMIT')
      far.write(chunk)
    })
    far.on('data', (chunk) => {
      if (!isLost) near.write(chunk)
      else {
        lost += 1
        near.destroy()
      }
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {}).on('close', () => other.destroy())
    }
  })
  server.listen(join(address.host, `.s.PGSQL.${port}`))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const [store, other] = [await openPostgres({ ...address, port }), await openPostgres(address)]
  onTestFinished(() => Promise.all([store.close(), other.close()]).then(() => {}))
  return {
    address,
    store,
    other,
    /** What is committed meanwhile is not answered. */
    async lose(work: () => Promise<unknown>) {
      for (const socket of sockets) socket.destroy()
      loses = true
      await vi.waitUntil(async () => {
        await work()
        return lost > 0
      })
      loses = false
    },
  }
}

it('a key whose acceptance was not answered can be used again, though the instance lives', async () => {
  const { store, other, lose } = await openLossyWay()
  await lose(async () => expect(await store.accept([synchronous({ key: 'k' })])).toBe('unavailable'))
  expect(answerOf(await other.accept([synchronous({ key: 'k' })]))).toMatchObject({ outcome: 'in_progress' })

  await vi.waitUntil(async () => {
    const answer = await other.accept([synchronous({ key: 'k' })])
    return answer !== 'unavailable' && answer.outcome === 'stored'
  })
})

it('what was claimed and not answered is claimed again, and what was claimed before is held', async () => {
  const { store, other, lose } = await openLossyWay()
  await acceptOne(other, durable({ nodeId: 'held' }))
  const [held] = await claimExecutions(store)
  if (held === undefined) throw new TypeError('nothing is due')
  const { executionId } = await acceptOne(other, durable({ nodeId: 'lost' }))
  await lose(async () => expect(await store.claim(() => 10, 10)).toBe('unavailable'))
  expect(await findOne(other, executionId)).toMatchObject({ state: 'running' })

  const [again] = await vi.waitUntil(async () => {
    const some = await claimExecutions(other)
    return some.length > 0 && some
  })

  expect(again).toMatchObject({
    execution: { id: executionId, nodeId: 'lost', lost: [] },
    mustEnd: null,
  })
  expect(await store.settle(held.lease, ended())).toBe('written')
})

it('what was cancelled and not answered ends as withdrawn', async () => {
  const { store, other, lose } = await openLossyWay()
  const { executionId } = await acceptOne(other, durable({ dueAt: other.now() + 600_000 }))
  await lose(async () => expect(await store.cancel(executionId)).toBe('unavailable'))

  const [leased] = await vi.waitUntil(async () => {
    const some = await claimExecutions(other)
    return some.length > 0 && some
  })

  expect(leased).toMatchObject({ execution: { id: executionId }, mustEnd: 'withdrawn' })
})

it('what was claimed is given although the lanes could not be looked at afterwards', async () => {
  const { address, other } = await openLossyWay()
  const { executionId } = await acceptOne(other, durable())
  await run(
    address,
    `CREATE OR REPLACE FUNCTION calm_lanes(ids bigint[]) RETURNS void LANGUAGE plpgsql AS
     $$ BEGIN RAISE EXCEPTION 'none left' USING ERRCODE = '53300'; END $$`,
  )

  expect(await claimExecutions(other)).toMatchObject([{ execution: { id: executionId } }])
})
