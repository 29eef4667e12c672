import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Field } from '../../../src/contract/node.ts'
import type { Payload } from '../../../src/contract/payload.ts'
import { listWarnings, render, renderBody, renderFailure, renderHeaders, sent } from '../support/nodes.ts'

const simple = (...fields: Field[]) => ({ body: { structure: 'simple' as const, fields } })
const payload: Payload = {
  profile: { email: 'ada@example.com', score: 97, empty: '', null: null, 'a.b': 'exact', a: { b: 'path' } },
}

describe('a field', () => {
  it.each<[says: string, field: object, written: string]>([
    ['from an attribute', { source: 'profile', field: 'email' }, '"ada@example.com"'],
    ['from an attribute with its type', { source: 'profile', field: 'score' }, '97'],
    ['from the exact name before the path', { source: 'profile', field: 'a.b' }, '"exact"'],
    ['from a template', { value: 'Hi {{ profile.email | upcase }}' }, '"Hi ADA@EXAMPLE.COM"'],
    ['from a lone placeholder with its type', { value: '{{ profile.score }}' }, '97'],
    ['from a constant text', { value: 'x' }, '"x"'],
    ['from a number', { value: 0 }, '0'],
    ['from a boolean', { value: false }, 'false'],
    ['from null', { value: null }, 'null'],
    ['from any JSON', { literal: [{ a: '{{ b }}' }] }, '[{"a":"{{ b }}"}]'],
    [
      'from a literal that looks like a template',
      { literal: '{{ profile.email }}' },
      '"{{ profile.email }}"',
    ],
    ['from node.id', { value: '{{ node.id }}' }, '"n-1"'],
  ])('takes its value %s', (_says, field, written) => {
    expect(renderBody({ id: 'n-1', ...simple({ name: 'f', ...field } as Field) }, { payload })).toBe(
      `{"f":${written}}`,
    )
  })

  it.each(['profile', 'event', 'instance', 'flow', 'vars'] as const)(
    'takes its value from the source %s',
    (source) => {
      expect(renderBody(simple({ name: 'f', source, field: 'x' }), { payload: { [source]: { x: 1 } } })).toBe(
        '{"f":1}',
      )
    },
  )
})

describe('an empty value', () => {
  const attribute = (field: string, ifEmpty?: 'send' | 'omit' | 'fail') =>
    simple({ name: 'f', source: 'profile', field, ...(ifEmpty && { ifEmpty }) })

  it.each(['empty', 'null', 'missing'])('is sent, and reported, by default: %s', (field) => {
    expect(listWarnings(attribute(field), { payload })).toEqual(['value_empty /node/body/fields/0'])
    expect(renderBody(attribute(field), { payload })).toMatch(/^{"f":(""|null)}$/)
  })

  it.each(['empty', 'null', 'missing'])('is sent without a warning where the author said so: %s', (field) => {
    expect(listWarnings(attribute(field, 'send'), { payload })).toEqual([])
    expect(renderBody(attribute(field, 'send'), { payload })).toMatch(/^{"f":(""|null)}$/)
  })

  it.each(['empty', 'null', 'missing'])('is left out with omit: %s', (field) => {
    expect(listWarnings(attribute(field, 'omit'), { payload })).toEqual([])
    expect(renderBody(attribute(field, 'omit'), { payload })).toBe('{}')
  })

  it.each(['empty', 'null', 'missing'])('ends the call with fail: %s', (field) => {
    expect(renderFailure(attribute(field, 'fail'), { payload })).toMatchObject({
      code: 'value_missing',
      path: '/node/body/fields/0',
      detail: expect.stringContaining(`"${field}"`.slice(1, -1)),
    })
  })

  it.each<[says: string, value: unknown]>([
    ['zero', 0],
    ['false', false],
    ['a space', ' '],
    ['a list with an empty text', ['']],
    ['a list with an empty list', [[]]],
    ['an empty object', {}],
  ])('is not %s', (_says, value) => {
    const node = simple({ name: 'f', source: 'profile', field: 'v', ifEmpty: 'fail' })

    expect(renderBody(node, { payload: { profile: { v: value } } })).toBe(JSON.stringify({ f: value }))
  })

  it.each([undefined, 'send'] as const)('is not an empty list where ifEmpty is %s', (ifEmpty) => {
    const source = { source: 'profile', field: 'v' } as const
    const node = simple(ifEmpty === undefined ? { name: 'f', ...source } : { name: 'f', ...source, ifEmpty })

    expect(listWarnings(node, { payload: { profile: { v: [] } } })).toEqual([])
    expect(renderBody(node, { payload: { profile: { v: [] } } })).toBe('{"f":[]}')
  })

  it('is reported as source_missing where the whole source is missing', () => {
    const node = simple({ name: 'f', source: 'event', field: 'type' })

    expect(render(node, { payload }).warnings).toEqual([
      {
        code: 'source_missing',
        path: '/node/body/fields/0',
        message:
          'The payload has no event, so event.type is empty. Only a flow that an event has started has one: start it so, take the value from another source, or say with a default or "ifEmpty" what an empty one means.',
      },
    ])
  })

  it.each([
    ['emial', 'Did you mean "email"?'],
    ['a.c', 'Did you mean "a.b"?'],
    ['phone', 'The profile has no attribute "phone".'],
  ])('of the attribute %s is explained: %s', (field, message) => {
    expect(render(attribute(field), { payload }).warnings[0]?.message).toContain(message)
  })

  it('that the author wrote as a constant counts too, unless ifEmpty says that it is meant', () => {
    expect(listWarnings(simple({ name: 'f', value: '' }))).toContain('value_empty /node/body/fields/0')
    expect(listWarnings(simple({ name: 'f', value: '', ifEmpty: 'send' }))).toEqual([])
  })

  it.each([
    '{{ profile.missing }}',
    '{{ profile.empty }}',
    '{{ profile.null }}',
    '{{ profile.missing | upcase }}',
  ])('of the template %s counts too', (value) => {
    expect(renderBody(simple({ name: 'f', value, ifEmpty: 'omit' }), { payload })).toBe('{}')
    expect(listWarnings(simple({ name: 'f', value }), { payload })).toContain(
      'value_empty /node/body/fields/0',
    )
  })
})

