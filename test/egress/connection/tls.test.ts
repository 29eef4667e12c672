import { X509Certificate } from 'node:crypto'
import { createSecureServer } from 'node:http2'
import { getCACertificates, setDefaultCACertificates, type TlsOptions } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { FailureCode } from '../../../src/contract/failure.ts'
import { type CertificateOptions, createAuthority } from '../../../testkit/certificates.ts'
import { listen } from '../../../testkit/listen.ts'
import { type Part, silent, write, writeAndReset, writeAndStay } from '../../../testkit/raw-server.ts'
import { daysFromNow } from '../../support/days.ts'
import { attemptAt, outbound, testEgressClient } from '../../support/egress-client.ts'
import { alert, bareHello } from '../../support/hellos.ts'
import { json } from '../../support/receiver.ts'
import {
  authority,
  credentials,
  dnsServer,
  rawServer,
  rawTlsServer,
  receiver,
} from '../../support/servers.ts'

describe('a certificate', () => {
  it.each<readonly [string, string, CertificateOptions]>([
    ['tls_cert_expired', 'ran out', { notBefore: daysFromNow(-2), notAfter: daysFromNow(-1) }],
    ['tls_cert_not_yet_valid', 'is for tomorrow', { notBefore: daysFromNow(1) }],
    ['tls_name_mismatch', 'is for another name', { names: ['other.example'], addresses: ['127.0.0.2'] }],
    ['tls_cert_invalid', 'is for clients', { purpose: 'client' }],
    [
      'tls_cert_invalid',
      'names the host as its subject only',
      { names: [], addresses: [], commonName: '127.0.0.1' },
    ],
    ['tls_untrusted', 'vouches for itself', { isSelfSigned: true }],
    ['tls_cert_invalid', 'has a weak key', { rsaBits: 1_024 }],
    ['tls_cert_invalid', 'is signed with SHA-1', { digest: 'SHA-1' }],
  ])('is %s if it %s', async (code, _what, certificate) => {
    const target = await receiver(json(200, {}), {
      credentials: await authority.issue(certificate),
      ciphers: 'DEFAULT@SECLEVEL=0', // or the server itself would refuse what is weak
    })
    const { outcome, delivered } = await attemptAt(target.port)
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code }, response: null })
    expect(delivered).toBe('no')
    expect(target.received).toEqual([])
  })

  it('is tls_untrusted if its authority is not known', async () => {
    const stranger = await createAuthority('Stranger')
    const target = await receiver(json(200, {}), { credentials: await stranger.issue() })
    expect((await attemptAt(target.port)).outcome).toMatchObject({ failure: { code: 'tls_untrusted' } })
  })

  it('is tls_untrusted without the intermediate that its server should send', async () => {
    const intermediate = await authority.createIntermediate()
    const { key, cert } = await intermediate.issue()
    const bare = await receiver(json(200, {}), { credentials: { key, cert } })
    const whole = await receiver(json(200, {}), {
      credentials: { key, cert: `${cert}\n${intermediate.pem}` },
    })
    expect((await attemptAt(bare.port)).outcome).toMatchObject({ failure: { code: 'tls_untrusted' } })
    expect((await attemptAt(whole.port)).outcome.kind).toBe('responded')
  })

  it('is tls_untrusted if its authority was not added', async () => {
    const target = await receiver(json(200, {}))
    const { outcome } = await attemptAt(target.port, {}, { ca: null })
    expect(outcome).toMatchObject({ failure: { code: 'tls_untrusted' } })
  })

  it('is checked against the name in the URL, which the server is told', async () => {
    let servername: string | undefined
    const target = await receiver(json(200, {}), {
      credentials: await authority.issue({ names: ['hooks.example'], addresses: [] }),
      SNICallback(name, done) {
        servername = name
        done(null)
      },
    })
    const dns = await dnsServer({ 'hooks.example': { a: ['127.0.0.1'] } })
    const { outcome } = await attemptAt(target.port, { host: 'hooks.example' }, { dnsServers: [dns.address] })
    expect(outcome).toMatchObject({ kind: 'responded', response: { status: 200 } })
    expect(servername).toBe('hooks.example')
  })
})

