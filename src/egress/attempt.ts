import type { Delivered, Failure } from '../webhook/failure.ts'
import type { OutboundRequest } from '../webhook/outbound-request.ts'
import type { Attempt, Outcome } from '../webhook/outcome.ts'
import type { Connection } from './connection.ts'
import { type Deadline, failureFromInterruption, type Interruption } from './deadline.ts'
import type { DebugLog } from './debug-log.ts'
import { EgressError } from './egress-error.ts'
import { Exchange } from './exchange.ts'
import { failureFromError } from './failure-from-error.ts'
import type { Lane } from './lane.ts'
import { type PhaseClock, startPhaseClock } from './phase-clock.ts'

export interface AttemptOptions {
  readonly request: OutboundRequest
  readonly lane: Lane
  readonly deadline: Deadline
  readonly maxResponseBytes: number
  /** Waits for a place where there is none, and finds or opens a connection. */
  readonly connect: (phases: PhaseClock, signal: AbortSignal) => Promise<Connection>
  /** Takes back a connection whose response was read to its end. */
  readonly release: (connection: Connection) => void
  readonly log: DebugLog
}

/**
 * Sends the request once, on one connection. Over by the deadline, whatever hangs; rejects only on a bug of
 * ours.
 */
export async function attemptOnce(options: AttemptOptions): Promise<Attempt> {
  const startedAt = new Date()
  const started = performance.now()
  const journey = new Journey(options)
  const outcome = await Promise.race([
    journey.outcome(),
    options.deadline.interrupted.then((interruption) => journey.stop(interruption)),
  ])
  return {
    startedAt,
    durationMs: Math.round(performance.now() - started),
    outcome,
    delivered: journey.delivered,
    connectionReused: journey.connectionReused,
    timings: journey.phases.timings(),
  }
}

/** What is told of a request for which nothing was done. */
export function attemptNotBegun(failure: Failure): Attempt {
  return {
    startedAt: new Date(),
    durationMs: 0,
    outcome: { kind: 'failed', failure, response: null },
    delivered: 'no',
    connectionReused: false,
    timings: startPhaseClock().timings(),
  }
}

/**
 * How far an attempt has come. All of it can be read at any time, since the clock may run out at any time.
 */
class Journey {
  readonly phases = startPhaseClock()
  readonly #options: AttemptOptions
  readonly #stopped = new AbortController()
  #connection: Connection | null = null
  #exchange: Exchange | null = null
  #connectionReused = false

  constructor(options: AttemptOptions) {
    this.#options = options
  }

  async outcome(): Promise<Outcome> {
    try {
      return await this.#travel()
    } catch (error) {
      this.#connection?.destroy()
      return this.#failed(error)
    } finally {
      this.phases.enter(null)
    }
  }

  stop(interruption: Interruption): Outcome {
    const { phase, phaseMs } = this.phases
    const progress = { phase, phaseMs, isSending: this.#connection?.isSending ?? false }
    const failure = failureFromInterruption(interruption, progress, this.#options.deadline.limitMs)
    const response = this.#exchange?.interrupt() ?? null
    this.#stopped.abort()
    this.#connection?.abort()
    return { kind: 'failed', failure, response }
  }

  get delivered(): Delivered {
    return this.#exchange?.delivered ?? 'no'
  }

  get connectionReused(): boolean {
    return this.#connectionReused
  }

  async #travel(): Promise<Outcome> {
    const { request, lane, maxResponseBytes, connect, release } = this.#options
    const connection = await connect(this.phases, this.#stopped.signal)
    this.#connection = connection
    if (this.#stopped.signal.aborted) throw new EgressError('EGRESS_STOPPED')
    this.#connectionReused = connection.wasUsed
    this.#exchange = new Exchange({ connection, request, lane, maxResponseBytes, phases: this.phases })
    const response = await this.#exchange.response
    if (this.#exchange.isOver) release(connection)
    else connection.destroy()
    return { kind: 'responded', response }
  }

  #failed(error: unknown): Outcome {
    // A connection may be gone before anything was sent on it: then no phase of its own has begun.
    const phase = this.#connection === null ? this.phases.phase : 'answer'
    const { host, port } = this.#options.request
    const failure = failureFromError(error, phase, { host, port })
    if (failure === null) throw error
    this.#options.log({ host, port, phase, failure: failure.code, cause: codesOf(error) }, 'attempt failed')
    return { kind: 'failed', failure, response: null }
  }
}

/** Codes only: messages carry addresses, names of certificates and bytes of the peer. */
function codesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return []
  const { code = error.name } = error as NodeJS.ErrnoException
  return [code, ...codesOf(error.cause)]
}
