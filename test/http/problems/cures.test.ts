import { describe, expect, it } from 'vitest'
import type { ConfigError } from '../../../src/contract/config-error.ts'
import { explainInvalidBody } from '../../../src/http/problems/invalid-body.ts'

const node = { method: 'POST', url: 'https://receiver.test/' }

/** The errors of a node, by path. */
function refuse(
  part: object,
  around: object = {},
  route = 'ExecuteRequest',
): Readonly<Record<string, string>> {
  const errors: Iterable<ConfigError> = explainInvalidBody(
    { $ref: route },
    { node: { ...node, ...part }, ...around },
  )
  return Object.fromEntries(Array.from(errors, ({ path, message }) => [path.replace(/^\/node/, ''), message]))
}

describe('a source that is none', () => {
  const words = 'must be "profile", "event", "instance", "flow" or "vars"'

  it.for<[source: string, field: string | undefined, cure: string]>([
    ['payload', 'profile.email', 'write "source": "profile", "field": "email"'],
    ['data', 'event.order.total', 'write "source": "event", "field": "order.total"'],
    ['body', 'payload.vars.id', 'write "source": "vars", "field": "id"'],
    ['payload.profile', 'email', 'write "source": "profile", "field": "email"'],
    ['payload.event.form', undefined, 'write "source": "event", "field": "form"'],
    ['event.body', 'email', 'write "source": "event", "field": "body.email"'],
    ['payload/flow', 'name', 'write "source": "flow", "field": "name"'],
    ['{{ profile.email }}', undefined, 'write "source": "profile", "field": "email"'],
    ['lead', 'lead.email', 'write "source": "profile", "field": "email"'],
    ['node', 'id', 'only templates know it: write "value": "{{ node.id }}" in place of "source" and "field"'],
    [
      'execution',
      'tenant',
      'only templates know it: write "value": "{{ execution.tenant }}" in place of "source" and "field"',
    ],
    ['execution', 'startedAt', 'did you mean "instance"?'],
    [
      'payload',
      'city',
      'these are the parts of the payload: write the one that has the attribute, as in "source": "profile", "field": "city"',
    ],
    ['json', 'body.city', 'these are the parts of the payload: write the one that has the attribute'],
    [
      'response',
      'id',
      'a value of an earlier node is in "vars", under the name that its "capture" gives it: write "source": "vars"',
    ],
  ])('tells both members: %s with %s', ([source, field, cure]) => {
    const found = refuse({ query: [{ name: 'a', source, ...(field === undefined ? {} : { field }) }] })

    expect(found).toEqual({ '/query/0/source': `${words}; ${cure}` })
  })

  it.for<[source: string, cure: string]>([
    ['payload.profile', 'write "source": "profile"'],
    ['payload', 'leave "source" out for the whole payload'],
    [
      'event.body',
      'a value within a part is JSON of its own: write "structure": "json", "content": "{{ event.body }}"',
    ],
  ])('is a part as a whole in a full body: %s', ([source, cure]) => {
    expect(refuse({ body: { structure: 'full', source } })).toEqual({ '/body/source': `${words}; ${cure}` })
  })

  it('has the file of a part and of a binary body', () => {
    const file = { source: 'payload', field: 'event.photo' }
    const cure = `${words}; write "source": "event", "field": "photo"`

    expect(refuse({ body: { structure: 'binary', ...file } })).toEqual({ '/body/source': cure })
    expect(
      refuse({ body: { structure: 'multipart', parts: [{ name: 'a', filename: 'a.png', ...file }] } }),
    ).toEqual({ '/body/parts/0/source': cure })
  })

  it('is not quoted where it may be a secret', () => {
    expect(refuse({ query: [{ name: 'a', source: 's3cr3t.token', field: 'a' }] })).toEqual({
      '/query/0/source': words,
    })
  })
})

