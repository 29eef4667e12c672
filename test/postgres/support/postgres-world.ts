import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import type { PostgresAddress } from '../../../src/durability/postgres/database.ts'
import { PostgresStore, type PostgresStoreOptions } from '../../../src/durability/postgres/postgres-store.ts'
import type { StoreWorld } from '../../durability/support/store-world.ts'

export const storeKey = { id: 'k1', bytes: Buffer.alloc(32, 7) }

/** A schema that is not there yet. It is deleted at the end of the test. */
export function makeAddress(): PostgresAddress {
  const address = {
    host: inject('postgresFolder'),
    port: 5432,
    user: 'tester',
    password: null,
    database: 'postgres',
    schema: `t${randomBytes(8).toString('hex')}`,
    tls: null,
  }
  onTestFinished(() => run(address, `DROP SCHEMA IF EXISTS ${address.schema} CASCADE`).then(() => {}))
  return address
}

/** The address as STORE_URL. */
export function writeUrl({ host, user, database, schema }: PostgresAddress): string {
  return `postgres://${user}@localhost/${database}?host=${encodeURIComponent(host)}&schema=${schema}`
}

/** As the administrator of the database, in a connection of its own. */
export async function run(
  { schema, password: _, tls: __, ...address }: PostgresAddress,
  text: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...address, options: `-c search_path=${schema}` })
  await client.connect()
  try {
    return (await client.query(text, values)).rows
  } finally {
    await client.end()
  }
}

export function openPostgres(
  address: PostgresAddress,
  options: Partial<PostgresStoreOptions> = {},
): Promise<PostgresStore> {
  return PostgresStore.open({
    address,
    keys: [storeKey],
    maxConnections: 10,
    maxBacklog: 1_000_000,
    idempotencyMs: 24 * 3_600_000,
    resultMs: 72 * 3_600_000,
    onUnavailable: () => {},
    onWarning: () => {},
    ...options,
  })
}

/** The database's clock stands still, until the test advances it. */
export async function makePostgresWorld(): Promise<StoreWorld> {
  const address = makeAddress()
  const first = await openPostgres(address)
  await first.close()
  let time = 1_800_000_000_000
  await run(
    address,
    `CREATE TABLE test_clock (now bigint NOT NULL);
     INSERT INTO test_clock VALUES (${time});
     CREATE OR REPLACE FUNCTION store_now() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT now FROM ${address.schema}.test_clock'`,
  )
  return {
    now: () => time,
    async advance(ms) {
      time += ms
      await run(address, 'UPDATE test_clock SET now = $1', [time])
    },
    open: (settings) => openPostgres(address, settings),
    async kill(store) {
      if (!(store instanceof PostgresStore)) throw new TypeError('another store')
      await store.abort()
      // As if its time were over.
      await run(address, 'UPDATE instances SET alive_until = 0')
    },
  }
}
