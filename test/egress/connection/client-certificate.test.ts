import type { ServerOptions } from 'node:https'
import { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import type { EgressClient } from '../../../src/egress/egress-client.ts'
import type { CallOptions } from '../../../src/egress/guarded-calls.ts'
import type { TlsProfile } from '../../../src/egress/tls/tls-profiles.ts'
import type { TlsSettings } from '../../../src/webhook/wire/tls-settings.ts'
import { createAuthority } from '../../../testkit/certificates.ts'
import { outbound, testEgressClient } from '../../support/egress-client.ts'
import { dropLong } from '../../support/middlebox.ts'
import { type Answer, held, json } from '../../support/receiver.ts'
import { authority, middlebox, receiver } from '../../support/servers.ts'

const stranger = await createAuthority('Stranger')
const intermediate = await authority.createIntermediate()
const [ada, bob, eve, below, forServers] = await Promise.all([
  authority.issue({ purpose: 'client', commonName: 'ada' }),
  authority.issue({ purpose: 'client', commonName: 'bob' }),
  stranger.issue({ purpose: 'client', commonName: 'eve' }),
  intermediate.issue({ purpose: 'client', commonName: 'below' }),
  authority.issue({ purpose: 'server', commonName: 'server' }),
])
const none = { certificate: null, key: null, passphrase: null, ca: null, minVersion: 'TLSv1.2' } as const
const as = ({ cert, key }: { readonly cert: string; readonly key: string }) => ({ certificate: cert, key })

/** Answers with the name in the certificate of the client. */
const whoami: Answer = (_request, response, { socket }) => {
  const subject = socket instanceof TLSSocket ? socket.getPeerCertificate().subject : undefined
  response.end(subject?.CN ?? 'nobody')
}

const demanding = { requestCert: true, rejectUnauthorized: true, ca: authority.pem } as const
const asking = { requestCert: true, rejectUnauthorized: false, ca: authority.pem } as const

function target(options: ServerOptions = demanding, answer = whoami) {
  return receiver(answer, options)
}

function open(egressClient: EgressClient, settings: Partial<TlsSettings>): TlsProfile {
  const opened = egressClient.openTls({ ...none, ...settings })
  if (!opened.ok) throw new TypeError(opened.failure.detail)
  return opened.profile
}

async function call(
  egressClient: EgressClient,
  port: number,
  settings: Partial<TlsSettings> | null,
  options: Partial<CallOptions> = {},
) {
  const tls = settings === null ? null : open(egressClient, settings)
  const attempts = await egressClient.call(outbound(port), {
    timeoutMs: 5_000,
    tenant: null,
    tls,
    ...options,
  })
  const { outcome, connectionReused, delivered } = attempts[0]
  const said = outcome.kind === 'responded' ? outcome.response.body.toString() : outcome.failure.code
  return { said, connectionReused, delivered, outcome }
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('under %s an identity', (maxVersion) => {
  const versions = { minVersion: maxVersion, maxVersion }

  it('is shown to a target that asks', async () => {
    const { port } = await target({ ...demanding, ...versions })
    expect((await call(testEgressClient(), port, as(ada))).said).toBe('ada')
  })

  it('is shown with its chain', async () => {
    const { port } = await target({ ...demanding, ...versions })
    const chain = { certificate: `${below.cert}\n${intermediate.pem}`, key: below.key }
    expect((await call(testEgressClient(), port, chain)).said).toBe('below')
  })

  it('does no harm where the target does not ask', async () => {
    const { port } = await target(versions)
    expect((await call(testEgressClient(), port, as(ada))).said).toBe('nobody')
  })

  it.each([
    ['from another authority', eve],
    ['for servers', forServers],
    ['without its intermediate', below],
  ])('%s is turned away, here without an alert', async (_what, identity) => {
    const { port, received } = await target({ ...demanding, ...versions })
    expect((await call(testEgressClient(), port, as(identity))).said).toBe(
      maxVersion === 'TLSv1.2' ? 'tls_aborted' : 'no_response',
    )
    expect(received).toEqual([])
  })

  it('is shown in a second handshake, with a short ClientHello', async () => {
    const { port } = await target({ ...demanding, ...versions })
    const box = await middlebox(port, dropLong)
    expect((await call(testEgressClient(), box.port, as(ada))).said).toBe('ada')
  })
})

describe('a kept connection', () => {
  it('is shared by calls with one identity, and by no others', async () => {
    const { port } = await target(asking)
    const egressClient = testEgressClient()
    const all: readonly (readonly [string, Partial<TlsSettings> | null])[] = [
      ['ada', as(ada)],
      ['bob', as(bob)],
      ['nobody', null],
      ['ada', { ...as(ada), ca: authority.pem }],
      ['ada', { ...as(ada), minVersion: 'TLSv1.3' }],
      ['ada', { ...as(ada), passphrase: 'unused' }],
      ['nobody', { ca: authority.pem }],
      ['nobody', { minVersion: 'TLSv1.3' }],
    ]
    for (const isReused of [false, true])
      for (const [said, settings] of all)
        expect(await call(egressClient, port, settings)).toMatchObject({ said, connectionReused: isReused })
  })

  it('carries the calls of the right identity, in whatever order they come', async () => {
    const { port, received } = await target(asking)
    const egressClient = testEgressClient({ maxPerHost: 4 })
    const identities = [ada, bob, null]
    const calls = Array.from({ length: 60 }, (_, index) => identities[(index * 7) % 3] ?? null)
    const ended = await Promise.all(
      calls.map((identity) => call(egressClient, port, identity === null ? null : as(identity))),
    )
    const names = calls.map((identity) => (identity === ada ? 'ada' : identity === bob ? 'bob' : 'nobody'))
    expect(ended.map(({ said }) => said)).toEqual(names)
    expect(received).toHaveLength(60)
  })

  it('is shared by no two tenants with one identity', async () => {
    const { port } = await target()
    const egressClient = testEgressClient()
    for (const tenant of ['a', 'b'])
      expect(await call(egressClient, port, as(ada), { tenant })).toMatchObject({ connectionReused: false })
  })
})

it('identities of one target share its permits', async () => {
  const gate = held(whoami)
  const { port } = await target(asking, gate.answer)
  const egressClient = testEgressClient({ maxPerHost: 1, maxQueuePerHost: 0 })
  const first = call(egressClient, port, as(ada))
  expect((await call(egressClient, port, as(bob))).said).toBe('queue_full')
  gate.release()
  expect((await first).said).toBe('ada')
})

describe('authorities of a node', () => {
  it('are trusted in place of those of the service', async () => {
    const own = await receiver(json(200, {}), { credentials: await stranger.issue() })
    const usual = await receiver(json(200, {}))
    const egressClient = testEgressClient()
    expect((await call(egressClient, own.port, { ca: stranger.pem })).said).toBe('{}')
    expect((await call(egressClient, own.port, null)).said).toBe('tls_untrusted')
    expect((await call(egressClient, usual.port, { ca: stranger.pem })).said).toBe('tls_untrusted')
    expect((await call(egressClient, usual.port, as(ada))).said).toBe('{}')
  })

  it('are not those that Node knows', async () => {
    const usual = await receiver(json(200, {}))
    expect((await call(testEgressClient({ ca: null }), usual.port, as(ada))).said).toBe('tls_untrusted')
  })

  it.each([
    ['tls_name_mismatch', { names: ['other.example'], addresses: [] }],
    ['tls_cert_expired', { notBefore: new Date(0), notAfter: new Date(1_000) }],
    ['tls_cert_invalid', { purpose: 'client' }],
  ] as const)('turn no check off: %s', async (code, certificate) => {
    const own = await receiver(json(200, {}), { credentials: await stranger.issue(certificate) })
    expect((await call(testEgressClient(), own.port, { ca: stranger.pem })).said).toBe(code)
  })

  it('may be the certificate of the target alone, whose name is checked all the same', async () => {
    const [pinned, misnamed] = await Promise.all([
      authority.issue({ isSelfSigned: true }),
      authority.issue({ isSelfSigned: true, names: ['other.example'], addresses: [] }),
    ])
    const [own, other] = [
      await receiver(json(200, {}), { credentials: pinned }),
      await receiver(json(200, {}), { credentials: misnamed }),
    ]
    const egressClient = testEgressClient()
    expect((await call(egressClient, own.port, { ca: pinned.cert })).said).toBe('{}')
    expect((await call(egressClient, other.port, { ca: misnamed.cert })).said).toBe('tls_name_mismatch')
    expect((await call(egressClient, other.port, { ca: pinned.cert })).said).toBe('tls_untrusted')
  })
})

describe('minVersion', () => {
  it('is TLS 1.3 where the node demands it', async () => {
    const { port } = await receiver(json(200, {}), { maxVersion: 'TLSv1.2' })
    const egressClient = testEgressClient()
    expect((await call(egressClient, port, null)).said).toBe('{}')
    expect((await call(egressClient, port, { minVersion: 'TLSv1.3' })).outcome).toMatchObject({
      failure: {
        code: 'tls_protocol',
        blame: 'node',
        path: '/node/tls/minVersion',
        detail: expect.stringContaining('does not speak TLS 1.3, which the node demands'),
      },
    })
  })

  it('does not open what the service refuses', async () => {
    const { port } = await receiver(json(200, {}), {
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    expect((await call(testEgressClient(), port, as(ada))).said).toBe('tls_protocol')
  })
})
