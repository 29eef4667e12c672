import { isIP, type Socket } from 'node:net'
import {
  checkServerIdentity,
  connect,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import { EgressError } from '../call/egress-error.ts'

export interface SecuredSocket {
  readonly socket: TLSSocket
  /** The connection below. */
  readonly tcp: Socket
}

/** OpenSSL takes chains of certificates up to 100 KiB. What means nothing it drops, and goes on without end. */
const maxHandshakeBytes = 262_144

/** Ends a handshake that takes too much: to be asked now and then. */
export function limitHandshake(tcp: Socket): void {
  if (tcp.bytesRead > maxHandshakeBytes) tcp.destroy(new EgressError('EGRESS_HANDSHAKE_TOO_LARGE'))
}

/** Makes a TLS connection of one of TCP. Whatever fails, that is gone too. */
export function secure(
  raw: Socket,
  host: string,
  secureContext: SecureContext,
  signal: AbortSignal,
): Promise<SecuredSocket> {
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
        resolve({ socket, tcp: raw })
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
  const { code = '' } = error
  if (/ALERT_HANDSHAKE_FAILURE$/.test(code))
    return isHelloRefused(raw) ? error : new EgressError('EGRESS_CLIENT_CERT_REQUIRED', error)
  return unspecificAlert.test(code) && isHelloRefused(raw)
    ? new EgressError('EGRESS_HELLO_REFUSED', error)
    : error
}

/** An alert record as it stands on the wire: five bytes of header, level and description. */
const alertBytes = 7

/**
 * Whether the alert came in place of the hello of the server. TLS 1.2 has one alert for "no common cipher" and "no client
 * certificate": the first comes there, the second one later.
 */
function isHelloRefused({ bytesRead }: Socket): boolean {
  return bytesRead <= alertBytes
}

/** Alerts with which some servers refuse a hello. Go, for one, answers an unknown server name with an internal error. */
const unspecificAlert =
  // recheck: at most 100 characters, since codes are OpenSSL's
  /ALERT_(?:INTERNAL_ERROR|ILLEGAL_PARAMETER|ACCESS_DENIED|DECODE_ERROR|DECRYPT_ERROR|UNKNOWN_CA|(?:NO|BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_\w+)$|(?:MISSING|UNSUPPORTED)_EXTENSION$/
