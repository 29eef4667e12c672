import type { Delivered, Failure } from '../contract/failure.ts'
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
import type { ConnectionPool } from './connection/pool.ts'
import { Exchange, type ExchangeListener, type Receive } from './exchange.ts'
import type { Permit } from './limits/bulkhead.ts'
import type { BulkheadKey } from './limits/bulkhead-key.ts'
import { describeTransportFailure } from './transport-failure.ts'

/** A request on its way. All but its purpose and headers a resend has in common with the first one. */
export interface Call {
  readonly purpose: Purpose
  readonly request: OutboundRequest
  readonly key: BulkheadKey
  readonly permit: Permit
  readonly deadline: Deadline
  /** Null where nobody gives up. */
  readonly signal: AbortSignal | null
  readonly receive: Receive
}

/** Finds or opens a connection for a call: a promise only where something has to be waited for. */
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
  readonly log: DebugLog
}

/** An attempt as it ended on the wire. */
export interface EndedAttempt extends Attempt {
  /** Whether a connection that was kept since an earlier call ended without a byte of an answer. */
  readonly lostKeptConnection: boolean
}

/**
 * Sends the request once, on one connection. Over by the deadline, whatever hangs; rejects only on a bug of
 * ours.
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

/** What is told of a request for which nothing was done. */
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

/** An attempt under way. It ends once, by whatever comes first: a response, an error or an interruption. */
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

  get connectionReused(): boolean {
    return this.#connectionReused
  }

  /** A clock that ran out, or an answer that began and broke off, says nothing of the connection. */
  lostKeptConnection(outcome: Outcome): boolean {
    if (!this.#connectionReused || outcome.kind === 'responded') return false
    if (outcome.failure.code !== 'no_response') return false
    // What a connection has answered is known from the moment on at which the request is written.
    return this.delivered === 'no' || this.#connection?.hasAnswered === false
  }

  respond(response: TargetResponse): void {
    this.#finish({ kind: 'responded', response })
  }

  fail(error: unknown): void {
    if (this.#isOver) return
    // A connection may be gone before anything was sent on it: then no phase of its own has begun.
    const phase = this.#connection === null ? this.phases.phase : 'answer'
    const { host, port } = this.#call.request
    const failure = describeTransportFailure(error, phase, { host, port })
    if (failure === null) {
      this.#isOver = true
      this.#end.reject(error)
      return
    }
    this.#options.log(
      { host, port, phase, failure: failure.code, cause: collectCodes(error) },
      'attempt failed',
    )
    this.#finish({ kind: 'failed', failure, response: null })
  }

  interrupt(why: Interruption): void {
    if (this.#isOver) return
    const { phase, phaseMs } = this.phases
    const progress = { phase, phaseMs, isSending: this.#connection?.isSending ?? false }
    const failure = failureFromInterruption(why, progress, this.#call.deadline.limitMs)
    this.#finish({ kind: 'failed', failure, response: this.#exchange?.interrupt() ?? null })
    this.#stopped.abort()
    this.#connection?.abort()
  }

  /** Only when the outcome was taken: while undici tells of the end, it is not yet done with the connection. */
  release(): void {
    if (this.#connection === null) return
    if (this.#exchange?.isOver) this.#options.pool.release(this.#call.key, this.#connection)
    else this.#connection.destroy()
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
    const { request, key, receive } = this.#call
    const limits = { maxResponseBytes: this.#options.maxResponseBytes, receive }
    this.#exchange = new Exchange(this, connection, key.text, limits)
    this.#exchange.send(request)
  }

  #finish(outcome: Outcome): void {
    if (this.#isOver) return
    this.#isOver = true
    this.phases.enter(null)
    // Under load many responses come at a time. What follows from them is a fifteenth cheaper side by side.
    setImmediate(this.#end.resolve, outcome)
  }
}

/** Codes only: messages carry addresses, names of certificates and bytes of the peer. */
function collectCodes(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return []
  const { code = error.name } = error as NodeJS.ErrnoException
  return [code, ...collectCodes(error.cause)]
}
