import { isIP, type Socket } from 'node:net'
import {
  checkServerIdentity,
  connect,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import type { TlsVersion } from '../../webhook/wire/tls-settings.ts'
import { EgressError } from '../call/egress-error.ts'

/** A connection on which TLS may begin. */
export interface Link {
  /** What TLS reads and writes: the TCP connection, or the TLS connection to a proxy. */
  readonly stream: Socket
  readonly tcp: Socket
}

export interface SecuredSocket extends Link {
  readonly socket: TLSSocket
}

/**
 * OpenSSL limits a certificate chain to 100 KiB, but ignores other useless messages without limit. Twice that chain,
 * and a reserve.
 */
const maxHandshakeBytes = 262_144

/** Closes a connection whose handshake has received too many bytes. Called at intervals. */
export function limitHandshake(tcp: Socket): void {
  if (tcp.bytesRead > maxHandshakeBytes) tcp.destroy(new EgressError('EGRESS_HANDSHAKE_TOO_LARGE'))
}

/** Who is expected at the other end, and what of TLS. */
export interface Peer {
  readonly host: string
  readonly secureContext: SecureContext
  /** The oldest version that the context allows. */
  readonly minVersion: TlsVersion
}

/** Does the TLS handshake on a connection. If it fails, the connection is closed. */
export function secure(
  { stream, tcp }: Link,
  { host, secureContext, minVersion }: Peer,
  signal: AbortSignal,
): Promise<SecuredSocket> {
  return new Promise((resolve, reject) => {
    const bytesBefore = stream.bytesRead
    const socket = connect({
      socket: stream,
      secureContext,
      // RFC 6066, section 3: an address is not a server name.
      ...(isIP(host) === 0 && { servername: host }),
      ALPNProtocols: ['http/1.1'],
      checkServerIdentity: (_servername, certificate) => checkIdentity(host, certificate),
    })
    const giveUp = () => socket.destroy(new EgressError('EGRESS_STOPPED'))
    const fail = (error: Error) => {
      signal.removeEventListener('abort', giveUp)
      socket.destroy()
      reject(nameError(error, stream.bytesRead - bytesBefore, minVersion))
    }
    socket
      .on('error', () => {}) // more errors may follow while there is no other listener
      .once('error', fail)
      .once('secureConnect', () => {
        signal.removeEventListener('abort', giveUp)
        socket.off('error', fail)
        resolve({ socket, stream, tcp })
      })
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
  })
}

/** Node falls back to the common name, which RFC 9110, section 4.3.4, forbids and browsers ignore. */
function checkIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  const names = certificate.subjectaltname ?? ''
  if (!/(^|, )(DNS|IP Address):/.test(names)) return new EgressError('EGRESS_CERT_WITHOUT_NAME')
  return checkServerIdentity(host, certificate)
}

/** Replaces errors whose code is too general. `bytesRead`: in the handshake. */
function nameError(error: NodeJS.ErrnoException, bytesRead: number, minVersion: TlsVersion): Error {
  // Node has no code for the rarer reasons to refuse a certificate, such as a weak key or digest.
  if (error.code === 'UNSPECIFIED') return new EgressError('EGRESS_CERT_REFUSED', error)
  const { code = '' } = error
  if (minVersion === 'TLSv1.3' && versionError.test(code))
    return new EgressError('EGRESS_TLS13_MISSING', error)
  if (/ALERT_HANDSHAKE_FAILURE$/.test(code))
    return isHelloRefused(bytesRead) ? error : new EgressError('EGRESS_CLIENT_CERT_REQUIRED', error)
  return unspecificAlert.test(code) && isHelloRefused(bytesRead)
    ? new EgressError('EGRESS_HELLO_REFUSED', error)
    : error
}

/** The target has no version that the service allows. */
export const versionError = /ALERT_PROTOCOL_VERSION$|^ERR_SSL_(UNSUPPORTED_PROTOCOL|WRONG_SSL_VERSION)$/

/** The bytes of an alert record: five of header, the level and the description (RFC 8446, section 6). */
const alertBytes = 7

/**
 * Whether the alert replaced the ServerHello. TLS 1.2 uses one alert for "no common cipher" and "no client
 * certificate". The first replaces the ServerHello, the second follows it.
 */
function isHelloRefused(bytesRead: number): boolean {
  return bytesRead <= alertBytes
}

/**
 * Alerts with which some servers refuse a ClientHello. Go, for example, answers an unknown server name with an
 * internal error.
 */
const unspecificAlert =
  // recheck: at most 100 characters, because OpenSSL defines the codes
  /ALERT_(?:INTERNAL_ERROR|ILLEGAL_PARAMETER|ACCESS_DENIED|DECODE_ERROR|DECRYPT_ERROR|UNKNOWN_CA|(?:NO|BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_\w+)$|(?:MISSING|UNSUPPORTED)_EXTENSION$/
