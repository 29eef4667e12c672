import { describe, expect, it } from 'vitest'
import { LongNumber } from '../../../src/webhook/values/long-number.ts'
import { raw, render, renderBody, renderFailure, renderHeaders, sent } from '../support/nodes.ts'

const values = {
  text: 'a b&c',
  special: 'ü/?#"\\<>\'',
  empty: '',
  zero: 0,
  float: 1.5,
  long: new LongNumber('12345678901234567890'),
  yes: true,
  no: false,
  null: null,
  list: ['a', 1, null, true],
  none: [],
  object: { a: 1, b: ['x', { c: 'd e' }] },
  lone: 'x\ud800y',
  breaks: 'a\nb',
} as const

type Name = keyof typeof values | 'missing'

const payload = { profile: values }
const field = (name: Name) => ({ name: 'n', source: 'profile', field: name }) as const
const form = 'application/x-www-form-urlencoded'

const inPath = (name: Name) =>
  sent({ url: `https://t.example/a/{{ profile.${name} }}/z` }, { payload }).target
const inQuery = (name: Name) => sent({ query: [field(name)] }, { payload }).target.replace('/hook?', '')
const inStaticQuery = (name: Name) =>
  sent({ url: `https://t.example/?n={{ profile.${name} }}` }, { payload }).target.slice(2)
const inHeader = (name: Name) => renderHeaders({ headers: [field(name)] }, { payload }, 'n')[0]
const inForm = (name: Name) =>
  renderBody({ body: { structure: 'simple', contentType: form, fields: [field(name)] } }, { payload })
const inJson = (name: Name) =>
  renderBody({ body: { structure: 'simple', fields: [field(name)] } }, { payload }).slice(5, -1)
const asLonePlaceholder = (name: Name) =>
  renderBody({ body: { structure: 'json', content: [`{{ profile.${name} }}`] } }, { payload }).slice(1, -1)
const withinText = (name: Name) =>
  renderBody({ body: { structure: 'json', content: `<{{ profile.${name} }}>` } }, { payload })
const rawBody = (contentType: string, content: string) => renderBody(raw(contentType, content), { payload })

describe('a value in the path of the URL', () => {
  it.each<[Name, string]>([
    ['text', 'a%20b%26c'],
    ['special', "%C3%BC%2F%3F%23%22%5C%3C%3E'"],
    ['zero', '0'],
    ['float', '1.5'],
    ['long', '12345678901234567890'],
    ['yes', 'true'],
    ['no', 'false'],
    ['list', '%5B%22a%22%2C1%2Cnull%2Ctrue%5D'],
    ['object', '%7B%22a%22%3A1%2C%22b%22%3A%5B%22x%22%2C%7B%22c%22%3A%22d%20e%22%7D%5D%7D'],
    ['lone', 'x%EF%BF%BDy'],
    ['breaks', 'a%0Ab'],
  ])('%s is %s', (name, text) => {
    expect(inPath(name)).toBe(`/a/${text}/z`)
  })

  it.each<Name>(['empty', 'null', 'missing'])('%s is value_missing', (name) => {
    expect(renderFailure({ url: `https://t.example/a/{{ profile.${name} }}/z` }, { payload })).toMatchObject({
      code: 'value_missing',
      path: '/node/url',
    })
  })

  it('is what the filter default says where it is missing', () => {
    expect(
      sent({ url: 'https://t.example/{{ profile.missing | default: "none" }}' }, { payload }).target,
    ).toBe('/none')
  })
})

describe('a value in the query', () => {
  it.each<[Name, string]>([
    ['text', 'n=a%20b%26c'],
    ['special', "n=%C3%BC%2F%3F%23%22%5C%3C%3E'"],
    ['empty', 'n='],
    ['null', 'n='],
    ['missing', 'n='],
    ['zero', 'n=0'],
    ['no', 'n=false'],
    ['long', 'n=12345678901234567890'],
    ['list', 'n=a&n=1&n=&n=true'],
    ['none', ''],
    ['object', 'n=%7B%22a%22%3A1%2C%22b%22%3A%5B%22x%22%2C%7B%22c%22%3A%22d%20e%22%7D%5D%7D'],
    ['lone', 'n=x%EF%BF%BDy'],
  ])('%s is %s', (name, text) => {
    expect(inQuery(name).replace('/hook', '')).toBe(text)
  })

  it('of the author may be empty, and is JSON where it is a list', () => {
    expect(inStaticQuery('missing')).toBe('n=')
    expect(inStaticQuery('list')).toBe('n=%5B%22a%22%2C1%2Cnull%2Ctrue%5D')
  })

  it('is JSON where it is a list with an object in it', () => {
    const query = [{ name: 'n', literal: [1, { a: 2 }] }]

    expect(sent({ query }).target).toBe('/hook?n=%5B1%2C%7B%22a%22%3A2%7D%5D')
  })

  it.each([
    ['/hook', '/hook'],
    ['/hook?', '/hook?'],
    ['/hook?a=1', '/hook?a=1'],
  ])('is no parameter of %s where it is an empty list, hidden or not', (path, target) => {
    const url = `https://target.example${path}`
    const query = [
      { name: 'n', literal: [] },
      { name: 'm', source: 'profile' as const, field: 'none', sensitive: true },
    ]
    const rendered = render({ url, query }, { payload })

    expect(sent({ url, query }, { payload }).target).toBe(target)
    expect(rendered.ok && rendered.display.url).toBe(url)
  })

  it('has its name encoded, too', () => {
    expect(sent({ query: [{ name: 'a b[]&=', literal: 1 }] }).target).toBe('/hook?a%20b%5B%5D%26%3D=1')
  })
})

