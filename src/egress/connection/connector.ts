import { isIP, type Socket } from 'node:net'
import type { Deadline } from '../call/deadline.ts'
import type { PhaseClock } from '../call/phase-clock.ts'
import { maxRememberedSeconds, type Resolution } from '../dns/cache.ts'
import type { Resolver } from '../dns/resolver.ts'
import type { Permit } from '../limits/bulkhead.ts'
import { AddressDenied } from '../policy/address-denied.ts'
import type { AddressPolicy, Target } from '../policy/address-policy.ts'
import { type ForwardProxy, isBypassed, isResolvedByProxy } from '../proxy/forward-proxy.ts'
import type { TlsProfile } from '../tls/tls-profiles.ts'
import type { Link, SecuredSocket } from './handshake.ts'
import { connectToFirst } from './happy-eyeballs.ts'
import type { PeerKey } from './peer-key.ts'
import { TlsClient, type TlsClientOptions } from './tls-client.ts'
import { TunnelClient } from './tunnel.ts'

/** Opens a TLS connection to a target if the policy allows it. Every socket that it opens holds the permit. */
export type Dial = (approach: Approach, phases: PhaseClock, signal: AbortSignal) => Promise<DialledSocket>

export interface DialledSocket extends SecuredSocket {
  /** By the clock of the resolver. Later the target may have moved to another address. */
  readonly usableUntil: number
}

/** The parts of a call that a new connection needs. */
export interface Approach {
  readonly key: PeerKey
  readonly permit: Permit
  readonly deadline: Pick<Deadline, 'remainingMs'>
  /** What the node says about TLS, which is a part of the key. Null if it says nothing. */
  readonly tls: Pick<TlsProfile, 'contexts'> | null
}

export interface ConnectorOptions extends TlsClientOptions {
  readonly policy: AddressPolicy
  readonly resolver: Resolver
  /** The way to the targets. Null: they are called directly. */
  readonly proxy: ForwardProxy | null
  /** The clock of the resolver. */
  readonly now: () => number
}

/** Opens a connection to one of the addresses, on which TLS may begin. `phases`: null for a second one. */
type Reach = (
  target: Target,
  addresses: readonly string[],
  context: {
    readonly onSocket: (socket: Socket) => void
    readonly signal: AbortSignal
    readonly phases: PhaseClock | null
  },
) => Promise<Link>

/**
 * The only way to a target. Every connection, to a name or an address, is resolved once, all its addresses are
 * judged, and one of them is dialled, or the proxy is asked for it. A `lookup` hook of Node would not see addresses in
 * URLs, and a second lookup could return other addresses.
 */
export function createConnector({ policy, resolver, proxy, now, ...options }: ConnectorOptions): Dial {
  const { sockets, log } = options
  const client = new TlsClient(options)
  const reach = proxy === null ? reachDirectly : reachThrough(proxy)
  const isUnresolved = (target: Target) => proxy !== null && isResolvedByProxy(proxy, target)

  return async ({ key, permit, deadline, tls }, phases, signal) => {
    const target = { host: key.host, port: key.port }
    const { addresses, usableUntil } = isUnresolved(target)
      ? { addresses: [target.host], usableUntil: latestUse() }
      : await resolveAndJudge(target, phases, signal)
    const onSocket = (socket: Socket) => sockets.add(socket, permit)
    const link = await reach(target, addresses, { onSocket, signal, phases })
    const connect = (until: AbortSignal) =>
      reach(target, addresses, { onSocket, signal: until, phases: null })
    phases.enter('tls')
    const contexts = tls === null ? null : tls.contexts
    const secured = await client.secure(link, { target, deadline, connect, contexts, signal })
    return { ...secured, usableUntil }
  }

  async function resolveAndJudge(
    target: Target,
    phases: PhaseClock,
    signal: AbortSignal,
  ): Promise<Resolution> {
    const resolution = await resolveTarget(target, phases, signal)
    judge(resolution.addresses, target)
    return resolution
  }

  async function resolveTarget(
    { host }: Target,
    phases: PhaseClock,
    signal: AbortSignal,
  ): Promise<Resolution> {
    if (isIP(host)) return { addresses: [host], usableUntil: Number.POSITIVE_INFINITY }
    phases.enter('dns')
    return await resolver.resolve(host, signal)
  }

  /** A name that the proxy resolves may move like any other. */
  function latestUse(): number {
    return now() + maxRememberedSeconds * 1_000
  }

  function reachThrough(way: ForwardProxy): Reach {
    const tunnels = new TunnelClient({ proxy: way, resolver, tlsClient: client })
    return (target, addresses, context) =>
      isBypassed(way, target, addresses)
        ? reachDirectly(target, addresses, context)
        : tunnels.open(addresses, target.port, context)
  }

  /** A name with one forbidden address is refused whole (docs/decisions/whole-name-refused.md). */
  function judge(addresses: readonly string[], target: Target): void {
    const denied = addresses.flatMap((address) => {
      const reason = policy.refuseAddress(address, target)
      return reason === null ? [] : { address, reason }
    })
    // A metadata service comes first: the hint of another denial would say how to open the name.
    const worst = denied.find(({ reason }) => reason === 'metadata') ?? denied[0]
    if (worst === undefined) return
    log({ ...target, ...worst }, 'address denied')
    const like = denied.filter(({ reason }) => reason === worst.reason)
    throw new AddressDenied(worst.reason, { denied: like.length, all: addresses.length })
  }
}

const reachDirectly: Reach = async ({ port }, addresses, { onSocket, signal, phases }) => {
  phases?.enter('connect')
  const tcp = await connectToFirst(addresses, port, onSocket, signal)
  return { stream: tcp, tcp }
}
