import { randomUUIDv7 } from 'node:crypto'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { Dispatcher } from '../../../src/durability/dispatch/dispatcher.ts'
import { type FromWorker, serve } from '../../../src/durability/sqlite/serve.ts'
import type { LeasedExecution } from '../../../src/durability/store/execution-store.ts'
import { durable, ended } from '../support/submissions.ts'
import { openSqlite } from './support/open-sqlite.ts'
import { makeFolder } from './support/sqlite-world.ts'

it('names the time that comes between two orders of one commit', async () => {
  const sent: FromWorker[] = []
  const file = { path: join(await makeFolder(), 'store.db'), keys: [], maxPages: null }
  const limits = { maxBacklog: 1, idempotencyMs: 1, resultMs: 1 }
  const take = serve({ file, limits, recoversAt: 0, known: null }, (message) => sent.push(message))
  take?.({ id: 1, name: 'accept', now: 50, args: [[durable({ dueAt: 100 })]] })
  await vi.waitUntil(() => sent.length === 2)

  take?.({ id: 2, name: 'listDueLanes', now: 99, args: [] })
  take?.({ id: 3, name: 'find', now: 101, args: [{ id: randomUUIDv7() }] })
  take?.('close')

  expect(sent.at(-1)).toMatchObject({ kind: 'done', dues: { wakesAt: 100 } })
})

it('has executed what is due, however much else is asked for at the same moment', async () => {
  const store = await openSqlite(join(await makeFolder(), 'store.db'))
  let executed = 0
  const execute = async ({ lease }: LeasedExecution) => {
    await store.settle(lease, ended())
    executed += 1
    return 'well' as const
  }
  const callBack = async () => 'unknown' as const
  const onError = (error: unknown) => expect.unreachable(String(error))
  const dispatcher = new Dispatcher({ store, maxRunning: 1, maxPerHost: 1, execute, callBack, onError })
  const asking = setInterval(() => void store.find({ id: randomUUIDv7() }), 1)
  onTestFinished(async () => {
    clearInterval(asking)
    await dispatcher.drain()
    await store.close()
  })

  for (let round = 1; round <= 100; round += 1) {
    await store.accept([durable({ dueAt: Date.now() + 10 + (round % 10) })])
    await vi.waitUntil(() => executed === round, { timeout: 5_000, interval: 1 })
  }
})
