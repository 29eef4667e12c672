import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { migrate, migrations } from '../../../src/durability/sqlite/migrations.ts'
import type { ExecutionStore } from '../../../src/durability/store/execution-store.ts'
import type { StoreKey } from '../../../src/durability/store/store-keys.ts'
import { acceptOne, answerOf, available, claimExecutions, claimOne, findOne } from '../support/store-world.ts'
import { bytes, durable, ended, failed, synchronous, text } from '../support/submissions.ts'
import { startLocalWorker } from './support/local-worker.ts'
import { openSqlite as openInThread } from './support/open-sqlite.ts'
import { makeFolder } from './support/sqlite-world.ts'

const program = join(import.meta.dirname, 'support/store-process.ts')
const makeKey = (id: string): StoreKey => ({ id, bytes: randomBytes(32) })

async function makePath(): Promise<string> {
  return join(await makeFolder(), 'store.db')
}

const openSqlite: typeof openInThread = (path, options) =>
  openInThread(path, { startWorker: startLocalWorker, ...options })

async function openForTest(...args: Parameters<typeof openInThread>) {
  const store = await openSqlite(...args)
  onTestFinished(() => store.close())
  return store
}

/** Changes the file while no store has it. */
function edit(path: string, sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

describe('the file', () => {
  it('belongs to one process at a time, by any of its names, until that process has ended', async () => {
    const path = await makePath()
    const holder = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void holder.kill('SIGKILL'))
    await once(holder.stdout, 'data')
    const link = `${path}.link`
    symlinkSync(path, link)

    const message = expect.stringContaining('is in use by another process')
    await expect(openInThread(path)).rejects.toMatchObject({ code: 'store_in_use', message })
    await expect(openSqlite(link)).rejects.toMatchObject({ code: 'store_in_use' })

    holder.kill('SIGKILL')
    await once(holder, 'exit')
    await openForTest(link)
  })

  it('and those beside it are for their owner alone', async () => {
    const path = await makePath()
    await openForTest(path)

    const files = readdirSync(join(path, '..'))

    expect(files).toContain('store.db-wal')
    for (const file of files) expect(statSync(join(path, '..', file)).mode & 0o777, file).toBe(0o600)
  })

  it.each([
    [
      'a later version of the service',
      'store_newer',
      (path: string) => edit(path, 'PRAGMA user_version = 99'),
    ],
    ['another program', 'store_foreign', (path: string) => edit(path, 'PRAGMA application_id = 7')],
    [
      'no database',
      'store_unreadable',
      (path: string) => writeFileSync(path, 'a text of more than a few words'),
    ],
  ])('of %s is refused, and stays as it is', async (_, code, change) => {
    const path = await makePath()
    await (await openSqlite(path)).close()
    change(path)
    const before = spawnSync('cat', [path]).stdout

    await expect(openSqlite(path)).rejects.toMatchObject({ name: 'StoreError', code })

    expect(spawnSync('cat', [path]).stdout.equals(before)).toBe(true)
  })

  it('of another program without a mark is refused', async () => {
    const path = await makePath()
    edit(path, 'CREATE TABLE notes (text TEXT)')

    await expect(openSqlite(path)).rejects.toMatchObject({ code: 'store_foreign' })
  })

  it('needs its folder', async () => {
    await expect(openSqlite(join(await makeFolder(), 'none', 'store.db'))).rejects.toMatchObject({
      code: 'store_unreadable',
      message: expect.stringContaining('ENOENT'),
    })
  })

  it('goes on to later versions and keeps what it has, or stays what it was', async () => {
    const path = await makePath()
    const store = await openSqlite(path)
    const { executionId } = await acceptOne(store, durable())
    await store.close()
    const database = new DatabaseSync(path)
    onTestFinished(() => database.close())
    const next = 'ALTER TABLE executions ADD COLUMN colour TEXT'

    expect(() => migrate(database, path, [...migrations, next, 'no statement'])).toThrow()
    database.exec('ROLLBACK')
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length })
    migrate(database, path, [...migrations, next])

    expect(database.prepare('SELECT id, colour FROM executions').all()).toEqual([
      { id: executionId, colour: null },
    ])
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length + 1 })
  })
})

