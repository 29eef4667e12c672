import { constants } from 'node:crypto'
import { isIP, type Socket } from 'node:net'
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  getCACertificates,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import { AddressDenied } from './address-denied.ts'
import type { AddressPolicy, Target } from './address-policy.ts'
import type { DebugLog } from './debug-log.ts'
import type { Resolution } from './dns-cache.ts'
import { EgressError } from './egress-error.ts'
import { connectToFirst } from './first-connection.ts'
import type { OpenSockets } from './open-sockets.ts'
import type { PhaseClock } from './phase-clock.ts'
import type { Place } from './places.ts'
import type { Resolver } from './resolver.ts'

/** Opens a TLS connection to a target, if the policy lets it. All sockets that this takes take up the place. */
export type Dial = (
  target: Target,
  place: Place,
  phases: PhaseClock,
  signal: AbortSignal,
) => Promise<DialledSocket>

export interface DialledSocket {
  readonly socket: TLSSocket
  /** The connection below. */
  readonly tcp: Socket
  /** By the clock of the resolver: until then the target is where the name servers said. */
  readonly usableUntil: number
}

export interface ConnectorOptions {
  readonly policy: AddressPolicy
  readonly resolver: Resolver
  /** PEM of authorities that are trusted beside Node's own. */
  readonly ca: string | null
  readonly sockets: OpenSockets
  readonly log: DebugLog
}

/**
 * The one way out. Every connection, to a name or a literal, is resolved once, judged whole and made to an
 * address that was judged: no lookup hook sees literals, and no second lookup can answer differently.
 */
export function createConnector({ policy, resolver, ca, sockets, log }: ConnectorOptions): Dial {
  const secureContext = createSecureContext({
    minVersion: 'TLSv1.2',
    // A target could ask for one handshake after the other. `disableRenegotiation()` holds for servers only.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    // A list replaces Node's own, so both are joined; without one the ready-made store is far cheaper.
    ...(ca !== null && { ca: [...getCACertificates('default'), ca] }),
  })

  return async (target, place, phases, signal) => {
    const { addresses, usableUntil } = await resolveTarget(target, phases, signal)
    judge(addresses, target)
    phases.enter('connect')
    const onSocket = (socket: Socket) => sockets.add(socket, place)
    const tcp = await connectToFirst(addresses, target.port, onSocket, signal)
    phases.enter('tls')
    const securing = secure(tcp, target.host, secureContext, signal)
    sockets.check(tcp, () => limitHandshake(tcp))
    return { socket: await securing, tcp, usableUntil }
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

  /** One forbidden address among public ones condemns the name: no webhook target has one foot inside. */
  function judge(addresses: readonly string[], target: Target): void {
    const denied = addresses.flatMap((address) => {
      const reason = policy.refuseAddress(address, target)
      return reason === null ? [] : { address, reason }
    })
    // What nothing opens is told first: else callers would read how to open the name.
    const worst = denied.find(({ reason }) => reason === 'metadata') ?? denied[0]
    if (worst === undefined) return
    log({ ...target, ...worst }, 'address denied')
    throw new AddressDenied(worst.reason)
  }
}

/** OpenSSL takes chains of certificates up to 100 KiB. What means nothing it drops, and goes on without end. */
const maxHandshakeBytes = 262_144

function limitHandshake(tcp: Socket): void {
  if (tcp.bytesRead > maxHandshakeBytes) tcp.destroy(new EgressError('EGRESS_HANDSHAKE_TOO_LARGE'))
}

function secure(
  raw: Socket,
  host: string,
  secureContext: SecureContext,
  signal: AbortSignal,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      socket: raw,
      secureContext,
      // RFC 6066, section 3: addresses are no server names.
      ...(isIP(host) === 0 && { servername: host }),
      ALPNProtocols: ['http/1.1'],
      checkServerIdentity: (_servername, certificate) => checkIdentity(host, certificate),
    })
    const giveUp = () => socket.destroy(new EgressError('EGRESS_STOPPED'))
    const fail = (error: Error) => {
      signal.removeEventListener('abort', giveUp)
      socket.destroy()
      reject(nameError(error, raw))
    }
    socket
      .on('error', () => {}) // more may come, before and after somebody else listens
      .once('error', fail)
      .once('secureConnect', () => {
        signal.removeEventListener('abort', giveUp)
        socket.off('error', fail)
        resolve(socket)
      })
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
  })
}

/**
 * Node falls back to the common name, which RFC 9110, section 4.3.4, forbids and browsers stopped reading.
 */
function checkIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  const names = certificate.subjectaltname ?? ''
  if (!/(^|, )(DNS|IP Address):/.test(names)) return new EgressError('EGRESS_CERT_WITHOUT_NAME')
  return checkServerIdentity(host, certificate)
}

/** Gives a name of ours to errors that say too little by their code. */
function nameError(error: NodeJS.ErrnoException, raw: Socket): Error {
  // Of all reasons to refuse a certificate Node names the frequent ones; weak keys and digests are not among them.
  if (error.code === 'UNSPECIFIED') return new EgressError('EGRESS_CERT_REFUSED', error)
  return demandsClientCertificate(error, raw) ? new EgressError('EGRESS_CLIENT_CERT_REQUIRED', error) : error
}

/** An alert record as it stands on the wire: five bytes of header, level and description. */
const alertBytes = 7

/**
 * TLS 1.2 has one alert for "no common cipher" and "no client certificate". The first comes in place of the
 * server's hello, the second after it.
 */
function demandsClientCertificate(error: NodeJS.ErrnoException, { bytesRead }: Socket): boolean {
  return /ALERT_HANDSHAKE_FAILURE$/.test(error.code ?? '') && bytesRead > alertBytes
}
