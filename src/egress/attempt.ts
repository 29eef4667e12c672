import type { Delivered, Failure, FailureCode } from '../contract/failure.ts'
import type { Purpose } from '../contract/purpose.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import type { Attempt, Outcome, TargetResponse } from '../webhook/wire/outcome.ts'
import {
  type Deadline,
  failureFromInterruption,
  type Interruptible,
  type Interruption,
} from './call/deadline.ts'
import type { DebugLog } from './call/debug-log.ts'
import { PhaseClock } from './call/phase-clock.ts'
import type { Connection } from './connection/connection.ts'
import type { PeerKey } from './connection/peer-key.ts'
import type { ConnectionPool } from './connection/pool.ts'
import { type BodyLimit, Exchange, type ExchangeListener, type Receive } from './exchange.ts'
import type { Permit } from './limits/bulkhead.ts'
import { formatTarget, type Target } from './policy/address-policy.ts'
import type { TlsProfile } from './tls/tls-profiles.ts'
import { describeTransportFailure } from './transport-failure.ts'

/** One request of a call. A resend differs from the first request in purpose and headers only. */
export interface Call {
  readonly purpose: Purpose
  readonly request: OutboundRequest
  readonly key: PeerKey
  readonly permit: Permit
  /** What the node says about TLS. Null if it says nothing. */
  readonly tls: TlsProfile | null
  readonly deadline: Deadline
  /** Null for a call that its client cannot cancel. */
  readonly signal: AbortSignal | null
  readonly receive: Receive
  /** Null if the request is sent as it is. */
  readonly sign: Sign | null
  readonly limitBody: BodyLimit | undefined
}

/** Adds to a request what depends on the time of sending. */
export type Sign = (request: OutboundRequest) => OutboundRequest

/** Finds or opens a connection for a call. Returns a promise only if the call has to wait. */
export type Connect = (
  call: Call,
  phases: PhaseClock,
  stopped: AbortSignal,
) => Connection | Promise<Connection>

/** What the attempts of all calls share. */
export interface AttemptOptions {
  /** Takes back a connection whose response was read to its end. */
  readonly pool: Pick<ConnectionPool, 'release'>
  readonly maxResponseBytes: number
  /** Adds to a failure what the way to the target means for it. */
  readonly explain: ((failure: Failure, target: Target) => Failure) | null
  readonly log: DebugLog
}

/** An attempt as it ended on the wire. */
export interface EndedAttempt extends Attempt {
  /** Whether a connection kept from an earlier call closed before the first byte of a response. */
  readonly lostKeptConnection: boolean
}

/**
 * Sends the request once, on one connection. The attempt ends by the deadline, whatever hangs. Rejects only on a bug
 * of the service.
 */
export async function attemptOnce(
  call: Call,
  connect: Connect,
  options: AttemptOptions,
): Promise<EndedAttempt> {
  const startedAt = new Date()
  const started = performance.now()
  const run = new AttemptRun(call, options)
  try {
    const outcome = await run.outcome(connect)
    return {
      purpose: call.purpose,
      startedAt,
      durationMs: Math.round(performance.now() - started),
      outcome,
      delivered: run.delivered,
      connectionReused: run.connectionReused,
      timings: run.phases.timings(),
      lostKeptConnection: run.lostKeptConnection(outcome),
    }
  } finally {
    run.release()
  }
}

/** The attempt to report for a call that ended before it began. */
export function attemptNotBegun(failure: Failure): Attempt {
  return {
    purpose: 'call',
    startedAt: new Date(),
    durationMs: 0,
    outcome: { kind: 'failed', failure, response: null },
    delivered: 'no',
    connectionReused: false,
    timings: new PhaseClock().timings(),
  }
}

/** An attempt under way. The first of response, error and interruption ends it. */
class AttemptRun implements ExchangeListener, Interruptible {
  readonly phases = new PhaseClock()
  readonly #call: Call
  readonly #options: AttemptOptions
  readonly #stopped = new AbortController()
  readonly #end = Promise.withResolvers<Outcome>()
  #connection: Connection | null = null
  #connectionReused = false
  #exchange: Exchange | null = null
  #isOver = false

  constructor(call: Call, options: AttemptOptions) {
    this.#call = call
    this.#options = options
  }

