import { EgressError } from './egress-error.ts'

/** Per lane. */
export interface PlaceLimits {
  /** Calls that may be under way at once. */
  readonly maxPerHost: number
  /** Calls that may wait for one of these to end. */
  readonly maxQueuePerHost: number
}

/** Those of a lane in which something is under way; of the others nothing is kept. */
interface Occupancy {
  taken: number
  /** In the order in which they came. */
  readonly queue: Set<PromiseWithResolvers<void>>
}

/** So many calls of a lane are under way at once; the next ones wait in order. Lanes do not wait for each other. */
export class Places {
  readonly #limits: PlaceLimits
  readonly #lanes = new Map<string, Occupancy>()
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
    const { maxPerHost, maxQueuePerHost } = this.#limits
    const occupancy = this.#lanes.get(lane) ?? this.#enter(lane)
    if (occupancy.taken === maxPerHost)
      return occupancy.queue.size < maxQueuePerHost ? this.#queue(lane, occupancy) : null
    occupancy.taken += 1
    return new Place(null, () => this.#giveOn(lane, occupancy))
  }

  #enter(lane: string): Occupancy {
    const occupancy = { taken: 0, queue: new Set<PromiseWithResolvers<void>>() }
    this.#lanes.set(lane, occupancy)
    return occupancy
  }

  #queue(lane: string, occupancy: Occupancy): Place {
    const turn = Promise.withResolvers<void>()
    occupancy.queue.add(turn)
    this.#waiting += 1
    return new Place(turn.promise, () => {
      if (this.#leaveQueue(occupancy, turn)) turn.reject(new EgressError('EGRESS_STOPPED'))
      else this.#giveOn(lane, occupancy)
    })
  }

  /** It goes from hand to hand, so that nobody can slip in between. */
  #giveOn(lane: string, occupancy: Occupancy): void {
    const [next] = occupancy.queue
    if (next !== undefined) {
      this.#leaveQueue(occupancy, next)
      next.resolve()
      return
    }
    occupancy.taken -= 1
    if (occupancy.taken === 0) this.#lanes.delete(lane)
  }

  #leaveQueue({ queue }: Occupancy, turn: PromiseWithResolvers<void>): boolean {
    const wasWaiting = queue.delete(turn)
    if (wasWaiting) this.#waiting -= 1
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
