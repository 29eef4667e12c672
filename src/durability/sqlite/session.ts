import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { ContentHash } from '../store/content-hash.ts'
import type { Lane } from '../store/execution-store.ts'
import type { KeyRing } from '../store/key-ring.ts'
import type { StoreLimits } from '../store/store-limits.ts'
import type { OpenDatabase } from './open-database.ts'

/** When something is due after a commit. */
export interface Dues {
  /** Whether something is due now that the commit has to do with. */
  readonly isDue: boolean
  /** When the next thing is due that is not due yet. */
  readonly wakesAt: number | null
}

/** The database as the operations see it: inside of a transaction that is not theirs. */
export class Session {
  readonly ring: KeyRing
  readonly hash: ContentHash
  readonly limits: StoreLimits
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #firstToken: number
  readonly #touched = new Set<number>()
  #tokens = 0

  constructor({ database, ring, hashKey }: OpenDatabase, limits: StoreLimits) {
    this.#database = database
    this.ring = ring
    this.hash = new ContentHash(hashKey)
    this.limits = limits
    this.#firstToken = countOpening(this) * 2 ** 32
  }

  get isInTransaction(): boolean {
    return this.#database.isTransaction
  }

  /** The statement, which is prepared once. */
  sql(text: string): StatementSync {
    const known = this.#statements.get(text)
    if (known !== undefined) return known
    const statement = this.#database.prepare(text)
    this.#statements.set(text, statement)
    return statement
  }

  /** A token that no lease of this file has had. */
  newToken(): number {
    this.#tokens += 1
    return this.#firstToken + this.#tokens
  }

  /** The id of the lane, which is there from now on. */
  enterLane({ client, tenant, host, port }: Lane): number {
    const known = this.sql(
      "SELECT id FROM lanes WHERE client = ? AND host = ? AND port = ? AND ifnull('t' || tenant, '') = ?",
    ).get(client, host, port, tenant === null ? '' : `t${tenant}`)
    const id = Number(
      known?.id ??
        this.sql('INSERT INTO lanes (client, tenant, host, port) VALUES (?, ?, ?, ?)').run(
          client,
          tenant,
          host,
          port,
        ).lastInsertRowid,
    )
    this.touch(id)
    return id
  }

  /** Tickets of the lane have changed. A synchronous ticket has none. */
  touch(lane: number | null): void {
    if (lane !== null) this.#touched.add(lane)
  }

  /** Before the commit: when the lanes wake that were touched. */
  setWakes(): void {
    for (const lane of this.#touched)
      this.sql(
        `UPDATE lanes SET wakes_at = (
           SELECT max(due_at, lanes.paused_until) FROM tickets WHERE lane = lanes.id AND held IS NULL ORDER BY due_at LIMIT 1
         ) WHERE id = ?`,
      ).run(lane)
  }

  /** After the commit. */
  takeDues(now: number): Dues {
    let isDue =
      this.#touched.size > 0 &&
      this.sql('SELECT 1 FROM tickets WHERE held IS NULL AND ends_at <= ? LIMIT 1').get(now) !== undefined
    for (const lane of this.#touched)
      isDue ||= this.sql('SELECT 1 FROM lanes WHERE id = ? AND wakes_at <= ?').get(lane, now) !== undefined
    this.#touched.clear()
    const { wakes_at: wakesAt } =
      this.sql(
        `SELECT min(at) AS wakes_at FROM (
           SELECT min(wakes_at) AS at FROM lanes WHERE wakes_at > $now UNION ALL
           SELECT min(ends_at) FROM tickets WHERE held IS NULL AND ends_at > $now)`,
      ).get({ now }) ?? {}
    return { isDue, wakesAt: typeof wakesAt === 'number' ? wakesAt : null }
  }
}

function countOpening(session: Session): number {
  const row = session
    .sql(
      `INSERT INTO facts (name, value) VALUES ('openings', 1)
       ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value`,
    )
    .get()
  return Number(row?.value)
}
