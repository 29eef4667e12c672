import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDuration } from '../../../src/http/problems/foreign-words/duration-like.ts'
import { explainBody } from './support/explain-body.ts'

/** The messages of a refused request, by path. */
function refuse(part: object, around: object = {}): Readonly<Record<string, string>> {
  const node = { method: 'POST', url: 'https://receiver.test/', ...part }
  const errors = explainBody({ node, payload: {}, ...around })
  return Object.fromEntries(Array.from(errors, ({ path, message }) => [path.replace(/^\/node/, ''), message]))
}

const basic = '"auth": { "type": "basic", "username": "…", "password": "{{ secrets.NAME }}" }'

describe('a credential in the words of another tool', () => {
  it.for([
    ['httpHeaderAuth', 'apiKey', '"in": "header"'],
    ['httpQueryAuth', 'apiKey', '"in": "query"'],
    ['httpBasicAuth', 'basic', '"username"'],
    ['httpBearerAuth', 'bearer', '"token"'],
    ['httpDigestAuth', 'digest', '"username"'],
    ['oAuth2Api', 'oauth2', '"tokenUrl"'],
  ])('is of the kind that n8n names in a member of its own: %s', ([genericAuthType, type, member]) => {
    const found = refuse({ authentication: 'genericCredentialType', genericAuthType })

    expect(found['/authentication']).toContain(`write "auth": { "type": "${type}"`)
    expect(found['/authentication']).toContain(member)
    expect(found['/genericAuthType']).toMatch(`is "type" of "auth"; write "type": "${type}"`)
  })

  it.for(['user:s3cr3t', 'user|s3cr3t', '{{ profile.user }}:{{ secrets.p }}', 'Basic dXNlcjpzM2NyM3Q='])(
    'has a user and a password: %s',
    (auth) => {
      expect(refuse({ auth })['/auth']).toContain(`write ${basic}`)
    },
  )

  it('is a key where the text has the name of its header', () => {
    expect(refuse({ auth: 'X-Token: s3cr3t' })['/auth']).toContain(
      '"in": "header", "name": "X-Token", "value": "{{ secrets.NAME }}"',
    )
  })

  it.for(['ActiveDirectoryOAuth', 'OAuth2', 'client_credentials', 'oauth', 'OpenID Connect'])(
    'is "oauth2" with its members: %s',
    (type) => {
      const found = refuse({ auth: { type, tenant: 't', clientId: 'c', secret: 's' } })

      expect(found['/auth/type']).toMatch(/did you mean "oauth2"\?$/)
      expect(found['/auth/tenant']).toContain(
        'write "tokenUrl": "https://login.microsoftonline.com/TENANT/oauth2/v2.0/token"',
      )
      expect(found['/auth/secret']).toBe('unknown member; it is called "clientSecret" here')
      expect(Object.keys(found)).toHaveLength(3)
    },
  )

  it('has no place for a tenant at the top', () => {
    expect(refuse({ auth: { type: 'bearer', token: 't', tenant: 'x' } })['/auth/tenant']).not.toContain('top')
  })
})

describe('a policy of repeating', () => {
  it.for<[policy: object, retry: string]>([
    [{ type: 'exponential', count: 4, interval: 'PT7S' }, '{ "attempts": 5, "initialDelayMs": 7000 }'],
    [{ type: 'fixed', count: 2, interval: 'PT30S' }, '{ "delaysMs": [30000, 30000] }'],
    [{ type: 'fixed', count: 1, interval: 'PT1M' }, '{ "delaysMs": [60000] }'],
    [
      { maximumAttempts: 5, initialInterval: '1s', maximumInterval: '100s' },
      '{ "attempts": 5, "initialDelayMs": 1000, "maxDelayMs": 100000 }',
    ],
    [{ IntervalSeconds: 200, MaxAttempts: 3 }, '{ "attempts": 3, "initialDelayMs": 200000 }'],
    [
      { retries: 3, delayMs: 50, statusCodes: [429, 503] },
      '{ "attempts": 4, "initialDelayMs": 50, "on": [429, 503] }',
    ],
    [
      { limit: 3, backoff: { type: 'exponential', delay: 1_000 } },
      '{ "attempts": 4, "initialDelayMs": 1000 }',
    ],
  ])('is written with all of its members: %o', ([retryPolicy, retry]) => {
    expect(refuse({ retryPolicy })['/retryPolicy']).toMatch(`write "retry": ${retry}`)
  })

  it('that repeats nothing is left out', () => {
    expect(refuse({ retryPolicy: { type: 'none' } })['/retryPolicy']).toMatch(/leave it out$/)
  })

  it('counts the same in each of its members', () => {
    const found = refuse({ waitBetweenTries: 5_000, maxTries: 2 })

    expect(found['/waitBetweenTries']).toContain('"retry": { "attempts": 2, "initialDelayMs": 5000 }')
    expect(found['/maxTries']).toContain('"retry": { "attempts": 2 }')
  })

  it('has a pause in the form of ISO 8601', () => {
    expect(refuse({ retryInterval: 'PT1M30S' })['/retryInterval']).toContain('"initialDelayMs": 90000')
  })
})

describe('a duration', () => {
  it('is read in the form of ISO 8601', () => {
    const part = fc.integer({ min: 0, max: 99 })
    fc.assert(
      fc.property(part, part, part, part, (days, hours, minutes, seconds) => {
        const meant = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000
        expect(readDuration(`P${days}DT${hours}H${minutes}M${seconds}S`)).toBe(meant)
      }),
    )
  })

  it.for([
    ['10s', 10_000],
    ['10', 10_000],
    ['10.000', 10_000],
    ['PT0.5S', 500],
    [500, 500],
    [2, 2_000],
    ['PT', null],
    ['P', null],
    ['soon', null],
    ['', null],
    [null, null],
  ] as const)('%o is %o ms', ([given, ms]) => {
    expect(readDuration(given)).toBe(ms)
  })
})

