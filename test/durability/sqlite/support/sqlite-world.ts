import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { SqliteStore, type SqliteStoreOptions } from '../../../../src/durability/sqlite/sqlite-store.ts'
import type { StoreWorld } from '../../support/store-world.ts'
import { makeTokens, openSqlite } from './open-sqlite.ts'

/** A temporary folder, gone at the end of the test. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'webhook-node-store-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A file in a temporary folder, and a clock that stands still. */
export async function makeSqliteWorld(options: Partial<SqliteStoreOptions> = {}): Promise<StoreWorld> {
  const path = join(await makeFolder(), 'store.db')
  let time = 1_800_000_000_000
  const now = () => time
  const tokens = makeTokens(now)
  return {
    now,
    advance(ms) {
      time += ms
    },
    open: (settings) => openSqlite(path, { now, tokens, ...settings, ...options }),
    async kill(store) {
      if (store instanceof SqliteStore) await store.abort()
    },
  }
}
