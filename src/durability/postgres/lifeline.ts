import pg from 'pg'
import { describeConnection, type PostgresAddress, query, type Row, type Values } from './database.ts'
import { classify } from './outage.ts'
import { pauseChannel } from './pauses.ts'

/** Less than for other connections: an instance that does not get through connects anew before it seems dead. */
const connectMs = 3_000
const answerMs = 4_000

/** What is called with what others have done. */
interface Hears {
  /** Something is due. `from`: the instance that says so. */
  due(from: string): void
  /** A connection is paused. */
  paused(): void
}

/**
 * The connection by which an instance says that it lives, and hears what others have done. Nothing else waits for it, so that the
 * instance does not seem dead while all its other connections are busy. It is made when it is needed. Errors of `rows` are an `Outage`,
 * or a bug.
 */
export class Lifeline {
  readonly #address: PostgresAddress
  readonly #hears: Hears
  #client: pg.Client | null = null
  /** Ends when all statements have. */
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(address: PostgresAddress, hears: Hears) {
    this.#address = address
    this.#hears = hears
  }

  /** One statement, after those before it. */
  async rows(text: string, values: Values = []): Promise<readonly Row[]> {
    this.#waiting += 1
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    await before
    try {
      return await this.#execute(text, values)
    } finally {
      this.#waiting -= 1
      resolve()
    }
  }

  /** Says to the others that something is due. Not while a statement is under way: a hint may be lost. */
  hint(instance: number): void {
    if (this.#client === null || this.#waiting > 0) return
    this.rows('SELECT pg_notify($1, $2)', [dueChannel(this.#address), String(instance)]).catch(() => {})
  }

  /** After what is under way. */
  async close(): Promise<void> {
    await this.#last
    await this.#lose(this.#client)
  }

  async #execute(text: string, values: Values): Promise<readonly Row[]> {
    const client = this.#client ?? (await this.#connect())
    try {
      return await query(client, text, values)
    } catch (error) {
      await this.#lose(client)
      throw error
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      ...describeConnection(this.#address),
      connectionTimeoutMillis: connectMs,
      statement_timeout: answerMs,
      lock_timeout: answerMs,
      query_timeout: answerMs,
    })
    const forget = () => {
      if (this.#client === client) this.#client = null
    }
    client.on('error', forget)
    client.on('end', forget)
    const [due, paused] = [dueChannel(this.#address), pauseChannel(this.#address)]
    client.on('notification', ({ channel, payload = '' }) => {
      if (channel === due) this.#hears.due(payload)
      else this.#hears.paused()
    })
    try {
      await client.connect()
      await client.query(`LISTEN ${due}; LISTEN ${paused}`)
    } catch (error) {
      await this.#lose(client)
      throw classify(error)
    }
    this.#client = client
    return client
  }

  async #lose(client: pg.Client | null): Promise<void> {
    if (this.#client === client) this.#client = null
    await client?.end().catch(() => {})
  }
}

/** Notifications are for the whole database. */
function dueChannel({ schema }: PostgresAddress): string {
  return `${schema}_due`
}
