import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../src/console/json.js'
import { withoutSecrets } from '../../src/console/share.js'
import { isCredentialName } from '../../src/webhook/request/credential-name.ts'

const nothing = { secrets: [], warned: [] }
const secret = 'S3CR3T-value'

describe('a node in a link', () => {
  it.each([
    ['auth', { auth: { type: 'bearer', token: secret } }, '/auth'],
    ['a client certificate', { tls: { key: secret } }, '/tls'],
    ['a signature', { signing: { secret } }, '/signing'],
    ['a header with a credential', { headers: [{ name: 'X-Api-Key', value: secret }] }, '/headers/0/value'],
    ['a literal header', { headers: [{ name: 'Cookie', literal: secret }] }, '/headers/0/literal'],
    ['a header with a scheme', { headers: [{ name: 'X-A', value: `Bearer ${secret}` }] }, '/headers/0/value'],
    ['a sensitive field', { query: [{ name: 'a', value: secret, sensitive: true }] }, '/query/0/value'],
    ['a parameter', { query: [{ name: 'access_token', value: secret }] }, '/query/0/value'],
    ['a parameter of the URL', { url: `https://a.example/?a=1&sig=${secret}` }, '/url'],
    ['a parameter with a placeholder', { url: `https://a.example/?token={{ profile.a }}${secret}` }, '/url'],
    ['an escaped parameter', { url: `https://a.example/?%74oken=${secret}` }, '/url'],
    ['a user in the URL', { url: `https://me:${secret}@a.example/` }, '/url'],
    [
      'a field of the body',
      { body: { structure: 'simple', fields: [{ name: 'password', value: secret }] } },
      '/body/fields/0/value',
    ],
    [
      'a member of the body',
      { body: { structure: 'json', content: { login: [{ client_secret: secret }] } } },
      '/body/content/login/0/client_secret',
    ],
    [
      'a member of a literal',
      { body: { structure: 'simple', fields: [{ name: 'login', literal: { pwd: secret } }] } },
      '/body/fields/0/literal/pwd',
    ],
    ['a member that no node has', { vault: { password: secret } }, '/vault/password'],
    [
      'a passphrase',
      { body: { structure: 'json', content: { passphrase: secret } } },
      '/body/content/passphrase',
    ],
    ['a PIN', { body: { structure: 'json', content: { pin: secret } } }, '/body/content/pin'],
    ['a one-time code', { query: [{ name: 'otp', value: secret }] }, '/query/0/value'],
    [
      'a PIN in camel case',
      { body: { structure: 'json', content: { userPin: secret } } },
      '/body/content/userPin',
    ],
    ['a member in camel case', { crm: [{ crmToken: secret }] }, '/crm/0/crmToken'],
  ])('is without %s, and the link says so', (_what, node, path) => {
    const shared = withoutSecrets({ method: 'GET', ...node }, nothing)

    expect(JSON.stringify(shared)).not.toContain(secret)
    expect(shared.omitted).toEqual([path])
    expect(shared.node).toHaveProperty('method', 'GET')
  })

  it('is without what a warning of the preview names', () => {
    const node = {
      url: `https://a.example/?code=${secret}&page=2`,
      query: [
        { name: 'code', value: secret },
        { name: 'page', value: '2' },
      ],
    }

    const shared = withoutSecrets(node, { secrets: [], warned: ['/node/url', '/node/query/0'] })

    expect(shared).toEqual({
      node: {
        url: 'https://a.example/?code=&page=',
        query: [
          { name: 'code', value: '' },
          { name: 'page', value: '2' },
        ],
      },
      omitted: ['/url', '/query/0/value'],
    })
  })

  it('keeps what is no credential', () => {
    const node = {
      id: 'lead',
      url: 'https://a.example/v1/leads?source=flow',
      headers: [
        { name: 'X-Flow', value: '{{ flow.name }}' },
        { name: 'Idempotency', value: 'x' },
      ],
      body: { structure: 'simple', fields: [{ name: 'token', source: 'profile', field: 'token' }] },
      capture: { token: '{{ response.json.token }}' },
      expect: { type: 'string', value: 'token' },
    }

    expect(withoutSecrets(node, nothing)).toEqual({ node, omitted: [] })
  })

  it('has a secret of the call nowhere, wherever it was written', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.string().map((around) => `${around}${secret}${around}`),
        fc.dictionary(fc.string(), tie('any')),
        fc.array(tie('any')),
      ),
    })).any

    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), (node) => {
        const before = JSON.stringify(node)
        const shared = withoutSecrets(node, { secrets: [secret, ''], warned: [] })

        expect(JSON.stringify(shared.node)).not.toContain(secret)
        expect(JSON.stringify(node)).toBe(before)
        expect(shared.omitted.length > 0).toBe(JSON.stringify(shared.node) !== before)
      }),
    )
  })

  it('keeps numbers that JavaScript would round', () => {
    const node = parseJson('{"query":[{"name":"id","value":12345678901234567890}]}')

    expect(JSON.stringify(withoutSecrets(node, { secrets: ['x'], warned: [] }).node)).toContain(
      '12345678901234567890',
    )
  })

  it('takes for a credential what the service takes for one', () => {
    const part = fc.constantFrom(
      'api',
      'key',
      'token',
      'access',
      'secret',
      'client',
      'auth',
      'sig',
      'pwd',
      'passphrase',
      'passcode',
      'pin',
      'otp',
      'totp',
      'x',
      '-',
      '_',
      '.',
    )

    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')),
        (name) => {
          fc.pre(isCredentialName(name))
          expect(withoutSecrets({ headers: [{ name, value: secret }] }, nothing).omitted).toEqual([
            '/headers/0/value',
          ])
        },
      ),
    )
  })
})
