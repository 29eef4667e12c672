import type { Failure } from '../../contract/failure.ts'
import { type CallLimits, type Rate, smallerLimits } from '../../webhook/limits.ts'
import { minAttemptMs } from '../../webhook/retry.ts'
import { formatTarget, type Target } from '../policy/address-policy.ts'
import { Bulkhead, Permit } from './bulkhead.ts'
import type { HostLimitsSource } from './host-limits.ts'
import { NotAdmitted } from './not-admitted.ts'
import type { Pauses } from './target-pauses.ts'
import type { TokenSource } from './token-buckets.ts'

/** The connection of a call. */
export interface CallConnection {
  readonly name: string
  readonly limits: CallLimits | null
}

/** A bucket of tokens, and the limits that hold for it. */
interface Bucket extends CallLimits {
  readonly name: string
}

/** All that limits a call, beside `MAX_PER_HOST`. */
export interface LimitsOfCall {
  readonly own: Bucket
  /** That of all tenants together. */
  readonly ceiling: Bucket | null
  /** The lane whose pauses hold, or null. */
  readonly lane: string | null
}

/** What a call shares with others that have the same target and tenant. */
interface CallKey extends Target {
  readonly lane: string
}

/** A call that wants to begin. */
export interface Applicant {
  readonly key: CallKey
  readonly limits: LimitsOfCall
  /** By the clock of the admission. */
  readonly endsAt: number
}

export interface AdmissionOptions {
  /** The permits of `MAX_PER_HOST`. */
  readonly bulkhead: Bulkhead
  readonly tokens: TokenSource
  readonly pauses: Pauses
  /** Null without LIMITS_FILE. */
  readonly hostLimits: HostLimitsSource | null
  /** Calls that may wait, per bucket. */
  readonly maxQueuePerHost: number
  /** Failure of a call for which all permits of `MAX_PER_HOST` and its queue are taken. */
  readonly queueFull: (target: Target) => Failure
  /** Monotonic, in milliseconds. */
  readonly now: () => number
}

const unbounded = { maxPerHost: 1, maxQueuePerHost: Number.POSITIVE_INFINITY }

