import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Failure } from '../contract/failure.ts'
import { minAttemptMs } from '../webhook/retry.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import type { Attempt } from '../webhook/wire/outcome.ts'
import { attemptNotBegun, attemptOnce, type Call } from './attempt.ts'
import { Deadline, notBegun } from './call/deadline.ts'
import type { DebugLog } from './call/debug-log.ts'
import { EgressError } from './call/egress-error.ts'
import type { PhaseClock } from './call/phase-clock.ts'
import type { Connection } from './connection/connection.ts'
import { createConnector } from './connection/connector.ts'
import { ConnectionPool } from './connection/pool.ts'
import { SocketRegistry } from './connection/socket-registry.ts'
import { createResolver } from './dns/resolver.ts'
import type { Receive } from './exchange.ts'
import { Bulkhead } from './limits/bulkhead.ts'
import { createBulkheadKey } from './limits/bulkhead-key.ts'
import { type AddressPolicy, createAddressPolicy, type Target } from './policy/address-policy.ts'
import type { AddressRule } from './policy/address-rule.ts'
import type { IpRange } from './policy/ip-address.ts'
import { explainLoss, obstacleToResend } from './resend.ts'
import { formatTarget } from './transport-failure.ts'

/**
 * Every request that reached the wire or was to, in order; there is at least one, and the last one decides.
 */
export type Attempts = readonly [Attempt, ...Attempt[]]

export interface CallOptions {
  /** One wall clock for the call: waiting, DNS, connect, TLS, sending, headers and body together. */
  readonly timeoutMs: number
  /** Tenants share neither places nor connections. */
  readonly tenant: string | null
  /** Ends the waiting for a place, not what has begun. Without it nobody gives up. */
  readonly signal?: AbortSignal
  /** Told of every piece of a response body; where it says false, no more is read of it. */
  readonly receive?: Receive
  /** Gives the request for a resend, where that is to differ. Without it the same one goes out again. */
  readonly forResend?: () => OutboundRequest
}

export interface EgressClient {
  /**
   * Sends one request once, when it is its turn, and once more where a kept connection ended without a byte of an
   * answer and that can do no harm. Rejects only on a bug of ours.
   */
  call(request: OutboundRequest, options: CallOptions): Promise<Attempts>
  /** Whether a target may be called, as far as its name, its port and an address in the URL tell. */
  mayCall(target: Target): boolean
  /** How busy it is at this moment. */
  load(): Load
  /** Ends all calls and connections. */
  close(): Promise<void>
}

export interface Load {
  /** Connections that are open or being opened, idle ones included. */
  readonly connections: number
  /** Calls that wait for a place. */
  readonly waiting: number
}

export interface EgressOptions {
  readonly allow: readonly AddressRule[]
  readonly deny: readonly AddressRule[]
  readonly only: readonly AddressRule[]
  /** Prefixes of NAT64 beside the well-known one: addresses in them are judged as the IPv4 ones they carry. */
  readonly nat64: readonly IpRange[]
  /** PEM of certificates that are trusted beside the authorities of Node. */
  readonly ca: string | null
  /** Groups for the key exchange, as `ecdhCurve` of Node; null for Node's own, and a shorter list as a second try. */
  readonly tlsGroups: string | null
  /** `address:port`; empty for the system's. */
  readonly dnsServers: readonly string[]
  readonly maxResponseBytes: number
  /** Calls under way at once, per tenant, host and port. */
  readonly maxPerHost: number
  /** Calls that may wait for their turn, per tenant, host and port. */
  readonly maxQueuePerHost: number
  /** Where the service itself listens, so that it never calls itself. */
  readonly own: { readonly address: string; readonly port: number }
  /** Milliseconds of a clock that never goes back, for what is remembered of names. */
  readonly now?: () => number
  readonly log: DebugLog
}

const maxIdleConnections = 256

const receiveAll: Receive = () => true

export function createEgressClient(options: EgressOptions): EgressClient {
  const sockets = new SocketRegistry()
  const bulkhead = new Bulkhead(options)
  const policy = createAddressPolicy({ ...options, interfaces: interfaceAddresses() })
  const pool = createPool(options, policy, sockets)
  const shared = { pool, maxResponseBytes: options.maxResponseBytes, log: options.log }
  const running = new Set<Deadline>()
  let isClosed = false

  return {
    async call(request, { timeoutMs, tenant, signal = null, receive = receiveAll, forResend }) {
      if (isClosed) return [attemptNotBegun(notBegun.shutdown)]
      if (signal?.aborted) return [attemptNotBegun(notBegun.cancelled)]
      const key = createBulkheadKey(tenant, request)
      const permit = bulkhead.acquire(key.text)
      if (permit === null) return [attemptNotBegun(queueFull(request))]
      const deadline = new Deadline(timeoutMs)
      const call: Call = { purpose: 'call', request, key, permit, deadline, signal, receive }
      running.add(deadline)
      try {
        const first = await attemptOnce(call, connect, shared)
        if (!first.lostKeptConnection) return [first]
        const obstacle = obstacleToResend(first, call)
        if (obstacle !== null) return [explainLoss(first, obstacle)]
        const again: Call = { ...call, purpose: 'resend', request: forResend?.() ?? request }
        return [first, await attemptOnce(again, open, shared)]
      } finally {
        deadline.clear()
        running.delete(deadline)
        permit.release()
      }
    },

    mayCall: (target) =>
      policy.refuseTarget(target) === null &&
      (isIP(target.host) === 0 || policy.refuseAddress(target.host, target) === null),

    load: () => ({ connections: sockets.count, waiting: bulkhead.waiting }),

    async close() {
      isClosed = true
      for (const deadline of running) deadline.interrupt('shutdown')
      pool.close()
    },
  }

  function connect(call: Call, phases: PhaseClock, stopped: AbortSignal): Connection | Promise<Connection> {
    const next = call.request.keepAlive ? find : open
    const { turn } = call.permit
    if (turn === null) return next(call, phases, stopped)
    return awaitTurn(call, turn, phases).then(() => next(call, phases, stopped))
  }

  function find(call: Call, phases: PhaseClock, stopped: AbortSignal): Connection | Promise<Connection> {
    return pool.find(call, phases, stopped)
  }

  function open(call: Call, phases: PhaseClock, stopped: AbortSignal): Promise<Connection> {
    return pool.open(call, phases, stopped)
  }
}

function createPool(
  { log, ca, tlsGroups, dnsServers, now = () => performance.now() }: EgressOptions,
  policy: AddressPolicy,
  sockets: SocketRegistry,
): ConnectionPool {
  const resolver = createResolver({ servers: dnsServers, now })
  const dial = createConnector({ policy, resolver, ca, tlsGroups, sockets, log })
  return new ConnectionPool({ policy, dial, sockets, log, maxIdle: maxIdleConnections, now })
}

/** Who gives up while the call waits ends it; what has its place, and time to use it, goes on. */
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

function queueFull(target: Target): Failure {
  const detail = `Too many calls to ${formatTarget(target)} are under way, and as many wait as may.`
  return { code: 'queue_full', detail, path: null }
}

function interfaceAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((ofOne = []) => ofOne.map(({ address }) => address))
}
