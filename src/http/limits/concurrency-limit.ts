import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Refusal } from '../problems/problem.ts'
import { ActiveRequest, type Surroundings } from './active-request.ts'
import { askForPieces } from './asked-body.ts'
import { Pauses } from './pauses.ts'
import { type ReachedLimit, refuseFor, type Shortage } from './reached-limit.ts'
import { ResumeQueue } from './resume-queue.ts'
import { type ShareLimits, Shares } from './shares.ts'
import type { ClientUsage, Usage } from './usage.ts'
import { WaitGroup } from './wait-group.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** On routes with a limit, once the request was let in. */
    active: ActiveRequest | null
  }
}

/** How much may be under way at once. */
export interface ConcurrencyOptions extends ShareLimits {
  readonly maxPaused: number
  /** Larger bodies are refused for their size. */
  readonly maxRequestBytes: number
  /** How many clients there are that may execute. */
  readonly countClients: () => number
  /** Told when a request, a pause or a response is turned away. */
  readonly onReached: (reached: ReachedLimit) => void
}

/**
 * What is under way: how many requests, how many pauses, how much memory; of all, of each client and of each tenant. One too
 * many is refused, where possible before its body is read.
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

  /** What all requests take up now. */
  get usage(): Readonly<Usage> {
    return this.#shares.total
  }

  /** Limits the routes of an app. `request.client` has to be there before. */
  limit(app: FastifyInstance): void {
    app.decorateRequest('active', null)
    app.addHook('onRequest', (request, { raw }, done) => {
      const active = this.#letIn(request)
      request.active = active
      // It closes once, and `once` is dear.
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
      // There is none where the request was refused before.
      if (active !== null) {
        active.isBeingDone = false
        this.#leave(active)
      }
      done(null, payload)
    })
  }

  /** Limits what each tenant has under way. Which tenant it is stands in the body, which has been checked. */
  limitTenants(app: FastifyInstance): void {
    app.addHook('preHandler', ({ active, body }, _reply, done) => {
      if (active === null) throw new TypeError('the app has no limit')
      active.isBeingDone = true
      const { tenant } = body as { readonly tenant?: string } // the schema has been followed
      this.#check(active.join(tenant ?? null), active)
      done()
    })
  }

  /** Takes memory for a body that is about to be parsed, where there is a limit. */
  holdParsed({ active }: FastifyRequest, json: Uint8Array): void {
    if (active) this.#check(active.holdParsed(json), active)
  }

  /** What is said of a request that has become more than there is memory for. */
  refuseGrowth(active: ActiveRequest): Refusal {
    return this.#refuse(active.shortage ?? { limit: 'memory', of: 'memory' }, active)
  }

  /** Ends all pauses, and lets none begin. */
  stopPauses(): void {
    this.#isStopping = true
    for (const active of this.#underWay) active.endPause()
  }

  /** Lets nothing more be begun; what has begun ends. */
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

  /** What is too large, or has no length, takes up nothing before it is read. */
  #expectedBytes({ headers }: FastifyRequest): number {
    const bytes = Number(headers['content-length'] ?? 0)
    return bytes <= this.#options.maxRequestBytes ? bytes : 0
  }

  #queue(): Surroundings['queue'] {
    const noteFreePlace = () =>
      this.#waiting.resumeThose((holder) => this.#shares.findShortage('active', holder, { more: 1 }) === null)
    return {
      add: (waiting) => {
        this.#waiting.add(waiting)
        noteFreePlace()
      },
      remove: (waiting) => this.#waiting.remove(waiting),
      noteFreePlace,
    }
  }

  #leave(active: ActiveRequest): void {
    if (active.isAwaited || active.isBeingDone) return
    active.end()
    this.#underWay.remove(active)
  }
}

function findHaste({ bucket }: ClientUsage): Shortage | null {
  return bucket === null || bucket.take(performance.now()) ? null : { limit: 'rate', of: 'places' }
}
