import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { KeyRing, missingKey, sealedPrefix } from '../store/key-ring.ts'
import { StoreError } from '../store/store-error.ts'
import type { StoreKey } from '../store/store-keys.ts'
import { type FileIdentity, identify } from './file-identity.ts'
import { migrate } from './migrations.ts'
import { makeOwnKey, readOwnKey } from './own-key.ts'
import { describeOutage, isBusy } from './sqlite-error.ts'

export interface OpenDatabase {
  readonly database: DatabaseSync
  readonly ring: KeyRing
  /** 32 bytes, the same for as long as the file lives. */
  readonly hashKey: Uint8Array
  /** The file, and the log in which what was committed last stands alone. */
  readonly files: { readonly database: FileIdentity; readonly log: FileIdentity }
  close(): void
}

export interface DatabaseFile {
  readonly path: string
  /** Those of STORE_KEYS; none: the key beside the file. */
  readonly keys: readonly StoreKey[]
  /** Pages at most, null for no limit. */
  readonly maxPages: number | null
}

/** Opens the file or makes it, for this process alone. Throws a `StoreError`. */
export function openDatabase({ path, keys, maxPages }: DatabaseFile): OpenDatabase {
  const file = refuseOutage(path, () => findRealPath(path))
  const lock = refuseOutage(path, () => lockFile(file))
  let database: DatabaseSync | undefined
  try {
    return refuseOutage(path, () => {
      database = openPrivate(file)
      database.exec(`
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA journal_size_limit = 67108864;
        PRAGMA cache_size = -16000;
        PRAGMA temp_store = MEMORY;`)
      if (maxPages !== null) database.exec(`PRAGMA max_page_count = ${maxPages}`)
      migrate(database, path)
      const opened = { database, ring: openRing(database, file, keys) }
      const hashKey = findHashKey(opened)
      const files = { database: identify(file), log: identify(`${file}-wal`) }
      return { ...opened, hashKey, files, close: () => closeAll(opened.database, lock) }
    })
  } catch (error) {
    closeAll(database, lock)
    throw error
  }
}

/** A file and a link to it are one database, which one process holds. */
function findRealPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path))
}

/**
 * A lock on the database itself would keep out programs that make a backup of it, too. This one stands beside it. The operating
 * system frees it when the process ends, however it ends.
 */
function lockFile(path: string): DatabaseSync {
  const lock = openPrivate(`${path}.lock`)
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    if (!isBusy(error)) throw error
    throw new StoreError(
      'store_in_use',
      `${path} is in use by another process. One process at a time may use it.`,
    )
  }
}

/** For the owner alone. SQLite gives the files beside it the same mode. */
function openPrivate(path: string): DatabaseSync {
  closeSync(openSync(path, 'a', 0o600))
  return new DatabaseSync(path)
}

function closeAll(database: DatabaseSync | undefined, lock: DatabaseSync): void {
  if (database?.isOpen) database.close()
  lock.close()
}

function refuseOutage<T>(path: string, open: () => T): T {
  try {
    return open()
  } catch (error) {
    if (error instanceof StoreError) throw error
    const outage = describeOutage(error) ?? describeSystemError(error)
    if (outage === null) throw error
    throw new StoreError('store_unreadable', `${path} cannot be opened: ${outage}.`)
  }
}

/** The code of an error of the file system, as in "ENOENT". */
function describeSystemError(error: unknown): string | null {
  return error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : null
}

function openRing(database: DatabaseSync, file: string, keys: readonly StoreKey[]): KeyRing {
  const ownKeyFile = `${file}.key`
  const ownKey = readOwnKey(ownKeyFile)
  refuseLostKeys(database, [...keys, ...(ownKey === null ? [] : [ownKey])])
  const own = ownKey ?? (keys.length === 0 ? makeOwnKey(ownKeyFile) : null)
  const ring = new KeyRing(own === null ? keys : [...keys, own])
  proveKeys(database, ring)
  return ring
}

/** A key that is not there any more is forgotten when nothing is left that it encrypted. */
function refuseLostKeys(database: DatabaseSync, keys: readonly StoreKey[]): void {
  for (const id of listProvenKeys(database)) {
    if (keys.some((key) => key.id === id)) continue
    if (isKeyUsed(database, id)) throw missingKey(id)
    database.prepare('DELETE FROM sealing_keys WHERE id = ?').run(id)
  }
}

function listProvenKeys(database: DatabaseSync): string[] {
  return database
    .prepare('SELECT id FROM sealing_keys')
    .all()
    .map(({ id }) => String(id))
}

function isKeyUsed(database: DatabaseSync, id: string): boolean {
  const prefix = sealedPrefix(id)
  const parts = Object.entries({
    documents: ['node', 'payload', 'rest', 'secrets'],
    results: ['progress', 'reply'],
    facts: ['value'],
  }).flatMap(([table, columns]) =>
    columns.map((column) => `SELECT 1 FROM ${table} WHERE substr(${column}, 1, $length) = $prefix`),
  )
  return (
    database.prepare(`${parts.join(' UNION ALL ')} LIMIT 1`).get({ prefix, length: prefix.length }) !==
    undefined
  )
}

/** A key with a known id must be the key that had it. */
function proveKeys(database: DatabaseSync, ring: KeyRing): void {
  for (const id of ring.ids) {
    const proof = database.prepare('SELECT proof FROM sealing_keys WHERE id = ?').get(id)?.proof
    if (proof instanceof Uint8Array) ring.checkProof(id, proof)
  }
  database
    .prepare('INSERT INTO sealing_keys (id, proof) VALUES (?, ?) ON CONFLICT DO NOTHING')
    .run(ring.writes, ring.prove())
}

/** Sealed anew by the first key, so that the others can be taken away some day. */
function findHashKey({ database, ring }: Pick<OpenDatabase, 'database' | 'ring'>): Uint8Array {
  const sealed = database.prepare("SELECT value FROM facts WHERE name = 'hash key'").get()?.value
  const key = sealed instanceof Uint8Array ? ring.open(sealed, '', 'hash key') : randomBytes(32)
  database
    .prepare(
      "INSERT INTO facts (name, value) VALUES ('hash key', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
    )
    .run(ring.seal(key, '', 'hash key'))
  return key
}
