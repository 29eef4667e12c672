import type { TlsOptions } from 'node:tls'
import { createAuthority } from '../../testkit/certificates.ts'
import { sound } from '../../testkit/raw-answers.ts'
import { writeAndStay } from '../../testkit/raw-server.ts'
import { daysFromNow } from '../support/days.ts'
import { authority } from '../support/servers.ts'
import { type Chapter, success, type Target } from './support/fault.ts'
import { tls } from './support/targets.ts'

const unsent = {
  ends: 'tls_client_cert_invalid',
  delivered: 'no',
  repeat: 'never',
  seen: 'nothing',
} as const

const sender = await authority.issue({ purpose: 'client' })
const other = await authority.issue({ purpose: 'client' })
const stranger = await createAuthority('Stranger')

export const certificateFaults: Chapter = {
  title: 'The certificates of a node',
  faults: [
    {
      row: 'C1',
      what: 'The client certificate is no PEM.',
      make: withSecrets({ cert: 'certificate' }),
      ...unsent,
    },
    {
      row: 'C1',
      what: 'The key is that of another certificate.',
      make: withSecrets({ key: other.key }),
      ...unsent,
    },
    {
      row: 'C1',
      what: 'The client certificate has expired.',
      make: async () =>
        withSecrets(
          await authority.issue({ purpose: 'client', notBefore: daysFromNow(-2), notAfter: daysFromNow(-1) }),
        )(),
      ...unsent,
    },
    {
      row: 'C2',
      what: 'The client certificate expires within days.',
      make: async () => withSecrets(await authority.issue({ purpose: 'client', notAfter: daysFromNow(3) }))(),
      ...success,
      warning: 'client_cert_expires',
    },
    {
      row: 'C2',
      what: 'The target does not ask for the client certificate.',
      make: withSecrets({}, { requestCert: false }),
      ...success,
    },
    {
      row: 'C3',
      what: 'The target closes the connection on the client certificate, under TLS 1.2.',
      make: refusing({ maxVersion: 'TLSv1.2' }),
      ends: 'tls_aborted',
      delivered: 'no',
      repeat: 'safe',
      seen: 'a connection',
    },
    {
      row: 'C3',
      what: 'The target closes the connection on the client certificate, under TLS 1.3.',
      make: refusing({ minVersion: 'TLSv1.3' }),
      ends: 'no_response',
      delivered: 'maybe',
      repeat: 'if_idempotent',
      seen: 'a connection',
    },
    {
      row: 'C3',
      what: 'The target refuses the client certificate with an alert.',
      why: 'Servers of Node.js send none, so OpenSSL itself makes it: `test/namespace/tls-programs.test.ts`',
    },
    {
      row: 'C4',
      what: 'The certificate of the target comes from an authority of the service, and not of the node.',
      make: withSecrets({}, {}, { ca: '{{ secrets.ca }}' }),
      ends: 'tls_untrusted',
      delivered: 'no',
      repeat: 'never',
      seen: 'a connection',
    },
    {
      row: 'C4',
      what: 'The target speaks TLS 1.2 only, and the node demands TLS 1.3.',
      make: withSecrets({}, { maxVersion: 'TLSv1.2' }, { minVersion: 'TLSv1.3' }),
      ends: 'tls_protocol',
      delivered: 'no',
      repeat: 'never',
      seen: 'a connection',
      shows: { reason: { blame: 'node', path: '/node/tls/minVersion' } },
    },
  ],
}

const asking = { requestCert: true, ca: authority.pem, rejectUnauthorized: false } as const

/** A target that asks for a certificate, and a node that has one. */
function withSecrets(
  secrets: { readonly cert?: string; readonly key?: string },
  options: TlsOptions = {},
  more: object = {},
): () => Promise<Target> {
  return async () => ({
    ...(await tls(writeAndStay(sound), { ...asking, ...options })()),
    secrets: { ca: stranger.pem, ...sender, ...secrets },
    node: { tls: { certificate: '{{ secrets.cert }}', key: '{{ secrets.key }}', ...more } },
  })
}

function refusing(options: TlsOptions): () => Promise<Target> {
  return withSecrets({}, { ...options, ca: stranger.pem, rejectUnauthorized: true })
}
