import { describe, expect, it } from 'vitest'
import { explainBody } from './support/explain-body.ts'

const node = { method: 'POST', url: 'https://receiver.test/' }

type Errors = Readonly<Record<string, string>>

/** The errors of a body, by path. */
function refuse(body: unknown, route = 'PreviewRequest'): Errors {
  return Object.fromEntries(Array.from(explainBody(body, route), ({ path, message }) => [path, message]))
}

/** The errors of a node, by their path in it. */
function refuseNode(part: object): Errors {
  const errors = Object.entries(refuse({ node: { ...node, ...part } }))
  return Object.fromEntries(errors.map(([path, message]) => [path.replace(/^\/node/, ''), message]))
}

const structures = 'must be "simple", "full", "json", "raw", "multipart" or "binary"'

describe('a name in another case', () => {
  const did = (name: string) => `unknown member; did you mean "${name}"?`

  it('is the same member, whatever else it means', () => {
    expect(refuse({ Node: node, Payload: { Profile: { id: 1 } } })).toEqual({
      '/Node': did('node'),
      '/Payload': did('payload'),
      '/Payload/Profile': did('profile'),
    })
  })

  it('stays beside the node whose members stand at the top', () => {
    expect(refuse({ Method: 'POST', url: node.url, Payload: { Event: {} } })).toEqual({
      '/node': 'missing; put "Method", "url" into it: "node": { … }',
      '/Method': did('method'),
      '/Payload': did('payload'),
      '/Payload/Event': did('event'),
    })
  })

  it('is the payload within a node, too', () => {
    expect(refuseNode({ Payload: { Profile: {} } })).toEqual({
      '/Payload':
        'unknown member; it belongs beside "node", at the top, with small letters: "payload" with "profile", "event", "instance", "flow" and "vars"',
    })
  })

  it('is told within a form whose word is none, if the members tell the form', () => {
    expect(refuseNode({ Body: { Structure: 0, Fields: [{ Name: 'a', Value: 'b' }] } })).toEqual({
      '/Body': did('body'),
      '/Body/Structure': `unknown member; it is called "structure" here, and ${structures}, not a number`,
      '/Body/Fields': did('fields'),
      '/Body/Fields/0/Name': did('name'),
      '/Body/Fields/0/Value': did('value'),
    })
    expect(Object.keys(refuseNode({ auth: { type: 2, Token: '{{ secrets.a }}' } }))).toEqual([
      '/auth/type',
      '/auth/Token',
    ])
  })
})

describe('a name and its value in the words of another tool', () => {
  const called = (name: string) => `unknown member; it is called "${name}" here`
  const keepsType = 'unknown member; a value keeps its own type; leave it out'

  it.for<[row: object, errors: Errors]>([
    [
      { keyType: 'other', keyValue: 'X-A', valueType: 'other', valueValue: '1' },
      { keyType: keepsType, keyValue: called('name'), valueType: keepsType, valueValue: called('value') },
    ],
    [
      { keyType: 'Accept', keyValue: '', valueType: 'text/plain', valueValue: '' },
      {
        keyType: called('name'),
        keyValue: 'unknown member; leave it out',
        valueType: called('value'),
        valueValue: 'unknown member; leave it out',
      },
    ],
    [
      { headerName: 'X-A', headerValue: '1' },
      { headerName: called('name'), headerValue: called('value') },
    ],
    [
      { paramName: 'a', paramValue: '1' },
      { paramName: called('name'), paramValue: called('value') },
    ],
    [
      { k: 'a', v: '1' },
      { k: called('name'), v: called('value') },
    ],
    [
      { key: 'a', value: '1', enabled: true },
      { key: called('name'), enabled: 'unknown member; a field that is there is sent; leave it out' },
    ],
    [
      { name: 'a', value: '1', disabled: true },
      {
        disabled:
          'unknown member; a field that is there is sent: leave out the whole field, or let a condition decide; write "when": "profile.score > 50"',
      },
    ],
  ])('is one field: %j', ([row, errors]) => {
    const found = Object.entries(refuseNode({ headers: [row] }))

    expect(
      Object.fromEntries(found.map(([path, message]) => [path.replace('/headers/0/', ''), message])),
    ).toEqual(errors)
  })

  it.for<[row: object, cure: string]>([
    [
      { field: 'a', val: '1' },
      '"field" is its "name" and "val" its "value": write { "name": "a", "value": "…" }',
    ],
    [
      { attribute: 'e mail', value: '1' },
      '"attribute" is its "name" and "value" its "value": write { "name": "…", "value": "…" }',
    ],
  ])('is one field where its name is a word for an attribute: %j', ([row, cure]) => {
    expect(refuseNode({ query: [row] })['/query/0']).toMatch(cure)
  })
})