describe('a condition of a field', () => {
  const node = (when: string) => simple({ name: 'f', value: 1, when })

  it.each([
    ['profile.score > 50', true],
    ['profile.score > 97', false],
    ['profile.email contains "@"', true],
    ['profile.email', true],
    ['profile.empty', false],
    ['profile.missing', false],
    ['profile.missing == nil', true],
    ['not profile.missing', true],
    ['profile.a.b == "path" and profile.score == 97', true],
    ['false or profile.score', true],
    ['(0 | default: 0)', true],
    ['profile.score | minus: 97', true],
    ['profile.empty | append: ""', false],
    ['profile.empty | append: "0"', true],
    ['profile.missing | default: true', true],
    ['(profile.email | size) > 3', true],
  ])('decides whether it is sent: %s: %s', (when, isSent) => {
    expect(renderBody(node(when), { payload })).toBe(isSent ? '{"f":1}' : '{}')
  })

  it('may read what is not there, with a warning except behind default', () => {
    expect(listWarnings(node('profile.missing or event.type == "x"'), { payload })).toEqual([
      'template_undefined /node/body/fields/0/when',
      'template_undefined /node/body/fields/0/when',
    ])
    expect(listWarnings(node('profile.missing | default: false'), { payload })).toEqual([])
  })

  it('is decided before the value, which is then not asked for', () => {
    const left = simple({ name: 'f', source: 'profile', field: 'no', ifEmpty: 'fail', when: 'false' })

    expect(renderBody(left, { payload })).toBe('{}')
    expect(renderBody(simple({ name: 'f', value: '{{ secrets.no }}', when: 'false' }))).toBe('{}')
  })

  it.each([
    ['profile.email | base64_decode', { email: '!' }],
    ['(1..profile.v) contains 1', { v: { valueOf: 1, toString: 1 } }],
    ['profile.v | url_decode', { v: '%' }],
    ['profile.v | has_exp: "x", profile.c', { v: [1], c: 'x | | y' }],
  ])('that cannot be decided ends the call: %s', (when, profile) => {
    expect(renderFailure(node(when), { payload: { profile } })).toMatchObject({
      code: 'template_failed',
      path: '/node/body/fields/0/when',
    })
  })
})

