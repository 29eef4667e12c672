import { isIP, type Socket } from 'node:net'
import type { Deadline } from '../call/deadline.ts'
import { EgressError } from '../call/egress-error.ts'
import type { PhaseClock } from '../call/phase-clock.ts'
import type { Resolver } from '../dns/resolver.ts'
import type { Place } from '../limits/bulkhead.ts'
import type { Lane } from '../limits/bulkhead-key.ts'
import type { AddressPolicy, Target } from '../policy/address-policy.ts'
import type { SecuredSocket } from './handshake.ts'
import { connectToFirst } from './happy-eyeballs.ts'
import { TlsClient, type TlsClientOptions } from './tls-client.ts'

/** Opens a TLS connection to a target, if the policy lets it. All sockets that this takes take up the place. */
export type Dial = (approach: Approach, phases: PhaseClock, signal: AbortSignal) => Promise<SecuredSocket>

/** What a call brings that wants a connection. */
export interface Approach {
  readonly lane: Lane
  readonly place: Place
  readonly deadline: Pick<Deadline, 'remainingMs'>
}

export interface ConnectorOptions extends TlsClientOptions {
  readonly policy: AddressPolicy
  readonly resolver: Resolver
}

/**
 * The one way out. Every connection, to a name or a literal, is resolved once, judged whole and made to an
 * address that was judged: no lookup hook sees literals, and no second lookup can answer differently.
 */
export function createConnector({ policy, resolver, ...options }: ConnectorOptions): Dial {
  const { sockets, log } = options
  const client = new TlsClient(options)

  return async ({ lane, place, deadline }, phases, signal) => {
    const target = { host: lane.host, port: lane.port }
    const addresses = await resolveTarget(target, phases, signal)
    for (const address of addresses) judge(address, target)
    const onSocket = (socket: Socket) => sockets.add(socket, place)
    const connect = (until: AbortSignal) => connectToFirst(addresses, target.port, onSocket, until)
    phases.enter('connect')
    const tcp = await connect(signal)
    phases.enter('tls')
    return await client.secure(tcp, { target, deadline, connect, signal })
  }

  async function resolveTarget({ host }: Target, phases: PhaseClock, signal: AbortSignal) {
    if (isIP(host)) return [host]
    phases.enter('dns')
    return await resolver.resolve(host, signal)
  }

  /** One forbidden address among public ones condemns the name: no webhook target has one foot inside. */
  function judge(address: string, target: Target): void {
    const reason = policy.refuseAddress(address, target)
    if (reason === null) return
    log({ ...target, address, reason }, 'address denied')
    throw new EgressError('EGRESS_ADDRESS_DENIED')
  }
}
