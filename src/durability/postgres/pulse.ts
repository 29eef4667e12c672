import { setTimeout as wait } from 'node:timers/promises'
import type { ConnectionPause } from '../store/pause-store.ts'
import { WakeTimer } from '../store/wake-timer.ts'
import { type PostgresAddress, readBigint } from './database.ts'
import { Lifeline } from './lifeline.ts'
import { KnownPauses, maxPauses } from './pauses.ts'
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

/** A start waits no longer for what belonged to the dead: others may hold locks on it. */
const startMs = 3_000

/** Hints to other instances at most so often: a commit that notifies waits for all others that do. */
const hintMs = 50

/**
 * What an instance does with the store on its own: it says that it lives, ends the leases of those that do not, and wakes when
 * something is due. Hints come at once by NOTIFY; where they are lost, half a second later.
 */
export class Pulse {
  readonly pauses = new KnownPauses()
  readonly #session: Session
  readonly #options: PulseOptions
  readonly #timer: WakeTimer
  readonly #lifeline: Lifeline
  readonly #leaseMs: number
  #aliveAt = 0
  /** Since when each sign of life was written in time, by the clock of this process. */
  #steadySince = Number.POSITIVE_INFINITY
  #nextBeat: NodeJS.Timeout | undefined
  #beating: Promise<void> | null = null
  #takingOver: Promise<void> | null = null
  #saying: Promise<void> | null = null
  #lastHint = 0
  #isHeeding = false
  #hasHeard = false
  #expectedAt = Number.POSITIVE_INFINITY
  /** The time of the database less that of this process. */
  #offset = 0
  #isClosed = false

  constructor(session: Session, options: PulseOptions) {
    this.#session = session
    this.#options = options
    this.#leaseMs = options.leaseMs ?? defaultLeaseMs
    this.#timer = new WakeTimer(() => this.now())
    this.#lifeline = new Lifeline(options.address, {
      due: (from) => {
        if (from !== String(session.instance)) this.#timer.wake()
      },
      paused: () => void this.#heed(),
    })
  }

  /** The time of the database, as far as it is known here. */
  now(): number {
    return Math.round(performance.now() + this.#offset)
  }

  onWake(wake: () => void): () => void {
    return this.#timer.onWake(wake)
  }

  /** Takes over at once what belonged to the dead: this may be all there is. Where that fails, a beat does it. */
  async start(): Promise<void> {
    await this.#register()
    this.#aliveAt = performance.now()
    this.#beginTakingOver()
    const isOver = new AbortController()
    await Promise.race([
      this.#takingOver,
      wait(startMs, undefined, { signal: isOver.signal }).catch(() => {}),
    ])
    isOver.abort()
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
    await this.#takingOver
    await this.#lifeline.close()
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
  }

  /** Registers anew where others have taken this instance for dead: once, however many ask at the same time. */
  async sayAlive(): Promise<void> {
    this.#saying ??= this.#sayAlive().finally(() => {
      this.#saying = null
    })
    await this.#saying
  }

  async #sayAlive(): Promise<void> {
    const known = await this.#lifeline.rows(
      'UPDATE instances SET alive_until = store_now() + $2 WHERE id = $1 RETURNING id',
      [this.#session.instance, this.#leaseMs],
    )
    if (known.length === 0) await this.#register()
    const at = performance.now()
    if (at - this.#aliveAt > this.#leaseMs || this.#steadySince > at) this.#steadySince = at
    this.#aliveAt = at
  }

  /** From now on others know this instance, under a new number. */
  async #register(): Promise<void> {
    const [row] = await this.#lifeline.rows(
      'INSERT INTO instances (alive_until) VALUES (store_now() + $1) RETURNING id',
      [this.#leaseMs],
    )
    this.#session.instance = readBigint(row?.id)
  }

  /** Looks before the next beat. What is heard meanwhile is looked at together. */
  async #heed(): Promise<void> {
    this.#hasHeard = true
    if (this.#isHeeding) return
    this.#isHeeding = true
    try {
      while (this.#hasHeard && !this.#isClosed) {
        this.#hasHeard = false
        await this.#look()
      }
    } catch {
      // The next beat says so.
    } finally {
      this.#isHeeding = false
    }
  }

  async #look(): Promise<void> {
    const [row] = await this.#lifeline.rows(
      `SELECT store_now() AS now,
         EXISTS (SELECT 1 FROM lanes WHERE wakes_at IS NOT NULL AND greatest(wakes_at, paused_until) <= store_now())
           OR EXISTS (SELECT 1 FROM tickets WHERE token IS NULL AND ends_at <= store_now()) AS is_due,
         least(
           (SELECT min(greatest(wakes_at, paused_until)) FROM lanes
            WHERE wakes_at IS NOT NULL AND greatest(wakes_at, paused_until) > store_now()),
           (SELECT min(ends_at) FROM tickets WHERE token IS NULL AND ends_at > store_now())) AS next,
         EXISTS (SELECT 1 FROM instances WHERE alive_until <= store_now() AND id <> $1) AS is_dead,
         (SELECT json_agg(p) FROM (
            SELECT connection, until FROM pauses WHERE until > store_now() ORDER BY until DESC LIMIT $2) p) AS pauses`,
      [this.#session.instance, maxPauses],
    )
    this.#setTime(readBigint(row?.now))
    this.pauses.learn((row?.pauses ?? []) as readonly ConnectionPause[])
    if (row?.next === null) this.#expectedAt = Number.POSITIVE_INFINITY
    else this.#setTimer(readBigint(row?.next))
    if (row?.is_due === true) this.#timer.wake()
    // After an outage all seem to be dead. They get the time to say that they are not.
    if (row?.is_dead === true && performance.now() - this.#steadySince >= this.#leaseMs)
      this.#beginTakingOver()
  }

  /** No beat waits for it. */
  #beginTakingOver(): void {
    this.#takingOver ??= this.#session.database
      .transaction((transaction) => takeOver(this.#session, transaction))
      .then(() => {}, this.#options.onError)
      .finally(() => {
        this.#takingOver = null
      })
  }

  #setTime(now: number): void {
    this.#offset = now - performance.now()
  }

  #setTimer(at: number): void {
    this.#expectedAt = at
    this.#timer.set(at)
  }

  #hint(): void {
    const at = performance.now()
    if (at - this.#lastHint < hintMs) return
    this.#lastHint = at
    this.#lifeline.hint(this.#session.instance)
  }
}