describe('a list or an object in place of a text', () => {
  const object = { city: '{{ profile.city }}' }
  const list = ['a', '{{ profile.name }}']
  const onlyJson =
    'only a body of "structure": "json" has placeholders within a value: write "structure": "json" and, in place of "fields", "content" with all fields as its members'
  const jsonText =
    'an object with placeholders is a text of JSON: write "value": "{\\"city\\": {{ profile.city | json }} }"'

  const inBody = (value: unknown) => ({ body: { structure: 'simple', fields: [{ name: 'a', value }] } })
  const inPart = (value: unknown) => ({ body: { structure: 'multipart', parts: [{ name: 'a', value }] } })

  it.for<[part: object, path: string, cure: string]>([
    [inBody(object), '/body/fields/0/value', onlyJson],
    [inBody(list), '/body/fields/0/value', onlyJson],
    [inBody([{ a: ['{% if profile.a %}b{% endif %}'] }]), '/body/fields/0/value', onlyJson],
    [{ query: [{ name: 'a', value: object }] }, '/query/0/value', jsonText],
    [{ query: [{ name: 'a', value: [object] }] }, '/query/0/value', jsonText],
    [
      { query: [{ name: 'a', value: list }] },
      '/query/0/value',
      'a list with placeholders is one parameter of the same name for each of its values: write { "name": "…", "value": "…" }, { "name": "…", "value": "…" }',
    ],
    [
      { headers: [{ name: 'X-A', value: list }] },
      '/headers/0/value',
      'a list with placeholders is one text: write "value": "a, {{ profile.name }}"',
    ],
    [
      inPart(object),
      '/body/parts/0/value',
      'an object with placeholders is one part for each of its members: write { "name": "address[city]", "value": "{{ profile.city }}" }',
    ],
    [inBody(['a', 'b']), '/body/fields/0/value', 'write "literal" in place of "value": it takes any JSON'],
    [inPart({ a: 1 }), '/body/parts/0/value', 'write "literal" in place of "value": it takes any JSON'],
  ])('keeps its placeholders: %j', ([part, path, cure]) => {
    const found = refuse(part)

    expect(Object.keys(found)).toEqual([path])
    expect(found[path]).toMatch(/^must be a string, a number, a boolean or null, not an (?:array|object); /)
    expect(found[path]?.split('; ').slice(1).join('; ')).toBe(cure)
  })

  it.for<[part: object, cure: string]>([
    [
      { params: { page: 1, tags: ['a', 'b'] } },
      '"query": [{ "name": "page", "value": "…" }, { "name": "tags", "literal": ["…"] }]',
    ],
    [
      { params: { tags: ['a', '{{ profile.name }}'] } },
      '"query": [{ "name": "tags", "value": "…" }, { "name": "tags", "value": "…" }]',
    ],
    [{ qs: { filter: { city: 'Bern' } } }, '"query": [{ "name": "filter", "literal": { "city": "…" } }]'],
    [
      { body: { structure: 'simple', fields: { address: object, a: 1 } } },
      '"structure": "json", "content": { "address": "…", "a": "…" }',
    ],
  ])('is shown in the form that takes it: %j', ([part, cure]) => {
    expect(Object.values(refuse(part)).join()).toContain(`write ${cure}`)
  })
})

describe('a map of outputs', () => {
  const must =
    'must be an object from "success", "error" and "exit" to the names that the engine has for them'
  const later =
    '"cases": [{ "branch": "later", "succeeded": false, "when": { "type": "failure", "value": "response_timeout" } }]'

  it.for<[branches: object, cure: string]>([
    [{ yes: 'success', no: 'error' }, 'write "branches": { "success": "yes", "error": "no" }'],
    [
      { 'Lead created': 'success', failed: 'error', stop: 'exit' },
      'write "branches": { "success": "Lead created", "error": "failed", "exit": "stop" }',
    ],
    [{ true: 'success' }, 'write "branches": { "success": "true" }'],
    [{ success: 'yes', no: 'error' }, 'write "branches": { "success": "yes", "error": "no" }'],
    [
      { yes: 'success', no: 'error', timeout: 'later' },
      `write "branches": { "success": "yes", "error": "no" }, ${later}`,
    ],
    [{ success: 'yes', timeout: 'later' }, `write "branches": { "success": "yes" }, ${later}`],
    [
      { success: 'yes', timeout: 'error' },
      'write "branches": { "success": "yes" }; leave out "timeout", whose branch has a name already or is the same without it',
    ],
    [
      { '2xx': 'success', 404: 'missing' },
      'write "cases": [{ "branch": "missing", "succeeded": false, "when": { "type": "status", "value": 404 } }]; leave out "2xx", whose branch has a name already or is the same without it',
    ],
    [
      { success: 'yes', duplicate: 'known' },
      'write "branches": { "success": "yes" }, "cases": [{ "branch": "known", "when": { "type": "condition", "value": "…" } }]',
    ],
  ])('keeps its names and its outputs: %j', ([branches, cure]) => {
    expect(refuse({ branches })).toEqual({ '/branches': `${must}; ${cure}` })
  })

  it('is not turned round where its names are words for the branches', () => {
    expect(refuse({ branches: { yes: 'lead', no: 'dead' } })).toEqual({
      '/branches/yes': 'unknown member; it is called "success" here',
      '/branches/no': 'unknown member; it is called "error" here',
    })
  })
})
