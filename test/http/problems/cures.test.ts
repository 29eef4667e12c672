import { describe, expect, it } from 'vitest'
import type { ConfigError } from '../../../src/contract/config-error.ts'
import { explainBody } from './support/explain-body.ts'

const node = { method: 'POST', url: 'https://receiver.test/' }

/** The errors of a node, by path. */
function refuse(
  part: object,
  around: object = {},
  route = 'ExecuteRequest',
): Readonly<Record<string, string>> {
  const errors: Iterable<ConfigError> = explainBody({ node: { ...node, ...part }, ...around }, route)
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

  it('is read off the field where it is missing', () => {
    expect(refuse({ query: [{ name: 'a', field: 'profile.email' }] })).toEqual({
      '/query/0/source': `missing; ${words}; write "source": "profile", "field": "email"`,
    })
  })

  it('is left out beside a value', () => {
    expect(refuse({ query: [{ name: 'a', source: 'constant', value: 'b' }] })['/query/0']).toMatch(
      /; its "source" is no part of the payload; write "value" without it$/,
    )
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
    [{ success: 'yes', onTimeout: 'later' }, `write "branches": { "success": "yes" }, ${later}`],
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

describe('a file in the words of another tool', () => {
  const must = 'must be a field, or an object with "name", "filename", "source" and "field" for a file'
  const noFiles =
    'the service fetches no files: the bytes come with the payload, as base64 text or as a data: URL'

  it.for<[part: object, file: string]>([
    [
      { key: 'file', type: 'file', src: '/tmp/photo.png' },
      '{ "name": "file", "filename": "photo.png", "source": "event", "field": "photo" }',
    ],
    [
      { name: 'cv', type: 'file', value: '{{ profile.cv }}' },
      '{ "name": "cv", "filename": "photo.png", "source": "profile", "field": "cv" }',
    ],
    [
      { name: 'cv', type: 'file', src: ['/home/a/cv.pdf'] },
      '{ "name": "cv", "filename": "cv.pdf", "source": "event", "field": "photo" }',
    ],
    [
      { parameterType: 'formBinaryData', name: 'up', inputDataFieldName: 'data' },
      '{ "name": "up", "filename": "photo.png", "source": "event", "field": "photo" }',
    ],
    [
      { name: 'doc', fileUrl: 'https://files.example/doc.pdf', mimeType: 'application/pdf' },
      '{ "name": "doc", "filename": "doc.pdf", "contentType": "application/pdf", "source": "event", "field": "photo" }',
    ],
    [
      { name: 'doc', fileName: 'a.csv', content: 'a;b' },
      '{ "name": "doc", "filename": "a.csv", "source": "event", "field": "photo" }',
    ],
    [
      { name: 'doc', file: '{{ payload.event.doc }}' },
      '{ "name": "doc", "filename": "photo.png", "source": "event", "field": "doc" }',
    ],
    [
      { name: 'doc', type: 'file', source: 'event', field: 'doc' },
      '{ "name": "doc", "filename": "photo.png", "source": "event", "field": "doc" }',
    ],
  ])('stays a file: %j', ([part, file]) => {
    expect(refuse({ body: { structure: 'multipart', parts: [part] } })).toEqual({
      '/body/parts/0': `${must}; write ${file}; ${noFiles}`,
    })
  })

  it.for<[body: object, cure: string]>([
    [
      { files: { photo: '{{ event.photo }}' } },
      '"parts": [{ "name": "photo", "filename": "photo.png", "source": "event", "field": "photo" }]',
    ],
    [
      {
        parts: [{ name: 'a', value: 'b' }],
        files: [{ name: 'doc', source: 'event', field: 'doc' }],
      },
      '"parts": [{ "name": "a", "value": "…" }, { "name": "doc", "filename": "photo.png", "source": "event", "field": "doc" }]',
    ],
    [
      { fields: [{ name: 'a', value: 'b' }], attachments: '/tmp/doc.pdf' },
      '"parts": [{ "name": "a", "value": "…" }, { "name": "file", "filename": "photo.png", "source": "event", "field": "photo" }]',
    ],
  ])('is one of the parts: %j', ([members, cure]) => {
    const found = refuse({ body: { structure: 'multipart', ...members } })

    expect(Object.values(found)).toContain(`unknown member; a file is one of "parts"; write ${cure}`)
  })

  it('needs a body of parts', () => {
    expect(
      refuse({ body: { structure: 'simple', fields: [{ name: 'a', type: 'file', value: 1 }] } }),
    ).toEqual({
      '/body/fields/0/type':
        'unknown member; a file is a part of a body of "structure": "multipart", as in "parts": [{ "name": "file", "filename": "photo.png", "source": "event", "field": "photo" }]',
    })
  })

  it('has no kind where it is a file already, and a text has none', () => {
    const file = { name: 'a', type: 'file', filename: 'a.png', source: 'event', field: 'photo' }
    const parts = [file, { name: 'b', type: 'text', value: 'c' }]
    const leaveOut = 'unknown member; a part with a "filename" is a file, any other is a text; leave it out'

    expect(refuse({ body: { structure: 'multipart', parts } })).toEqual({
      '/body/parts/0/type': leaveOut,
      '/body/parts/1/type': leaveOut,
    })
  })
})

describe('an expectation of a header', () => {
  it.for<[expectation: object, condition: string]>([
    [{ type: 'header', name: 'X-Ok', value: '1' }, "response.headers.x-ok == '1'"],
    [{ type: 'headers', key: 'x-state', equals: 'completed' }, "response.headers.x-state == '…'"],
    [{ header: 'Location', contains: '/v2' }, "response.headers.location contains '…'"],
    [{ headers: { 'X-Ok': true } }, "response.headers.x-ok == '…'"],
    [{ type: 'header', name: 'content-type', matches: 'json' }, "response.headers.content-type contains '…'"],
    [{ type: 'header', name: 'x-a', notEquals: 'no' }, "response.headers.x-a != 'no'"],
    [{ type: 'response_header', name: 'etag' }, 'response.headers.etag != nil'],
  ])('is a condition: %j', ([expectation, condition]) => {
    const cure = `write { "type": "condition", "value": "${condition}" }`

    expect(refuse({ expect: expectation })).toEqual({ '/expect': expect.stringContaining(`; ${cure}`) })
    expect(refuse({ expect: [expectation] })).toEqual({ '/expect/0': expect.stringContaining(`; ${cure}`) })
    expect(refuse({ cases: [{ branch: 'a', when: expectation }] })).toEqual({
      '/cases/0/when': expect.stringContaining(`; ${cure}`),
    })
    expect(refuse({ expect: { type: 'condition', value: condition } })).toEqual({})
  })
})

describe('a condition on a secret', () => {
  it.for([
    'response.json.t == secrets.k',
    'response.headers.x-token == secrets["k"]',
    '{{ response.json.t }} === secrets.k',
    'response.json.t == env.TOKEN',
    'response.json.t === process.env.TOKEN',
  ])('is not rewritten to another one: %s', (value) => {
    // A schema error elsewhere, so that both are explained.
    const found = refuse({ expect: { type: 'condition', value }, onError: 1 })

    expect(found['/expect/value']).toMatch(/let the engine compare\.$/)
    expect(found['/expect/value']).not.toContain('In Liquid')
  })
})

describe('a point in time', () => {
  const must = 'must be a date and time with its zone, such as "2026-11-21T21:54:09Z"'

  it.for<[moment: unknown, cure: string]>([
    [1_796_000_000, ', not a number; write "2026-11-30T00:53:20Z"'],
    [1_796_000_000_500, ', not a number; write "2026-11-30T00:53:20.500Z"'],
    ['1796000000', '; write "2026-11-30T00:53:20Z"'],
    [60, ', not a number; it is a point in time, not a time to wait'],
    ['PT5M', '; it is a point in time, not a time to wait'],
    ['2026-12-02', '; write the time and its zone behind the date: "2026-12-02T00:00:00Z"'],
    [
      '2026-12-02 10:00',
      '; write it in full: "2026-12-02T10:00:00Z" for UTC, or with an offset such as +01:00 in place of "Z"',
    ],
    [
      '2026-12-02T10:00:00',
      '; write it in full: "2026-12-02T10:00:00Z" for UTC, or with an offset such as +01:00 in place of "Z"',
    ],
    ['2026-12-02T10:00:00+0100', '; write it in full: "2026-12-02T10:00:00+01:00"'],
    ['in 5 minutes', '; it is a point in time, not a time to wait'],
    ['{{ event.at }}', '; it is no template: the engine fills it in before it sends the request'],
    ['tomorrow', ''],
  ])('is told in its form: %j', ([moment, cure]) => {
    expect(refuse({}, { notBefore: moment }, 'SubmitRequest')).toEqual({ '/notBefore': must + cure })
  })
})

describe('a key', () => {
  const must = 'must be 1 to 255 visible ASCII characters'

  it.for<[key: unknown, cure: string]>([
    ['order 4711', '; character 6 is a blank: write "-" or "_" in its place'],
    ['Zürich-1', '; character 2 is "ü": leave it out, or write another one in its place'],
    ['order\n', '; character 6 is white space or a control character: leave it out'],
    ['a\u{1f600}b', '; character 2 is "\u{1f600}": leave it out, or write another one in its place'],
    [
      '{{ event.id }}',
      '; it is no template: the engine fills it in before it sends the request, as in "order-4711"',
    ],
    ['x'.repeat(256), '; it has 256 characters'],
    [4711, ', not a number; write it in quotes'],
  ])('says which character is wrong: %s', ([idempotencyKey, cure]) => {
    expect(refuse({}, { idempotencyKey })).toEqual({ '/idempotencyKey': must + cure })
    expect(refuse({}, { items: [{ idempotencyKey }] }, 'SubmitRequest')).toEqual({
      '/items/0/idempotencyKey': must + cure,
    })
  })

  it('is told of a tenant, too', () => {
    expect(refuse({}, { tenant: 'Acme GmbH' })).toEqual({
      '/tenant':
        'must be 1 to 64 characters of A-Z a-z 0-9 . _ -; character 5 is a blank: write "-" or "_" in its place',
    })
  })
})

describe('a value that is no template', () => {
  it.for<[part: object, path: string, cure: string]>([
    [{ timeoutMs: '{{ vars.t }}' }, '/timeoutMs', 'it is no template: write the number itself'],
    [
      { retry: { attempts: '{{ vars.n }}' } },
      '/retry/attempts',
      'it is no template: write the number itself',
    ],
    [
      { idempotent: '{% if vars.i %}true{% endif %}' },
      '/idempotent',
      'it is no template: write true or false',
    ],
    [{ keepAlive: 'true' }, '/keepAlive', 'write true or false, without quotes'],
  ])('is told so: %j', ([part, path, cure]) => {
    const found = refuse(part)

    expect(Object.keys(found)).toEqual([path])
    expect(found[path]?.split('; ').at(-1)).toBe(cure)
  })
})

describe('what stands elsewhere', () => {
  it('is a durable execution where the engine does not wait', () => {
    expect(refuse({}, { callback: { to: 'engine' } })['/callback']).toContain('POST /v1/executions')
    expect(refuse({}, { async: true })['/async']).toContain('POST /v1/executions')
  })

  it.for(['default', 'else', '*'])('is no case for all other responses: %s', (type) => {
    expect(refuse({ cases: [{ branch: 'a', when: { type } }] })['/cases/0/when/type']).toContain(
      'there is no default case',
    )
  })

  it.for(['signature', 'request.signature', 'HMAC'])('is the signature under its own name: %s', (name) => {
    const signing = { scheme: 'hmac', over: '{{ body }}', header: 'X-S', secret: '{{ secrets.a }}' }

    expect(refuse({ signing: { ...signing, value: `{{ ${name} }}` }, onError: 1 })['/signing/value']).toMatch(
      /; the signature is \{\{ hex \}\}, or \{\{ base64 \}\}$/,
    )
  })
})
