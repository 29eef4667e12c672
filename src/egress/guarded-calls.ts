import type { Clock, Failure } from '../contract/failure.ts'
import { minAttemptMs } from '../webhook/retry.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import type { Attempt } from '../webhook/wire/outcome.ts'
import {
  type AttemptOptions,
  attemptNotBegun,
  attemptOnce,
  type Call,
  type Connect,
  type Sign,
} from './attempt.ts'
import { Deadline, notBegun } from './call/deadline.ts'
import { EgressError } from './call/egress-error.ts'
import type { PhaseClock } from './call/phase-clock.ts'
import type { Connection } from './connection/connection.ts'
import { createPeerKey, type PeerKey } from './connection/peer-key.ts'
import type { ConnectionPool } from './connection/pool.ts'
import type { BodyLimit, Receive } from './exchange.ts'
import type { Admission, CallConnection } from './limits/admission.ts'
import { type Bulkhead, Permit } from './limits/bulkhead.ts'
import { formatTarget, type Target } from './policy/address-policy.ts'
import type { ForwardProxy } from './proxy/forward-proxy.ts'
import { explainLoss, obstacleToResend } from './resend.ts'
import type { TlsProfile } from './tls/tls-profiles.ts'

/** The attempts of one call, in order. There is at least one, and the last one decides the outcome. */
export type Attempts = readonly [Attempt, ...Attempt[]]

export interface CallOptions {
  /** One wall clock for the call: waiting, DNS, connect, TLS, sending, headers and body together. */
  readonly timeoutMs: number
  /** The time limit that `timeoutMs` is the rest of. Default: `timeoutMs` of the node itself. */
  readonly clock?: Clock
  /** Tenants share neither permits nor connections. */
  readonly tenant: string | null
  /** The connection of the node, whose limits and pauses hold. Default: none. */
  readonly connection?: CallConnection | null
  /** Cancels the wait for a permit. Has no effect on a call that holds one. */
  readonly signal?: AbortSignal
  /** Gets the size of every piece of a response body. When it returns false, the rest of the body is not read. */
  readonly receive?: Receive
  /** A lower limit for the bodies of some responses. */
  readonly limitBody?: BodyLimit | undefined
  /** Creates the request for a resend. Without it the same request is sent again. */
  readonly forResend?: () => OutboundRequest
  /** From `openTls`. Without it the call has no identity, and the trust of the service. */
  readonly tls?: TlsProfile | null
  /** Signs each request right before it is sent, once it has a connection. */
  readonly sign?: Sign
  /** Asked once the call has a connection, before the first byte of the request and of a resend. Unless it is given, nothing is sent. */
  readonly permission?: Permission | undefined
}

/** Whether a request may be sent. `refused`: the call is cancelled. `unknown`: the store that knows it cannot be asked. */
export type Permission = () => Promise<'given' | 'refused' | 'unknown'>

const receiveAll: Receive = () => true

export interface GuardedCallsOptions {
  readonly admission: Admission
  readonly bulkhead: Bulkhead
  readonly pool: ConnectionPool
  readonly proxy: ForwardProxy | null
  readonly queueFull: (target: Target) => Failure
  readonly attempt: AttemptOptions
  readonly now: () => number
}

/** The calls that are under way: each has a permit, one deadline, and at most one resend. */
export class GuardedCalls {
  readonly #options: GuardedCallsOptions
  readonly #running = new Set<Deadline>()
  #isClosed = false

  constructor(options: GuardedCallsOptions) {
    this.#options = options
  }

  async make(request: OutboundRequest, options: CallOptions): Promise<Attempts> {
    if (this.#isClosed) return [attemptNotBegun(notBegun.shutdown(formatTarget(request)))]
    if (options.signal?.aborted) return [attemptNotBegun(notBegun.cancelled(formatTarget(request)))]
    const key = createPeerKey(options.tenant, request, {
      proxyRevision: this.#options.proxy?.revision,
      tlsDigest: options.tls?.digest,
    })
    const permit = this.#enter(request, key, options)
    if (!(permit instanceof Permit)) return [attemptNotBegun(permit)]
    const call = begin(request, key, permit, options)
    this.#running.add(call.deadline)
    try {
      return await this.#attempt(call, options)
    } finally {
      call.deadline.clear()
      this.#running.delete(call.deadline)
      permit.release()
    }
  }

  /** Ends all. */
  close(): void {
    this.#isClosed = true
    for (const deadline of this.#running) deadline.interrupt('shutdown')
  }

  #enter(
    request: OutboundRequest,
    key: PeerKey,
    { tenant, connection = null, timeoutMs }: CallOptions,
  ): Permit | Failure {
    const { admission, bulkhead, queueFull, now } = this.#options
    const limits = admission.find(request, tenant, connection)
    if (limits === null) return bulkhead.acquire(key.lane) ?? queueFull(request)
    return admission.enter({ key, limits, endsAt: now() + timeoutMs })
  }

  async #attempt(call: Call, { forResend, permission }: CallOptions): Promise<Attempts> {
    const { attempt } = this.#options
    const first = await attemptOnce(call, withPermission(permission, this.#connect), attempt)
    if (!first.lostKeptConnection) return [first]
    const obstacle = obstacleToResend(first, call)
    if (obstacle !== null) return [explainLoss(first, obstacle)]
    const again: Call = { ...call, purpose: 'resend', request: forResend?.() ?? call.request }
    return [first, await attemptOnce(again, withPermission(permission, this.#open), attempt)]
  }

  readonly #connect: Connect = (call, phases, stopped) => {
    const next = call.request.keepAlive ? this.#find : this.#open
    const { turn } = call.permit
    if (turn === null) return next(call, phases, stopped)
    return awaitTurn(call, turn, phases).then(() => next(call, phases, stopped))
  }

  readonly #find: Connect = (call, phases, stopped) => this.#options.pool.find(call, phases, stopped)

  readonly #open: Connect = (call, phases, stopped) => this.#options.pool.open(call, phases, stopped)
}

function begin(request: OutboundRequest, key: PeerKey, permit: Permit, options: CallOptions): Call {
  const {
    timeoutMs,
    clock,
    signal = null,
    receive = receiveAll,
    limitBody,
    tls = null,
    sign = null,
  } = options
  const deadline = new Deadline(timeoutMs, clock)
  return { purpose: 'call', request, key, permit, tls, deadline, signal, receive, limitBody, sign }
}

function withPermission(permission: Permission | undefined, connect: Connect): Connect {
  if (permission === undefined) return connect
  return async (call: Call, phases: PhaseClock, stopped: AbortSignal): Promise<Connection> => {
    const connection = await connect(call, phases, stopped)
    const answer = await permission()
    if (answer === 'given') return connection
    connection.destroy()
    call.deadline.interrupt(answer === 'refused' ? 'cancelled' : 'unstored')
    throw new EgressError('EGRESS_STOPPED')
  }
}

/** The signal cancels a call only while it waits. A call that gets its permit with too little time left ends, too. */
async function awaitTurn({ deadline, signal }: Call, turn: Promise<void>, phases: PhaseClock): Promise<void> {
  const giveUp = () => deadline.interrupt('cancelled')
  signal?.addEventListener('abort', giveUp, { once: true })
  phases.enter('queue')
  try {
    await turn
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
  if (deadline.remainingMs >= minAttemptMs) return
  deadline.interrupt('late')
  throw new EgressError('EGRESS_STOPPED')
}