describe('a value in a header', () => {
  it.each<[Name, string]>([
    ['text', 'a b&c'],
    ['empty', ''],
    ['missing', ''],
    ['null', ''],
    ['zero', '0'],
    ['long', '12345678901234567890'],
    ['list', 'a, 1, , true'],
    ['none', ''],
    ['object', '{"a":1,"b":["x",{"c":"d e"}]}'],
  ])('%s is %s', (name, text) => {
    expect(inHeader(name)).toBe(text)
  })

  it.each<Name>(['special', 'lone', 'breaks'])('%s is header_invalid', (name) => {
    expect(renderFailure({ headers: [field(name)] }, { payload })).toMatchObject({
      code: 'header_invalid',
      path: '/node/headers/0',
    })
  })
})

describe('a value in a form', () => {
  it.each<[Name, string]>([
    ['text', 'n=a+b%26c'],
    ['special', 'n=%C3%BC%2F%3F%23%22%5C%3C%3E%27'],
    ['empty', 'n='],
    ['missing', 'n='],
    ['null', 'n='],
    ['zero', 'n=0'],
    ['long', 'n=12345678901234567890'],
    ['list', 'n=a&n=1&n=&n=true'],
    ['none', ''],
    ['object', 'n%5Ba%5D=1&n%5Bb%5D%5B0%5D=x&n%5Bb%5D%5B1%5D%5Bc%5D=d+e'],
    ['lone', 'n=x%EF%BF%BDy'],
    ['breaks', 'n=a%0Ab'],
  ])('%s is %s', (name, text) => {
    expect(inForm(name)).toBe(text)
  })
})

describe('a value in a JSON body', () => {
  const cases: [Name, string][] = [
    ['text', '"a b&c"'],
    ['special', '"ü/?#\\"\\\\<>\'"'],
    ['empty', '""'],
    ['null', 'null'],
    ['missing', 'null'],
    ['zero', '0'],
    ['float', '1.5'],
    ['long', '12345678901234567890'],
    ['yes', 'true'],
    ['no', 'false'],
    ['list', '["a",1,null,true]'],
    ['none', '[]'],
    ['object', '{"a":1,"b":["x",{"c":"d e"}]}'],
    ['lone', '"x\ufffdy"'],
    ['breaks', '"a\\nb"'],
  ]

  it.each(cases)('%s is %s', (name, text) => {
    expect(inJson(name)).toBe(text)
  })

  it.each(cases)('%s as a lone placeholder is %s', (name, text) => {
    expect(asLonePlaceholder(name)).toBe(text)
  })

  it.each<[Name, string]>([
    ['text', '"<a b&c>"'],
    ['missing', '"<>"'],
    ['null', '"<>"'],
    ['zero', '"<0>"'],
    ['no', '"<false>"'],
    ['long', '"<12345678901234567890>"'],
    ['list', '"<[\\"a\\",1,null,true]>"'],
    ['object', '"<{\\"a\\":1,\\"b\\":[\\"x\\",{\\"c\\":\\"d e\\"}]}>"'],
  ])('%s within a longer text is %s', (name, text) => {
    expect(withinText(name)).toBe(text)
  })

  it.each([
    ['{{ profile.zero }}', '0'],
    ['{{- profile.zero -}}', '0'],
    ['{{ profile.zero | plus: 1 }}', '1'],
    ['{{ profile.list | first }}', '"a"'],
    ['{{ profile.list | size }}', '4'],
    ['{{ "text" }}', '"text"'],
    ['{{ 5 }}', '5'],
    ['{{ nil }}', 'null'],
    ['{{ (1..3) }}', '[1,2,3]'],
    [' {{ profile.zero }}', '" 0"'],
    ['{{ profile.zero }}{{ profile.zero }}', '"00"'],
    ['{% if true %}{{ profile.zero }}{% endif %}', '"0"'],
    ['{% assign a = 5 %}{{ a }}', '"5"'],
  ])('as a string that is %s is %s', (content, text) => {
    expect(renderBody({ body: { structure: 'json', content } }, { payload })).toBe(text)
  })
})

