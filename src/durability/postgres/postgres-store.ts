import type {
  Acceptance,
  Again,
  Backlog,
  CallbackOutcome,
  Cancellation,
  Ended,
  ExecutionName,
  ExecutionPage,
  ExecutionStore,
  ExecutionSummary,
  Lane,
  Lease,
  Leased,
  ListFilter,
  Rate,
  Redrive,
  RedriveFilter,
  RedriveOptions,
  Reservation,
  StoredExecution,
  Submission,
  Unavailable,
  Written,
} from '../store/execution-store.ts'
import type { PauseStore } from '../store/pause-store.ts'
import { formatPlace, type Place, parsePlace } from '../store/places.ts'
import { RedriveSum } from '../store/redrive-sum.ts'
import type { StatisticsStore } from '../store/statistics-store.ts'
import { StoreError } from '../store/store-error.ts'
import type { StoreKey } from '../store/store-keys.ts'
import type { StoreLimits } from '../store/store-limits.ts'
import { accept } from './accept.ts'
import { claim } from './claim.ts'
import type { PostgresAddress, Transaction } from './database.ts'
import { LentLeases, listHeld, nextToken } from './lent-leases.ts'
import { openSession } from './open-session.ts'
import { Outage, Unregistered } from './outage.ts'
import { pauseChannel, savePauses } from './pauses.ts'
import { countBacklog, prune } from './prune.ts'
import { Pulse } from './pulse.ts'
import { reserve } from './reserve.ts'
import { find, listPart, type RedrivePart, redrivePart } from './search.ts'
import type { Session } from './session.ts'
import { begin, cancel, isHeld, pause, release, settle, settleCallback } from './settle.ts'
import { findCounts, listCounts, saveCounts } from './statistics.ts'

export interface PostgresStoreOptions extends StoreLimits {
  readonly address: PostgresAddress
  /** The first encrypts, all decrypt. All instances have the same. */
  readonly keys: readonly StoreKey[]
  readonly maxConnections: number
  /** How long the leases of an instance last that says nothing more. 10 seconds, if not given. */
  readonly leaseMs?: number
  /** Called with the reason for each operation that was not available. */
  readonly onUnavailable: (reason: string) => void
  /** Called at the start with what the operator should change, in words. */
  readonly onWarning: (message: string) => void
}

/**
 * Executions in a database that any number of instances share. Leases end with their instance: when it is closed, or has not said for
 * ten seconds that it lives.
 */
