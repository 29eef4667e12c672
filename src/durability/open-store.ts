import type { PostgresAddress } from './postgres/database.ts'
import { parsePostgresUrl } from './postgres-url.ts'
import type { SqliteStoreOptions } from './sqlite/sqlite-store.ts'
import type { ExecutionStore } from './store/execution-store.ts'

export interface StoreOptions extends Omit<SqliteStoreOptions, 'path'> {
  /** To a database that is a server, at most. */
  readonly maxConnections: number
  /** Called at the start with what the operator of that server should change, in words. */
  readonly onWarning: (message: string) => void
}

/** Opens the store that STORE_URL names. Its code is loaded only here. Rejects with a `StoreError` if it cannot be used. */
export async function openStore(url: StoreUrl, options: StoreOptions): Promise<ExecutionStore> {
  if (url.scheme === 'postgres') {
    const { PostgresStore } = await import('./postgres/postgres-store.ts')
    return await PostgresStore.open({ ...options, address: url.address })
  }
  const { SqliteStore } = await import('./sqlite/sqlite-store.ts')
  return await SqliteStore.open({ ...options, path: url.path })
}

/** Where the store is. */
export type StoreUrl =
  | {
      readonly scheme: 'sqlite'
      /** Absolute. */
      readonly path: string
    }
  | { readonly scheme: 'postgres'; readonly address: PostgresAddress }

/** Reads STORE_URL: the store, or the end of a sentence that begins with "STORE_URL". */
export function parseStoreUrl(text: string): StoreUrl | string {
  if (/^postgres(?:ql)?:/.test(text)) {
    const address = parsePostgresUrl(text)
    return typeof address === 'string' ? address : { scheme: 'postgres', address }
  }
  const [, path] = /^sqlite:(\/[^\0?#]*[^\0?#/])$/.exec(text) ?? []
  return path === undefined
    ? `must be "sqlite:" and the absolute path of a file, as in sqlite:/var/lib/webhook-node/store.db, or "postgres:" and the address of a database${adviseOnUrl(text)}`
    : { scheme: 'sqlite', path }
}

/** What is wrong with another text, without a part that may be a password. */
function adviseOnUrl(text: string): string {
  if (/^(?:\.{0,2}\/)?[\w.-]+(?:\/[\w.-]+)*$/.test(text)) return '; write "sqlite:" before the path'
  if (/^sqlite3?:\/*[\w.]/.test(text) && !/^sqlite:\//.test(text))
    return '; the path of the file must begin with "/"'
  if (/^file:/.test(text)) return '; write "sqlite:" in place of "file:"'
  if (/^["']/.test(text)) return '; write it without quotes'
  if (/^jdbc:/.test(text)) return '; leave out "jdbc:"'
  const [, scheme] = /^([a-z]\w{1,20})(?:\+\w{1,20})?:/i.exec(text) ?? []
  return scheme === undefined || /^(?:sqlite|postgres)/i.test(scheme)
    ? ''
    : `; ${scheme} is no store of this service`
}