describe('a value in a raw body', () => {
  it('of plain text is sent as it is', () => {
    expect(rawBody('text/plain', '[{{ profile.special }}|{{ profile.missing }}|{{ profile.list }}]')).toBe(
      '[ü/?#"\\<>\'||["a",1,null,true]]',
    )
  })

  it.each([
    ['"{{ profile.special }}"', '"ü/?#\\"\\\\<>\'"'],
    ['{"a":{{ profile.zero }}}', '{"a":0}'],
    ['{"a":{{ profile.no }}}', '{"a":false}'],
    ['{"a":{{ profile.object }}}', '{"a":{"a":1,"b":["x",{"c":"d e"}]}}'],
    ['{"a":"{{ profile.object }}"}', '{"a":"{\\"a\\":1,\\"b\\":[\\"x\\",{\\"c\\":\\"d e\\"}]}"}'],
    ['{"a":"{{ profile.breaks }}"}', '{"a":"a\\nb"}'],
    [
      '{"a":"\\"{{ profile.list }}"}',
      '{"a":"\\"[\\"a\\",1,null,true]"}'.replace(/\[.*\]/, '[\\"a\\",1,null,true]'),
    ],
    ['{"{{ profile.text }}":"{{ profile.text | upcase }}"}', '{"a b&c":"A B&C"}'],
    [
      '[{% for i in profile.list %}"{{ i }}"{% unless forloop.last %},{% endunless %}{% endfor %}]',
      '["a","1","","true"]',
    ],
  ])('of JSON, %s is %s', (content, text) => {
    expect(rawBody('application/vnd.api+json; charset=utf-8', content)).toBe(text)
  })

  it.each(['{"a":{{ profile.text }}}', '{"a":{{ profile.missing }}}', '{"a":"{{ profile.text }}}', 'no'])(
    'of JSON, %s is body_invalid',
    (content) => {
      const body = { structure: 'raw', contentType: 'application/json', content } as const

      expect(renderFailure({ body }, { payload })).toMatchObject({
        code: 'body_invalid',
        path: '/node/body/content',
        detail: expect.stringContaining('line 1'),
      })
    },
  )

  it.each(['text/xml', 'application/xml', 'application/soap+xml; charset=utf-8', 'APPLICATION/XML'])(
    'of %s is escaped as XML',
    (contentType) => {
      expect(rawBody(contentType, '<a b="{{ profile.special }}">{{ profile.text }}</a>')).toBe(
        '<a b="ü/?#&quot;\\&lt;&gt;&apos;">a b&amp;c</a>',
      )
    },
  )

  it.each(['{% echo profile.special %}', '{% cycle profile.special %}', '{% liquid echo profile.special %}'])(
    'is escaped, whatever tag writes it: %s',
    (content) => {
      expect(rawBody('text/xml', content)).toBe('ü/?#&quot;\\&lt;&gt;&apos;')
    },
  )

  it('is escaped once, where it lands, also in captured text', () => {
    expect(rawBody('text/xml', '{% capture c %}<{{ profile.text }}>{% endcapture %}{{ c }}')).toBe(
      '&lt;a b&amp;c&gt;',
    )
  })

  it('is escaped, unlike the text of the author', () => {
    expect(rawBody('text/xml', '<a/>{% raw %}{{ <b/> }}{% endraw %}')).toBe('<a/>{{ <b/> }}')
  })
})

describe('a text with templates: none', () => {
  it('is sent as it stands', () => {
    const node = {
      templates: 'none',
      url: 'https://t.example/a?b={{b}}',
      headers: [{ name: 'X', value: '{{ profile.x }}' }],
      body: { structure: 'json', content: { a: '{% if %}' } },
      auth: { type: 'bearer', token: '{{ secrets.x }}' },
    } as const

    expect(sent(node).target).toBe('/a?b={{b}}')
    expect(renderBody(node)).toBe('{"a":"{% if %}"}')
    expect(renderHeaders(node, {}, 'x')).toEqual(['{{ profile.x }}'])
    expect(renderHeaders(node, {}, 'authorization')).toEqual(['Bearer {{ secrets.x }}'])
  })

  it('loses nothing but lone surrogates', () => {
    const node = {
      templates: 'none',
      url: 'https://t.example/\ud800',
      query: [{ name: '\udc00', value: '\ud800' }],
    } as const

    expect(sent(node).target).toBe('/%EF%BF%BD?%EF%BF%BD=%EF%BF%BD')
  })
})
