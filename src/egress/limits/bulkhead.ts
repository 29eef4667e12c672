import type { Failure } from '../../contract/failure.ts'
import { EgressError } from '../call/egress-error.ts'

/** Limits per key. */
export interface BulkheadLimits {
  /** Calls that may be under way at once. */
  readonly maxPerHost: number
  /** Calls that may wait for one of these to end. */
  readonly maxQueuePerHost: number
}

interface Turn extends PromiseWithResolvers<void> {
  /** Permits that may be in use with this one. */
  readonly max: number
}

/** Calls that wait for a permit, in the order in which they came. */
type Queue = Set<Turn>

/** Bounds how many calls of one key are under way at once. More wait in order, up to a bound. Keys do not affect each other. */
export class Bulkhead {
  readonly #limits: BulkheadLimits
  /** Permits in use by key; a key without any is left out. */
  readonly #used = new Map<string, number>()
  /** Calls that wait by key; a key without any is left out. */
  readonly #queues = new Map<string, Queue>()
  #waiting = 0

  constructor(limits: BulkheadLimits) {
    this.#limits = limits
  }

  /** Calls that wait, all keys together. */
  get waiting(): number {
    return this.#waiting
  }

  /** Calls that wait for a permit of a key. */
  waitingFor(key: string): number {
    return this.#queues.get(key)?.size ?? 0
  }

  /** Permits of a key in use. */
  countUsed(key: string): number {
    return this.#used.get(key) ?? 0
  }

  /**
   * Returns a permit, granted or to wait for, which must be released in either case. Null if the queue is full. `max`: in place
   * of `maxPerHost`; it may differ from call to call.
   */
  acquire(key: string, max = this.#limits.maxPerHost): Permit | null {
    const used = this.#used.get(key) ?? 0
    if (used >= max) return this.#enqueue(key, max)
    this.#used.set(key, used + 1)
    return new Permit(null, () => this.#handOver(key))
  }

  #enqueue(key: string, max: number): Permit | null {
    const queue = this.#queues.get(key) ?? new Set()
    if (queue.size === this.#limits.maxQueuePerHost) return null
    const turn = { ...Promise.withResolvers<void>(), max }
    this.#queues.set(key, queue.add(turn))
    this.#waiting += 1
    return new Permit(turn.promise, () => {
      if (this.#leaveQueue(key, turn)) turn.reject(new EgressError('EGRESS_STOPPED'))
      else this.#handOver(key)
    })
  }

  /** The permit goes to the next call directly, so that no later call can overtake it. */
  #handOver(key: string): void {
    const [next] = this.#queues.get(key) ?? []
    const used = this.#used.get(key) ?? 0
    if (next !== undefined && used <= next.max) {
      this.#leaveQueue(key, next)
      next.resolve()
      return
    }
    if (used > 1) this.#used.set(key, used - 1)
    else this.#used.delete(key)
  }

  #leaveQueue(key: string, turn: Turn): boolean {
    const queue = this.#queues.get(key)
    const wasWaiting = queue?.delete(turn) ?? false
    if (wasWaiting) this.#waiting -= 1
    if (queue?.size === 0) this.#queues.delete(key)
    return wasWaiting
  }
}

/** The right to one call under way, counted by holders: the call itself, and every socket that it has opened. */
export class Permit {
  /**
   * Resolves when the permit is granted, rejects if it is released before. Null for a permit that was granted at
   * once.
   */
  readonly turn: Promise<void> | null
  /** Why a wait for it has no end, if that is not the number of calls under way. */
  readonly explain: (() => Failure | null) | null
  readonly #handOver: () => void
  #holders = 1

  constructor(
    turn: Promise<void> | null,
    handOver: () => void,
    explain: (() => Failure | null) | null = null,
  ) {
    this.turn = turn
    this.#handOver = handOver
    this.explain = explain
  }

  /** Adds a holder, unless all holders have released the permit. */
  hold(): void {
    this.#holders += 1
  }

  /** Removes a holder. The last one hands the permit over. */
  release(): void {
    this.#holders -= 1
    if (this.#holders === 0) this.#handOver()
  }
}
