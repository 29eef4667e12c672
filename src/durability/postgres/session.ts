import type { ContentHash } from '../store/content-hash.ts'
import type { Lane } from '../store/execution-store.ts'
import type { KeyRing } from '../store/key-ring.ts'
import type { StoreLimits } from '../store/store-limits.ts'
import { type Database, readBigint, type Transaction } from './database.ts'
import { Collision, Unregistered } from './outage.ts'

/** Lanes whose ids are known. More are asked for again. */
const maxKnownLanes = 10_000

/** What the operations of one instance share. */
export class Session {
  readonly database: Database
  readonly ring: KeyRing
  readonly hash: ContentHash
  readonly limits: StoreLimits
  readonly #lanes = new Map<string, number>()
  /** The row by which others see that this instance lives. */
  instance = 0

  constructor(options: Pick<Session, 'database' | 'ring' | 'hash' | 'limits'>) {
    this.database = options.database
    this.ring = options.ring
    this.hash = options.hash
    this.limits = options.limits
  }

  /**
   * No other instance ends leases of this one until the transaction has ended. Where others have ended all, since this one seemed
   * dead, it has to be registered again.
   */
  async hold(transaction: Transaction): Promise<void> {
    const row = await transaction.row('SELECT id FROM instances WHERE id = $1 FOR KEY SHARE', [this.instance])
    if (row === undefined) throw new Unregistered()
  }

  /** Tokens for leases of this instance. */
  async takeTokens(transaction: Transaction, count: number): Promise<readonly number[]> {
    await this.hold(transaction)
    const rows = await transaction.rows("SELECT nextval('tokens') AS token FROM generate_series(1, $1)", [
      count,
    ])
    return rows.map(({ token }) => readBigint(token))
  }

  /** The ids of the lanes, which are there from now on. */
  async enterLanes(transaction: Transaction, lanes: readonly Lane[]): Promise<readonly number[]> {
    const unknown = new Map(lanes.map((lane) => [nameLane(lane), lane]))
    for (const name of unknown.keys()) if (this.#lanes.has(name)) unknown.delete(name)
    if (unknown.size > 0) await this.#findLanes(transaction, [...unknown.values()])
    return lanes.map((lane) => this.#lanes.get(nameLane(lane)) ?? missingLane())
  }

  async #findLanes(transaction: Transaction, lanes: readonly Lane[]): Promise<void> {
    const columns = [
      lanes.map(({ client }) => client),
      lanes.map(({ tenant }) => tenant),
      lanes.map(({ host }) => host),
      lanes.map(({ port }) => port),
    ]
    const wanted =
      'unnest($1::text[], $2::text[], $3::text[], $4::integer[]) AS w(client, tenant, host, port)'
    // In one order, so that no two wait for each other.
    await transaction.rows(
      `INSERT INTO lanes (client, tenant, host, port) SELECT client, tenant, host, port FROM ${wanted}
       ORDER BY client, host, port, tenant ON CONFLICT DO NOTHING`,
      columns,
    )
    const rows = await transaction.rows(
      `SELECT l.id, w.client, w.tenant, w.host, w.port FROM ${wanted} JOIN lanes l
         ON l.client = w.client AND l.host = w.host AND l.port = w.port
           AND coalesce('t' || l.tenant, '') = coalesce('t' || w.tenant, '')`,
      columns,
    )
    if (this.#lanes.size + rows.length > maxKnownLanes) this.#lanes.clear()
    for (const { id, ...lane } of rows) this.#lanes.set(nameLane(lane as unknown as Lane), readBigint(id))
  }

  /** One of those that were known has been deleted. */
  forgetLanes(): void {
    this.#lanes.clear()
  }

  /** Tickets of lanes become due with the commit. */
  async wakeLanes(
    transaction: Transaction,
    dues: readonly { readonly lane: number; readonly dueAt: number }[],
  ): Promise<void> {
    const first = new Map<number, number>()
    for (const { lane, dueAt } of dues) first.set(lane, Math.min(dueAt, first.get(lane) ?? dueAt))
    if (first.size === 0) return
    const lanes = [...first].sort(([one], [other]) => one - other)
    const row = await transaction.row('SELECT found, wakes_at FROM wake_lanes($1::bigint[], $2::bigint[])', [
      lanes.map(([id]) => id),
      lanes.map(([, at]) => at),
    ])
    if (readBigint(row?.found) < first.size) {
      this.forgetLanes()
      throw new Collision('a lane has been deleted')
    }
    transaction.expect(readBigint(row?.wakes_at))
  }
}

function nameLane({ client, tenant, host, port }: Lane): string {
  return JSON.stringify([client, tenant, host, port])
}

function missingLane(): never {
  throw new Collision('a lane has been deleted')
}