/**
 * Lets calls begin as their limits allow, in order of arrival. Only the first call of a bucket waits for anything but its turn,
 * so that the others hold nothing that calls of other buckets could use. A token is taken when all else is there and the call
 * begins: a call that gives up while it waits has taken none.
 */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #turns = new Bulkhead(unbounded)
  readonly #slots = new Bulkhead(unbounded)
  #waiting = 0

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  /** Calls that wait for their turn, a token or the end of a pause. */
  get waiting(): number {
    return this.#waiting
  }

  /** The limits of a call; null if there are none, which is found out without a lookup where none are set. */
  find(target: Target, tenant: string | null, connection: CallConnection | null): LimitsOfCall | null {
    const { hostLimits, pauses } = this.#options
    const lines = hostLimits?.current ?? null
    if (lines === null && (connection === null || (connection.limits === null && pauses.isEmpty))) return null
    const ofHost = lines?.find(target)
    const limits = smallerLimits(connection?.limits ?? null, ofHost?.own ?? null)
    const ceiling = ofHost?.ceiling ?? null
    const lane = connection?.name ?? null
    if (limits === null && ceiling === null && (lane === null || pauses.isEmpty)) return null
    const place = `${target.host}:${target.port}`
    return {
      own: { ...(limits ?? noLimits), name: nameBucket(place, tenant, lane) },
      ceiling: ceiling === null ? null : { ...ceiling, name: place },
      lane,
    }
  }

  /** Returns a permit, granted or to wait for, which must be released in either case; or why the call cannot begin in time. */
  enter(applicant: Applicant): Permit | Failure {
    const { own } = applicant.limits
    const ahead = this.#turns.countUsed(own.name) + this.#turns.waitingFor(own.name)
    const refusal = this.refuse(applicant, ahead)
    if (refusal !== null) return refusal
    const passage = new Passage(applicant, this, () => {
      this.#waiting -= 1
    })
    this.#waiting += 1
    passage.advance()
    const mustWait = passage.isWaiting
    const isFull = mustWait && ahead >= this.#options.maxQueuePerHost
    const failure = passage.failure ?? (isFull ? this.#full(applicant) : null)
    if (failure === null)
      return new Permit(
        mustWait ? passage.through : null,
        () => passage.leave(),
        () => this.explain(applicant, passage.waitedFor),
      )
    passage.leave()
    return failure
  }

  /** Why a call cannot begin in its time, with this many of its bucket before it. Null if it may. */
  refuse({ limits, endsAt, key }: Applicant, ahead: number): Failure | null {
    return this.#findWait({ limits, key }, ahead + 1, endsAt - minAttemptMs)
  }

  /** Why the time of a call ran out while it waited, if a pause, a rate or `concurrent` is the reason. */
  explain(applicant: Applicant, waitedFor: Wait): Failure | null {
    const { limits, key } = applicant
    const held = this.#findWait({ limits, key }, 1, 0)
    const isHostFull = waitedFor === 'turn' && this.#options.bulkhead.waitingFor(key.lane) > 0
    if (held !== null || waitedFor === 'host' || isHostFull) return held
    const full = this.#findFull(applicant, waitedFor)
    if (full !== null) return crowded('queue_timeout', key, limits.lane, full)
    // A timer may fire late, and then the token is there when the time is over.
    const rate = limits.own.rate ?? limits.ceiling?.rate ?? null
    if (rate !== null) return rateLimited(key, rate, 1_000 / rate.perSecond)
    return waitedFor === 'rate' ? targetPaused(key, 1, limits.lane) : null
  }

  /** The `concurrent` that a call waits for. Its turn it waits for with all that the calls before it wait for. */
  #findFull({ limits: { own, ceiling } }: Applicant, waitedFor: Wait): number | null {
    if (waitedFor === 'slot') return own.concurrent
    if (waitedFor === 'ceiling') return ceiling?.concurrent ?? null
    if (waitedFor !== 'turn') return null
    for (const bucket of ceiling === null ? [own] : [own, ceiling])
      if (bucket.concurrent !== null && this.#slots.countUsed(bucket.name) >= bucket.concurrent)
        return bucket.concurrent
    return null
  }

  /** The pause that ends, or the rate that grants so many tokens, neither now nor by `latest`. */
  #findWait(
    { limits, key }: Pick<Applicant, 'limits' | 'key'>,
    count: number,
    latest: number,
  ): Failure | null {
    const { own, ceiling, lane } = limits
    const paused = this.pausedUntil(lane)
    if (paused > Math.max(this.now(), latest)) return targetPaused(key, paused - this.now(), lane)
    for (const bucket of ceiling === null ? [own] : [own, ceiling]) {
      const at = this.availableAt(bucket, count)
      // A bucket that has the tokens says the time at which it was asked.
      if (bucket.rate !== null && at > Math.max(this.now(), latest))
        return rateLimited(key, bucket.rate, at - this.now())
    }
    return null
  }

  #full(applicant: Applicant): Failure {
    const { limits, key } = applicant
    const held = this.#findWait({ limits, key }, 1, 0)
    if (held !== null) return held
    const full = this.#findFull(applicant, 'turn')
    return full === null ? this.#options.queueFull(key) : crowded('queue_full', key, limits.lane, full)
  }

  pausedUntil(lane: string | null): number {
    return lane === null ? 0 : this.#options.pauses.until(lane)
  }

  /** When so many tokens of a bucket are there; 0 for a bucket without a rate. */
  availableAt({ name, rate }: Bucket, count: number): number {
    return rate === null ? 0 : this.#options.tokens.availableAt(name, rate, count)
  }

  takeToken({ name, rate }: Bucket): boolean {
    return rate === null || this.#options.tokens.reserve(name, rate, 1).granted === 1
  }

  enterTurn(bucket: Bucket): Permit {
    return granted(this.#turns.acquire(bucket.name))
  }

  enterSlot({ name, concurrent }: Bucket): Permit | null {
    return concurrent === null ? null : granted(this.#slots.acquire(name, concurrent))
  }

  enterHost(key: CallKey): Permit | Failure {
    return this.#options.bulkhead.acquire(key.lane) ?? this.#options.queueFull(key)
  }

  now(): number {
    return this.#options.now()
  }
}

/** What a call waits for: calls of its bucket, a permit of its own limits or of the ceiling, one of `MAX_PER_HOST`, or a point in time. */
type Wait = 'turn' | 'slot' | 'ceiling' | 'host' | 'rate'

const noLimits: CallLimits = { rate: null, concurrent: null }

/** A connection has one bucket for all tenants. Names of connections and tenants have neither slash nor colon. */
function nameBucket(place: string, tenant: string | null, connection: string | null): string {
  return connection === null ? `${place}/${tenant ?? ''}` : `/${connection}`
}

function granted(permit: Permit | null): Permit {
  if (permit === null) throw new TypeError('a queue without a bound is never full')
  return permit
}

/** The way of one call through its limits. */
class Passage {
  readonly #applicant: Applicant
  readonly #admission: Admission
  readonly #onThrough: () => void
  readonly #through = Promise.withResolvers<void>()
  readonly #steps: Generator<Promise<void>, void>
  /** Permits that the call keeps to its end. */
  readonly #kept: Permit[] = []
  /** Turns that it hands over when it begins. */
  readonly #turns: Permit[] = []
  #timer: NodeJS.Timeout | undefined
  #waitedFor: Wait | null = null
  #state: 'waiting' | 'through' | 'over' = 'waiting'
  #failure: Failure | null = null

  constructor(applicant: Applicant, admission: Admission, onThrough: () => void) {
    this.#applicant = applicant
    this.#admission = admission
    this.#onThrough = onThrough
    this.#steps = this.#walk()
    this.#through.promise.catch(() => {})
  }

  get isWaiting(): boolean {
    return this.#state === 'waiting'
  }

  /** What it waits for, or has waited for last. */
  get waitedFor(): Wait {
    return this.#waitedFor ?? 'turn'
  }

  /** Why the call cannot begin. */
  get failure(): Failure | null {
    return this.#failure
  }

  /** Resolves when the call may begin. Rejects if it leaves before, or cannot begin in its time. */
  get through(): Promise<void> {
    return this.#through.promise
  }

  /** Goes on until the call begins, or has to wait. */
  advance = (): void => {
    if (this.#state !== 'waiting' || this.#failure !== null) return
    try {
      const { done, value } = this.#steps.next()
      if (done) this.#begin()
      else value.then(this.advance, () => {})
    } catch (error) {
      if (error instanceof NotAdmitted) this.#failure = error.failure
      this.#through.reject(error)
    }
  };

  *#walk(): Generator<Promise<void>, void> {
    const { limits, key } = this.#applicant
    const { own, ceiling } = limits
    const admission = this.#admission
    yield* this.#hold(admission.enterTurn(own), this.#turns, 'turn')
    yield* this.#hold(admission.enterSlot(own), this.#kept, 'slot')
    for (;;) {
      yield* this.#await(() => this.#ownAt())
      const host = admission.enterHost(key)
      if (!(host instanceof Permit)) throw new NotAdmitted(host)
      yield* this.#hold(host, this.#kept, 'host')
      const slot = ceiling === null ? null : admission.enterSlot(ceiling)
      yield* this.#hold(slot, this.#kept, 'ceiling')
      const turn = ceiling === null ? null : admission.enterTurn(ceiling)
      yield* this.#hold(turn, this.#turns, 'turn')
      if (ceiling !== null) yield* this.#await(() => admission.availableAt(ceiling, 1))
      if (this.#ownAt() <= admission.now() && this.#take()) return
      // Calls of others must not wait for a pause of this one.
      for (const permit of [host, slot]) this.#giveBack(permit, this.#kept)
      this.#giveBack(turn, this.#turns)
      yield* this.#sleep(1)
    }
  }

  /** False if another instance was faster. */
  #take(): boolean {
    const { own, ceiling } = this.#applicant.limits
    // A call that has waited too long to begin is not sent.
    if (this.#waitedFor !== null && this.#applicant.endsAt - this.#admission.now() < minAttemptMs) return true
    return this.#admission.takeToken(own) && (ceiling === null || this.#admission.takeToken(ceiling))
  }

  #ownAt(): number {
    const { own, lane } = this.#applicant.limits
    return Math.max(this.#admission.pausedUntil(lane), this.#admission.availableAt(own, 1))
  }

  *#hold(permit: Permit | null, into: Permit[], what: Wait): Generator<Promise<void>, void> {
    if (permit === null) return
    into.push(permit)
    const { turn } = permit
    if (turn === null) return
    this.#waitedFor = what
    yield turn
  }

  #giveBack(permit: Permit | null, from: Permit[]): void {
    if (permit === null) return
    from.splice(from.indexOf(permit), 1)
    permit.release()
  }

  /** Waits until a point in time, which may move while the call waits. */
  *#await(readyAt: () => number): Generator<Promise<void>, void> {
    for (;;) {
      const at = readyAt()
      const now = this.#admission.now()
      if (at <= now) return
      const refusal = this.#admission.refuse(this.#applicant, 0)
      if (refusal !== null) throw new NotAdmitted(refusal)
      yield* this.#sleep(at - now)
    }
  }

  *#sleep(ms: number): Generator<Promise<void>, void> {
    this.#waitedFor = 'rate'
    yield new Promise((resolve) => {
      this.#timer = setTimeout(resolve, Math.max(1, Math.ceil(ms)))
    })
  }

  #begin(): void {
    this.#state = 'through'
    this.#onThrough()
    for (const turn of this.#turns.splice(0)) turn.release()
    this.#through.resolve()
  }

  leave(): void {
    clearTimeout(this.#timer)
    if (this.#state === 'waiting') this.#onThrough()
    this.#state = 'over'
    this.#through.reject(new NotAdmitted(neverSeen))
    for (const permit of [...this.#turns.splice(0), ...this.#kept.splice(0)]) permit.release()
  }
}

/** Of a call that ended while it waited: its own end is reported. */
const neverSeen: Failure = { code: 'cancelled', detail: '', path: null }

function crowded(
  code: 'queue_full' | 'queue_timeout',
  target: Target,
  connection: string | null,
  concurrent: number,
): Failure {
  const whose = connection === null ? 'LIMITS_FILE' : `the connection "${connection}" or LIMITS_FILE`
  const end =
    code === 'queue_full'
      ? 'as many more wait as may (MAX_QUEUE_PER_HOST): no others are taken'
      : 'no place became free in time'
  return {
    code,
    detail: `${concurrent} calls to ${formatTarget(target)} may be under way at once ("concurrent" of ${whose}), and ${end}.`,
    path: null,
    hint: 'As many calls are under way as the operator of the service allows at once. Slow the flow down and send the call again, or let the operator raise "concurrent" of the connection in CONNECTIONS_FILE, or of the host in LIMITS_FILE.',
  }
}

function rateLimited(target: Target, { perSecond, burst }: Rate, waitMs: number): Failure {
  const retryAfterMs = Math.max(1, Math.ceil(waitMs))
  const detail = `${perSecond} calls a second to ${formatTarget(target)} may begin, and ${burst} at once: this one could begin in ${retryAfterMs} ms, which its time does not allow.`
  return { code: 'rate_limited', detail, path: null, retryAfterMs }
}

function targetPaused(target: Target, waitMs: number, connection: string | null): Failure {
  const retryAfterMs = Math.max(1, Math.ceil(waitMs))
  const detail = `${formatTarget(target)} has asked for a pause, which holds for all calls of the connection "${connection}": it ends in ${retryAfterMs} ms, and the time of this call does not allow it.`
  return { code: 'target_paused', detail, path: null, retryAfterMs }
}
