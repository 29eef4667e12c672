import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { executeExamples } from '../../../openapi/examples.ts'
import validators from '../../../src/http/body/validators.cjs'
import { explainBody } from './support/explain-body.ts'

const node = { method: 'POST', url: 'https://receiver.test/' }
const words = '"source" with "field", "value", or "literal"'
const members =
  'there is nothing of this name or meaning here; leave it out; the members here are "node", "payload", "secrets", "idempotencyKey", "correlationId", "tenant", "deadlineMs" and "diagnostics", as in { "node": { "method": "GET", "url": "https://api.crm.example/v1/leads?source=flow" } }'
const field = `must be an object with a name and exactly one of: ${words}`
const generic = 'write { "name": "…", "value": "…" }'

function explain(body: unknown) {
  return [...explainBody(body)]
}

describe('an error of a body', () => {
  it.each<[when: string, body: unknown, path: string, message: string]>([
    ['there is none', undefined, '', 'missing; must be a JSON object'],
    ['it is null', null, '', 'must be an object, not null'],
    ['it is an array', [], '', 'must be an object, not an array; send one request for each node'],
    [
      'a member is missing',
      {},
      '/node',
      'missing; must be an object; write "node": { "method": "POST", "url": "https://host/path" }',
    ],
    [
      'a member is misspelt',
      { node: { ...node, timeoutMS: 500 } },
      '/node/timeoutMS',
      'unknown member; did you mean "timeoutMs"?',
    ],
    ['a member is unknown', { node, foo: 1 }, '/foo', `unknown member; ${members}`],
    ['a name needs escaping', { node, 'a/b~c': 1 }, '/a~1b~0c', `unknown member; ${members}`],
    [
      'a member is called __proto__',
      JSON.parse(`{"node":${JSON.stringify(node)},"__proto__":1}`),
      '/__proto__',
      `unknown member; ${members}`,
    ],
    [
      'a number is a text',
      { node, deadlineMs: '5' },
      '/deadlineMs',
      'must be an integer from 1 to 600000, not a string; write the number of milliseconds without quotes: 5000',
    ],
    [
      'a number has a fraction',
      { node, deadlineMs: 1.5 },
      '/deadlineMs',
      'must be an integer from 1 to 600000, not the number 1.5',
    ],
    [
      'a number is too small',
      { node: { ...node, timeoutMs: 99 } },
      '/node/timeoutMs',
      'must be an integer of at least 100, not the number 99; it is in milliseconds: 99 s are 99000; write at most 10000, unless the operator of the service has raised MAX_TIMEOUT_MS',
    ],
    [
      'a switch is a number',
      { node: { ...node, idempotent: 1 } },
      '/node/idempotent',
      'must be a boolean, not a number; write true or false, without quotes',
    ],
    [
      'a word is in the wrong case',
      { node: { ...node, method: 'post' } },
      '/node/method',
      'must be "GET", "POST", "PUT", "PATCH" or "DELETE"; did you mean "POST"?',
    ],
    [
      'a word is no string',
      { node: { ...node, onError: null } },
      '/node/onError',
      'must be "success", "error" or "exit", not null; leave it out instead',
    ],
    [
      'a text is too long',
      { node, correlationId: 'x'.repeat(129) },
      '/correlationId',
      'must have at most 128 characters, not 129',
    ],
    [
      'a text is too short',
      { node, secrets: { a: '€€€' } },
      '/secrets/a',
      'must have at least 4 characters, not 3',
    ],
    ['a text is empty', { node: { ...node, id: '' } }, '/node/id', 'must not be empty'],
    [
      'a name is not allowed',
      { node, secrets: { 'a b': '12345' } },
      '/secrets/a b',
      'the name must be of the form ^[A-Za-z_][A-Za-z0-9_]*$: letters, digits and "_", no digit first',
    ],
    [
      'a name has a line break',
      { node: { ...node, capture: { 'a\nb': 5 } } },
      '/node/capture/a\nb',
      'must be a string, not a number; write a template such as "{{ response.json.id }}"',
    ],
    [
      'a text has not the right form',
      { node, tenant: 'a b' },
      '/tenant',
      'must be 1 to 64 characters of A-Z a-z 0-9 . _ -; character 2 is a blank: write "-" or "_" in its place',
    ],
    [
      'a list is an object',
      { node: { ...node, query: {} } },
      '/node/query',
      'must be an array of {"name", "value"}, not an object; write "query": [{ "name": "…", "value": "…" }]',
    ],
    ['a list is empty', { node: { ...node, expect: [] } }, '/node/expect', 'must have at least 1 of them'],
  ])('is listed when %s', (_when, body, path, message) => {
    expect(explain(body)).toEqual([{ path, message }])
  })

  it.each([
    [{ url: '{{ vars.next }}', hosts: [] }, ['/node/hosts']],
    [{ url: '{{ vars.next }}', hosts: ['', 7] }, ['/node/hosts/0', '/node/hosts/1']],
    [{ url: 7, hosts: ['a.example'] }, ['/node/url']],
    [{ url: 'http://a.example/', hosts: [] }, ['/node/hosts', '/node/url']],
    [{ url: '{{ vars.next }}', hosts: [], timeoutMs: 'x' }, ['/node/hosts', '/node/timeoutMs']],
    [{ url: '{{ vars.next }}', timeoutMs: 'x' }, ['/node/timeoutMs', '/node/url']],
  ])('is listed once for a URL and its hosts: %j', (own, paths) => {
    expect(explain({ node: { ...node, ...own } }).map(({ path }) => path)).toEqual(paths)
  })

  it('is listed for every path at once', () => {
    const body = { node: { method: 'FETCH', url: 1, foo: 1 }, payload: { profil: {} }, secrets: [] }

    expect(explain(body).map(({ path }) => path)).toEqual([
      '/node/method',
      '/node/url',
      '/node/foo',
      '/payload/profil',
      '/secrets',
    ])
  })

  it('never repeats a text, which may be a secret in the wrong place', () => {
    const body = {
      node: { ...node, timeoutMs: 's3cr3t', method: 's3cr3t', query: 's3cr3t' },
      tenant: 's3cr3t!',
    }

    expect(explain(body)).toHaveLength(4)
    expect(JSON.stringify(explain(body))).not.toContain('s3cr3t')
  })
})