export class PostgresStore implements ExecutionStore {
  readonly traits = { shared: true, survives: 'power' } as const
  readonly statistics: StatisticsStore = {
    save: (...given) => this.#transact((transaction) => saveCounts(transaction, ...given)),
    list: (...given) => this.#perform(() => listCounts(this.#session, ...given)),
    find: (...given) => this.#perform(() => findCounts(this.#session, ...given)),
  }
  readonly pauses: PauseStore = {
    save: (pauses) =>
      this.#perform(() => savePauses(this.#session, pauseChannel(this.#session.database.address), pauses)),
    onPause: (tell) => this.#pulse.pauses.onPause(tell),
  }
  readonly #session: Session
  readonly #pulse: Pulse
  readonly #onUnavailable: PostgresStoreOptions['onUnavailable']
  readonly #lent = new LentLeases({
    nextToken: () => this.#perform(() => nextToken(this.#session)),
    listHeld: (below) => this.#perform(() => listHeld(this.#session, below)),
    giveBack: (leases) => this.release(leases, this.now()),
  })
  readonly #underWay = new Set<Promise<unknown>>()
  #isClosed = false

  private constructor(session: Session, pulse: Pulse, onUnavailable: PostgresStoreOptions['onUnavailable']) {
    this.#session = session
    this.#pulse = pulse
    this.#onUnavailable = onUnavailable
  }

  /** Rejects with a `StoreError` if the database cannot be used. */
  static async open(options: PostgresStoreOptions): Promise<PostgresStore> {
    const { address, keys, maxConnections, onUnavailable, onWarning, maxBacklog, idempotencyMs, resultMs } =
      options
    let pulse: Pulse | null = null
    const session = await openSession({
      address,
      keys,
      maxConnections,
      limits: { maxBacklog, idempotencyMs, resultMs },
      onWarning,
      onDue: (at, now) => pulse?.expect(at, now),
    })
    pulse = new Pulse(session, {
      address,
      leaseMs: options.leaseMs,
      onError(error) {
        onUnavailable(
          error instanceof Outage ? error.message : String(error instanceof Error ? error.stack : error),
        )
      },
    })
    try {
      await pulse.start()
    } catch (error) {
      await pulse.stop()
      await session.database.close()
      if (!(error instanceof Outage)) throw error
      throw new StoreError('store_unreadable', `The database cannot be used: ${error.message}.`)
    }
    return new PostgresStore(session, pulse, onUnavailable)
  }

  now(): number {
    return this.#pulse.now()
  }

  accept(submissions: readonly Submission[]): Promise<Acceptance | Unavailable> {
    return this.#lent.lend(
      this.#transact((transaction) => accept(this.#session, transaction, submissions)),
      (acceptance) =>
        acceptance.outcome === 'stored'
          ? acceptance.executions.flatMap((one) =>
              one.outcome === 'accepted' && one.lease !== null ? [one.lease] : [],
            )
          : [],
    )
  }

  claim(room: (lane: Lane) => number, limit: number): Promise<readonly Leased[] | Unavailable> {
    return this.#lent.lend(
      this.#perform(() => claim(this.#session, room, limit, ({ message }) => this.#onUnavailable(message))),
      (leased) => leased.map(({ lease }) => lease),
    )
  }

  onDue(wake: () => void): () => void {
    return this.#pulse.onWake(wake)
  }

  begin(lease: Lease, attempt: number): Promise<Written | Unavailable> {
    return this.#perform(() => begin(this.#session, lease, attempt))
  }

  isHeld(lease: Lease): Promise<boolean | Unavailable> {
    return this.#perform(() => isHeld(this.#session, lease))
  }

  async settle(lease: Lease, outcome: Again | Ended): Promise<Written | 'cancelled' | Unavailable> {
    const answer = await this.#transact((transaction) => settle(this.#session, transaction, lease, outcome))
    if (answer === 'written' || answer === 'fenced') this.#lent.end([lease])
    return answer
  }

  async settleCallback(lease: Lease, outcome: CallbackOutcome): Promise<Written | Unavailable> {
    const answer = await this.#transact((transaction) =>
      settleCallback(this.#session, transaction, lease, outcome),
    )
    if (answer !== 'unavailable') this.#lent.end([lease])
    return answer
  }

  async release(leases: readonly Lease[], dueAt: number): Promise<'written' | Unavailable> {
    const answer = await this.#transact((transaction) => release(this.#session, transaction, leases, dueAt))
    if (answer !== 'unavailable') this.#lent.end(leases)
    return answer
  }

  find(name: ExecutionName): Promise<StoredExecution | null | Unavailable> {
    return this.#perform(() => find(this.#session, name))
  }

  async list(
    filter: ListFilter,
    after: string | null,
    limit: number,
  ): Promise<ExecutionPage | 'unknown_place' | Unavailable> {
    const executions: ExecutionSummary[] = []
    let place = after === null ? null : parsePlace(after)
    if (after !== null && place === null) return 'unknown_place'
    for (;;) {
      const from: Place | null = place
      const part = await this.#perform(() => listPart(this.#session, filter, from, limit - executions.length))
      if (part === 'unavailable') return part
      executions.push(...part.executions)
      place = part.next
      if (place === null || executions.length >= limit)
        return { executions, next: place === null ? null : formatPlace(place) }
    }
  }

  cancel(id: string): Promise<Cancellation | Unavailable> {
    return this.#lent.lend(
      this.#transact((transaction) => cancel(this.#session, transaction, id)),
      (cancellation) => (cancellation.outcome === 'withdrawable' ? [cancellation.leased.lease] : []),
    )
  }

  async redrive(filter: RedriveFilter, options: RedriveOptions): Promise<Redrive | Unavailable> {
    const sum = new RedriveSum()
    let place: Place | null = null
    do {
      const from: Place | null = place
      const part: RedrivePart | Unavailable = await this.#transact((transaction) =>
        redrivePart(this.#session, transaction, filter, options, from, sum.redriven),
      )
      if (part === 'unavailable') return part
      sum.add(part)
      place = part.next
    } while (place !== null)
    return sum.read()
  }

  reserve(bucket: string, rate: Rate, wanted: number): Promise<Reservation | Unavailable> {
    return this.#perform(() => reserve(this.#session, bucket, rate, wanted))
  }

  pause(lane: Lane, until: number): Promise<'written' | Unavailable> {
    return this.#transact((transaction) => pause(this.#session, transaction, lane, until))
  }

  prune(): Promise<number | Unavailable> {
    return this.#perform(() => prune(this.#session))
  }

  backlog(): Promise<Backlog | Unavailable> {
    return this.#perform(() => countBacklog(this.#session))
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#lent.close()
    await Promise.allSettled(this.#underWay)
    await this.#pulse.close()
    await this.#session.database.close()
  }

  /** Ends at once, as the end of the process would. What has not been answered may have been done or not. */
  async abort(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#lent.close()
    await this.#pulse.stop()
    await this.#session.database.close()
  }

  #transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T | Unavailable> {
    return this.#perform(() => this.#session.database.transaction(work))
  }

  async #perform<T>(operation: () => Promise<T>): Promise<T | Unavailable> {
    if (this.#isClosed) return this.#deny('closed')
    const underWay = this.#try(operation)
    this.#underWay.add(underWay)
    try {
      return await underWay
    } catch (error) {
      if (error instanceof Outage) return this.#deny(error.message)
      throw error
    } finally {
      this.#underWay.delete(underWay)
    }
  }

  /** Once more, where others have taken this instance for dead. */
  async #try<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return await operation()
    } catch (error) {
      if (!(error instanceof Unregistered)) throw error
      await this.#pulse.sayAlive()
      return await operation()
    }
  }

  #deny(reason: string): Unavailable {
    this.#onUnavailable(reason)
    return 'unavailable'
  }
}
