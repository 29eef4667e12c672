import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Clock, Failure } from '../contract/failure.ts'
import { minAttemptMs } from '../webhook/retry.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import type { Attempt } from '../webhook/wire/outcome.ts'
import type { TlsSettings } from '../webhook/wire/tls-settings.ts'
import { attemptNotBegun, attemptOnce, type Call, type Connect, type Sign } from './attempt.ts'
import { Deadline, notBegun } from './call/deadline.ts'
import type { DebugLog } from './call/debug-log.ts'
import { EgressError } from './call/egress-error.ts'
import type { PhaseClock } from './call/phase-clock.ts'
import type { Connection } from './connection/connection.ts'
import { createConnector } from './connection/connector.ts'
import { createPeerKey } from './connection/peer-key.ts'
import { ConnectionPool } from './connection/pool.ts'
import { SocketRegistry } from './connection/socket-registry.ts'
import { createResolver } from './dns/resolver.ts'
import type { BodyLimit, Receive } from './exchange.ts'
import { Admission, type CallConnection } from './limits/admission.ts'
import { Bulkhead, Permit } from './limits/bulkhead.ts'
import type { HostLimitsSource } from './limits/host-limits.ts'
import { type Pauses, TargetPauses } from './limits/target-pauses.ts'
import { TokenBuckets, type TokenSource } from './limits/token-buckets.ts'
import {
  type AddressPolicy,
  createAddressPolicy,
  type Denial,
  formatTarget,
  type Target,
} from './policy/address-policy.ts'
import type { AddressRule } from './policy/address-rule.ts'
import { type DenialText, describeDenial } from './policy/denial-text.ts'
import type { IpRange } from './policy/ip-address.ts'
import { type ForwardProxy, isBypassed, isResolvedByProxy } from './proxy/forward-proxy.ts'
import { explainLookup } from './proxy/proxy-error.ts'
import { explainLoss, obstacleToResend } from './resend.ts'
import { type OpenedTls, type TlsProfile, TlsProfiles } from './tls/tls-profiles.ts'

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

export interface EgressClient {
  /**
   * Sends a request as soon as it has a permit. Sends it once more if a kept connection closed before the first byte
   * of a response and a resend is safe. Rejects only on a bug of the service.
   */
  call(request: OutboundRequest, options: CallOptions): Promise<Attempts>
  /** Whether a target may be called, judged by host and port of the URL, without DNS. */
  mayCall(target: Target): boolean
  /** Why a target may not be called, judged as by `mayCall`; null if it may. */
  describeDenial(target: Target): DenialText | null
  /** Checks what a node says about TLS. Nothing is sent. */
  openTls(settings: TlsSettings): OpenedTls
  load(): Load
  /** Lets no call of a connection begin for a time, at most `MAX_PAUSE_MS`. */
  pause(connection: string, ms: number): void
  /** Ends all calls and connections. */
  close(): Promise<void>
}

export interface Load {
  /** Connections that are open or being opened, idle ones included. */
  readonly connections: number
  /** Calls that wait for a permit, a token of a rate, or the end of a pause. */
  readonly waiting: number
}

export interface EgressOptions {
  /** The tokens of rate limits. Those of this instance, if not given. */
  readonly tokens?: TokenSource | undefined
  /** The pauses of connections. Those of this instance, if not given. */
  readonly pauses?: Pauses | undefined
  readonly allow: readonly AddressRule[]
  readonly deny: readonly AddressRule[]
  readonly only: readonly AddressRule[]
  /**
   * NAT64 prefixes in addition to the well-known one. The policy judges the IPv4 address embedded in such an address.
   */
  readonly nat64: readonly IpRange[]
  /** PEM of certificates to trust in addition to Node.js's own authorities. */
  readonly ca: string | null
  /**
   * Key exchange groups in the format of Node's `ecdhCurve`. Null: Node's default, with a shorter list for the second
   * try.
   */
  readonly tlsGroups: string | null
  /** `address:port`. Empty: the name servers of the system. */
  readonly dnsServers: readonly string[]
  /** The way to the targets. Null: they are called directly. */
  readonly proxy: ForwardProxy | null
  readonly maxResponseBytes: number
  /** Concurrent calls per tenant, host and port. */
  readonly maxPerHost: number
  /** Calls that may wait for a permit, per tenant, host and port. */
  readonly maxQueuePerHost: number
  /** The lines of LIMITS_FILE. Default: none. */
  readonly hostLimits?: HostLimitsSource
  /** The longest pause of a connection, in milliseconds. Default: a minute. */
  readonly maxPauseMs?: number
  /** Called when a pause begins. */
  readonly onPause?: (pause: { readonly connection: string; readonly pauseMs: number }) => void
  /** Connections that are kept for later calls, all targets together. Default: 256. */
  readonly maxIdle?: number
  /** The address and port that the service listens on: it must not call itself. */
  readonly own: { readonly address: string; readonly port: number }
  /** Monotonic clock in milliseconds, for the ages of cached names and kept connections, and for limits. */
  readonly now?: () => number
  readonly log: DebugLog
}

const usualMaxIdle = 256

const usualMaxPauseMs = 60_000

const receiveAll: Receive = () => true

