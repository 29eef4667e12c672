import type { SqliteStoreOptions } from './sqlite/sqlite-store.ts'
import type { ExecutionStore } from './store/execution-store.ts'

/** Opens the store that STORE_URL names. Its code is loaded only here. Rejects with a `StoreError` if it cannot be used. */
export async function openStore(
  url: StoreUrl,
  options: Omit<SqliteStoreOptions, 'path'>,
): Promise<ExecutionStore> {
  const { SqliteStore } = await import('./sqlite/sqlite-store.ts')
  return await SqliteStore.open({ ...options, path: url.path })
}

/** Where the store is. */
export interface StoreUrl {
  readonly scheme: 'sqlite'
  /** Absolute. */
  readonly path: string
}

/** Reads STORE_URL: the store, or the end of a sentence that begins with "STORE_URL". */
export function parseStoreUrl(text: string): StoreUrl | string {
  const [, path] = /^sqlite:(\/[^\0?#]*[^\0?#/])$/.exec(text) ?? []
  return path === undefined
    ? 'must be "sqlite:" and the absolute path of a file, as in sqlite:/var/lib/webhook-node/store.db'
    : { scheme: 'sqlite', path }
}
