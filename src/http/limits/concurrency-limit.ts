import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Refusal } from '../problems/problem.ts'
import { ActiveRequest, type Surroundings } from './active-request.ts'
import { askForPieces } from './asked-body.ts'
import { BackgroundHolding } from './background-holding.ts'
import { Pauses } from './pauses.ts'
import { type ReachedLimit, refuseFor, type Shortage } from './reached-limit.ts'
import { ResumeQueue } from './resume-queue.ts'
import { type ShareLimits, Shares } from './shares.ts'
import type { ClientUsage, Usage } from './usage.ts'
import { WaitGroup } from './wait-group.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on routes with a limit, once the request is admitted. */
    active: ActiveRequest | null
  }
}

export interface ConcurrencyOptions extends ShareLimits {
  readonly maxPaused: number
  /** A larger body is refused for its size. */
  readonly maxRequestBytes: number
  /** The number of clients with the right to execute. */
  readonly countClients: () => number
  /** Called when a request, a pause or a response is refused. */
  readonly onReached: (reached: ReachedLimit) => void
}

/**
 * Limits the requests and pauses under way and their memory: in total, per client and per tenant. Refuses a request,
 * if possible, before its body is read.
 */
export class ConcurrencyLimit {
  readonly #options: ConcurrencyOptions
  readonly #shares: Shares
  readonly #underWay = new WaitGroup<ActiveRequest>()
  readonly #waiting = new ResumeQueue()
  readonly #surroundings: Surroundings
  #isStopping = false

  constructor(options: ConcurrencyOptions) {
    this.#options = options
    this.#shares = new Shares(options, options.countClients)
    this.#surroundings = {
      shares: this.#shares,
      pauses: new Pauses(this.#shares, options.maxPaused),
      queue: this.#queue(),
      isStopping: () => this.#isStopping,
      onReached: (limit, { id, owner }) => options.onReached({ limit, requestId: id, ...owner }),
    }
  }

  get usage(): Readonly<Usage> {
    return this.#shares.total
  }

  /** Limits the routes of an app. `request.client` must be set by an earlier hook. */
  limit(app: FastifyInstance): void {
    app.decorateRequest('active', null)
    app.addHook('onRequest', (request, { raw }, done) => {
      const active = this.#letIn(request)
      request.active = active
      // Emitted once, and `once` costs more.
      raw.on('close', () => {
        active.isAwaited = false
        if (!raw.writableFinished) active.cancel()
        this.#leave(active)
      })
      done()
    })
    app.addHook('preParsing', ({ active, headers }, _reply, body, done) => {
      if (active === null || headers['content-length'] !== undefined) done(null, body)
      else
        done(
          null,
          askForPieces(body, (bytes) => this.#check(active.holdPiece(bytes), active)),
        )
    })
    app.addHook('onSend', ({ active }, _reply, payload, done) => {
      // Null if an earlier hook refused the request.
      if (active !== null) {
        active.isBeingDone = false
        this.#leave(active)
      }
      done(null, payload)
    })
  }

  /** Limits the requests per tenant. The tenant comes from the validated body. */
  limitTenants(app: FastifyInstance): void {
    app.addHook('preHandler', ({ active, body }, _reply, done) => {
      if (active === null) throw new TypeError('the app has no limit')
      active.isBeingDone = true
      const { tenant } = body as { readonly tenant?: string } // the body is already validated
      this.#check(active.join(tenant ?? null), active)
      done()
    })
  }

  /** Reserves memory for a body that is about to be parsed, on routes with a limit. */
  holdParsed({ active }: FastifyRequest, json: Uint8Array): void {
    if (active) this.#check(active.holdParsed(json), active)
  }

  /** The refusal of a request that has outgrown its memory. */
  refuseGrowth(active: ActiveRequest): Refusal {
    return this.#refuse(active.shortage ?? { limit: 'memory', of: 'memory' }, active)
  }

  /** The memory of an execution that no client waits for. It must be ended. */
  holdInBackground(): BackgroundHolding {
    return new BackgroundHolding(this.#shares.total, this.#options.maxBytesInFlight)
  }

  /** Ends all pauses, and refuses new ones. */
  stopPauses(): void {
    this.#isStopping = true
    for (const active of this.#underWay) active.endPause()
  }

  /** Aborts the signals of all active requests. What has begun still runs to its end. */
  abandon(): void {
    for (const active of this.#underWay) active.cancel()
  }

  ended(): Promise<void> {
    return this.#underWay.waitForEmpty()
  }

  #letIn(request: FastifyRequest): ActiveRequest {
    const client = this.#shares.findUsage(request.client)
    const active = new ActiveRequest(request.id, client, this.#expectedBytes(request), this.#surroundings)
    this.#check(findHaste(client) ?? active.begin(), active)
    this.#underWay.add(active)
    return active
  }

  #check(shortage: Shortage | null, active: ActiveRequest): void {
    if (shortage !== null) throw this.#refuse(shortage, active)
  }

  #refuse(shortage: Shortage, active: ActiveRequest): Refusal {
    this.#surroundings.onReached(shortage.limit, active)
    return refuseFor(shortage, active.owner)
  }

  /** 0 for a body that is too large, or without a length: nothing of it has been read yet. */
  #expectedBytes({ headers }: FastifyRequest): number {
    const bytes = Number(headers['content-length'] ?? 0)
    return bytes <= this.#options.maxRequestBytes ? bytes : 0
  }

  #queue(): Surroundings['queue'] {
    const noteFreeSlot = () =>
      this.#waiting.resumeThose((holder) => this.#shares.findShortage('active', holder, { more: 1 }) === null)
    return {
      add: (waiting) => {
        this.#waiting.add(waiting)
        noteFreeSlot()
      },
      remove: (waiting) => this.#waiting.remove(waiting),
      noteFreeSlot,
    }
  }

  #leave(active: ActiveRequest): void {
    if (active.isAwaited || active.isBeingDone) return
    active.end()
    this.#underWay.remove(active)
  }
}

function findHaste({ bucket }: ClientUsage): Shortage | null {
  return bucket === null || bucket.take(performance.now()) ? null : { limit: 'rate', of: 'slots' }
}