describe('names', () => {
  const names = ['B', 'a', 'B', 'b', 'ß', '__proto__', 'constructor', '10', '2', 'a.b', 'a[b]']
  const fields = names.map((name, index) => ({ name, value: index }))

  it('keep case, order and number in the query', () => {
    expect([...new URL(`https://t${sent({ query: fields }).target}`).searchParams]).toEqual(
      names.map((name, index) => [name, String(index)]),
    )
  })

  it('keep case, order and number in a form', () => {
    const body = { structure: 'simple', contentType: 'application/x-www-form-urlencoded', fields } as const

    expect([...new URLSearchParams(renderBody({ body }))]).toEqual(
      names.map((name, index) => [name, String(index)]),
    )
  })

  it('keep case and order in JSON, those that look like numbers and prototypes too', () => {
    const unique = fields.filter(({ name }, index) => names.indexOf(name) === index)

    expect(renderBody(simple(...unique))).toBe(
      '{"B":0,"a":1,"b":3,"ß":4,"__proto__":5,"constructor":6,"10":7,"2":8,"a.b":9,"a[b]":10}',
    )
  })

  it('keep case, order and number in headers', () => {
    const headers = ['X-B', 'x-a', 'X-b', 'x-B'].map((name, index) => ({ name, value: index }))

    expect(sent({ headers }).headers.filter(([name]) => /^x-/i.test(name))).toEqual([
      ['X-B', '0'],
      ['x-a', '1'],
      ['X-b', '2'],
      ['x-B', '3'],
    ])
  })

  it('that are there twice make JSON that is body_invalid', () => {
    expect(
      renderFailure(simple({ name: 'a', value: 1 }, { name: 'b', value: 1 }, { name: 'a', value: 2 })),
    ).toMatchObject({
      code: 'body_invalid',
      detail: 'The name "a" is there twice. A JSON object may have each name only once.',
      path: '/node/body/fields/2/name',
    })
  })

  it('may be there twice where conditions exclude each other', () => {
    const node = simple(
      { name: 'a', value: 1, when: 'profile.vip' },
      { name: 'a', value: 2, when: 'not profile.vip' },
    )

    expect(renderBody(node)).toBe('{"a":2}')
  })
})

describe('a sensitive field', () => {
  const display = (node: Parameters<typeof render>[0], surroundings?: Parameters<typeof render>[1]) => {
    const rendered = render(node, surroundings)
    return rendered.ok ? rendered.display : null
  }
  const field = { name: 'X', source: 'profile', field: 'v', sensitive: true } as const

  it.each<[value: unknown]>([['a text'], [12345678], [['one', 'two']], [{ a: { b: 'deep' } }], [true], ['']])(
    'is masked as a whole wherever it is shown: %j',
    (value) => {
      const surroundings = { payload: { profile: { v: value } } }
      const form = 'application/x-www-form-urlencoded' as const
      const inJson = { structure: 'simple', fields: [field] } as const

      expect(display({ query: [field] }, surroundings)?.url).toBe('https://target.example/hook?X=•••')
      expect(display({ headers: [field] }, surroundings)?.headers.at(-2)).toEqual(['X', '•••'])
      expect(display({ body: { ...inJson, fields: [field] } }, surroundings)?.body).toBe('{"X":"•••"}')
      expect(display({ body: { ...inJson, fields: [field], contentType: form } }, surroundings)?.body).toBe(
        'X=•••',
      )
    },
  )

  it('is sent as it is', () => {
    expect(renderHeaders({ headers: [field] }, { payload: { profile: { v: 'a text' } } }, 'x')).toEqual([
      'a text',
    ])
  })

  it('hides every text in it, at any depth, where it comes back', () => {
    const value = fc.jsonValue({ maxDepth: 3 })
    fc.assert(
      fc.property(value, (v) => {
        const { valuesToMask } = render(simple({ ...field }), { payload: { profile: { v } } })
        for (const text of textsIn(v)) if (text.length >= 4) expect(valuesToMask.client.has(text)).toBe(true)
      }),
    )
  })
})

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return [String(value)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

describe('many misspelt fields against a huge profile', () => {
  it('are reported, the first of them with suggestions, without a search for each', () => {
    const profile = Object.fromEntries(
      Array.from({ length: 30_000 }, (_, index) => [`attribute_${index}`, 1]),
    )
    const fields = Array.from({ length: 1_000 }, (_, index) => ({
      name: `f${index}`,
      source: 'profile' as const,
      field: `atribute_${index % 10}`,
    }))

    const { warnings } = render(simple(...fields), { payload: { profile } })

    expect(warnings).toHaveLength(1_000)
    expect(warnings.filter(({ message }) => message.includes('Did you mean'))).toHaveLength(20)
  })
})