export function createEgressClient(options: EgressOptions): EgressClient {
  const sockets = new SocketRegistry()
  const bulkhead = new Bulkhead(options)
  const { proxy, now = () => performance.now(), maxPauseMs = usualMaxPauseMs } = options
  const { pauses = new TargetPauses({ now, maxMs: maxPauseMs }) } = options
  const admission = new Admission({
    bulkhead,
    tokens: options.tokens ?? new TokenBuckets({ now }),
    pauses,
    hostLimits: options.hostLimits ?? null,
    maxQueuePerHost: options.maxQueuePerHost,
    queueFull: (target) => queueFull(target, options),
    now,
  })
  const policy = createAddressPolicy({
    ...options,
    interfaces: interfaceAddresses(),
    ...(proxy !== null && { isUnresolved: (target) => isResolvedByProxy(proxy, target) }),
  })
  const pool = createPool(options, policy, sockets)
  const explain = proxy === null ? null : explainWithProxy(proxy)
  const shared = { pool, maxResponseBytes: options.maxResponseBytes, explain, log: options.log }
  const profiles = new TlsProfiles(options)
  const running = new Set<Deadline>()
  let isClosed = false

  return {
    async call(
      request,
      {
        timeoutMs,
        clock,
        tenant,
        connection = null,
        signal = null,
        receive = receiveAll,
        limitBody,
        forResend,
        tls = null,
        sign = null,
        permission,
      },
    ) {
      if (isClosed) return [attemptNotBegun(notBegun.shutdown(formatTarget(request)))]
      if (signal?.aborted) return [attemptNotBegun(notBegun.cancelled(formatTarget(request)))]
      const key = createPeerKey(tenant, request, {
        proxyRevision: proxy?.revision,
        tlsDigest: tls?.digest,
      })
      const limits = admission.find(request, tenant, connection)
      const permit =
        limits === null
          ? (bulkhead.acquire(key.lane) ?? queueFull(request, options))
          : admission.enter({ key, limits, endsAt: now() + timeoutMs })
      if (!(permit instanceof Permit)) return [attemptNotBegun(permit)]
      const deadline = new Deadline(timeoutMs, clock)
      const call: Call = {
        purpose: 'call',
        request,
        key,
        permit,
        tls,
        deadline,
        signal,
        receive,
        limitBody,
        sign,
      }
      running.add(deadline)
      try {
        const first = await attemptOnce(
          call,
          permission === undefined ? connect : withPermission(permission, connect),
          shared,
        )
        if (!first.lostKeptConnection) return [first]
        const obstacle = obstacleToResend(first, call)
        if (obstacle !== null) return [explainLoss(first, obstacle)]
        const again: Call = { ...call, purpose: 'resend', request: forResend?.() ?? request }
        const reopen = permission === undefined ? open : withPermission(permission, open)
        return [first, await attemptOnce(again, reopen, shared)]
      } finally {
        deadline.clear()
        running.delete(deadline)
        permit.release()
      }
    },

    mayCall: (target) => refuse(target) === null,

    describeDenial(target) {
      const denial = refuse(target)
      return denial === null ? null : describeDenial(denial, target, formatTarget(target))
    },

    openTls: (settings) => profiles.open(settings),

    load: () => ({ connections: sockets.count, waiting: bulkhead.waiting + admission.waiting }),

    pause(connection, ms) {
      const pauseMs = pauses.pause(connection, now() + ms)
      if (pauseMs !== null) options.onPause?.({ connection, pauseMs })
    },

    async close() {
      isClosed = true
      for (const deadline of running) deadline.interrupt('shutdown')
      pool.close()
    },
  }

  function refuse(target: Target): Denial | null {
    return (
      policy.refuseTarget(target) ??
      (isIP(target.host) === 0 ? null : policy.refuseAddress(target.host, target))
    )
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

function withPermission(permission: Permission, connect: Connect) {
  return async (call: Call, phases: PhaseClock, stopped: AbortSignal): Promise<Connection> => {
    const connection = await connect(call, phases, stopped)
    const answer = await permission()
    if (answer === 'given') return connection
    connection.destroy()
    call.deadline.interrupt(answer === 'refused' ? 'cancelled' : 'unstored')
    throw new EgressError('EGRESS_STOPPED')
  }
}

function createPool(
  {
    log,
    ca,
    tlsGroups,
    dnsServers,
    proxy,
    maxIdle = usualMaxIdle,
    now = () => performance.now(),
  }: EgressOptions,
  policy: AddressPolicy,
  sockets: SocketRegistry,
): ConnectionPool {
  const resolver = createResolver({ servers: dnsServers, now })
  const dial = createConnector({ policy, resolver, proxy, ca, tlsGroups, sockets, now, log })
  return new ConnectionPool({ policy, dial, sockets, log, maxIdle, now })
}

/** A lookup of the service may fail where the proxy would know the name. */
function explainWithProxy(proxy: ForwardProxy) {
  return (failure: Failure, target: Target) =>
    proxy.resolves === 'proxy' || isBypassed(proxy, target) ? failure : explainLookup(failure)
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

function queueFull(
  target: Target,
  { maxPerHost, maxQueuePerHost }: Pick<EgressOptions, 'maxPerHost' | 'maxQueuePerHost'>,
): Failure {
  const detail = `${maxPerHost} calls to ${formatTarget(target)} are under way (MAX_PER_HOST), and ${maxQueuePerHost} more wait (MAX_QUEUE_PER_HOST): no others are taken.`
  return { code: 'queue_full', detail, path: null }
}

function interfaceAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((ofOne = []) => ofOne.map(({ address }) => address))
}