  outcome(connect: Connect): Promise<Outcome> {
    this.#call.deadline.tell(this)
    if (!this.#isOver) void this.#begin(connect)
    return this.#end.promise
  }

  get delivered(): Delivered {
    return this.#exchange?.delivered ?? 'no'
  }

  /** Whether a byte of a response to this request has come. */
  get hasAnswered(): boolean {
    return this.delivered !== 'no' && this.#connection?.hasAnswered === true
  }

  get connectionReused(): boolean {
    return this.#connectionReused
  }

  /** Only `no_response` shows a lost connection: a timeout or a truncated response does not. */
  lostKeptConnection(outcome: Outcome): boolean {
    if (!this.#connectionReused || outcome.kind === 'responded') return false
    if (outcome.failure.code !== 'no_response') return false
    return !this.hasAnswered
  }

  respond(response: TargetResponse): void {
    this.#finish({ kind: 'responded', response })
  }

  fail(error: unknown): void {
    if (this.#isOver) return
    // A connection may close before the request is written. The phase `answer` has not begun then.
    const phase = this.#connection === null ? this.phases.phase : 'answer'
    const { host, port } = this.#call.request
    const failure = describeTransportFailure(error, phase, { host, port }, this)
    if (failure === null) {
      this.#isOver = true
      this.#end.reject(error)
      return
    }
    this.#options.log(
      { host, port, phase, failure: failure.code, cause: collectCodes(error) },
      'attempt failed',
    )
    this.#finish({ kind: 'failed', failure: this.#explain(failure), response: null })
  }

  interrupt(why: Interruption): void {
    if (this.#isOver) return
    const { phase, phaseMs } = this.phases
    const isSending = this.#connection?.isSending ?? false
    const { hasAnswered } = this
    const progress = { phase, phaseMs, before: this.phases.longestBefore(), isSending, hasAnswered }
    const { deadline, request, permit } = this.#call
    const held = phase === 'queue' && (why === 'deadline' || why === 'late') ? permit.explain?.() : null
    const failure =
      (held?.code === 'queue_timeout' ? { ...held, clock: deadline.clock } : held) ??
      failureFromInterruption(why, progress, deadline, formatTarget(request))
    const response = this.#exchange?.interrupt() ?? null
    this.#finish({ kind: 'failed', failure: this.#explain(failure), response })
    this.#stopped.abort()
    this.#connection?.abort()
  }

  /** Call it after the outcome has settled: undici still uses the connection while it reports the end. */
  release(): void {
    if (this.#connection === null) return
    if (this.#exchange?.isOver) this.#options.pool.release(this.#call.key, this.#connection)
    else this.#connection.destroy()
  }

  #explain(failure: Failure): Failure {
    return this.#options.explain?.(failure, this.#call.request) ?? failure
  }

  async #begin(connect: Connect): Promise<void> {
    try {
      const found = connect(this.#call, this.phases, this.#stopped.signal)
      this.#send(found instanceof Promise ? await found : found)
    } catch (error) {
      this.fail(error)
    }
  }

  #send(connection: Connection): void {
    if (this.#isOver) {
      connection.destroy()
      return
    }
    this.#connection = connection
    this.#connectionReused = connection.wasUsed
    const { request, key, receive, limitBody, sign } = this.#call
    const limits = { maxResponseBytes: this.#options.maxResponseBytes, receive, limitBody }
    this.#exchange = new Exchange(this, connection, key.text, limits)
    this.#exchange.send(sign === null ? request : sign(request))
  }

  #finish(outcome: Outcome): void {
    if (this.#isOver) return
    this.#isOver = true
    this.phases.enter(null)
    if (outcome.kind === 'failed' && !hasHead(outcome)) this.phases.forgetAnswer()
    // Under load many responses arrive in one round of the event loop. Their continuations then run one after the
    // other.
    setImmediate(this.#end.resolve, outcome)
  }
}

/** Whether a response head came, even one that was refused. */
function hasHead({ response, failure }: Extract<Outcome, { kind: 'failed' }>): boolean {
  return response !== null || refusals.has(failure.code)
}

const refusals: ReadonlySet<FailureCode> = new Set([
  'response_malformed',
  'response_not_http',
  'response_headers_too_large',
])

/** Codes only: messages carry addresses, names of certificates and bytes of the peer. */
function collectCodes(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return []
  const { code = error.name } = error as NodeJS.ErrnoException
  return [code, ...collectCodes(error.cause)]
}
