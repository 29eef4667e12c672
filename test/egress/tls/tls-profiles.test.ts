import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxProfiles, TlsProfiles } from '../../../src/egress/tls/tls-profiles.ts'
import type { TlsSettings } from '../../../src/webhook/wire/tls-settings.ts'
import { cpuMs } from '../../support/cpu-time.ts'
import { daysFromNow } from '../../support/days.ts'
import { complaintsAbout } from '../../support/hints.ts'
import { authority } from '../../support/servers.ts'

const intermediate = await authority.createIntermediate()
const own = await authority.issue({ purpose: 'client' })
const other = await authority.issue({ purpose: 'client' })
const rsa = await authority.issue({ purpose: 'client', rsaBits: 2_048 })
const below = await intermediate.issue({ purpose: 'client' })

function settings(changes: Partial<TlsSettings> = {}): TlsSettings {
  const usual = {
    certificate: own.cert,
    key: own.key,
    passphrase: null,
    ca: null,
    minVersion: 'TLSv1.2',
  } as const
  return { ...usual, ...changes }
}

function open(changes: Partial<TlsSettings>, now?: () => number) {
  return new TlsProfiles({ ca: null, tlsGroups: null }, now).open(settings(changes))
}

function encrypted({ key }: { readonly key: string }, passphrase = 'open sesame'): string {
  return createPrivateKey(key)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
    .toString()
}

const oneLine = (pem: string) => pem.replaceAll('\n', String.raw`\n`)

/** An encrypted key that asks for this many iterations: the INTEGER is the only one of two bytes, 2048. */
function withIterations(count: number): string {
  const der = Buffer.from(encrypted(own).split('\n').slice(1, -2).join(''), 'base64')
  const at = der.indexOf(Buffer.from('02020800', 'hex'))
  const number = Buffer.from(count.toString(16).padStart(8, '0'), 'hex')
  const changed = Buffer.concat([der.subarray(0, at), Buffer.from([2, 4]), number, der.subarray(at + 4)])
  // The sequences around it become two bytes longer: their lengths are one byte, but for the outermost.
  for (const tag of [at - 12, at - 25, at - 27, at - 40])
    if (changed[tag] === 0x30 && (changed[tag + 1] ?? 0x80) < 0x80)
      changed[tag + 1] = (changed[tag + 1] ?? 0) + 2
  return `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${changed.toString('base64')}\n-----END ENCRYPTED PRIVATE KEY-----`
}

