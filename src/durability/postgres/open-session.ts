import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { ContentHash } from '../store/content-hash.ts'
import { KeyRing, missingKey, sealedPrefix } from '../store/key-ring.ts'
import { StoreError } from '../store/store-error.ts'
import type { StoreKey } from '../store/store-keys.ts'
import type { StoreLimits } from '../store/store-limits.ts'
import { Database, type DatabaseOptions, describeConnection, type PostgresAddress } from './database.ts'
import { explainMissingRight, explainRefusal } from './explain-refusal.ts'
import { migrations } from './migrations.ts'
import { Session } from './session.ts'

export interface SessionOptions extends DatabaseOptions {
  /** The first encrypts, all decrypt. All instances have the same. */
  readonly keys: readonly StoreKey[]
  readonly limits: StoreLimits
  /** Called with what the operator should change, in words. */
  readonly onWarning: (message: string) => void
}

/** PostgreSQL 13 is the first version that this has what it needs of. */
const oldestServer = 130_000

/** Steps forward and the search for a key take as long as they take. */
const openingMs = 600_000

/** Brings the tables to the last version, if need be, and checks the keys. Throws a `StoreError`. */
export async function openSession({ keys, limits, onWarning, ...options }: SessionOptions): Promise<Session> {
  if (keys.length === 0)
    throw new StoreError(
      'store_key_missing',
      'STORE_KEYS must be set for a store in PostgreSQL: all instances encrypt with the same keys, which are not kept in the database.',
    )
  const { address } = options
  const client = new pg.Client({
    ...describeConnection(address),
    statement_timeout: openingMs,
    lock_timeout: openingMs,
    query_timeout: openingMs,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const session = await prepare(client, address, keys, limits, options)
    for (const setting of await findRisks(client)) onWarning(explainRisk(setting))
    return session
  } catch (error) {
    throw error instanceof StoreError ? error : explainRefusal(error, address)
  } finally {
    await client.end().catch(() => {})
  }
}

/** One instance at a time, in one transaction: all steps are done, or none. */
async function prepare(
  client: pg.Client,
  address: PostgresAddress,
  keys: readonly StoreKey[],
  limits: StoreLimits,
  options: DatabaseOptions,
): Promise<Session> {
  const ring = new KeyRing(keys)
  await client.query('BEGIN')
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `webhook-node ${address.schema}`,
  ])
  await migrate(client, address)
  await refuseLostKeys(client, keys)
  await proveKeys(client, ring)
  const hashKey = await findHashKey(client, ring)
  await client.query('COMMIT')
  return new Session({ database: new Database(options), ring, hash: new ContentHash(hashKey), limits })
}

/** Settings that make a commit less than what a 202 promises. */
async function findRisks(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query(
    `SELECT name FROM unnest(ARRAY['synchronous_commit', 'fsync', 'full_page_writes']) AS name
     WHERE current_setting(name) = 'off'`,
  )
  return rows.map(({ name }) => name)
}

function explainRisk(setting: string): string {
  return `the database has ${setting} = off: a crash of its server may lose executions that were answered with 202, and make a POST be sent again; set it to on`
}

/** Refuses tables of later versions and of other programs. */
async function migrate(client: pg.Client, address: PostgresAddress): Promise<void> {
  const { schema, database } = address
  const { rows } = await client.query(
    `SELECT current_setting('server_version_num')::integer AS server, current_setting('server_encoding') AS encoding,
       to_regclass('store_version') IS NOT NULL AS ours,
       EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1) AS exists,
       (SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = $1) AS usable,
       current_setting('search_path') = $1 AS settled,
       EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1) AS used`,
    [schema],
  )
  const { server, encoding, ours, exists, used, usable, settled } = rows[0]
  if (server < oldestServer)
    throw new StoreError(
      'store_foreign',
      `The store takes PostgreSQL 13 or later; this is ${Math.floor(server / 10_000)}.`,
    )
  if (encoding !== 'UTF8')
    throw new StoreError(
      'store_foreign',
      `The database "${database}" must have the encoding UTF8; it has ${encoding}.`,
    )
  if (!settled)
    throw new StoreError(
      'store_unreadable',
      'What STORE_URL leads to drops the settings of a connection, as a pooler does (ignore_startup_parameters of PgBouncer). STORE_URL must name the server itself.',
    )
  if (usable === false) throw new StoreError('store_unreadable', explainMissingRight(address))
  if (used && !ours)
    throw new StoreError(
      'store_foreign',
      `The schema "${schema}" of the database "${database}" has tables of another program.`,
    )
  if (!exists) await client.query(`CREATE SCHEMA "${schema}"`)
  if (!ours)
    await client.query(
      'CREATE TABLE store_version (version integer NOT NULL); INSERT INTO store_version VALUES (0)',
    )
  const version = Number((await client.query('SELECT version FROM store_version')).rows[0]?.version)
  if (version > migrations.length)
    throw new StoreError(
      'store_newer',
      `The schema "${schema}" was written by a later version of the service: its format is ${version}, and this version reads up to ${migrations.length}.`,
    )
  if (version === migrations.length) return
  for (const step of migrations.slice(version)) await client.query(step)
  await client.query('UPDATE store_version SET version = $1', [migrations.length])
}

/** A key that is not there any more is forgotten when nothing is left that it encrypted. */
async function refuseLostKeys(client: pg.Client, keys: readonly StoreKey[]): Promise<void> {
  const { rows } = await client.query('SELECT id FROM sealing_keys')
  for (const { id } of rows) {
    if (keys.some((key) => key.id === id)) continue
    if (await isKeyUsed(client, id)) throw missingKey(id)
    await client.query('DELETE FROM sealing_keys WHERE id = $1', [id])
  }
}

async function isKeyUsed(client: pg.Client, id: string): Promise<boolean> {
  const prefix = sealedPrefix(id)
  const parts = Object.entries({
    documents: ['node', 'payload', 'rest', 'secrets'],
    results: ['progress', 'reply'],
    facts: ['value'],
  }).flatMap(([table, columns]) =>
    columns.map((column) => `SELECT 1 FROM ${table} WHERE substring(${column} FROM 1 FOR $2) = $1`),
  )
  const { rows } = await client.query(`${parts.join(' UNION ALL ')} LIMIT 1`, [prefix, prefix.length])
  return rows.length > 0
}

/** A key with a known id must be the key that had it. */
async function proveKeys(client: pg.Client, ring: KeyRing): Promise<void> {
  for (const id of ring.ids) {
    const { rows } = await client.query('SELECT proof FROM sealing_keys WHERE id = $1', [id])
    const proof = rows[0]?.proof
    if (proof instanceof Uint8Array) ring.checkProof(id, proof)
  }
  await client.query('INSERT INTO sealing_keys (id, proof) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    ring.writes,
    ring.prove(),
  ])
}

/** Sealed anew by the first key, so that the others can be taken away some day. */
async function findHashKey(client: pg.Client, ring: KeyRing): Promise<Uint8Array> {
  const { rows } = await client.query("SELECT value FROM facts WHERE name = 'hash key'")
  const sealed = rows[0]?.value
  const key = sealed instanceof Uint8Array ? ring.open(sealed, '', 'hash key') : randomBytes(32)
  await client.query(
    `INSERT INTO facts (name, value) VALUES ('hash key', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    [ring.seal(key, '', 'hash key')],
  )
  return key
}