describe('a body that is JSON of its own', () => {
  const must = `must be an object whose "structure" is "simple", "full", "json", "raw", "multipart" or "binary"`

  it.for<[body: object, content: string]>([
    [{ email: '{{ profile.email }}', type: 'lead' }, '"email": "…", "type": "…"'],
    [{ items: [1], name: 'a' }, '"items": "…", "name": "…"'],
  ])('is "content", names with another meaning included: %j', ([body, content]) => {
    expect(refuseNode({ body })).toEqual({
      '/body': `${must}; what is here is the JSON itself, and all of it is "content": write "body": { "structure": "json", "content": { ${content} } }`,
    })
  })

  it.for<[body: object, content: string]>([
    [
      { structure: 'graphql', query: 'mutation { a }', variables: { e: '{{ profile.email }}' } },
      '"query": "…", "variables": { "e": "…" }',
    ],
    [
      { mode: 'GraphQL', graphql: { query: '{ a }', operationName: 'a' } },
      '"query": "…", "operationName": "…"',
    ],
  ])('is JSON for GraphQL: %j', ([body, content]) => {
    expect(refuseNode({ body })).toEqual({
      '/body': `${must}; GraphQL is JSON: write "body": { "structure": "json", "content": { ${content} } }`,
    })
  })

  it('is no body with a word for its structure', () => {
    expect(refuseNode({ body: { type: 'json', data: { a: 1 }, comment: 'b' } })).not.toHaveProperty('/body')
  })
})

describe('an expectation', () => {
  const must = 'must be an expectation, or a list of them of which all must hold'

  it.for<[expectation: object, list: string]>([
    [
      { status: [200, 201], body: { contains: 'ok' } },
      '{ "type": "status", "value": [200, 201] }, { "type": "string", "value": "ok" }',
    ],
    [
      { statusCode: 204, headers: { 'X-State': 'open' } },
      '{ "type": "status", "value": 204 }, { "type": "condition", "value": "response.headers.x-state == \'…\'" }',
    ],
  ])('with several conditions is a list: %j', ([expectation, list]) => {
    expect(refuseNode({ expect: expectation })).toEqual({
      '/expect': `${must}; each condition is one of a list: write "expect": [${list}]`,
    })
  })

  it.for<[expectation: object, text: string]>([
    [{ type: 'regex', pattern: '^OK.*$', flags: 'i' }, '"type": "string", "value": "OK", "ignoreCase": true'],
    [{ regex: 'any text' }, '"type": "string", "value": "…"'],
  ])('with a regular expression is a text or a condition: %j', ([expectation, text]) => {
    const cure = `; there are no regular expressions: write { ${text} } for a text that the body contains, or { "type": "condition", "value": "response.json.ok == true" }, without anything else`
    const found = refuseNode({ expect: expectation, cases: [{ branch: 'a', when: expectation }] })

    expect(Object.keys(found)).toEqual(['/expect', '/cases/0/when'])
    for (const message of Object.values(found)) expect(message.endsWith(cure)).toBe(true)
  })
})