describe('the intended form of a union', () => {
  it.each<[when: string, part: object, path: string, message: string]>([
    ['field: a number', { query: [1] }, '/query/0', `${field}, not a number; ${generic}`],
    ['field: empty', { query: [{}] }, '/query/0', `${field}; ${generic}`],
    ['field: a name only', { query: [{ name: 'a' }] }, '/query/0', `${field}; ${generic}`],
    [
      'field: two forms',
      { query: [{ name: 'a', value: 1, literal: 2 }] },
      '/query/0',
      `${field}; it has "value" and "literal"; leave out all but one of them`,
    ],
    [
      'field: parts of two forms',
      { query: [{ name: 'a', source: 'event', value: 1 }] },
      '/query/0',
      `${field}; it has "source" and "value"; leave out all but one of them`,
    ],
    [
      'attribute without field',
      { query: [{ name: 'a', source: 'event' }] },
      '/query/0/field',
      'missing; must be the name of an attribute such as "email"',
    ],
    [
      'attribute with a bad source',
      { query: [{ name: 'a', source: 'events', field: 'x' }] },
      '/query/0/source',
      'must be "profile", "event", "instance", "flow" or "vars"; did you mean "event"?',
    ],
    [
      'template that is a list',
      { query: [{ name: 'a', value: [1] }] },
      '/query/0/value',
      'must be a string, a number, a boolean or null, not an array; write "literal" in place of "value": it takes any JSON',
    ],
    [
      'template with a misspelt option',
      { query: [{ name: 'a', value: 1, ifempty: 'omit' }] },
      '/query/0/ifempty',
      'unknown member; did you mean "ifEmpty"?',
    ],
    [
      'template that is no finite number',
      { query: [{ name: 'a', value: JSON.parse('1e400') }] },
      '/query/0/value',
      'must be a string, a number, a boolean or null, not a number beyond 1.8e308',
    ],
    [
      'time that is no finite number',
      { timeoutMs: JSON.parse('-1e400') },
      '/timeoutMs',
      'must be an integer of at least 100, not a number beyond 1.8e308',
    ],
    [
      'literal without a name',
      { query: [{ literal: 1 }] },
      '/query/0/name',
      'missing; must be the name that the target expects',
    ],
    [
      'auth: a text',
      { auth: 'x' },
      '/auth',
      'must be an object whose "type" is "bearer", "basic", "apiKey", "oauth2", "digest" or "awsSigV4", not a string; write "auth": { "type": "bearer", "token": "{{ secrets.NAME }}" }',
    ],
    [
      'auth: no type',
      { auth: { token: 'x' } },
      '/auth/type',
      'missing; must be "bearer", "basic", "apiKey", "oauth2", "digest" or "awsSigV4"; with these members it is "bearer"',
    ],
    [
      'auth: unknown type',
      { auth: { type: 'Bearer', token: 'x' } },
      '/auth/type',
      'must be "bearer", "basic", "apiKey", "oauth2", "digest" or "awsSigV4"; did you mean "bearer"?',
    ],
    [
      'auth: bearer without token',
      { auth: { type: 'bearer' } },
      '/auth/token',
      'missing; must be a string; write "token": "{{ secrets.NAME }}"',
    ],
    [
      'body: raw without type',
      { body: { structure: 'raw', content: 'x' } },
      '/body/contentType',
      'missing; must be a media type such as "application/xml"',
    ],
    [
      'body: a bad field inside',
      { body: { structure: 'simple', fields: [{ name: 'a', value: {} }] } },
      '/body/fields/0/value',
      'must be a string, a number, a boolean or null, not an object; write "literal" in place of "value": it takes any JSON',
    ],
    [
      'expect: a text',
      { expect: '2xx' },
      '/expect',
      'must be an expectation, or a list of them of which all must hold, not a string; write "expect": { "type": "status", "value": "2xx" }',
    ],
    [
      'expect: a bad status',
      { expect: { type: 'status', value: 'ok' } },
      '/expect/value',
      'must be a status such as 200 or "200", a class such as "2xx", or a list of these; write "2xx"',
    ],
    [
      'expect: a bad status in a list',
      { expect: { type: 'status', value: [200, 99] } },
      '/expect/value/1',
      'must be a status such as 200 or "200", or a class such as "2xx"',
    ],
    [
      'expect: a bad entry of a list',
      { expect: [{ type: 'string' }] },
      '/expect/0/value',
      'missing; must be a string; write "value": "\\"ok\\":true"',
    ],
  ])('is explained: %s', (_when, part, path, message) => {
    expect(explain({ node: { ...node, ...part } })).toEqual([{ path: `/node${path}`, message }])
  })
})