describe('at rest', () => {
  const canary = 'kanarienvogel'

  async function writeCanaries(store: ExecutionStore) {
    const documents = {
      node: bytes(canary),
      payload: bytes(canary),
      rest: bytes(canary),
      secrets: bytes(canary),
    }
    const { executionId } = await acceptOne(store, durable({ ...documents, key: canary }))
    const { lease } = await claimOne(store)
    await store.settle(lease, { outcome: 'again', attempts: 1, dueAt: 0, progress: bytes(canary) })
    return executionId
  }

  it('no document and no key of an execution is in clear, in any file', async () => {
    const path = await makePath()
    const store = await openForTest(path)
    await writeCanaries(store)
    await store.settle((await claimOne(store)).lease, failed({ reply: bytes(canary) }))
    await acceptOne(store, durable({ payload: bytes(canary) }))

    const folder = join(path, '..')
    const contents = readdirSync(folder).map((file) => spawnSync('cat', [join(folder, file)]).stdout)

    expect(contents.length).toBeGreaterThanOrEqual(5)
    expect(Math.max(...contents.map(({ length }) => length))).toBeGreaterThan(10_000)
    expect(contents.filter((content) => content.includes(canary))).toEqual([])
    expect(contents.some((content) => content.includes('api.crm.example'))).toBe(true)
  })

  it('secrets are deleted when the execution ends, and the payload where it cannot be redriven', async () => {
    const path = await makePath()
    const store = await openForTest(path)
    for (const [secrets, outcome] of [
      [null, failed()],
      [null, ended()],
      [bytes('s3cr3t'), failed()],
    ] as const) {
      await acceptOne(store, durable({ secrets }))
      await store.settle((await claimOne(store)).lease, outcome)
    }
    await store.close()

    const database = new DatabaseSync(path)
    onTestFinished(() => database.close())
    const kept = database
      .prepare('SELECT node IS NOT NULL AS node, payload IS NOT NULL AS payload, secrets FROM documents')
      .all()
    expect(kept.map((row) => ({ ...row }))).toEqual([
      { node: 1, payload: 1, secrets: null },
      { node: 0, payload: 0, secrets: null },
      { node: 0, payload: 0, secrets: null },
    ])
  })

  it('the first key writes, all read, and a key may go when nothing is left that it encrypted', async () => {
    const path = await makePath()
    const [k1, k2] = [makeKey('k1'), makeKey('k2')]
    let time = 1_800_000_000_000
    const now = () => time
    const first = await openSqlite(path, { keys: [k1], now })
    const executionId = await writeCanaries(first)
    await first.close()
    expect(existsSync(`${path}.key`)).toBe(false)

    const second = await openSqlite(path, { keys: [k2, k1], now })
    // Keys of executions are found under the new key, too.
    const answer = answerOf(
      await second.accept([durable({ key: canary, node: bytes(canary), payload: bytes(canary) })]),
    )
    expect(answer).toMatchObject({ outcome: 'replayed', execution: { id: executionId } })
    const leased = await claimOne(second)
    expect(text(leased.documents?.progress)).toBe(canary)
    await second.release([leased.lease], 0)
    await second.close()

    const missing = { code: 'store_key_missing', message: expect.stringContaining('"k1"') }
    await expect(openSqlite(path, { keys: [k2], now })).rejects.toMatchObject(missing)
    await expect(openSqlite(path, { keys: [], now })).rejects.toMatchObject({ code: 'store_key_missing' })
    expect(existsSync(`${path}.key`)).toBe(false)
    const wrong = { code: 'store_key_wrong', message: expect.stringContaining('"k1"') }
    await expect(openSqlite(path, { keys: [k2, makeKey('k1')], now })).rejects.toMatchObject(wrong)

    const third = await openSqlite(path, { keys: [k2, k1], now })
    await third.settle((await claimOne(third)).lease, ended())
    time += 100 * 3_600_000
    expect(await third.prune()).toBe(1)
    await third.close()
    await openForTest(path, { keys: [k2], now })
  })

  it('without STORE_KEYS there is a key beside the file, which goes on to read after them', async () => {
    const path = await makePath()
    const first = await openSqlite(path)
    await writeCanaries(first)
    await first.close()
    expect(statSync(`${path}.key`).mode & 0o777).toBe(0o600)

    const second = await openSqlite(path, { keys: [makeKey('k1')] })
    expect(text((await claimOne(second)).documents?.payload)).toBe(canary)
    await second.close()

    unlinkSync(`${path}.key`)
    await expect(openSqlite(path, { keys: [makeKey('k2')] })).rejects.toMatchObject({
      code: 'store_key_missing',
    })
    writeFileSync(`${path}.key`, 'file:broken')
    await expect(openSqlite(path)).rejects.toMatchObject({ code: 'store_key_wrong' })
  })

  it('a damaged document ends its own execution, and no other one', async () => {
    const path = await makePath()
    const first = await openSqlite(path)
    const damaged = await acceptOne(first, durable())
    const swapped = await acceptOne(first, durable())
    const whole = await acceptOne(first, durable())
    await first.close()
    edit(
      path,
      `UPDATE documents SET payload = node WHERE execution = 1;
       UPDATE documents SET payload = (SELECT payload FROM documents WHERE execution = 3) WHERE execution = 2`,
    )

    const store = await openForTest(path)
    const leased = await claimExecutions(store)

    expect(leased.map(({ lease, mustEnd }) => [lease.executionId, mustEnd])).toEqual([
      [damaged.executionId, 'unreadable'],
      [swapped.executionId, 'unreadable'],
      [whole.executionId, null],
    ])
    expect(leased.map(({ documents }) => documents === null)).toEqual([true, true, false])
    for (const { lease } of leased) expect(await store.settle(lease, failed())).toBe('written')
  })
})

