import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusalOf, type Secret } from '../../src/secrets/secret.ts'
import { parseSecretsFile } from '../../src/secrets/secrets-file.ts'
import { compileUrl } from '../../src/webhook/url.ts'

interface Binding {
  readonly hosts?: readonly string[]
  readonly tenants?: readonly string[]
}

function bound(binding: Binding): Secret {
  const { secrets, problems } = parseSecretsFile(JSON.stringify({ a: { value: 's3cr3t', ...binding } }))
  const secret = secrets.get('a')
  if (secret === undefined || problems.length > 0) throw new TypeError(problems.join())
  return secret
}

/** The host that is called, as the node's URL is read. */
function hostOf(authority: string): string {
  const url = compileUrl(`https://${authority}/`, 'none')
  if ('message' in url) throw new TypeError(url.message)
  return url.host
}

function isAllowed(binding: Binding, authority: string, tenant: string | null = null): boolean {
  return refusalOf(bound(binding), { host: hostOf(authority), tenant }) === null
}

describe('a secret that is bound to hosts goes', () => {
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
  ])('%s to %s', (host, authority) => {
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
  ])('%s, but not to %s', (host, authority) => {
    expect(refusalOf(bound({ hosts: [host] }), { host: hostOf(authority), tenant: null })).toEqual({
      boundTo: 'hosts',
    })
  })

  it('to any host below a suffix, and to none that only looks like it', () => {
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

describe('a secret that is bound to both', () => {
  const secret = bound({ hosts: ['api.example'], tenants: ['acme'] })

  it.each<[host: string, tenant: string | null, refusal: ReturnType<typeof refusalOf>]>([
    ['api.example', 'acme', null],
    ['api.example', 'globex', { boundTo: 'tenants' }],
    ['api.example', null, { boundTo: 'tenants' }],
    ['evil.example', 'acme', { boundTo: 'hosts' }],
    // Whether the host would have been right is none of another tenant's business.
    ['evil.example', 'globex', { boundTo: 'tenants' }],
  ])('needs both: %s for %s', (host, tenant, refusal) => {
    expect(refusalOf(secret, { host, tenant })).toEqual(refusal)
  })
})

describe('a secret that is bound to nothing', () => {
  it('goes anywhere, for everybody', () => {
    expect(isAllowed({}, 'any.example')).toBe(true)
    expect(isAllowed({}, '192.0.2.7', 'acme')).toBe(true)
  })
})