describe('an identity', () => {
  it.each<readonly [string, Partial<TlsSettings>]>([
    ['in PKCS #8', {}],
    [
      'in PKCS #1',
      {
        certificate: rsa.cert,
        key: createPrivateKey(rsa.key).export({ type: 'pkcs1', format: 'pem' }).toString(),
      },
    ],
    ['in SEC 1', { key: createPrivateKey(own.key).export({ type: 'sec1', format: 'pem' }).toString() }],
    ['that is encrypted', { key: encrypted(own), passphrase: 'open sesame' }],
    [
      'that is encrypted as OpenSSL did before PKCS #8',
      {
        certificate: rsa.cert,
        key: createPrivateKey(rsa.key)
          .export({ type: 'pkcs1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'öffne' })
          .toString(),
        passphrase: 'öffne',
      },
    ],
    ['with its chain', { certificate: `${below.cert}\n${intermediate.pem}`, key: below.key }],
    ['with CRLF', { certificate: own.cert.replaceAll('\n', '\r\n'), key: own.key.replaceAll('\n', '\r\n') }],
    ['with white space around it', { certificate: `\n ${own.cert}\n\n`, key: `\n${own.key}\n` }],
    [
      'with the remarks of openssl pkcs12',
      { certificate: `Bag Attributes\n    friendlyName: me\n${own.cert}` },
    ],
    ['in one text', { certificate: `${own.key}\n${own.cert}`, key: `${own.key}\n${own.cert}` }],
    ['with an authority', { ca: authority.pem }],
    ['with several authorities', { ca: `${authority.pem}\n${intermediate.pem}` }],
  ])('is taken %s', (_how, changes) => {
    expect(open(changes)).toMatchObject({ ok: true })
  })

  const cert = ['certificate', 'key'] as const
  it.each<readonly [string, Partial<TlsSettings>, string, RegExp]>([
    ['is no PEM', { certificate: 'none' }, cert[0], /not PEM/],
    ['has a key in the place of the certificate', { certificate: own.key }, cert[0], /it has a private key/],
    ['has a certificate in the place of the key', { key: own.cert }, cert[1], /it has a certificate/],
    ['has no line breaks', { certificate: oneLine(own.cert) }, cert[0], /its line breaks are written as \\n/],
    [
      'has a key without line breaks',
      { key: oneLine(own.key) },
      cert[1],
      /its line breaks are written as \\n/,
    ],
    [
      'has blanks for line breaks',
      { certificate: own.cert.replaceAll('\n', ' ') },
      cert[0],
      /its line breaks are missing/,
    ],
    ['is cut', { certificate: own.cert.slice(0, 200) }, cert[0], /END/],
    [
      'is damaged',
      { certificate: own.cert.replace(/.{20}\n-----END/, 'AAAA\n-----END') },
      cert[0],
      /number 1 of 1/,
    ],
    [
      'has a damaged chain',
      { certificate: `${own.cert}\n${own.cert.replace(/MII/, 'AAA')}` },
      cert[0],
      /number 2 of 2/,
    ],
    ['has the key of another', { key: other.key }, cert[0], /does not belong to the key/],
    [
      'has its chain in the wrong order',
      { certificate: `${intermediate.pem}\n${below.cert}`, key: below.key },
      cert[0],
      /number 2 of 2\. It must be the first/,
    ],
    [
      'has a wrong passphrase',
      { key: encrypted(own), passphrase: 'sesame' },
      'passphrase',
      /does not open the key/,
    ],
    ['has no passphrase', { key: encrypted(own) }, cert[1], /is encrypted/],
    ['has a key of OpenSSH', { key: own.key.replaceAll('PRIVATE', 'OPENSSH PRIVATE') }, cert[1], /OpenSSH/],
    [
      'has a public key',
      { key: generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString() },
      cert[1],
      /a public key/,
    ],
    [
      'has a key for other things than TLS',
      { key: generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
      cert[1],
      /kind that TLS does not use/,
    ],
    [
      'asks for a billion iterations',
      { key: withIterations(1_000_000_000), passphrase: 'x' },
      cert[1],
      /200000 at most/,
    ],
    ['has too many certificates', { certificate: own.cert.repeat(21) }, cert[0], /21 certificates/],
    ['has no authority in ca', { ca: own.key }, 'ca', /it has a private key/],
  ])('that %s says so', (_what, changes, member, detail) => {
    const began = cpuMs()
    const opened = open(changes)
    expect(opened).toMatchObject({
      ok: false,
      failure: {
        code: 'tls_client_cert_invalid',
        path: `/node/tls/${member}`,
        detail: expect.stringMatching(detail),
      },
    })
    expect(cpuMs() - began).toBeLessThan(2_000)
  })

  it.each<readonly [string, Partial<TlsSettings>, string]>([
    ['line breaks that are written', { certificate: oneLine(own.cert) }, 'Put line breaks into the secret'],
    ['authorities', { ca: 'none' }, 'Correct the secret that `ca`'],
    ['a certificate', { certificate: 'none' }, 'Correct the secret that `certificate`'],
    ['a key', { key: 'none' }, 'Correct the secret that `key`'],
    ['a passphrase', { key: encrypted(own) }, 'Add "passphrase"'],
    ['a wrong passphrase', { key: encrypted(own), passphrase: 'x' }, 'Correct the secret that `passphrase`'],
    ['two halves of two pairs', { key: other.key }, 'Store the certificate and the private key that'],
  ])('is told what helps against %s', (_what, changes, hint) => {
    const opened = open(changes)
    expect(opened).toMatchObject({ ok: false, failure: { hint: expect.stringContaining(hint) } })
    if (opened.ok) return
    const { detail: message, hint: text = '' } = opened.failure
    expect(complaintsAbout({ message, hint: text, blame: 'node', repeat: 'never' })).toEqual([])
  })

  it('that has expired, or is not valid yet, says when', async () => {
    const [past, future] = [
      await authority.issue({ notBefore: daysFromNow(-2), notAfter: daysFromNow(-1) }),
      await authority.issue({ notBefore: daysFromNow(1) }),
    ]
    expect(open({ certificate: past.cert, key: past.key })).toMatchObject({
      failure: { detail: expect.stringMatching(/^"tls.certificate" expired on \d{4}-/) },
    })
    expect(open({ certificate: future.cert, key: future.key })).toMatchObject({
      failure: { detail: expect.stringMatching(/valid only from \d{4}-/) },
    })
  })

  it('that is kept ends with its certificate', () => {
    let now = Date.now()
    const profiles = new TlsProfiles({ ca: null, tlsGroups: null }, () => now)
    expect(profiles.open(settings())).toMatchObject({ ok: true })
    now += 400 * 86_400_000
    expect(profiles.open(settings())).toMatchObject({ ok: false })
  })

  it('that is too weak for TLS is refused before anything is sent', async () => {
    const weak = await authority.issue({ rsaBits: 1_024 })
    expect(open({ certificate: weak.cert, key: weak.key })).toMatchObject({
      failure: { path: '/node/tls/certificate', detail: expect.stringMatching(/too weak/) },
    })
  })
})

describe('a profile', () => {
  const base = settings({ key: encrypted(own), passphrase: 'open sesame' })

  it('is the same one for the same settings', () => {
    const profiles = new TlsProfiles({ ca: null, tlsGroups: null })
    const [first, second] = [profiles.open(base), profiles.open({ ...base })]
    if (!first.ok || !second.ok) throw new TypeError('both are sound')
    expect(second.profile).toBe(first.profile)
  })

  it('is another one wherever a member differs', () => {
    const profiles = new TlsProfiles({ ca: null, tlsGroups: null })
    const all = [
      settings(),
      base,
      settings({ certificate: other.cert, key: other.key }),
      settings({ certificate: `${own.cert}\n${authority.pem}` }),
      settings({ ca: authority.pem }),
      settings({ ca: intermediate.pem }),
      settings({ minVersion: 'TLSv1.3' }),
      settings({ passphrase: 'not needed' }),
      settings({ certificate: null, key: null, minVersion: 'TLSv1.3' }),
      settings({ certificate: null, key: null, ca: authority.pem }),
    ]
    const digests = all.map((one) => {
      const opened = profiles.open(one)
      return opened.ok ? opened.profile.digest : JSON.stringify(opened)
    })
    expect(new Set(digests).size).toBe(all.length)
    for (const digest of digests) expect(digest).toMatch(/^[\w-]{43}$/)
  })

  it('has a digest of its own in each process', () => {
    const digests = [1, 2].map(() => {
      const opened = open({})
      return opened.ok ? opened.profile.digest : ''
    })
    expect(digests[0]).not.toBe(digests[1])
  })

  it('is not made again while it is kept, and what is kept is bounded', () => {
    const profiles = new TlsProfiles({ ca: null, tlsGroups: null })
    const first = profiles.open(settings())
    for (let index = 0; index < maxProfiles - 1; index++)
      profiles.open(settings({ certificate: null, key: null, ca: `${index}` }))
    const again = profiles.open(settings())
    if (!first.ok || !again.ok) throw new TypeError('both are sound')
    expect(again.profile).toBe(first.profile)
    for (let index = 0; index < maxProfiles; index++)
      profiles.open(settings({ certificate: null, key: null, ca: `again ${index}` }))
    const later = profiles.open(settings())
    expect(later.ok && later.profile).not.toBe(first.profile)
  })

  it('never comes of a text that is not its own, and never throws', () => {
    const profiles = new TlsProfiles({ ca: null, tlsGroups: null })
    const piece = fc.constantFrom(
      own.cert,
      own.key,
      encrypted(own),
      '-----BEGIN ',
      '-----END ',
      'CERTIFICATE-----',
      '\n',
      'MIIB',
      '\0',
      'ü',
    )
    const text = fc.oneof(
      fc.array(piece, { maxLength: 6 }).map((all) => all.join('')),
      fc.string(),
      fc
        .uint8Array()
        .map(
          (bytes) =>
            `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${Buffer.from(bytes).toString('base64')}\n-----END ENCRYPTED PRIVATE KEY-----`,
        ),
    )
    fc.assert(
      fc.property(text, text, fc.option(text), fc.option(text), (certificate, key, passphrase, ca) => {
        const opened = profiles.open({ certificate, key, passphrase, ca, minVersion: 'TLSv1.2' })
        if (opened.ok) return
        expect(opened.failure.code).toBe('tls_client_cert_invalid')
        expect(opened.failure.detail).not.toContain('MII')
      }),
      { numRuns: 200 },
    )
  })
})
