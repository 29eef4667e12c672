import { describe, expect, it } from 'vitest'
import type { Body } from '../../../src/contract/node.ts'
import { complaint, listWarnings, renderBody, renderFailure, renderHeaders, sent } from '../support/nodes.ts'

const form = 'application/x-www-form-urlencoded' as const
const payload = {
  profile: { email: 'a@b', tags: ['x', 'y'], address: { city: 'Paris' } },
  event: { type: 'form', n: null },
}

describe('the four structures of a body', () => {
  it.each<[says: string, body: Body, text: string]>([
    [
      'simple, as JSON',
      {
        structure: 'simple',
        fields: [
          { name: 'e', source: 'profile', field: 'email' },
          { name: 'n', value: 1 },
        ],
      },
      '{"e":"a@b","n":1}',
    ],
    [
      'simple, as a form',
      {
        structure: 'simple',
        contentType: form,
        fields: [
          { name: 'e', source: 'profile', field: 'email' },
          { name: 't', source: 'profile', field: 'tags' },
        ],
      },
      'e=a%40b&t=x&t=y',
    ],
    ['simple, without fields', { structure: 'simple', fields: [] }, '{}'],
    [
      'full, as JSON',
      { structure: 'full' },
      '{"profile":{"email":"a@b","tags":["x","y"],"address":{"city":"Paris"}},"event":{"type":"form","n":null}}',
    ],
    ['full, one source', { structure: 'full', source: 'event' }, '{"type":"form","n":null}'],
    [
      'full, as a form',
      { structure: 'full', contentType: form },
      'profile%5Bemail%5D=a%40b&profile%5Btags%5D%5B%5D=x&profile%5Btags%5D%5B%5D=y&profile%5Baddress%5D%5Bcity%5D=Paris&event%5Btype%5D=form&event%5Bn%5D=',
    ],
    [
      'full, one source as a form',
      { structure: 'full', source: 'profile', contentType: form },
      'email=a%40b&tags=x&tags=y&address%5Bcity%5D=Paris',
    ],
    [
      'json',
      {
        structure: 'json',
        content: { a: '{{ profile.tags }}', '{ b }': [1, null, { c: 'Hi {{ profile.email }}' }] },
      },
      '{"a":["x","y"],"{ b }":[1,null,{"c":"Hi a@b"}]}',
    ],
    ['json that is a list', { structure: 'json', content: ['{{ profile.email }}'] }, '["a@b"]'],
    ['json that is a text', { structure: 'json', content: '{{ profile.email }}' }, '"a@b"'],
    ['json that is null', { structure: 'json', content: null }, 'null'],
    [
      'json, as a form',
      {
        structure: 'json',
        contentType: form,
        content: { a: { b: '{{ profile.tags }}' }, c: '{{ profile.no }}' },
      },
      'a%5Bb%5D%5B%5D=x&a%5Bb%5D%5B%5D=y&c=',
    ],
    ['raw', { structure: 'raw', contentType: 'text/csv', content: '{{ profile.email }};1\r\n' }, 'a@b;1\r\n'],
  ])('are sent: %s', (_says, body, text) => {
    expect(renderBody({ body }, { payload })).toBe(text)
    expect(renderHeaders({ body }, { payload }, 'content-length')).toEqual([String(Buffer.byteLength(text))])
    expect(renderHeaders({ body }, { payload }, 'content-type')).toEqual([
      ('contentType' in body ? body.contentType : null) ?? 'application/json',
    ])
  })

  it('send an empty object as full without a payload', () => {
    expect(renderBody({ body: { structure: 'full' } })).toBe('{}')
    expect(renderBody({ body: { structure: 'full', source: 'vars' } })).toBe('{}')
    expect(listWarnings({ body: { structure: 'full', source: 'vars' } })).toEqual([
      'source_missing /node/body/source',
    ])
  })

  it('keep names that JavaScript knows in json', () => {
    const content = JSON.parse('{"__proto__":{"a":"{{ 1 }}"},"constructor":"{{ 2 }}","toString":3}')

    expect(renderBody({ body: { structure: 'json', content } })).toBe(
      '{"__proto__":{"a":1},"constructor":2,"toString":3}',
    )
  })

  it('keep names that JavaScript knows in full', () => {
    const given = JSON.parse('{"profile":{"__proto__":{"a":1},"constructor":2}}')

    expect(renderBody({ body: { structure: 'full' } }, { payload: given })).toBe(
      '{"profile":{"__proto__":{"a":1},"constructor":2}}',
    )
    expect(renderBody({ body: { structure: 'full', contentType: form } }, { payload: given })).toBe(
      'profile%5B__proto__%5D%5Ba%5D=1&profile%5Bconstructor%5D=2',
    )
  })

  it('send no body where a raw one comes to nothing', () => {
    const node = {
      body: { structure: 'raw', contentType: 'text/plain', content: '{{ profile.no }}' },
    } as const

    expect(sent(node).body).toBeNull()
    expect(renderHeaders(node, {}, 'content-length')).toEqual(['0'])
  })
})

