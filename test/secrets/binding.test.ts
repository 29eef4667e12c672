import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findRefusal, type Secret, type StoredSecretUse } from '../../src/secrets/secret.ts'
import { parseSecretsFile } from '../../src/secrets/secrets-file.ts'
import { compileUrl } from '../../src/webhook/request/url.ts'
import { Compiler } from '../../src/webhook/template/compiler.ts'
import { type SecretBinding, secretPlaces } from '../../src/webhook/template/secret-lookup.ts'

/** A use that keeps a binding which names nothing. */
const usual: StoredSecretUse = {
  place: 'headers',
  isDelimited: true,
  host: 'api.example',
  port: 443,
  path: '/',
  tenant: null,
}

function bound(binding: object): Secret {
  const { secrets, problems } = parseSecretsFile(JSON.stringify({ a: { value: 's3cr3t', ...binding } }))
  const secret = secrets.get('a')
  if (secret === undefined || problems.length > 0) throw new TypeError(problems.join())
  return secret
}

/** The host that is called, as the node's URL is read. */
function readHost(authority: string): string {
  const url = compileUrl(`https://${authority}/`, new Compiler('none'))
  if ('message' in url) throw new TypeError(url.message)
  return url.host
}

function isAllowed(binding: object, authority: string, tenant: string | null = null): boolean {
  return findRefusal(bound(binding), { ...usual, host: readHost(authority), tenant }) === null
}

describe('a secret that is bound to hosts', () => {
  it.each([
    ['api.example', 'api.example'],
    ['api.example', 'API.Example'],
    ['API.Example', 'api.example'],
    ['api.example', 'api.example.'],
    ['api.example.', 'api.example'],
    ['api.example', 'api.example:8443'],
    ['*.example.com', 'a.example.com'],
    ['*.example.com', 'a.b.example.com'],
    ['*.EXAMPLE.com.', 'A.example.COM'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'BÜCHER.example'],
    ['*.bücher.example', 'a.bücher.example'],
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7', '0xc0.0.2.7'],
    ['2001:db8::1', '[2001:DB8:0:0::1]'],
    ['[2001:db8::1]', '[2001:db8::1]:8443'],
    ['my_host', 'my_host'],
  ])('goes for %s to %s', (host, authority) => {
    expect(isAllowed({ hosts: [host] }, authority)).toBe(true)
    expect(isAllowed({ hosts: ['another.example', host] }, authority)).toBe(true)
  })

  it.each([
    ['api.example', 'xapi.example'],
    ['api.example', 'a.api.example'],
    ['api.example', 'api.example.com'],
    ['api.example', 'apiexample'],
    ['*.example.com', 'example.com'],
    ['*.example.com', 'badexample.com'],
    ['*.example.com', 'a.example.com.evil.test'],
    ['*.example.com', 'example.com.evil.test'],
    ['bücher.example', 'bucher.example'],
    ['192.0.2.7', '192.0.2.70'],
    ['192.0.2.7', 'a.192.0.2.7.example'],
    ['192.0.2.7', '[::ffff:192.0.2.7]'],
    ['2001:db8::1', '[2001:db8::10]'],
    ['2001:db8::1', 'x2001.db8.example'],
  ])('does not go for %s to %s', (host, authority) => {
    expect(findRefusal(bound({ hosts: [host] }), { ...usual, host: readHost(authority) })).toBe('hosts')
  })

  it('goes to any host below a suffix, and to none that only looks like it', () => {
    const label = fc.stringMatching(/^[a-z0-9]{1,10}$/)
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 3 }), label, (below, other) => {
        const binding = { hosts: ['*.partner.example'] }

        expect(isAllowed(binding, `${below.join('.')}.partner.example`)).toBe(true)
        expect(isAllowed(binding, `${below.join('.')}partner.example`)).toBe(false)
        expect(isAllowed(binding, `partner.example.${other}z`)).toBe(false)
        expect(isAllowed(binding, 'partner.example')).toBe(false)
      }),
    )
  })
})

describe('a secret that is bound to tenants', () => {
  it.each([
    ['acme', true],
    ['globex', true],
    ['ACME', false],
    ['acme2', false],
    ['acm', false],
    [null, false],
  ])('serves %s: %s', (tenant, isServed) => {
    expect(isAllowed({ tenants: ['acme', 'globex'] }, 'any.example', tenant)).toBe(isServed)
  })
})

