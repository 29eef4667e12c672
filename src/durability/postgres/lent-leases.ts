import { setTimeout as wait } from 'node:timers/promises'
import type { Lease } from '../store/execution-store.ts'
import { readBigint } from './database.ts'
import type { Session } from './session.ts'

/** How often it is looked for leases that are lost. */
const lookMs = 1_000

/** So long after a connection was lost its transaction may still be committed: the server ends what takes longer. */
const doubtMs = 30_000

export interface LentLeasesOptions {
  /** No lease that is there has this token, or a larger one. */
  readonly nextToken: () => Promise<number | 'unavailable'>
  /** Leases that this instance has in the database, with smaller tokens. */
  readonly listHeld: (below: number) => Promise<readonly Lease[] | 'unavailable'>
  readonly giveBack: (leases: readonly Lease[]) => Promise<unknown>
}

/**
 * Leases that were given to this process. The answer to a commit may be lost: then the database has leases of this instance that
 * were given to no one, and would hold what they are on for as long as the instance lives. They are found and given back.
 */
export class LentLeases {
  readonly #options: LentLeasesOptions
  readonly #tokens = new Set<number>()
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #closed = new AbortController()
  #doubtUntil = 0
  #isLooking = false

  constructor(options: LentLeasesOptions) {
    this.#options = options
  }

  /** An operation that gives leases. */
  async lend<T>(
    operation: Promise<T | 'unavailable'>,
    list: (value: T) => readonly Lease[],
  ): Promise<T | 'unavailable'> {
    const noted = operation.then((value) => {
      if (value === 'unavailable') this.#doubt()
      else for (const { token } of list(value)) this.#tokens.add(token)
      return value
    })
    this.#underWay.add(noted)
    try {
      return await noted
    } finally {
      this.#underWay.delete(noted)
    }
  }

  /** They have ended. */
  end(leases: readonly Lease[]): void {
    for (const { token } of leases) this.#tokens.delete(token)
  }

  close(): void {
    this.#closed.abort()
  }

  #doubt(): void {
    this.#doubtUntil = performance.now() + doubtMs
    if (!this.#isLooking) void this.#lookAgainAndAgain()
  }

  async #lookAgainAndAgain(): Promise<void> {
    this.#isLooking = true
    const { signal } = this.#closed
    while (!signal.aborted && performance.now() < this.#doubtUntil) {
      await wait(lookMs, undefined, { signal, ref: false }).catch(() => {})
      if (!signal.aborted) await this.#look()
    }
    this.#isLooking = false
  }

  /** What is lent later has a larger token; what is under way is waited for. */
  async #look(): Promise<void> {
    const { nextToken, listHeld, giveBack } = this.#options
    const below = await nextToken()
    if (below === 'unavailable') return
    await Promise.allSettled(this.#underWay)
    const held = await listHeld(below)
    if (held === 'unavailable') return
    const lost = held.filter(({ token }) => !this.#tokens.has(token))
    if (lost.length > 0) await giveBack(lost)
  }
}

export async function nextToken({ database }: Session): Promise<number> {
  const [row] = await database.rows("SELECT nextval('tokens') AS token")
  return readBigint(row?.token)
}

export async function listHeld({ database, instance }: Session, below: number): Promise<readonly Lease[]> {
  const rows = await database.rows(
    `SELECT e.id, t.token FROM tickets t JOIN executions e ON e.seq = t.execution
     WHERE t.holder = $1 AND t.token < $2`,
    [instance, below],
  )
  return rows.map(({ id, token }) => ({ executionId: String(id), token: readBigint(token) }))
}
