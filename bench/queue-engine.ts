import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { PostgresStore } from '../src/durability/postgres/postgres-store.ts'
import { parsePostgresUrl } from '../src/durability/postgres-url.ts'
import { durable } from '../test/durability/support/submissions.ts'
import { runCommand } from './command.ts'
import { markdownTable } from './markdown-table.ts'
import { median } from './median.ts'
import { Postgres } from './postgres.ts'

// Holds pg-boss, which is installed for the run, against what the store promises, and against the store: the numbers of
// docs/decisions/tickets-in-postgresql.md.

/** What is used of pg-boss. */
interface Boss {
  start(): Promise<unknown>
  stop(options: object): Promise<void>
  createQueue(name: string): Promise<void>
  insert(name: string, jobs: readonly object[]): Promise<unknown>
  fetch(name: string, options?: object): Promise<readonly { readonly data: { readonly at: number } }[]>
  supervise(): Promise<void>
}

const { values } = parseArgs({
  options: { version: { type: 'string', default: '12.38.0' }, queues: { type: 'string', default: '2000' } },
})

const claimed = 32
const lanes = 200
const rounds = 9

await runCommand(async () => {
  await using postgres = await Postgres.start()
  await using boss = await startBoss(postgres)
  const queues = Number(values.queues)
  const rows = [
    ['order of jobs due 10, 30 and 20 ms ago', await fetchInOrder(boss)],
    [`${claimed} jobs of as many queues, of ${lanes}`, milliseconds(await timeFetches(boss))],
    [`the same from the store, of ${lanes} lanes`, milliseconds(await timeClaims(postgres))],
    [`supervision of ${lanes} queues`, milliseconds(await timeSupervision(boss, lanes))],
    [`supervision of ${queues} queues`, milliseconds(await timeSupervision(boss, queues))],
  ]
  console.log(markdownTable([`pg-boss ${values.version}, PostgreSQL ${postgres.version}`, 'seen'], rows))
})

async function startBoss(postgres: Postgres): Promise<Boss & AsyncDisposable> {
  const prefix = await mkdtemp(join(tmpdir(), 'pg-boss-'))
  const install = ['install', '--prefix', prefix, '--no-audit', '--no-fund', `pg-boss@${values.version}`]
  await promisify(execFile)('npm', install)
  const { PgBoss } = await import(createRequire(join(prefix, 'x')).resolve('pg-boss'))
  const boss: Boss = new PgBoss({ connectionString: postgres.url('unused'), supervise: false })
  await boss.start()
  return Object.assign(boss, {
    async [Symbol.asyncDispose]() {
      await boss.stop({ graceful: false })
      await rm(prefix, { recursive: true })
    },
  })
}

async function fetchInOrder(boss: Boss): Promise<string> {
  await boss.createQueue('order')
  const now = Date.now()
  const jobs = [10, 30, 20].map((at) => ({ data: { at }, startAfter: new Date(now + 1_000 - at) }))
  for (const job of jobs) await boss.insert('order', [job])
  await wait(1_500)
  const fetched = await boss.fetch('order', { batchSize: 3 })
  return fetched.map(({ data }) => data.at).join(', ')
}

async function timeFetches(boss: Boss): Promise<number> {
  const names = Array.from({ length: lanes }, (_, at) => `lane-${at}`)
  for (const name of names) {
    await boss.createQueue(name)
    await boss.insert(
      name,
      Array.from({ length: rounds }, (_, at) => ({ data: { at } })),
    )
  }
  return medianTime(() => Promise.all(names.slice(0, claimed).map((name) => boss.fetch(name))))
}

async function timeClaims(postgres: Postgres): Promise<number> {
  const address = parsePostgresUrl(postgres.url('store'))
  if (typeof address === 'string') throw new Error(address)
  const hour = 3_600_000
  const store = await PostgresStore.open({
    ...{ address, keys: [{ id: 'k1', bytes: Buffer.alloc(32, 7) }], maxConnections: 10 },
    ...{ maxBacklog: 1_000_000, idempotencyMs: hour, resultMs: hour },
    ...{ onUnavailable: () => {}, onWarning: () => {} },
  })
  const hosts = Array.from({ length: lanes }, (_, at) => `h${at}.example`)
  for (let round = 0; round < rounds; round += 1)
    await store.accept(hosts.map((host) => durable({ lane: { ...durable().lane, host } })))
  const ms = await medianTime(() => store.claim(() => 1, claimed))
  await store.close()
  return ms
}

async function timeSupervision(boss: Boss, queues: number): Promise<number> {
  for (let at = 0; at < queues; at += 1) await boss.createQueue(`lane-${at}`)
  const from = performance.now()
  await boss.supervise()
  return performance.now() - from
}

async function medianTime(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const from = performance.now()
    await run()
    times.push(performance.now() - from)
  }
  return median(times)
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(ms < 100 ? 1 : 0)} ms`
}