describe('a server', () => {
  it.each<readonly [string, 'no' | 'maybe', string, TlsOptions]>([
    ['tls_protocol', 'no', 'has TLS 1.1 at most', tls11()],
    [
      'tls_protocol',
      'no',
      'has no cipher in common',
      { maxVersion: 'TLSv1.2', ciphers: 'PSK-AES128-CBC-SHA' },
    ],
    ['tls_protocol', 'no', 'speaks HTTP/2 only', { ALPNProtocols: ['h2'] }],
    [
      'tls_client_cert_required',
      'no',
      'demands a client certificate in TLS 1.2',
      { requestCert: true, ca: authority.pem, maxVersion: 'TLSv1.2' },
    ],
    [
      'tls_client_cert_required',
      'maybe', // TLS 1.3 refuses only after the client may have written
      'demands a client certificate in TLS 1.3',
      { requestCert: true, ca: authority.pem, minVersion: 'TLSv1.3' },
    ],
  ])('is %s, delivered %s, if it %s', async (code, delivered, _what, options) => {
    const target = await rawTlsServer(silent, options)
    expect(await attemptAt(target.port)).toMatchObject({
      outcome: { kind: 'failed', failure: { code } },
      delivered,
    })
    expect(target.received().toString()).toBe('')
  })

  it.each<readonly [string, string, Part]>([
    ['tls_not_tls', 'speaks plain HTTP', write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['tls_not_tls', 'speaks first', (socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n')],
    ['tls_aborted', 'ends the handshake', write()],
    ['tls_aborted', 'resets the handshake', writeAndReset()],
    ['tls_protocol', 'sends an alert at once', write(Buffer.from([0x15, 3, 3, 0, 2, 2, 40]))],
    ['tls_name_mismatch', 'does not know the name', write(Buffer.from([0x15, 3, 3, 0, 2, 2, 112]))],
  ])('is %s if it %s', async (code, _what, part) => {
    const target = await rawServer(part)
    expect(await attemptAt(target.port)).toMatchObject({
      outcome: { kind: 'failed', failure: { code } },
      delivered: 'no',
    })
  })

  it('is tls_timeout if it never answers the handshake', async () => {
    const target = await rawServer(silent)
    const { outcome, delivered, timings } = await attemptAt(target.port, {}, { timeoutMs: 200 })
    expect(outcome).toMatchObject({ failure: { code: 'tls_timeout', path: null } })
    expect(delivered).toBe('no')
    expect(timings).toMatchObject({ tlsMs: expect.any(Number), firstByteMs: null })
  })
})

it('a call uses TLS 1.2 where there is nothing newer', async () => {
  const target = await receiver(json(200, {}), { maxVersion: 'TLSv1.2' })
  expect((await attemptAt(target.port)).outcome.kind).toBe('responded')
})

it('an authority of the settings is trusted beside those of Node, not in their place', async () => {
  const known = getCACertificates('default')
  onTestFinished(() => setDefaultCACertificates(known))
  const ofNode = await createAuthority('One of those that Node knows')
  setDefaultCACertificates([...known, ofNode.pem])
  const targets = await Promise.all(
    [ofNode, authority].map(async (own) => receiver(json(200, {}), { credentials: await own.issue() })),
  )
  for (const { port } of targets) expect((await attemptAt(port)).outcome.kind).toBe('responded')
})

describe('a message of its own', () => {
  const http2Settings = Buffer.from('00000604000000000000030000007f', 'hex')
  const atOnce: Part = (socket) => socket.write(http2Settings)

  async function http2Server() {
    const server = await listen(createSecureServer(credentials))
    onTestFinished(() => server.close())
    return server
  }

  async function strangersServer(send: (leaf: string, intermediate: string, root: string) => string) {
    const stranger = await createAuthority('Stranger')
    const intermediate = await stranger.createIntermediate()
    const { key, cert } = await intermediate.issue()
    return await receiver(json(200, {}), {
      credentials: { key, cert: send(cert, intermediate.pem, stranger.pem) },
    })
  }

  it.each<readonly [string, () => Promise<{ readonly port: number }>, FailureCode, RegExp, RegExp]>([
    ['HTTP/2 only', http2Server, 'tls_protocol', /HTTP\/2 only/, /speaks HTTP\/1\.1/],
    [
      'HTTP/2 unasked',
      () => rawTlsServer(atOnce),
      'response_not_http',
      /speaks HTTP\/2/,
      /switch on HTTP\/1\.1/,
    ],
    [
      'HTTP/2 unasked, in one packet with the end of the handshake',
      () => rawTlsServer(atOnce, { maxVersion: 'TLSv1.2' }),
      'response_not_http',
      /speaks HTTP\/2/,
      /switch on HTTP\/1\.1/,
    ],
    [
      'HTTP/2 in answer to a request',
      () => rawTlsServer(writeAndStay(http2Settings)),
      'response_not_http',
      /speaks HTTP\/2/,
      /switch on HTTP\/1\.1/,
    ],
    [
      'no secure renegotiation',
      () => rawServer(write(bareHello)),
      'tls_protocol',
      /secure renegotiation/,
      /has to update it/,
    ],
    [
      'an unknown name',
      () => rawServer(alert(112)),
      'tls_name_mismatch',
      /rejected the host name/,
      /host name in the URL/,
    ],
    [
      'TLS 1.1 at most',
      () => rawTlsServer(silent, tls11()),
      'tls_protocol',
      /TLS 1\.1 at most/,
      /TLS 1\.2 or 1\.3/,
    ],
    [
      'TLS 1.1 in its hello',
      () => rawServer(write(Buffer.from(bareHello).fill(2, 10, 11))),
      'tls_protocol',
      /TLS 1\.1 at most/,
      /TLS 1\.2 or 1\.3/,
    ],
    [
      'a refusal right behind the hello',
      () => rawServer(alert(40)),
      'tls_protocol',
      /at once/,
      /Check the host name/,
    ],
    ...[42, 47, 48, 49, 50, 80, 109, 110].map(
      (description) =>
        [
          `alert ${description} right behind the hello`,
          () => rawServer(alert(description)),
          'tls_protocol',
          /at once/,
          /Check the host name/,
        ] as const,
    ),
    [
      'a short Diffie-Hellman group',
      async () =>
        rawTlsServer(silent, {
          maxVersion: 'TLSv1.2',
          ciphers: 'DHE-RSA-AES128-GCM-SHA256@SECLEVEL=0',
          dhparam: shortDhParameters,
          credentials: await authority.issue({ rsaBits: 2_048 }),
        }),
      'tls_protocol',
      /key exchange that is too weak/,
      /Diffie-Hellman/,
    ],
    [
      'a self-signed certificate',
      async () => receiver(json(200, {}), { credentials: await authority.issue({ isSelfSigned: true }) }),
      'tls_untrusted',
      /self-signed/,
      /EGRESS_CA_FILE/,
    ],
    [
      'a chain to an unknown authority',
      () => strangersServer((...all) => all.join('\n')),
      'tls_untrusted',
      /private authority/,
      /EGRESS_CA_FILE/,
    ],
    [
      'a chain without its end',
      () => strangersServer((leaf, intermediate) => `${leaf}\n${intermediate}`),
      'tls_untrusted',
      /lead to no authority/,
      /intermediate certificate is missing/,
    ],
  ])('reports %s', async (_what, start, code, detail, hint) => {
    const { outcome } = await attemptAt((await start()).port)
    expect(outcome).toMatchObject({
      failure: { code, detail: expect.stringMatching(detail), hint: expect.stringMatching(hint) },
    })
  })
})

it.each([
  ['alone', null, /alone/],
  ['alone, and has a file with certificates', authority.pem, /lead to no authority/],
])('says what to do where a server sends its certificate %s', async (_what, ca, detail) => {
  const intermediate = await authority.createIntermediate()
  const target = await receiver(json(200, {}), { credentials: await intermediate.issue() })
  const { outcome } = await attemptAt(target.port, {}, { ca })
  expect(outcome).toMatchObject({
    failure: {
      code: 'tls_untrusted',
      detail: expect.stringMatching(detail),
      hint: expect.stringMatching(/intermediate certificate.*EGRESS_CA_FILE/),
    },
  })
})

describe('a file with certificates', () => {
  /** Two servers of the same authority: one sends its intermediate certificate, the other one does not. */
  async function servers() {
    const stranger = await createAuthority('Stranger')
    const intermediate = await stranger.createIntermediate()
    const leaf = await intermediate.issue()
    const whole = { ...leaf, cert: `${leaf.cert}\n${intermediate.pem}` }
    const [bare, chained] = await Promise.all(
      [leaf, whole].map((credentials) => receiver(json(200, {}), { credentials })),
    )
    return { bare, chained, intermediate, leaf, stranger }
  }

  it('may have an intermediate authority without its root', async () => {
    const { bare, chained, intermediate } = await servers()
    for (const target of [bare, chained])
      expect((await attemptAt(target?.port ?? 0, {}, { ca: intermediate.pem })).outcome.kind).toBe(
        'responded',
      )
  })

  it('may have the certificate of the server alone, which vouches for no other one', async () => {
    const { bare, chained, leaf, intermediate } = await servers()
    for (const target of [bare, chained])
      expect((await attemptAt(target?.port ?? 0, {}, { ca: leaf.cert })).outcome.kind).toBe('responded')

    const sibling = await receiver(json(200, {}), { credentials: await intermediate.issue() })
    const { outcome } = await attemptAt(sibling.port, {}, { ca: leaf.cert })
    expect(outcome).toMatchObject({ failure: { code: 'tls_untrusted' } })
  })

  it('may have a self-signed one, and makes no authority of it', async () => {
    const own = await authority.issue({ isSelfSigned: true })
    const target = await receiver(json(200, {}), { credentials: own })
    expect((await attemptAt(target.port, {}, { ca: own.cert })).outcome.kind).toBe('responded')

    const other = await receiver(json(200, {}), {
      credentials: await authority.issue({ isSelfSigned: true }),
    })
    const { outcome } = await attemptAt(other.port, {}, { ca: own.cert })
    expect(outcome).toMatchObject({ failure: { code: 'tls_untrusted' } })
  })

  it.each<readonly [string, CertificateOptions, string]>([
    ['its name', { names: ['other.example'], addresses: [] }, 'tls_name_mismatch'],
    ['its time', { notBefore: daysFromNow(-2), notAfter: daysFromNow(-1) }, 'tls_cert_expired'],
    ['its purpose', { purpose: 'client' }, 'tls_cert_invalid'],
    ['its key', { rsaBits: 1_024 }, 'tls_cert_invalid'],
  ])('does not excuse a certificate from %s', async (_what, certificate, code) => {
    const own = await authority.issue(certificate)
    const target = await receiver(json(200, {}), { credentials: own, ciphers: 'DEFAULT@SECLEVEL=0' })
    const { outcome } = await attemptAt(target.port, {}, { ca: own.cert })
    expect(outcome).toMatchObject({ failure: { code } })
  })

  it('adds to authorities that are all roots, so that a chain ends early at its own certificates only', () => {
    const known = getCACertificates('bundled').map((pem) => new X509Certificate(pem))
    expect(known.filter((certificate) => !certificate.checkIssued(certificate))).toEqual([])
  })
})

it('a session is never resumed without a check of the certificate', async () => {
  const target = await receiver(json(200, {}), { keepAliveTimeout: 1 })
  let handshakes = 0
  target.server.on('secureConnection', (socket) => {
    handshakes += socket.isSessionReused() ? 0 : 1
  })
  const egressClient = testEgressClient()
  const request = outbound(target.port, {
    headers: [
      ['host', `127.0.0.1:${target.port}`],
      ['connection', 'close'],
      ['content-length', '2'],
    ],
  })
  for (let call = 0; call < 3; call++) await egressClient.call(request, { timeoutMs: 5_000, tenant: null })
  expect(handshakes).toBe(3)
})

function tls11(): TlsOptions {
  return { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
}

/** 1,024 bits. */
const shortDhParameters = `-----BEGIN DH PARAMETERS-----
MIGHAoGBAOEB1faEL9qflj74EBXLTlPse79WmRn5VVGgWs9FWd8A4cHtZ8eVhFc6
6MIscKF3OfxfKLD9gEAcE6fOj3FDfnptHmre7XbKQ+bS4/17V5vOADguhXY31hCw
rG66+jPg8QklzTMWmDXHSWxBfsIl/11k4Odph/WgJsDWcUw96u8fAgEC
-----END DH PARAMETERS-----
`
