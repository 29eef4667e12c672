import {
  SqliteStore,
  type SqliteStoreOptions,
  type TokenSource,
} from '../../../../src/durability/sqlite/sqlite-store.ts'

export function openSqlite(path: string, options: Partial<SqliteStoreOptions> = {}): Promise<SqliteStore> {
  return SqliteStore.open({
    path,
    keys: [],
    maxBacklog: 1_000_000,
    idempotencyMs: 24 * 3_600_000,
    resultMs: 72 * 3_600_000,
    now: Date.now,
    tokens: makeTokens(Date.now),
    onUnavailable: () => {},
    onLost: () => {},
    ...options,
  })
}

/** The generic cell rate algorithm, for any number of buckets. */
export function makeTokens(now: () => number): TokenSource {
  const fullAt = new Map<string, number>()
  return {
    reserve(bucket, { perSecond, burst }, wanted) {
      const interval = 1_000 / perSecond
      const from = Math.max(fullAt.get(bucket) ?? 0, now())
      const granted = Math.min(wanted, Math.floor(burst - (from - now()) / interval))
      const full = from + granted * interval
      fullAt.set(bucket, full)
      return { granted, moreAt: Math.max(now(), full + (1 - burst) * interval) }
    },
  }
}
