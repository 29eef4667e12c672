import type { Pauses } from '../egress/limits/target-pauses.ts'
import type { PauseStore } from './store/pause-store.ts'

export interface SharedPausesOptions {
  readonly store: PauseStore
  /** The time of the store. */
  readonly storeNow: () => number
  /** The pauses of this instance, all that it is told of included. They are bounded there. */
  readonly own: Pauses
  /** The clock of `own`. */
  readonly now: () => number
  /** Called when a pause begins that another instance was asked for. */
  readonly onLearn: (pause: { readonly connection: string; readonly pauseMs: number }) => void
}

/** Others learn too late of a pause that is over sooner, in milliseconds. */
const shortestMs = 50

/** Calls that were under way together are answered together, and each answer may lengthen the pause: these are one write. */
const gapMs = 100

/** How long the store is left alone that could not be asked. */
const troubledMs = 1_000

/**
 * Pauses that all instances share. A pause holds in this instance at once; then it is written to the store, for the others. No call waits for
 * the store: what others have written is known here.
 */
export class SharedPauses implements Pauses {
  readonly #options: SharedPausesOptions
  /** When pauses end that are still to be written, by the name of the connection. */
  readonly #unsaved = new Map<string, number>()
  #isSaving = false

  constructor(options: SharedPausesOptions) {
    this.#options = options
    const { store, storeNow, own, now, onLearn } = options
    store.onPause(({ connection, until }) => {
      const pauseMs = own.pause(connection, now() + until - storeNow())
      if (pauseMs !== null) onLearn({ connection, pauseMs })
    })
  }

  get isEmpty(): boolean {
    return this.#options.own.isEmpty
  }

  until(lane: string): number {
    return this.#options.own.until(lane)
  }

  pause(lane: string, until: number): number | null {
    const { own } = this.#options
    const before = own.until(lane)
    const pauseMs = own.pause(lane, until)
    const end = own.until(lane)
    if (end > before) {
      this.#unsaved.set(lane, end)
      if (!this.#isSaving) void this.#saveAll()
    }
    return pauseMs
  }

  async #saveAll(): Promise<void> {
    this.#isSaving = true
    const isWritten = await this.#save()
    const next = () => {
      this.#isSaving = false
      if (this.#unsaved.size > 0) void this.#saveAll()
    }
    setTimeout(next, isWritten ? gapMs : troubledMs).unref()
  }

  async #save(): Promise<boolean> {
    const { store, storeNow, now } = this.#options
    const pauses = [...this.#unsaved].filter(([, end]) => end - now() >= shortestMs)
    this.#unsaved.clear()
    if (pauses.length === 0) return true
    const answer = await store.save(
      pauses.map(([connection, end]) => ({ connection, until: Math.ceil(storeNow() + end - now()) })),
    )
    if (answer === 'written') return true
    for (const [lane, end] of pauses) this.#unsaved.set(lane, Math.max(end, this.#unsaved.get(lane) ?? 0))
    return false
  }
}
