import { describe, expect, it } from 'vitest'
import { explainBody } from './support/explain-body.ts'

const node = { method: 'POST', url: 'https://receiver.test/' }

/** The paths of the errors of a node, in order. */
function listPaths(part: object): readonly string[] {
  return Array.from(explainBody({ node: { ...node, ...part } }), ({ path }) => path).toSorted()
}

/** Mistakes of both kinds: those of the schema, and those that only a request without these would show. */
const mixed: readonly (readonly [part: object, ...paths: readonly string[]])[] = [
  [{ retry: { attempts: 4, delaysMs: [1_000], on: ['always'] } }, '/node/retry/attempts', '/node/retry/on/0'],
  [{ retry: { maxAttempts: 4, delaysMs: [1_000] } }, '/node/retry/maxAttempts', '/node/retry/maxAttempts'],
  [{ timeoutMs: 30_000, followRedirects: true }, '/node/followRedirects', '/node/timeoutMs'],
  [{ timeout: 30_000, name: 1 }, '/node/name', '/node/timeout', '/node/timeout'],
  [
    { signing: { type: 'hmac', over: '{{ body }}', header: 'X-S', value: '{{ hex }}', secret: 's3cr3t' } },
    '/node/signing/secret',
    '/node/signing/type',
  ],
  [
    { signing: { scheme: 'hmac', over: '{{ nothing }}', header: 'X-S', secret: '{{ secrets.a }}' } },
    '/node/signing/over',
    '/node/signing/value',
  ],
  [
    { tls: { cert: '-----BEGIN', rejectUnauthorized: false } },
    '/node/tls/cert',
    '/node/tls/cert',
    '/node/tls/key',
    '/node/tls/rejectUnauthorized',
  ],
  [
    { method: 'GET', body: { structure: 'multipart', parts: [{ name: 'a', filename: 'b', value: 'c' }] } },
    '/node/body',
    '/node/body/parts/0',
  ],
  [{ method: 'GET', data: { a: 1 } }, '/node/data', '/node/data'],
  [{ method: 'GET', body: 'simple' }, '/node/body', '/node/body'],
  [
    { auth: { type: 'apiKey', in: 'header', key: 'X-Key', value: '{{ secrets. }}' } },
    '/node/auth/key',
    '/node/auth/value',
  ],
  [
    { options: { timeout: 'x', headers: [{ name: 'Host', value: 'a' }] } },
    '/node/options',
    '/node/options/headers/0/name',
    '/node/options/timeout',
  ],
  [
    { expect: [{ type: 'status' }, { type: 'condition', value: 'a' }] },
    '/node/expect/0/value',
    '/node/expect/1/value',
  ],
  [
    { cases: [{ branch: 1, when: { type: 'condition', value: 'a' } }] },
    '/node/cases/0/branch',
    '/node/cases/0/when/value',
  ],
  [
    { body: { structure: 'multipart', parts: [{ key: 'a', value: '{{ a }}' }] } },
    '/node/body/parts/0/key',
    '/node/body/parts/0/value',
  ],
  [{ connection: 'crm', onError: 'x' }, '/node/connection', '/node/onError', '/node/url'],
]

describe('a refusal', () => {
  it.for(mixed)('tells the mistakes of both checks: %j', ([part, ...paths]) => {
    const found = listPaths(part)

    expect(found.filter((path) => path !== '/node/connection')).toEqual(
      paths.filter((path) => path !== '/node/connection'),
    )
  })

  it.for<[part: object, ...paths: readonly string[]]>([
    [{ tls: { certificate: '{{ secrets.a }}', key: 5 } }, '/node/tls/key'],
    [
      { tls: { key: '{{ secrets.a }}', certificate: 5, passphrase: '{{ secrets.b }}' } },
      '/node/tls/certificate',
    ],
    [{ url: '{{ vars.next }}', hosts: 'api.test' }, '/node/hosts'],
    [{ url: '/leads', connection: null }, '/node/connection'],
    [{ url: 5, hosts: ['api.test'] }, '/node/url'],
    [{ auth: null, body: null, query: null }, '/node/auth', '/node/body', '/node/query'],
    [{ method: 'HEAD', body: { structure: 'full' } }, '/node/method'],
    [{ expect: { type: 'header', value: 'a' } }, '/node/expect'],
    [{ branches: { yes: 'success' } }, '/node/branches'],
    [{ headers: [{ name: '', value: 'a' }] }, '/node/headers/0/name'],
    [{ method: 'GET', retryPolicy: { maxAttempts: 2 } }, '/node/retryPolicy'],
    [{ method: 'GET', contentType: 'application/json' }, '/node/contentType'],
  ])('makes up no mistake of a part that depends on a wrong one: %j', ([part, ...paths]) => {
    expect(listPaths(part)).toEqual(paths)
  })
})
