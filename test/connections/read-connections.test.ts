import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConnections } from '../../src/connections/read-connections.ts'
import { explainInvalidConnection } from '../../src/http/problems/invalid-connection.ts'
import { testFiles } from '../support/files.ts'

/** Reads a file with this content. */
async function read(content: string) {
  const { path } = await testFiles({ 'connections.json': content })
  const file = join(path, 'connections.json')
  const found = readConnections({ file, findSchemaErrors: explainInvalidConnection })
  const begin = `CONNECTIONS_FILE is ${JSON.stringify(file)}: `
  return found.ok ? found : found.problems.map((problem) => problem.replace(begin, ''))
}

const hmac = {
  scheme: 'hmac',
  over: '{{ body }}',
  header: 'X-Signature',
  value: '{{ hex }}',
  secret: '{{ secrets.a }}',
}
const baseUrl = 'https://api.crm.example/v1'

describe('CONNECTIONS_FILE', () => {
  it('may be empty, or not set', async () => {
    expect(await read('{}')).toEqual({ ok: true, value: new Map() })
    expect(readConnections({ file: null, findSchemaErrors: explainInvalidConnection })).toEqual({
      ok: true,
      value: new Map(),
    })
  })

  it('may not begin with a byte order mark, and says so', async () => {
    expect(await read(`\ufeff{"crm":{"baseUrl":"${baseUrl}"}}`)).toEqual([
      'Not valid JSON: expected a value at line 1, column 1: save the file as UTF-8 without a byte order mark.',
    ])
  })

  it('may have any name of a member of every object', async () => {
    const entry = `{"baseUrl":"${baseUrl}","headers":[{"name":"X","literal":12345678901234567890}]}`

    for (const name of ['__proto__', 'constructor', 'toString']) {
      const found = await read(`{"${name}":${entry}}`)
      expect('value' in found && [...found.value.keys()]).toEqual([name])
    }
  })

  it('keeps all digits of a header', async () => {
    const found = await read(
      `{"crm":{"baseUrl":"${baseUrl}","headers":[{"name":"X","literal":12345678901234567890}]}}`,
    )

    expect(JSON.stringify('value' in found && [...found.value.values()])).toContain('12345678901234567890')
  })

  it.each([
    ['no JSON', '{"crm":', [expect.stringContaining('JSON')]],
    ['a list', '[]', ['must be a JSON object: the name of a connection to an object']],
    [
      'a variable of the environment',
      `{"crm":{"baseUrl":"${baseUrl}","auth":{"type":"bearer","token":"\${CRM_TOKEN:-x}"}}}`,
      [
        expect.stringMatching(
          /^\/crm\/auth\/token must not have the variable .*of a secret \{\{ secrets\.CRM_TOKEN \}\}, with CRM_TOKEN in SECRETS_FILE/,
        ),
      ],
    ],
    [
      'a name twice',
      `{"crm":{"baseUrl":"${baseUrl}"},"crm":{"baseUrl":"${baseUrl}"}}`,
      ['/crm occurs twice'],
    ],
    [
      'a member twice',
      `{"crm":{"baseUrl":"${baseUrl}","baseUrl":"https://b.example"}}`,
      ['/crm/baseUrl occurs twice'],
    ],
  ])('is refused with %s', async (_what, content, problems) => {
    expect(await read(content)).toEqual(problems)
  })

  it.each<[what: string, entry: unknown, at: readonly string[]]>([
    ['no object', 5, ['/crm']],
    ['no base URL', {}, ['/crm/baseUrl']],
    ['a member that is not known', { baseUrl, limit: { perSecond: 5 } }, ['/crm/limit']],
    [
      'several of these',
      { baseUrl, limit: {}, proxy: {}, baseURL: '' },
      ['/crm/limit', '/crm/proxy', '/crm/baseURL'],
    ],
    ['half an identity', { baseUrl, tls: { key: '{{ secrets.a }}' } }, ['/crm/tls/certificate']],
    [
      'a key that stands in the file',
      { baseUrl, tls: { certificate: '{{ secrets.a }}', key: 'PEM' } },
      ['/crm/tls/key'],
    ],
    [
      'a signature without a placeholder',
      { baseUrl, signing: { ...hmac, over: 'a', value: 'b' } },
      ['/crm/signing/over', '/crm/signing/value'],
    ],
    [
      'a signing secret that stands in the file',
      { baseUrl, signing: { ...hmac, secret: ['{{ secrets.a }}', 'whsec_abc'] } },
      ['/crm/signing/secret/1'],
    ],
    [
      'a header that is signed and set',
      { baseUrl, headers: [{ name: 'x-signature', value: 'abcd' }], signing: hmac },
      ['/crm/headers/0/name'],
    ],
    [
      'credentials in the header of the signature',
      { baseUrl, auth: { type: 'bearer', token: 'abcd' }, signing: { ...hmac, header: 'Authorization' } },
      ['/crm/auth'],
    ],
    ['a type of auth that is not known', { baseUrl, auth: { type: 'ntlm' } }, ['/crm/auth/type']],
    [
      'a member of auth that is not known',
      { baseUrl, auth: { type: 'bearer', token: 'abcd', x: 1 } },
      ['/crm/auth/x'],
    ],
    ['a list of headers that is an object', { baseUrl, headers: { a: 'b' } }, ['/crm/headers']],
    ['no tenant', { baseUrl, tenants: [] }, ['/crm/tenants']],
    ['a tenant that none can be', { baseUrl, tenants: ['a b'] }, ['/crm/tenants/0']],
    [
      'two rules of retry that exclude each other',
      { baseUrl, retry: { attempts: 2, delaysMs: [1] } },
      ['/crm/retry/attempts'],
    ],
    ['a retry that is none', { baseUrl, retry: { attempts: 0 } }, ['/crm/retry/attempts']],
    [
      'a header that no node may set',
      { baseUrl, headers: [{ name: 'Host', value: 'a' }] },
      ['/crm/headers/0/name'],
    ],
    [
      'the header of its credentials',
      {
        baseUrl,
        auth: { type: 'bearer', token: 'abcd' },
        headers: [{ name: 'authorization', value: 'abcd' }],
      },
      ['/crm/headers/0'],
    ],
    [
      'a template that does not parse',
      { baseUrl, auth: { type: 'bearer', token: '{{ secrets.a' } },
      ['/crm/auth/token'],
    ],
    [
      'a token that is too short to be masked',
      { baseUrl, auth: { type: 'bearer', token: 'abc' } },
      ['/crm/auth/token'],
    ],
    [
      'such a key in a header',
      { baseUrl, headers: [{ name: 'X-Api-Key', value: 'abc' }] },
      ['/crm/headers/0'],
    ],
    [
      'a filter over a secret',
      { baseUrl, auth: { type: 'bearer', token: '{{ secrets.a | upcase }}' } },
      ['/crm/auth/token'],
    ],
    [
      'several mistakes',
      {
        baseUrl: 'ftp://a',
        auth: { type: 'basic', username: 'a:b', password: 'abcd' },
        headers: [{ name: 'a b', value: '' }],
      },
      ['/crm/baseUrl', '/crm/auth/username', '/crm/headers/0/name'],
    ],
  ])('is refused with %s', async (_what, entry, at) => {
    const problems = await read(JSON.stringify({ crm: entry, other: { baseUrl } }))

    expect(problems).toEqual(at.map((path) => expect.stringMatching(new RegExp(`^${path} `))))
  })

  it.each(['', 'a b', 'a/b', 'x'.repeat(65), '*', 'é', '{{ a }}'])(
    'is refused with the name %j',
    async (name) => {
      expect(await read(JSON.stringify({ [name]: { baseUrl } }))).toEqual([
        expect.stringContaining('is not a name of a connection'),
      ])
    },
  )

  it.each([
    'http://api.crm.example',
    'api.crm.example',
    '//api.crm.example',
    'https://',
    'https:///v1',
    'https://user:pass@api.crm.example',
    'https://api.crm.example/?a=1',
    'https://api.crm.example?',
    'https://api.crm.example/#a',
    'https://{{ execution.tenant }}.crm.example',
    'https://api.crm.example/{{ secrets.path }}',
    'https://api.crm.example/{% if a %}b{% endif %}',
    'https://api.crm.example/a/../b',
    'https://api.crm.example/%2e%2e/b',
    'https://api.crm.example/..%2fb',
    'https://api.crm.example//v1',
    'https://api.crm.example/v1//',
    'https://api.crm.example/a b',
    'https://api.crm.example\\v1',
    'https://api.crm.example:0/',
    'https://api.crm.example:99999/',
    'https://a..b/',
  ])('is refused with the base URL %s', async (text) => {
    expect(await read(JSON.stringify({ crm: { baseUrl: text } }))).toEqual([
      expect.stringMatching(/^\/crm\/baseUrl /),
    ])
  })

  it.each([
    ['{"crm":{"url":"https://api.crm.example"}}', '/crm/url unknown member; did you mean "baseUrl"?'],
    [
      '{"crm":{"baseUrl":"https://a.example","headers":{"X-A":"b"}}}',
      '/crm/headers must be an array of {"name", "value"}, not an object; write "headers": [{ "name": "X-A", "value": "…" }]',
    ],
    [
      '{"crm":{"baseUrl":"https://a.example","tenants":"acme"}}',
      '/crm/tenants must be an array of the names of tenants, not a string; write "tenants": ["acme"]',
    ],
    ['{"crm":{"baseUrl":"https://a.example",}}', 'remove the comma before the "}"'],
  ])('is refused with what to write instead: %s', async (text, advice) => {
    expect(await read(text)).toEqual([expect.stringContaining(advice)])
  })

  it('is refused where it cannot be read', () => {
    const found = readConnections({ file: '/no', findSchemaErrors: explainInvalidConnection })

    expect(found).toEqual({
      ok: false,
      problems: ['CONNECTIONS_FILE is "/no": the file could not be read (ENOENT)'],
    })
  })
})
