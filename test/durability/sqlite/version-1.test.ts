import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { acceptOne, answerOf, available, claimCallbacks, findOne } from '../support/store-world.ts'
import { durable, ended, synchronous, text } from '../support/submissions.ts'
import { openSqlite } from './support/open-sqlite.ts'
import { makeFolder } from './support/sqlite-world.ts'

/** A file as the first version of the format left it when its process was killed: one execution of each kind. */
async function openFirstVersion(now = 1_800_000_100_000, change = '') {
  const path = join(await makeFolder(), 'store.db')
  writeFileSync(path, gunzipSync(readFileSync(join(import.meta.dirname, 'version-1.db.gz'))))
  const database = new DatabaseSync(path)
  database.exec(change)
  database.close()
  const keys = [{ id: 'k1', bytes: Buffer.alloc(32, 1) }]
  const store = await openSqlite(path, { keys, now: () => now })
  onTestFinished(() => store.close())
  return store
}

const lane = { client: 'engine', tenant: 'acme', host: 'api.crm.example', port: 443 }
const id = (number: number) => `00000000-0000-7000-8000-00000000000${number}`

describe('a file of version 1', () => {
  it('keeps its executions, their documents, keys and callbacks', async () => {
    const store = await openFirstVersion()

    expect(await findOne(store, id(1))).toMatchObject({
      state: 'failed',
      attempts: 3,
      code: 'connect_refused',
      lane,
    })
    expect(text((await findOne(store, id(2))).reply)).toBe('{"branch":"success"}')
    expect(await findOne(store, id(2))).toMatchObject({ callback: { state: 'waiting' } })
    expect(await findOne(store, id(4))).toMatchObject({ state: 'failed', code: 'interrupted' })
    expect(await findOne(store, id(5))).toMatchObject({ state: 'waiting', dueAt: 1_900_000_000_000 })

    const [leased, ...others] = available(await store.claim(() => 10, 10))
    expect(others).toEqual([])
    if (leased?.purpose !== 'execution') throw new TypeError('nothing is due')
    expect(leased).toMatchObject({ mustEnd: 'interrupted', execution: { id: id(3), begun: { attempt: 1 } } })
    expect(text(leased.documents?.secrets)).toBe('{"t":"s3cr3t"}')
    expect(await store.settle(leased.lease, ended({ state: 'failed' }))).toBe('written')

    expect(answerOf(await store.accept([durable({ key: 'five' })]))).toMatchObject({ outcome: 'replayed' })
    expect(await acceptOne(store, synchronous())).toMatchObject({ executionId: id(4), begun: { attempt: 1 } })
    expect(await acceptOne(store, durable({ key: 'one', lane }))).toMatchObject({
      executionId: id(1),
      attempts: 3,
    })
    expect(await claimCallbacks(store)).toEqual([])
  })

  it('tells of attempts that deaths have cut off, as far as it was known', async () => {
    const store = await openFirstVersion(
      1_800_000_100_000,
      `UPDATE executions SET repeatable = 1, begun_attempt = NULL, begun_at = NULL, begun_by = NULL WHERE seq IN (3, 5);
       UPDATE executions SET recoveries = 2 WHERE seq = 5;
       UPDATE tickets SET due_at = 1800000000500 WHERE execution IN (3, 5)`,
    )

    for (const one of [id(3), id(5)])
      expect(await findOne(store, one)).toMatchObject({
        state: 'waiting',
        attempts: 1,
        lost: [{ attempt: 1, at: 1_800_000_000_500 }],
      })
  })

  it('sends the callbacks that were still to come, with the content of their end', async () => {
    const store = await openFirstVersion(1_950_000_000_000)

    const [one, ...others] = await claimCallbacks(store)

    expect(others).toEqual([])
    expect(one?.execution).toMatchObject({ id: id(2), callback: { state: 'waiting', number: 1 } })
    expect(text(one?.execution.reply)).toBe('{"branch":"success"}')
    expect(one?.rest).not.toBeNull()
  })
})