describe('a wrong body', () => {
  it('is refused with GET', () => {
    expect(complaint({ method: 'GET', body: { structure: 'full' } })).toContain(
      '/node/body: must not be given with GET',
    )
  })

  it.each([[[1]], ['x'], [null], [1]])('is refused as a form that is no object: %j', (content) => {
    expect(complaint({ body: { structure: 'json', contentType: form, content } })).toBe(
      '/node/body/content: must be an object, because the body is sent as a form',
    )
  })

  it('is refused with a content type that is no header value', () => {
    expect(complaint({ body: { structure: 'raw', contentType: 'text/plain\n', content: '' } })).toContain(
      '/node/body/contentType: contains a line break',
    )
  })

  it('is refused with every template that is wrong, each with its path', () => {
    const content = { 'a/b': ['{{ x y }}'], '~': '{% foo %}' }

    expect(complaint({ body: { structure: 'json', content } })).toContain('/node/body/content/a~1b/0: ')
    expect(complaint({ body: { structure: 'json', content: { '~': '{% foo %}' } } })).toContain(
      '/node/body/content/~0: ',
    )
  })
})

describe('a rendered body', () => {
  const body = { structure: 'raw', contentType: 'text/plain', content: '{{ profile.v }}' } as const

  it.each([
    ['a', 1_048_576, true],
    ['a', 1_048_577, false],
    ['é', 524_288, true],
    ['é', 524_289, false],
  ])('of %s, %i times, is sent: %s', (text, times, isSent) => {
    const surroundings = { payload: { profile: { v: text.repeat(times) } } }

    if (isSent) expect(sent({ body }, surroundings).body).toHaveLength(1_048_576)
    else
      expect(renderFailure({ body }, surroundings)).toMatchObject({
        code: 'request_too_large',
        path: expect.stringMatching(/^\/node\/body/),
      })
  })

  it.each<[says: string, body: Body]>([
    ['simple', { structure: 'simple', fields: [{ name: 'v', source: 'profile', field: 'v' }] }],
    [
      'simple, as a form',
      { structure: 'simple', contentType: form, fields: [{ name: 'v', source: 'profile', field: 'v' }] },
    ],
    ['full', { structure: 'full', source: 'profile' }],
    ['full, as a form', { structure: 'full', source: 'profile', contentType: form }],
    ['json', { structure: 'json', content: { v: '{{ profile.v }}' } }],
    ['raw', { structure: 'raw', contentType: 'text/plain', content: '{{ profile.v }}' }],
    [
      'multipart',
      { structure: 'multipart', parts: [{ name: 'v', source: 'profile', field: 'v', sensitive: true }] },
    ],
    ['binary', { structure: 'binary', source: 'profile', field: 'v' }],
  ])('has as many bytes as the setting allows: %s', (_says, body) => {
    const surroundings = { payload: { profile: { v: 'abcd'.repeat(50_000) } } }
    const size = sent({ body }, surroundings).body?.length ?? 0

    // The size of JSON is estimated before it is written, with a comma behind each member.
    expect(sent({ body }, { ...surroundings, maxRenderedBytes: size + 1 }).body).toHaveLength(size)
    expect(renderFailure({ body }, { ...surroundings, maxRenderedBytes: size - 1 })).toMatchObject({
      code: 'request_too_large',
      hint: expect.stringContaining('MAX_RENDERED_BYTES'),
    })
  })

  it.each<[says: string, body: Body]>([
    ['simple', { structure: 'simple', fields: [{ name: 'v', source: 'profile', field: 'v' }] }],
    ['full', { structure: 'full' }],
    ['multipart', { structure: 'multipart', parts: [{ name: 'v', source: 'profile', field: 'v' }] }],
  ])('may have more than 1 MiB where the setting says so: %s', (_says, body) => {
    const surroundings = { payload: { profile: { v: 'a'.repeat(3_000_000) } }, maxRenderedBytes: 4_000_000 }

    expect(sent({ body }, surroundings).body?.length).toBeGreaterThan(3_000_000)
  })

  const nest = (depth: number): unknown => (depth === 0 ? 'x' : [nest(depth - 1)])

  it.each<[says: string, body: Body]>([
    ['a field', { structure: 'simple', fields: [{ name: 'v', source: 'profile', field: 'v' }] }],
    ['a placeholder', { structure: 'json', content: ['{{ profile.v }}'] }],
    ['the full payload', { structure: 'full', source: 'profile' }],
    ['raw JSON', { structure: 'raw', contentType: 'application/json', content: '[{{ profile.v }}]' }],
  ])('is 100 levels deep at most, by %s', (_says, deep) => {
    expect(sent({ body: deep }, { payload: { profile: { v: nest(99) } } }).body).not.toBeNull()
    expect(renderFailure({ body: deep }, { payload: { profile: { v: nest(100) } } })).toMatchObject({
      code: 'body_invalid',
    })
  })
})