describe('an example', () => {
  it.for<[part: object, path: string, example: string]>([
    [
      { fields: ['phone'] },
      '/fields',
      '"fields": [{ "name": "phone", "source": "profile", "field": "phone" }]',
    ],
    [
      { body: { structure: 'simple', contentType: 'application/json', fields: ['event.total'] } },
      '/body/fields/0',
      '{ "name": "total", "source": "event", "field": "total" }',
    ],
    [
      { bodyParameters: { parameters: [{ name: 'mail', value: 'x' }] } },
      '/bodyParameters',
      '"fields": [{ "name": "mail", "source": "profile", "field": "mail" }]',
    ],
    [{ formParams: { phone: '1' } }, '/formParams', '"fields": [{ "name": "phone", "value": "…" }]'],
    [{ body: '{"mail": {"to": 1}, "b": 2}' }, '/body', '"content": { "mail": "…", "b": "…" }'],
    [{ body: { data: '{"mail":1}' } }, '/body/data', '"content": { "mail": "…" }'],
    [{ data: [{ key: 'mail', value: 'x' }] }, '/data', '"fields": [{ "name": "mail", "value": "…" }]'],
  ])('has the names that are given: %o', ([part, path, example]) => {
    expect(refuse(part)[path]).toContain(example)
  })

  it('has no text that may be a value', () => {
    const fields = ['s3cr3tXY99', 'AKIA0000000000000000', 'hunter-2']
    const body = { structure: 'simple', contentType: 'application/json', fields }

    const found = JSON.stringify([refuse({ body }), refuse({ fields })])

    for (const text of fields) expect(found).not.toContain(text)
  })

  it.for<[part: object, example: string]>([
    [
      { payload_type: 'json', data: 'mail=a' },
      '"structure": "simple", "contentType": "application/json", "fields": [{ "name": "mail", "value": "…" }]',
    ],
    [
      { contentType: 'form', data: { mail: 'a' } },
      '"structure": "simple", "contentType": "application/x-www-form-urlencoded", "fields": [{ "name": "mail", "value": "…" }]',
    ],
    [
      { bodyType: 'form', data: { mail: 'a' } },
      '"structure": "simple", "contentType": "application/x-www-form-urlencoded", "fields": [{ "name": "mail", "value": "…" }]',
    ],
    [
      { contentType: 'application/json', data: '{"mail":1}', bodyType: 'raw' },
      '"structure": "json", "contentType": "application/json", "content": { "mail": "…" }',
    ],
  ])('has the content type that is given beside the body: %o', ([part, example]) => {
    const { '/data': data, ...others } = refuse(part)

    expect(data).toContain(`write "body": { ${example} }`)
    for (const other of Object.values(others)) expect(other).toMatch(/, as shown for "data"$/)
  })

  it.for<[part: object, path: string, example: string]>([
    [{ signature: { header: 'X-Hub-Signature-256' } }, '/signature', '"over": "{{ body }}"'],
    [{ signing: 'X-Hub-Signature-256' }, '/signing', '"value": "sha256={{ hex }}"'],
    [{ signing: { header: 'X-Hub-Signature-256', secret: 's' } }, '/signing/over', '"over": "{{ body }}"'],
    [{ signing: { header: 'X-Hub-Signature-256', secret: 's' } }, '/signing/value', '"sha256={{ hex }}"'],
    [{ signature: 'shopify' }, '/signature', '"value": "{{ base64 }}"'],
    [{ hmac: 'sha256' }, '/hmac', '"over": "{{ timestamp }}.{{ body }}"'],
  ])('signs as the header says: %o', ([part, path, example]) => {
    expect(refuse(part)[path]).toContain(example)
  })

  it('has the names of variables, which have no types around them', () => {
    const wrapped = { email: { value: 'a', type: 'String' }, n: { value: 1, type: 'Integer' } }

    expect(refuse({}, { variables: wrapped })['/variables']).toBe(
      'unknown member; it belongs into "payload", as "vars", and each value stands there itself, without {"value", "type"} around it; write "payload": { "vars": { "email": "…", "n": "…" } }',
    )
    expect(refuse({}, { variables: { mail: 1 } })['/variables']).toMatch(
      /"payload": { "vars": { "mail": "…" } }$/,
    )
    expect(refuse({}, { payload: { variables: wrapped } })['/payload/variables']).toContain(
      'without {"value"',
    )
  })
})

it('reads objects that have no text', () => {
  const none = { toString: 1, valueOf: 1 }
  const part = { authentication: none, genericAuthType: none, retryPolicy: { type: none, delay: none } }

  expect(
    Object.keys(refuse({ ...part, contentType: none, data: none, body: { structure: none } })),
  ).toContain('/retryPolicy')
})

describe('what Node-RED has', () => {
  it('is told for each word', () => {
    expect(refuse({ paytoqs: 'query' })['/paytoqs']).toContain('write "query": [{ "name": "email"')
    expect(refuse({ paytoqs: 'body' })['/paytoqs']).toContain('write "body": { "structure": "full" }')
    expect(refuse({ paytoqs: 'ignore' })['/paytoqs']).toMatch(/leave it out$/)
    expect(refuse({ persist: false })['/persist']).toBe(
      'unknown member; connections are kept without it, and "keepAlive": false closes this one; leave it out',
    )
  })
})
