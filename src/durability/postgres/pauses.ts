import type { ConnectionPause } from '../store/pause-store.ts'
import type { PostgresAddress } from './database.ts'
import type { Session } from './session.ts'

/** Pauses that are read at most: those that end last. */
export const maxPauses = 1_000

/** Notifications are for the whole database. */
export function pauseChannel({ schema }: PostgresAddress): string {
  return `${schema}_paused`
}

/** Other instances are told if this changes anything. */
export async function savePauses(
  { database }: Session,
  channel: string,
  pauses: readonly ConnectionPause[],
): Promise<'written'> {
  // In one order, so that no two wait for each other.
  const inOrder = pauses.toSorted((one, other) => (one.connection < other.connection ? -1 : 1))
  await database.rows(
    `WITH saved AS (
       INSERT INTO pauses AS p (connection, until) SELECT * FROM unnest($1::text[], $2::bigint[])
       ON CONFLICT (connection) DO UPDATE SET until = excluded.until WHERE p.until < excluded.until
       RETURNING 1
     )
     SELECT pg_notify($3, '') FROM (SELECT FROM saved LIMIT 1) AS one`,
    [inOrder.map(({ connection }) => connection), inOrder.map(({ until }) => until), channel],
  )
  return 'written'
}

/** The pauses that are there, as far as they are known here. */
export class KnownPauses {
  #until: ReadonlyMap<string, number> = new Map()
  readonly #listeners: ((pause: ConnectionPause) => void)[] = []

  /** Those that are not over. */
  learn(pauses: readonly ConnectionPause[]): void {
    const before = this.#until
    this.#until = new Map(pauses.map(({ connection, until }) => [connection, until]))
    for (const pause of pauses)
      if (pause.until > (before.get(pause.connection) ?? 0)) for (const tell of this.#listeners) tell(pause)
  }

  /** Told at once of those that are known. */
  onPause(tell: (pause: ConnectionPause) => void): void {
    this.#listeners.push(tell)
    for (const [connection, until] of this.#until) tell({ connection, until })
  }
}