describe('where the disk', () => {
  it('is full nothing is accepted by halves, what is there can be read, and it goes on when there is room', async () => {
    const path = await makePath()
    const reasons: string[] = []
    const options = {
      maxPages: 300,
      resultMs: 0,
      idempotencyMs: 0,
      onUnavailable: (reason: string) => reasons.push(reason),
    }
    const store = await openForTest(path, options)
    const large = () => durable({ payload: randomBytes(50_000) })
    const held = await acceptOne(store, durable())
    const { lease } = await claimOne(store)
    const accepted: string[] = [held.executionId]
    for (;;) {
      const submissions = [large(), large(), large()]
      const acceptance = await store.accept(submissions)
      if (acceptance === 'unavailable') break
      accepted.push(...submissions.map(({ executionId }) => executionId))
    }

    expect(reasons).toEqual(['disk full (SQLite 13)'])
    const page = available(await store.list({}, null, 1_000))
    if (page === 'unknown_place') throw new TypeError(page)
    expect(page.executions.map(({ id }) => id).sort()).toEqual(accepted.sort())
    // One that is too large takes none of those along that came with it.
    const together = [store.accept([large(), large(), large()]), store.settle(lease, ended())]
    expect(await Promise.all(together)).toEqual(['unavailable', 'written'])

    const [one] = await claimExecutions(store, 1)
    if (one !== undefined) await store.settle(one.lease, ended())
    await vi.waitUntil(async () => (await store.prune()) === 0)
    expect(await store.accept([large()])).toMatchObject({ outcome: 'stored' })
  })

  it('cannot be written nothing is accepted by halves', async () => {
    const path = await makePath()
    // A file that must not grow beyond 2 MB: the write itself fails.
    const { stdout, stderr } = spawnSync(
      'prlimit',
      ['--fsize=2000000', process.execPath, program, path, 'fill'],
      { encoding: 'utf8' },
    )
    if (stdout === '') throw new Error(stderr)
    const { accepted, readable } = JSON.parse(stdout)

    expect(accepted.length).toBeGreaterThan(0)
    expect(readable).toBe(true)
    const store = await openForTest(path)
    const page = available(await store.list({}, null, 1_000))
    if (page === 'unknown_place') throw new TypeError(page)
    expect(page.executions.map(({ id }) => id).sort()).toEqual(accepted.sort())
  })
})

describe('the thread', () => {
  it('makes what it had not answered unavailable when it dies, and is started again: leases hold', async () => {
    const workers: Worker[] = []
    const see = (worker: Worker) => workers.push(worker)
    process.on('worker', see)
    onTestFinished(() => void process.off('worker', see))
    const store = await openInThread(await makePath())
    onTestFinished(() => store.close())
    await acceptOne(store, durable())
    const { lease } = await claimOne(store)
    const held = await acceptOne(store, synchronous())

    const pending = store.accept([durable()])
    await workers[0]?.terminate()

    expect(await pending).toBe('unavailable')
    const again = await vi.waitUntil(async () => {
      const written = await store.settle(lease, ended())
      return written === 'unavailable' ? null : written
    }, 5_000)
    expect(again).toBe('written')
    expect(workers).toHaveLength(2)
    expect(await findOne(store, held.executionId)).toMatchObject({ state: 'running' })
    if (held.lease !== null) expect(await store.settle(held.lease, ended())).toBe('written')
  })
})
