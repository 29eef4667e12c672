import type { Socket } from 'node:net'
import { TLSSocket, type TlsOptions } from 'node:tls'
import { type CertificateOptions, createAuthority } from '../../testkit/certificates.ts'
import { sound } from '../../testkit/raw-answers.ts'
import { flood, silent, write, writeAndReset, writeAndStay } from '../../testkit/raw-server.ts'
import { daysFromNow } from '../support/days.ts'
import { alert, bareHello } from '../support/hellos.ts'
import { dropLong, resetLong, type Verdict } from '../support/middlebox.ts'
import { authority, middlebox } from '../support/servers.ts'
import type { Chapter, Target } from './support/fault.ts'
import { tcp, tls } from './support/targets.ts'

const answered = { delivered: 'yes', repeat: 'never', seen: 'a request' } as const
const refused = { delivered: 'no', repeat: 'never', seen: 'a connection' } as const

export const tlsFaults: Chapter = {
  title: 'The TLS handshake',
  faults: [
    {
      row: '12',
      what: 'The certificate has expired.',
      make: withCertificate({ notBefore: daysFromNow(-2), notAfter: daysFromNow(-1) }),
      ends: 'tls_cert_expired',
      ...refused,
    },
    {
      row: '12',
      what: 'The certificate is not valid yet.',
      make: withCertificate({ notBefore: daysFromNow(1) }),
      ends: 'tls_cert_not_yet_valid',
      ...refused,
    },
    {
      row: '13',
      what: 'The certificate is for another name.',
      make: withCertificate({ names: ['internal-name.example'], addresses: ['127.0.0.2'] }),
      ends: 'tls_name_mismatch',
      ...refused,
    },
    {
      row: '13',
      what: 'The target says in the handshake that it does not know the name.',
      make: tcp(alert(112)),
      ends: 'tls_name_mismatch',
      ...refused,
    },
    {
      row: '14',
      what: 'The certificate vouches for itself.',
      make: withCertificate({ isSelfSigned: true }),
      ends: 'tls_untrusted',
      ...refused,
    },
    {
      row: '14',
      what: 'The intermediate certificate is not sent.',
      make: async () => {
        const intermediate = await authority.createIntermediate()
        return await tls(writeAndStay(sound), { credentials: await intermediate.issue() })()
      },
      ends: 'tls_untrusted',
      ...refused,
    },
    {
      row: '14',
      what: 'The certificate comes from an unknown authority.',
      make: async () => {
        const stranger = await createAuthority('Stranger authority')
        return await tls(writeAndStay(sound), { credentials: await stranger.issue() })()
      },
      ends: 'tls_untrusted',
      ...refused,
    },
    {
      row: '15',
      what: 'The certificate is for clients.',
      make: withCertificate({ purpose: 'client' }),
      ends: 'tls_cert_invalid',
      ...refused,
    },
    {
      row: '15',
      what: 'The certificate names the host as its subject only.',
      make: withCertificate({ names: [], addresses: [], commonName: '127.0.0.1' }),
      ends: 'tls_cert_invalid',
      ...refused,
    },
    {
      row: '15',
      what: 'The key of the certificate is too short, or its signature too weak.',
      why: 'Needs a server that accepts what is weak: `test/egress/connection/tls.test.ts`',
    },
    {
      row: '16',
      what: 'The target speaks TLS 1.1 at most.',
      make: shaking({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
      ends: 'tls_protocol',
      ...refused,
    },
    {
      row: '16',
      what: 'The target has no cipher in common with the service.',
      make: shaking({ maxVersion: 'TLSv1.2', ciphers: 'PSK-AES128-CBC-SHA' }),
      ends: 'tls_protocol',
      ...refused,
    },
    {
      row: '16',
      what: 'The target speaks HTTP/2 only.',
      make: shaking({ ALPNProtocols: ['h2'] }),
      ends: 'tls_protocol',
      ...refused,
    },
    {
      row: '16',
      what: 'The target refuses the handshake right behind the ClientHello.',
      make: tcp(alert(40)),
      ends: 'tls_protocol',
      ...refused,
    },
    {
      row: '16',
      what: 'The target does not know secure renegotiation.',
      make: tcp(write(bareHello)),
      ends: 'tls_protocol',
      ...refused,
    },
    {
      row: '14',
      what: 'EGRESS_CA_FILE has the intermediate authority only, or the certificate of the target itself: the call succeeds.',
      why: 'Needs settings of its own: `test/egress/connection/tls.test.ts`',
    },
    {
      row: '17',
      what: 'The target asks for a client certificate by a page of nginx, with the status 400.',
      why: 'Its words are those of the hint, so nginx itself makes it: `test/namespace/tls-programs.test.ts`',
    },
    {
      row: '17',
      what: 'The target demands a client certificate, under TLS 1.2.',
      make: shaking({ requestCert: true, ca: authority.pem, maxVersion: 'TLSv1.2' }),
      ends: 'tls_client_cert_required',
      ...refused,
    },
    {
      row: '17',
      what: 'The target demands a client certificate, under TLS 1.3.',
      make: shaking({ requestCert: true, ca: authority.pem, minVersion: 'TLSv1.3' }),
      ends: 'tls_client_cert_required',
      ...refused,
      delivered: 'maybe',
    },
    {
      row: '18',
      what: 'The target speaks plain HTTP.',
      make: tcp(write('HTTP/1.1 400 Bad Request\r\nserver: internal-proxy\r\n\r\n')),
      ends: 'tls_not_tls',
      ...refused,
    },
    {
      row: '18',
      what: 'The target speaks first, with a banner of SSH.',
      make: tcp((socket) => socket.write('SSH-2.0-OpenSSH_9.9 internal-banner\r\n')),
      ends: 'tls_not_tls',
      ...refused,
    },
    {
      row: '19',
      what: 'The target never answers the handshake.',
      make: tcp(silent),
      ends: 'tls_timeout',
      usesUp: 'the TLS handshake',
      ...refused,
      repeat: 'safe',
    },
    {
      row: '19',
      what: 'A firewall drops a ClientHello of more than one segment.',
      make: behind(dropLong),
      ends: 200,
      ...answered,
    },
    {
      row: '20',
      what: 'A firewall resets the connection on a ClientHello of more than one segment.',
      make: behind(resetLong),
      ends: 200,
      ...answered,
    },
    {
      row: '20',
      what: 'The target resets the connection in the handshake.',
      make: tcp(writeAndReset()),
      ends: 'tls_aborted',
      ...refused,
      repeat: 'safe',
    },
    {
      row: '20',
      what: 'The target ends the connection in the handshake.',
      make: tcp(write()),
      ends: 'tls_aborted',
      ...refused,
      repeat: 'safe',
    },
    {
      row: '20',
      what: 'The target asks for a handshake without end, and never goes on with it.',
      make: tcp(flood(Buffer.from('160303000400000000', 'hex'))),
      ends: 'tls_aborted',
      ...refused,
      repeat: 'safe',
    },
    {
      row: '20',
      what: 'The target asks for another handshake instead of an answer, under TLS 1.2.',
      make: tls(renegotiate, { maxVersion: 'TLSv1.2' }),
      ends: 'no_response',
      delivered: 'maybe',
      repeat: 'if_idempotent',
      seen: 'a request',
    },
    {
      row: '20',
      what: 'The target asks for another handshake under TLS 1.2, and answers all the same.',
      make: tls(
        (socket, reset) => {
          writeAndStay(sound)(socket, reset)
          renegotiate(socket)
        },
        { maxVersion: 'TLSv1.2' },
      ),
      ends: 200,
      delivered: 'yes',
      repeat: 'never',
      seen: 'a request',
    },
  ],
}

/** OpenSSL tells the other side that it will not do without when something more is to be written. */
function renegotiate(socket: Socket): void {
  socket.once('data', () => {
    if (!(socket instanceof TLSSocket)) return
    socket.renegotiate({ rejectUnauthorized: false, requestCert: true }, () => {})
    setTimeout(() => socket.write('x'), 300)
  })
}

/** A sound target behind what looks at each ClientHello. */
function behind(verdict: Verdict): () => Promise<Target> {
  return async () => {
    const target = await shaking({})()
    const box = await middlebox(Number(new URL(target.url).port), verdict)
    return { ...target, url: `https://127.0.0.1:${box.port}/hook` }
  }
}

function withCertificate(certificate: CertificateOptions): () => Promise<Target> {
  return async () => tls(writeAndStay(sound), { credentials: await authority.issue(certificate) })()
}

function shaking(options: TlsOptions): () => Promise<Target> {
  return tls(writeAndStay(sound), options)
}
