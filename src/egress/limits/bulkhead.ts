import { EgressError } from '../call/egress-error.ts'

/** Per lane. */
export interface PlaceLimits {
  /** Calls that may be under way at once. */
  readonly maxPerHost: number
  /** Calls that may wait for one of these to end. */
  readonly maxQueuePerHost: number
}

/** Calls that wait for a place, in the order in which they came. */
type Queue = Set<PromiseWithResolvers<void>>

/** So many calls of a lane are under way at once; the next ones wait in order. Lanes do not wait for each other. */
export class Places {
  readonly #limits: PlaceLimits
  /** Of the lanes in which something is under way; of the others nothing is kept. */
  readonly #taken = new Map<string, number>()
  /** Of the lanes in which somebody waits. */
  readonly #queues = new Map<string, Queue>()
  #waiting = 0

  constructor(limits: PlaceLimits) {
    this.#limits = limits
  }

  /** Calls that wait, all lanes together. */
  get waiting(): number {
    return this.#waiting
  }

  /** A place, or one to wait for, which has to be let go of in either case. Null where too many wait already. */
  take(lane: string): Place | null {
    const taken = this.#taken.get(lane) ?? 0
    if (taken === this.#limits.maxPerHost) return this.#queue(lane)
    this.#taken.set(lane, taken + 1)
    return new Place(null, () => this.#giveOn(lane))
  }

  #queue(lane: string): Place | null {
    const queue = this.#queues.get(lane) ?? new Set()
    if (queue.size === this.#limits.maxQueuePerHost) return null
    const turn = Promise.withResolvers<void>()
    this.#queues.set(lane, queue.add(turn))
    this.#waiting += 1
    return new Place(turn.promise, () => {
      if (this.#leaveQueue(lane, turn)) turn.reject(new EgressError('EGRESS_STOPPED'))
      else this.#giveOn(lane)
    })
  }

  /** It goes from hand to hand, so that nobody can slip in between. */
  #giveOn(lane: string): void {
    const [next] = this.#queues.get(lane) ?? []
    if (next !== undefined) {
      this.#leaveQueue(lane, next)
      next.resolve()
      return
    }
    const taken = this.#taken.get(lane) ?? 0
    if (taken > 1) this.#taken.set(lane, taken - 1)
    else this.#taken.delete(lane)
  }

  #leaveQueue(lane: string, turn: PromiseWithResolvers<void>): boolean {
    const queue = this.#queues.get(lane)
    const wasWaiting = queue?.delete(turn) ?? false
    if (wasWaiting) this.#waiting -= 1
    if (queue?.size === 0) this.#queues.delete(lane)
    return wasWaiting
  }
}

/** One place in a lane. Whoever took it holds it; it is given on when nobody holds it any more. */
export class Place {
  /** Rejects where it is let go of before it was there. Null where there is nothing to wait for. */
  readonly turn: Promise<void> | null
  readonly #giveOn: () => void
  #holders = 1

  constructor(turn: Promise<void> | null, giveOn: () => void) {
    this.turn = turn
    this.#giveOn = giveOn
  }

  /** For one more, while somebody holds it. */
  hold(): void {
    this.#holders += 1
  }

  letGo(): void {
    this.#holders -= 1
    if (this.#holders === 0) this.#giveOn()
  }
}