describe('a secret in a request', () => {
  const listPlaces = (binding: object) =>
    secretPlaces.filter(
      (place) => findRefusal(bound(binding), { ...usual, place, isDelimited: true }) === null,
    )

  it('may stand where targets hide what they get, unless its entry says more', () => {
    expect(listPlaces({})).toEqual(['auth', 'headers', 'tls', 'signing'])
    expect(listPlaces({ hosts: ['api.example'], hidden: false })).toEqual([
      'auth',
      'headers',
      'tls',
      'signing',
    ])
  })

  it('may stand in the places that its entry names, and in no other', () => {
    expect(listPlaces({ in: ['body'] })).toEqual(['body'])
    fc.assert(
      fc.property(fc.subarray([...secretPlaces], { minLength: 1 }), (places) => {
        expect(listPlaces({ in: places })).toEqual(places)
      }),
    )
  })

  it.each(secretPlaces)('must be delimited in %s', (place) => {
    const secret = bound({ in: secretPlaces })

    expect(findRefusal(secret, { ...usual, place, isDelimited: false })).toBe('shape')
    expect(findRefusal(secret, { ...usual, place, isDelimited: true })).toBeNull()
  })
})

describe('a secret that is bound to ports', () => {
  it.each([
    [443, true],
    [8443, true],
    [844, false],
    [80, false],
  ])('goes to port %i: %s', (port, isAllowedPort) => {
    for (const binding of [{ ports: [443, 8443] }, { ports: [443, 8443], hosts: ['api.example'] }])
      expect(findRefusal(bound(binding), { ...usual, port })).toBe(isAllowedPort ? null : 'ports')
  })

  it('needs no hosts, and hosts without ports have all of them', () => {
    expect(findRefusal(bound({ ports: [8443] }), { ...usual, host: 'any.example', port: 8443 })).toBeNull()
    expect(findRefusal(bound({ hosts: ['api.example'] }), { ...usual, port: 6 })).toBeNull()
  })
})

describe('a secret that is bound to paths', () => {
  it.each<[path: string, refusal: SecretBinding | null]>([
    ['/v1/leads/7', null],
    ['/hooks', null],
    ['/v1/leadsx', 'paths'],
    ['/v1/leads/%2e%2e/users', 'paths'],
    ['/', 'paths'],
  ])('may go to %s: %s', (path, refusal) => {
    expect(findRefusal(bound({ paths: ['/v1/leads', '/hooks/'] }), { ...usual, path })).toBe(refusal)
  })
})

describe('a secret that is bound in every way', () => {
  const secret = bound({
    tenants: ['acme'],
    hosts: ['api.example'],
    ports: [8443],
    in: ['path'],
    paths: ['/v1'],
  })
  const right: StoredSecretUse = {
    tenant: 'acme',
    host: 'api.example',
    port: 8443,
    place: 'path',
    isDelimited: true,
    path: '/v1/\0',
  }
  // Whether the rest would have been right is none of another tenant's business, so the order is part of the promise.
  const wrong: readonly [binding: SecretBinding, use: Partial<StoredSecretUse>][] = [
    ['tenants', { tenant: 'globex' }],
    ['hosts', { host: 'evil.example' }],
    ['ports', { port: 443 }],
    ['in', { place: 'body' }],
    ['shape', { isDelimited: false }],
    ['paths', { path: '/v2/\0' }],
  ]

  it('may be used where all of it is kept', () => {
    expect(findRefusal(secret, right)).toBeNull()
  })

  it.each(wrong)('is refused for %s alone', (binding, use) => {
    expect(findRefusal(secret, { ...right, ...use })).toBe(binding)
  })

  it('is refused for the first that is not kept, whatever else is not', () => {
    fc.assert(
      fc.property(fc.subarray([...wrong], { minLength: 1 }), (chosen) => {
        const use = Object.assign({ ...right }, ...chosen.map(([, part]) => part))

        expect(findRefusal(secret, use)).toBe(chosen[0]?.[0])
      }),
    )
  })
})

describe('a secret that is bound to nothing', () => {
  it('goes anywhere, for every tenant', () => {
    expect(isAllowed({}, 'any.example')).toBe(true)
    expect(isAllowed({}, '192.0.2.7', 'acme')).toBe(true)
  })
})