describe('the explanation', () => {
  it('is given exactly where the validator refuses the body', () => {
    const examples = Object.values(executeExamples).map(({ value }) => value)
    fc.assert(
      fc.property(
        fc.constantFrom(...examples),
        fc.infiniteStream(fc.nat()),
        fc.oneof(fc.jsonValue(), fc.constantFrom(JSON.parse('1e400'), JSON.parse('-1e400'))),
        (example, steps, value) => {
          const body = changed(example, steps, value)
          expect(explain(body).length === 0, JSON.stringify(explain(body))).toBe(
            validators.ExecuteRequest?.(body),
          )
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

/** The value with some part of it replaced, on a random way down that ends early every fourth time. */
function changed(value: unknown, steps: Iterator<number>, replacement: unknown): unknown {
  const step = steps.next().value ?? 0
  if (typeof value !== 'object' || value === null || step % 4 === 0) return replacement
  if (Array.isArray(value)) {
    const index = step % Math.max(1, value.length)
    return value.with(index, changed(value[index], steps, replacement))
  }
  const members: Readonly<Record<string, unknown>> = { ...value }
  const names = [...Object.keys(members), 'value', 'extra']
  const name = names[step % names.length] ?? ''
  return { ...members, [name]: changed(members[name], steps, replacement) }
}
