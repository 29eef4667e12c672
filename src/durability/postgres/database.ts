import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { Collision, classify, MissingKey, Outage } from './outage.ts'

/** How a database is reached. */
export interface PostgresAddress {
  /** A name, an address, or the folder of a socket. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string | null
  readonly database: string
  /** All tables are in it. */
  readonly schema: string
  /** Null for a connection in clear. */
  readonly tls: PostgresTls | null
}

/** The certificate of the server is checked, with its name. Files in PEM. */
export interface PostgresTls {
  readonly ca: string | null
  readonly cert: string | null
  readonly key: string | null
}

export interface DatabaseOptions {
  readonly address: PostgresAddress
  readonly maxConnections: number
  /** Called after a commit: when something becomes due that has to do with it, in the time of the database. */
  readonly onDue: (at: number, now: number) => void
}

type Value = string | number | boolean | Uint8Array | null
export type Values = readonly (Value | readonly Value[])[]
export type Row = Readonly<Record<string, unknown>>

/** Time limits, in milliseconds: no operation is unavailable later than the sum of a few of them. */
const connectMs = 10_000
const statementMs = 5_000
const answerMs = 6_000

/** A stopped process does not hold what others wait for until these give up. */
const idleInTransactionMs = 3_500

/** Tries of a transaction that others are in the way of. */
const maxTries = 8

/** What a server, a database or a role may have set otherwise. */
const sessionSettings = [
  // What another transaction has changed is looked at anew; it is no collision.
  'default_transaction_isolation=read\\ committed',
  'array_nulls=on',
  // Statements are many and small.
  'jit=off',
]

/** The settings of a connection. They are for all but the opening of the store. */
export function describeConnection({ tls, schema, password, ...address }: PostgresAddress): pg.ClientConfig {
  return {
    ...address,
    ...(password !== null && { password }),
    ssl:
      tls === null
        ? false
        : { ca: tls.ca ?? undefined, cert: tls.cert ?? undefined, key: tls.key ?? undefined },
    application_name: 'webhook-node',
    options: [`search_path=${schema}`, ...sessionSettings].map((setting) => `-c ${setting}`).join(' '),
    keepAlive: true,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    lock_timeout: statementMs,
    query_timeout: answerMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    types: { getTypeParser },
  }
}

const int8 = 20

/** Integers of 8 bytes are times, tokens and counts: all below 2^53. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === int8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format as 'text')

/** Names of the statements that the server has prepared, for each connection. */
const statements = new Map<string, string>()

function nameStatement(text: string): string {
  const known = statements.get(text)
  if (known !== undefined) return known
  const name = `s${statements.size}`
  statements.set(text, name)
  return name
}

/** Connections to the database. Errors of its methods are an `Outage`, or a bug. */
export class Database {
  readonly address: PostgresAddress
  readonly #pool: pg.Pool
  readonly #onDue: DatabaseOptions['onDue']

  constructor({ address, maxConnections, onDue }: DatabaseOptions) {
    this.address = address
    this.#onDue = onDue
    this.#pool = new pg.Pool({
      ...describeConnection(address),
      max: maxConnections,
      idleTimeoutMillis: 60_000,
    })
    // A connection that is lost while no statement is under way is replaced.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => client.on('error', () => {}))
  }

  /** One statement, which is a transaction. */
  rows(text: string, values: Values = []): Promise<readonly Row[]> {
    return untilAlone(() => this.#execute(text, values))
  }

  async #execute(text: string, values: Values): Promise<readonly Row[]> {
    const client = await this.#connect()
    let isSound = false
    try {
      const rows = await query(client, text, values)
      isSound = true
      return rows
    } finally {
      client.release(!isSound)
    }
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return untilAlone(() => this.#try(work))
  }

  async #try<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const client = await this.#connect()
    let isSound = false
    try {
      const now = await begin(client)
      const transaction = new Transaction(client, now)
      const value = await work(transaction)
      await query(client, transaction.isUndone ? 'ROLLBACK' : 'COMMIT', [])
      isSound = true
      const { dueAt } = transaction
      if (dueAt !== null && !transaction.isUndone) this.#onDue(dueAt, now)
      return value
    } catch (error) {
      if (error instanceof Collision || error instanceof MissingKey) isSound = await rollBack(client)
      throw error
    } finally {
      client.release(!isSound)
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect()
    } catch (error) {
      throw classify(error)
    }
  }

  /** When what is under way has ended. */
  async close(): Promise<void> {
    await this.#pool.end()
  }
}

/** Of what collides nothing has been done: it is tried again. */
async function untilAlone<T>(operation: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await operation()
    } catch (error) {
      if (!(error instanceof Collision)) throw error
      if (tries === maxTries) throw new Outage('others were in the way, again and again')
      await wait(Math.random() * 10 * tries)
    }
  }
}

/** What an operation does together, or not at all. */
export class Transaction {
  /** The time of the database. */
  readonly now: number
  readonly #client: pg.ClientBase
  #dueAt: number | null = null
  #isUndone = false

  constructor(client: pg.ClientBase, now: number) {
    this.#client = client
    this.now = now
  }

  get dueAt(): number | null {
    return this.#dueAt
  }

  get isUndone(): boolean {
    return this.#isUndone
  }

  rows(text: string, values: Values = []): Promise<readonly Row[]> {
    return query(this.#client, text, values)
  }

  async row(text: string, values: Values = []): Promise<Row | undefined> {
    return (await this.rows(text, values))[0]
  }

  /** Something becomes due with the commit. */
  expect(at: number | null): void {
    if (at !== null) this.#dueAt = Math.min(at, this.#dueAt ?? at)
  }

  /** At the end, nothing will have been done. */
  undo(): void {
    this.#isUndone = true
  }
}

async function begin(client: pg.ClientBase): Promise<number> {
  try {
    const results = (await client.query('BEGIN; SELECT store_now() AS now')) as unknown as pg.QueryResult[]
    return Number(results[1]?.rows[0]?.now)
  } catch (error) {
    throw classify(error)
  }
}

/** One statement, in a connection in which no other one is under way. */
export async function query(client: pg.ClientBase, text: string, values: Values): Promise<readonly Row[]> {
  try {
    const { rows } = await client.query({ name: nameStatement(text), text, values: [...values] })
    return rows
  } catch (error) {
    throw classify(error)
  }
}

async function rollBack(client: pg.ClientBase): Promise<boolean> {
  try {
    await client.query('ROLLBACK')
    return true
  } catch {
    return false
  }
}

export function readBigint(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('not an integer of 8 bytes')
  return value
}
