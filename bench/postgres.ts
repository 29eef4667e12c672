import { execFileSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { Cluster } from '../test/postgres/support/cluster.ts'
import { readUsage } from './usage.ts'

/** What a database has done since it was started. */
export interface Work {
  /** Processor time of all of its processes, in seconds. */
  readonly cpuSeconds: number
  readonly commits: number
  /** Written to its log, which is what a disk has to confirm. */
  readonly walBytes: number
}

/** A PostgreSQL server of its own that confirms to the disk what it commits. */
export class Postgres implements AsyncDisposable {
  readonly #cluster = new Cluster()
  readonly #client: pg.Client
  readonly version: string

  private constructor() {
    appendFileSync(join(this.#cluster.data, 'postgresql.auto.conf'), 'fsync = on\n')
    this.#cluster.start()
    // Nothing is disposed of when a signal ends the run.
    process.on('exit', this.#delete)
    this.#client = new pg.Client({ host: this.#cluster.folder, user: 'tester', database: 'postgres' })
    this.version = execFileSync('head', ['-1', join(this.#cluster.data, 'PG_VERSION')], {
      encoding: 'utf8',
    }).trim()
  }

  static async start(): Promise<Postgres> {
    const postgres = new Postgres()
    await postgres.#client.connect()
    return postgres
  }

  /** A store of its own, as STORE_URL. */
  url(schema: string): string {
    return `postgres://tester@localhost/postgres?host=${encodeURIComponent(this.#cluster.folder)}&schema=${schema}`
  }

  async work(): Promise<Work> {
    const { rows } = await this.#client.query(
      `SELECT xact_commit::float8 AS commits, (pg_current_wal_lsn() - '0/0')::float8 AS wal
       FROM pg_stat_database WHERE datname = 'postgres'`,
    )
    return { cpuSeconds: this.#cpuSeconds(), commits: rows[0].commits, walBytes: rows[0].wal }
  }

  /** Of those that run: the connections of the instances stay open while they are measured. */
  #cpuSeconds(): number {
    const main = this.#cluster.pid
    const children = execFileSync('ps', ['--ppid', String(main), '-o', 'pid='], { encoding: 'utf8' })
    return [main, ...children.trim().split(/\s+/).map(Number)]
      .map((pid) => readUsage(pid).cpuSeconds)
      .reduce((sum, seconds) => sum + seconds)
  }

  readonly #delete = () => this.#cluster.delete()

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
    process.off('exit', this.#delete)
    this.#delete()
  }
}
