import { isIP, type Socket } from 'node:net'
import type { Deadline } from '../call/deadline.ts'
import type { PhaseClock } from '../call/phase-clock.ts'
import type { Resolution } from '../dns/cache.ts'
import type { Resolver } from '../dns/resolver.ts'
import type { Permit } from '../limits/bulkhead.ts'
import { AddressDenied } from '../policy/address-denied.ts'
import type { AddressPolicy, Target } from '../policy/address-policy.ts'
import type { SecuredSocket } from './handshake.ts'
import { connectToFirst } from './happy-eyeballs.ts'
import type { PeerKey } from './peer-key.ts'
import { TlsClient, type TlsClientOptions } from './tls-client.ts'

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
}

export interface ConnectorOptions extends TlsClientOptions {
  readonly policy: AddressPolicy
  readonly resolver: Resolver
}

/**
 * The only way to a target. Every connection, to a name or an address, is resolved once, all its addresses are
 * judged, and one of them is dialled. A `lookup` hook of Node would not see addresses in URLs, and a second lookup
 * could return other addresses.
 */
export function createConnector({ policy, resolver, ...options }: ConnectorOptions): Dial {
  const { sockets, log } = options
  const client = new TlsClient(options)

  return async ({ key, permit, deadline }, phases, signal) => {
    const target = { host: key.host, port: key.port }
    const { addresses, usableUntil } = await resolveTarget(target, phases, signal)
    judge(addresses, target)
    const onSocket = (socket: Socket) => sockets.add(socket, permit)
    const connect = (until: AbortSignal) => connectToFirst(addresses, target.port, onSocket, until)
    phases.enter('connect')
    const tcp = await connect(signal)
    phases.enter('tls')
    const secured = await client.secure(tcp, { target, deadline, connect, signal })
    return { ...secured, usableUntil }
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
