import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Failure } from '../contract/failure.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import type { TlsSettings } from '../webhook/wire/tls-settings.ts'
import type { DebugLog } from './call/debug-log.ts'
import { createConnector } from './connection/connector.ts'
import { ConnectionPool } from './connection/pool.ts'
import { SocketRegistry } from './connection/socket-registry.ts'
import { createResolver } from './dns/resolver.ts'
import { type Attempts, type CallOptions, GuardedCalls } from './guarded-calls.ts'
import { Admission } from './limits/admission.ts'
import { Bulkhead } from './limits/bulkhead.ts'
import type { HostLimitsSource } from './limits/host-limits.ts'
import { type Pauses, TargetPauses } from './limits/target-pauses.ts'
import { TokenBuckets, type TokenSource } from './limits/token-buckets.ts'
import {
  type AddressPolicy,
  createAddressPolicy,
  formatTarget,
  type Target,
} from './policy/address-policy.ts'
import type { AddressRule } from './policy/address-rule.ts'
import { type DenialText, describeDenial } from './policy/denial-text.ts'
import type { IpRange } from './policy/ip-address.ts'
import { type ForwardProxy, isBypassed, isResolvedByProxy } from './proxy/forward-proxy.ts'
import { explainLookup } from './proxy/proxy-error.ts'
import { type OpenedTls, TlsProfiles } from './tls/tls-profiles.ts'

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

export function createEgressClient(options: EgressOptions): EgressClient {
  const sockets = new SocketRegistry()
  const bulkhead = new Bulkhead(options)
  const { proxy, now = () => performance.now(), maxPauseMs = usualMaxPauseMs } = options
  const { pauses = new TargetPauses({ now, maxMs: maxPauseMs }) } = options
  const describeFull = (target: Target) => queueFull(target, options)
  const admission = new Admission({
    bulkhead,
    tokens: options.tokens ?? new TokenBuckets({ now }),
    pauses,
    hostLimits: options.hostLimits ?? null,
    maxQueuePerHost: options.maxQueuePerHost,
    queueFull: describeFull,
    now,
  })
  const policy = createAddressPolicy({
    ...options,
    interfaces: interfaceAddresses(),
    ...(proxy !== null && { isUnresolved: (target) => isResolvedByProxy(proxy, target) }),
  })
  const pool = createPool(options, policy, sockets)
  const explain = proxy === null ? null : explainWithProxy(proxy)
  const profiles = new TlsProfiles(options)
  const calls = new GuardedCalls({
    admission,
    bulkhead,
    pool,
    proxy,
    queueFull: describeFull,
    attempt: { pool, maxResponseBytes: options.maxResponseBytes, explain, log: options.log },
    now,
  })
  const refuse = (target: Target) =>
    policy.refuseTarget(target) ??
    (isIP(target.host) === 0 ? null : policy.refuseAddress(target.host, target))

  return {
    call: (request, callOptions) => calls.make(request, callOptions),

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
      calls.close()
      pool.close()
    },
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

function interfaceAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((ofOne = []) => ofOne.map(({ address }) => address))
}
function queueFull(
  target: Target,
  { maxPerHost, maxQueuePerHost }: Pick<EgressOptions, 'maxPerHost' | 'maxQueuePerHost'>,
): Failure {
  const detail = `${maxPerHost} calls to ${formatTarget(target)} are under way (MAX_PER_HOST), and ${maxQueuePerHost} more wait (MAX_QUEUE_PER_HOST): no others are taken.`
  return { code: 'queue_full', detail, path: null }
}
