import { setTimeout as wait } from 'node:timers/promises'
import type {
  ExecutionStore,
  Lane,
  Leased,
  LeasedCallback,
  LeasedExecution,
} from '../store/execution-store.ts'
import { Rooms } from './rooms.ts'

/** How the host was in an attempt. `failed`: it gave no answer, or one after which the attempt is made again. `unknown`: nothing was sent. */
export type HostState = 'well' | 'failed' | 'unknown'

export interface DispatcherOptions {
  readonly store: ExecutionStore
  /** Executions and callbacks under way at most. */
  readonly maxRunning: number
  /** Of them to one host and port. */
  readonly maxPerHost: number
  /** Makes one attempt. Rejects on a bug, after it has seen to the lease. */
  readonly execute: (leased: LeasedExecution) => Promise<HostState>
  readonly callBack: (leased: LeasedCallback) => Promise<HostState>
  readonly onError: (error: unknown) => void
}

/** Leases that one claim asks for: what is claimed is in memory. */
const claimedAtOnce = 32

/** The pause after a claim that was not answered. */
const troubledMs = 1_000

/**
 * For how long a failed attempt has a place at the host, counted from its beginning. Otherwise a dead host that refuses at once would
 * get all the attempts that the process can make, and the others would wait for them.
 */
const failedMs = 2_000

/** Claims what is due as far as there is room, and has it executed. */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #rooms: Rooms
  readonly #running = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  readonly #stopWaking: () => void
  #claiming: Promise<void> | null = null
  #isWanted = false

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#rooms = new Rooms({ atMost: options.maxRunning, perHost: options.maxPerHost })
    this.#stopWaking = options.store.onDue(() => this.wake())
    this.wake()
  }

  /** Executions and callbacks under way. */
  get running(): number {
    return this.#rooms.running
  }

  wake(): void {
    if (this.#stopping.signal.aborted) return
    this.#isWanted = true
    this.#claiming ??= this.#claimAll().finally(() => {
      this.#claiming = null
      if (this.#isWanted) this.wake()
    })
  }

  /** Claims nothing more. Resolves when all that was claimed has been seen to. */
  async drain(): Promise<void> {
    this.#stopping.abort()
    this.#stopWaking()
    await this.#claiming
    await Promise.all(this.#running)
  }

  async #claimAll(): Promise<void> {
    while (this.#isWanted && this.#rooms.free > 0 && !this.#stopping.signal.aborted) {
      this.#isWanted = false
      if ((await this.#claim()) > 0) this.#isWanted = true
    }
    // Whatever ends next wakes again.
    if (this.#rooms.free <= 0) this.#isWanted = false
  }

  async #claim(): Promise<number> {
    const { store, onError } = this.#options
    try {
      const leased = await store.claim(this.#rooms.offer(), Math.min(claimedAtOnce, this.#rooms.free))
      if (leased !== 'unavailable') {
        for (const one of leased) this.#run(one)
        return leased.length
      }
    } catch (error) {
      onError(error)
    }
    await wait(troubledMs, undefined, { signal: this.#stopping.signal }).catch(() => {})
    this.#isWanted = true
    return 0
  }

  #run(leased: Leased): void {
    const { execute, callBack, onError } = this.#options
    const { lane } = leased.execution
    const began = performance.now()
    this.#rooms.take(lane)
    const work = leased.purpose === 'execution' ? execute(leased) : callBack(leased)
    const running: Promise<void> = work.catch(onError).then((host) => {
      this.#running.delete(running)
      const heldMs = host === 'failed' ? failedMs - (performance.now() - began) : 0
      if (heldMs > 0) this.#hold(lane, heldMs)
      else if (host === 'well') this.#rooms.giveAll(lane)
      else this.#rooms.give(lane)
      this.wake()
    })
    this.#running.add(running)
  }

  #hold(lane: Lane, ms: number): void {
    const give = this.#rooms.hold(lane)
    setTimeout(() => {
      give()
      this.wake()
    }, ms).unref()
  }
}