describe('a value that its author wrote', () => {
  const counts =
    'unknown member; "followRedirects" counts the redirects to follow, from 0 to 5; write "followRedirects": '
  const once =
    'unknown member; pauses of one length are "delaysMs", one for each repetition, without a number of attempts'

  it.for<[part: object, path: string, message: string]>([
    [{ options: { redirect: { redirect: { maxRedirects: 3 } } } }, '/options/redirect', `${counts}3`],
    [{ followRedirect: true, maxRedirects: 2 }, '/followRedirect', `${counts}2`],
    [{ redirect: { followRedirects: false, maxRedirects: 3 } }, '/redirect', `${counts}0`],
    [
      { retry: { attempts: 3, backoff: { type: 'exponential', delay: 1_000 } } },
      '/retry/backoff',
      'unknown member; pauses double and vary at random; write "initialDelayMs": 1000',
    ],
    [
      { retry: { attempts: 3, backoff: { type: 'fixed', delay: 1_000 } } },
      '/retry/backoff',
      `${once}; write "delaysMs": [1000, 1000]`,
    ],
    [
      { retry: { attempts: 2, on: '5xx' } },
      '/retry/on',
      'must be an array, not a string; write "on": ["5xx"]',
    ],
    [{ retry: { attempts: 2, on: 503 } }, '/retry/on', 'must be an array, not a number; write "on": [503]'],
    [
      { auth_settings: { type: 'AUTH_KEY', location: 'HEADER', key: 'X-Key', secret_name: 'crm' } },
      '/auth_settings',
      'unknown member; the credential is "auth"; write "auth": { "type": "apiKey", "in": "header", "name": "X-Key", "value": "{{ secrets.crm }}" }',
    ],
  ])('is kept: %j', ([part, path, message]) => {
    expect(refuseNode(part)[path]).toBe(message)
  })

  it.for<[around: object, message: string]>([
    [
      {},
      'unknown member; when it ends at the latest is "expiresAt"; write "expiresAt": "2026-12-01T04:00:00Z"',
    ],
    [
      { expiresAt: '2026-12-02T04:00:00Z' },
      'unknown member; when it ends at the latest is "expiresAt", which is there already; leave one of the two out',
    ],
  ])('is kept as the end of an execution: %j', ([around, message]) => {
    const body = { node, deadline: '2026-12-01T04:00:00Z', ...around }

    expect(refuse(body, 'SubmitRequest')['/deadline']).toBe(message)
  })
})

describe('several causes in one value', () => {
  it('are told together', () => {
    expect(refuse({ node, idempotencyKey: 'Müller 4711' })).toEqual({
      '/idempotencyKey':
        'must be 1 to 255 visible ASCII characters; character 2 is "ü": leave it out, or write another one in its place; character 7 is a blank: write "-" or "_" in its place',
    })
  })

  it('are told of a key that is a template within the node', () => {
    expect(refuseNode({ idempotencyKey: '{{ profile.id }}' })['/idempotencyKey']).toBe(
      'unknown member; it belongs beside "node", at the top, where it is no template: the engine fills it in before it sends the request, as in "order-4711"; leave this one out if there is one already',
    )
  })
})

describe('a response to simulate', () => {
  it.for<[simulate: object, cure: string]>([
    [{ response: { statusCode: 201, body: { id: 1 } } }, '"status": 201, "body": "{\\"id\\":1}"'],
    [{ response: { status: 404, body: { token: 'abc' } } }, '"status": 404, "body": "{\\"token\\":\\"…\\"}"'],
    [{ response: { statusCode: 200 } }, '"status": 200'],
  ])('is written as a whole: %j', ([simulate, cure]) => {
    expect(refuse({ node, simulate })['/simulate']?.endsWith(`; write "simulate": { ${cure} }`)).toBe(true)
  })
})

describe('cases as a map', () => {
  it('are a list, and have none for all other responses', () => {
    expect(refuseNode({ cases: { '409': 'exists', '5xx': 'later', default: 'no' } })).toEqual({
      '/cases':
        'must be an array, not an object; write "cases": [{ "branch": "exists", "when": { "type": "status", "value": 409 } }, { "branch": "later", "when": { "type": "status", "value": "5xx" } }]; leave out "default": there is no default case: without a case that holds the branch is "success", or that of "onError"',
    })
  })
})
