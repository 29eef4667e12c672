import pg from 'pg'
import { WakeTimer } from '../store/wake-timer.ts'
import { describeConnection, type PostgresAddress, readBigint } from './database.ts'
import type { Session } from './session.ts'
import { takeOver } from './take-over.ts'

export interface PulseOptions {
  readonly address: PostgresAddress
  /** How long it is believed that an instance lives that has said so. 10 seconds, if not given. */
  readonly leaseMs?: number | undefined
  /** Called with an error that kept a beat from being done. */
  readonly onError: (error: unknown) => void
}

/** How often the database is asked what is due and who is dead. */
const beatMs = 500

/** How long it is believed that an instance lives. It says so four times as often. */
const defaultLeaseMs = 10_000

/** Hints to other instances at most so often: a commit that notifies waits for all others that do. */
const hintMs = 50

/**
 * What an instance does with the store on its own: it says that it lives, ends the leases of those that do not, and wakes when
 * something is due. Hints come at once by NOTIFY; where they are lost, half a second later.
 */
export class Pulse {
  readonly #session: Session
  readonly #options: PulseOptions
  readonly #timer: WakeTimer
  readonly #leaseMs: number
  #aliveAt = 0
  /** Since when each sign of life was written in time, by the clock of this process. */
  #steadySince = Number.POSITIVE_INFINITY
  #nextBeat: NodeJS.Timeout | undefined
  #beating: Promise<void> | null = null
  #listener: pg.Client | null = null
  #lastHint = 0
  #expectedAt = Number.POSITIVE_INFINITY
  /** The time of the database less that of this process. */
  #offset = 0
  #isClosed = false

  constructor(session: Session, options: PulseOptions) {
    this.#session = session
    this.#options = options
    this.#leaseMs = options.leaseMs ?? defaultLeaseMs
    this.#timer = new WakeTimer(() => this.now())
  }

  /** The time of the database, as far as it is known here. */
  now(): number {
    return Math.round(performance.now() + this.#offset)
  }

  onWake(wake: () => void): () => void {
    return this.#timer.onWake(wake)
  }

  /** Takes over at once what belonged to the dead: this may be all there is. */
  async start(): Promise<void> {
    await this.#session.register(this.#leaseMs)
    this.#aliveAt = performance.now()
    await this.#takeOver()
    await this.#look()
    this.#steadySince = performance.now()
    this.#schedule()
  }

  /** Something becomes due, by the time of the database, with a commit at `now`. */
  expect(at: number, now: number): void {
    this.#setTime(now)
    if (at > now) {
      if (at < this.#expectedAt) this.#setTimer(at)
      return
    }
    this.#timer.wake()
    this.#hint()
  }

  /** Says that this instance lives no longer. */
  async close(): Promise<void> {
    await this.stop()
    await this.#session.database
      .rows('UPDATE instances SET alive_until = 0 WHERE id = $1', [this.#session.instance])
      .catch(() => {})
  }

  /** Ends at once, without a word. */
  async stop(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#nextBeat)
    this.#timer.close()
    await this.#beating
    await this.#listener?.end().catch(() => {})
  }

  #schedule(): void {
    if (this.#isClosed) return
    this.#nextBeat = setTimeout(() => {
      this.#beating = this.#beat()
        .catch((error: unknown) => {
          this.#steadySince = Number.POSITIVE_INFINITY
          this.#options.onError(error)
        })
        .finally(() => {
          this.#beating = null
          this.#schedule()
        })
    }, beatMs).unref()
  }

  async #beat(): Promise<void> {
    if (performance.now() - this.#aliveAt >= this.#leaseMs / 4) await this.sayAlive()
    await this.#look()
    if (this.#listener === null) await this.#listen()
  }

  /** Registers anew where others have taken this instance for dead. */
  async sayAlive(): Promise<void> {
    const { database, instance } = this.#session
    const known = await database.rows(
      'UPDATE instances SET alive_until = store_now() + $2 WHERE id = $1 RETURNING id',
      [instance, this.#leaseMs],
    )
    if (known.length === 0) await this.#session.register(this.#leaseMs)
    const at = performance.now()
    if (at - this.#aliveAt > this.#leaseMs || this.#steadySince > at) this.#steadySince = at
    this.#aliveAt = at
  }

  async #look(): Promise<void> {
    const [row] = await this.#session.database.rows(
      `SELECT store_now() AS now,
         EXISTS (SELECT 1 FROM lanes WHERE wakes_at IS NOT NULL AND greatest(wakes_at, paused_until) <= store_now())
           OR EXISTS (SELECT 1 FROM tickets WHERE token IS NULL AND ends_at <= store_now()) AS is_due,
         least(
           (SELECT min(greatest(wakes_at, paused_until)) FROM lanes
            WHERE wakes_at IS NOT NULL AND greatest(wakes_at, paused_until) > store_now()),
           (SELECT min(ends_at) FROM tickets WHERE token IS NULL AND ends_at > store_now())) AS next,
         EXISTS (SELECT 1 FROM instances WHERE alive_until <= store_now() AND id <> $1) AS is_dead`,
      [this.#session.instance],
    )
    this.#setTime(readBigint(row?.now))
    if (row?.next === null) this.#expectedAt = Number.POSITIVE_INFINITY
    else this.#setTimer(readBigint(row?.next))
    if (row?.is_due === true) this.#timer.wake()
    // After an outage all seem to be dead. They get the time to say that they are not.
    if (row?.is_dead === true && performance.now() - this.#steadySince >= this.#leaseMs)
      await this.#takeOver()
  }

  async #takeOver(): Promise<void> {
    await this.#session.database.transaction((transaction) => takeOver(this.#session, transaction))
  }

  #setTime(now: number): void {
    this.#offset = now - performance.now()
  }

  #setTimer(at: number): void {
    this.#expectedAt = at
    this.#timer.set(at)
  }

  async #listen(): Promise<void> {
    const listener = new pg.Client({ ...describeConnection(this.#options.address), query_timeout: 5_000 })
    const lose = () => {
      if (this.#listener === listener) this.#listener = null
    }
    listener.on('error', lose)
    listener.on('end', lose)
    listener.on('notification', ({ payload }) => {
      if (payload !== String(this.#session.instance)) this.#timer.wake()
    })
    try {
      await listener.connect()
      await listener.query(`LISTEN ${channel(this.#options.address)}`)
      this.#listener = listener
    } catch {
      // The next beat tries again.
      await listener.end().catch(() => {})
    }
  }

  #hint(): void {
    const at = performance.now()
    if (this.#listener === null || at - this.#lastHint < hintMs) return
    this.#lastHint = at
    this.#listener
      .query('SELECT pg_notify($1, $2)', [channel(this.#options.address), String(this.#session.instance)])
      .catch(() => {})
  }
}

/** Notifications are for the whole database. */
function channel({ schema }: PostgresAddress): string {
  return `${schema}_due`
}
