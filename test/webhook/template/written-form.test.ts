import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  listErrors,
  listWarnings,
  type NodeSketch,
  raw,
  render,
  renderBody,
  renderFailure,
  renderHeaders,
  sent,
} from '../support/nodes.ts'

const profile = {
  name: 'Ada "the" L',
  q: 'a b&c',
  plus: 'a+b/c%d?e#f',
  tags: ['x', 'y z'],
  address: { city: 'São <Paulo>' },
  number: 7,
  long: 1.5,
  no: null,
  list: ['a', 'b'],
  xml: '<a & b>',
}
const payload = { profile }
const form = 'application/x-www-form-urlencoded'
const target = (node: NodeSketch) => sent(node, { payload }).target
const rawBody = (contentType: string, content: string) => renderBody(raw(contentType, content), { payload })

describe('the filter json in JSON', () => {
  it.each([
    ['{"name": {{ profile.name | json }} }', '{"name": "Ada \\"the\\" L" }'],
    ['{"a":{{ profile.address | json }}}', '{"a":{"city":"São <Paulo>"}}'],
    ['{"a":{{- profile.tags | jsonify -}}}', '{"a":["x","y z"]}'],
    [
      '[{{ profile.number | inspect }},{{ profile.no | json }},{{ profile.missing | json }}]',
      '[7,null,null]',
    ],
    ['{"a":{{ profile.address | json: 1 }}}', '{"a":{\n "city": "São <Paulo>"\n}}'],
    ['{"a":"{{ profile.tags | json }}"}', '{"a":["x","y z"]}'],
    ['{"a":"{{ profile.name | json }}","b":"{{ profile.number | json }}"}', '{"a":"Ada \\"the\\" L","b":7}'],
    ['["{{ profile.tags | json }}","{{ profile.no | json }}"]', '[["x","y z"],null]'],
    ['["{{- profile.tags | json -}}", " {{- profile.tags | json -}} "]', '[["x","y z"], ["x","y z"]]'],
    ['"{{ profile.tags | json }}"', '["x","y z"]'],
    ['["{% echo profile.tags | json %}",{% echo profile.tags | json %}]', '[["x","y z"],["x","y z"]]'],
    ['{% liquid echo profile.tags | json %}', '["x","y z"]'],
    [
      '{"a":1{% if profile.name %},"n":{{ profile.name | json }}{% endif %}}',
      '{"a":1,"n":"Ada \\"the\\" L"}',
    ],
    [
      '[{% for t in profile.tags %}{{ t | json }}{% unless forloop.last %},{% endunless %}{% endfor %}]',
      '["x","y z"]',
    ],
    ['{"a":"tags: {{ profile.tags | json }}"}', '{"a":"tags: [\\"x\\",\\"y z\\"]"}'],
    ['{"a":"{{ profile.tags | json }} are tags"}', '{"a":"[\\"x\\",\\"y z\\"] are tags"}'],
    ['{"a":"\\"{{ profile.tags | json }}"}', '{"a":"\\"[\\"x\\",\\"y z\\"]"}'],
    ['{"a":"{% if true %}{{ profile.tags | json }}{% endif %}"}', '{"a":"[\\"x\\",\\"y z\\"]"}'],
    ['{"a":"{{ profile.name | json | upcase }}"}', '{"a":"\\"ADA \\\\\\"THE\\\\\\" L\\""}'],
    ['{"a":"{{ profile.name | json | append: "" }}"}', '{"a":"\\"Ada \\\\\\"the\\\\\\" L\\""}'],
    ['{% assign t = profile.tags | json %}{"a":"{{ t }}"}', '{"a":"[\\"x\\",\\"y z\\"]"}'],
    [
      '{% capture t %}{{ profile.tags | json }}{% endcapture %}{"a":"{{ t }}"}',
      '{"a":"[\\"x\\",\\"y z\\"]"}',
    ],
    ['{% capture t %}"{{ profile.number | json }}"{% endcapture %}{"a":"{{ t }}"}', '{"a":"\\"7\\""}'],
    ['{"{{ profile.name | json }}":1}', '{"Ada \\"the\\" L":1}'],
    ['[{{ nil | json }},"{{ nil | json }}",{{ profile.missing | default: nil | json }}]', '[null,null,null]'],
    ['{"a":{{ profile.missing | default: "x" | json }}}', '{"a":"x"}'],
    ['[{{ profile.missing | json | default: "null" }}]', '[null]'],
  ])('%s is %s', (content, text) => {
    expect(rawBody('application/json', content)).toBe(text)
    expect(() => JSON.parse(text)).not.toThrow()
  })

  it.each([
    '{"a":{{ profile.name | json | upcase | append: "x" }}}',
    '{% assign t = profile.name | json %}[{{ t }}]',
  ])('stands as it is as the last one only: %s is body_invalid', (content) => {
    const body = { structure: 'raw', contentType: 'application/json', content } as const

    expect(renderFailure({ body }, { payload })).toMatchObject({ code: 'body_invalid' })
  })

  it('gives any value as it is, in quotes and without', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const body = {
          structure: 'raw',
          contentType: 'application/json',
          content: '[{{ profile.v | json }},"{{ profile.v | json }}"]',
        } as const
        const [bare, quoted] = JSON.parse(renderBody({ body }, { payload: { profile: { v: value } } }))
        const same = JSON.parse(JSON.stringify(value).replace(/\\ud[89a-f][\da-f]{2}/g, '\ufffd'))
        expect(bare).toEqual(same)
        expect(quoted).toEqual(same)
      }),
    )
  })

  it('is the value where a string of the author is nothing else', () => {
    const content = {
      a: '{{ profile.tags | json }}',
      b: '{{ profile.name | json }}',
      c: '{{ profile.number | json: 2 }}',
      d: '{{ profile.missing | json }}',
      e: 'tags: {{ profile.tags | json }}',
      f: '{{ profile.name | json | downcase }}',
      g: '{{ profile.tags | first | json }}',
      h: '{% echo profile.tags | json %}',
      i: '{%- echo profile.number | json: 2 -%}',
      j: '{% echo "a}}b" | json %}',
      k: '{% echo profile.number %}',
      l: '{% echo profile.tags | json %} ',
    }

    expect(JSON.parse(renderBody({ body: { structure: 'json', content } }, { payload }))).toEqual({
      a: ['x', 'y z'],
      b: 'Ada "the" L',
      c: 7,
      d: null,
      e: 'tags: ["x","y z"]',
      f: '"ada \\"the\\" l"',
      g: 'x',
      h: ['x', 'y z'],
      i: 7,
      j: 'a}}b',
      k: '7',
      l: '["x","y z"] ',
    })
    for (const value of ['{{ profile.tags | json }}', '{% echo profile.tags | json %}'])
      expect(renderBody({ body: { structure: 'simple', fields: [{ name: 'a', value }] } }, { payload })).toBe(
        '{"a":["x","y z"]}',
      )
    const broken = {
      structure: 'simple',
      fields: [{ name: 'a', value: '{% echo profile.tags | | json %}' }],
    } as const
    expect(listErrors({ body: broken })).toHaveLength(1)
  })

  it('is text in every other place', () => {
    const value = '{{ profile.tags | json }}'

    expect(target({ query: [{ name: 'a', value }] })).toBe('/hook?a=%5B%22x%22%2C%22y%20z%22%5D')
    expect(renderHeaders({ headers: [{ name: 'X', value }] }, { payload }, 'x')).toEqual(['["x","y z"]'])
    expect(rawBody('text/plain', value)).toBe('["x","y z"]')
    expect(rawBody('text/xml', `<a>${value}</a>`)).toBe('<a>[&quot;x&quot;,&quot;y z&quot;]</a>')
    const fields = [{ name: 'a', value }]
    expect(renderBody({ body: { structure: 'simple', contentType: form, fields } }, { payload })).toBe(
      'a=%5B%22x%22%2C%22y+z%22%5D',
    )
  })

  it('keeps JSON in one line where each line is JSON', () => {
    expect(
      rawBody('application/x-ndjson', '{"a":"{{ profile.tags | json }}"}\n{{ profile.name | json }}'),
    ).toBe('{"a":["x","y z"]}\n"Ada \\"the\\" L"')
  })

  it('warns of what is missing as without it', () => {
    const body = {
      structure: 'raw',
      contentType: 'application/json',
      content: '[{{ profile.nmae | json }}]',
    } as const

    expect(listWarnings({ body }, { payload })).toEqual(['template_undefined /node/body/content'])
  })
})

describe('the filter url_encode', () => {
  it.each([
    ['{{ profile.q | url_encode }}', 'a+b%26c', 'a b&c'],
    ['{{ profile.q | cgi_escape }}', 'a+b%26c', 'a b&c'],
    ['{{ profile.q | uri_escape }}', 'a%20b%26c', 'a b&c'],
    ['{{ profile.plus | url_encode }}', 'a%2Bb%2Fc%25d%3Fe%23f', 'a+b/c%d?e#f'],
    ['{{ profile.plus | uri_escape }}', 'a%2Bb%2Fc%25d%3Fe%23f', 'a+b/c%d?e#f'],
    ['{{ profile.q | url_encode }} & {{ profile.q }}', 'a+b%26c%20%26%20a%20b%26c', 'a b&c & a b&c'],
    ['{% if true %}{{ profile.q | url_encode }}{% endif %}', 'a+b%26c', 'a b&c'],
    ['{% echo profile.q | url_encode %}', 'a+b%26c', 'a b&c'],
    [
      '{{ profile.address | json | url_encode }}',
      '%7B%22city%22%3A%22S%C3%A3o+%3CPaulo%3E%22%7D',
      '{"city":"São <Paulo>"}',
    ],
    ['{{ profile.q | url_encode | upcase }}', 'A%2BB%2526C', 'A+B%26C'],
    ['{% assign e = profile.q | url_encode %}{{ e }}', 'a%2Bb%2526c', 'a+b%26c'],
    ['{{ profile.missing | url_encode }}', '', ''],
  ])('in a query, %s is %s', (value, text, read) => {
    const sentTarget = target({ query: [{ name: 'a', value }] })

    expect(sentTarget).toBe(`/hook?a=${text}`)
    expect(new URL(sentTarget, 'https://t').searchParams.get('a')).toBe(read)
    const url = `https://t.example/p?a=${value.replace(' & ', '%20%26%20')}`
    expect(new URL(target({ url }), 'https://t').searchParams.get('a')).toBe(read)
  })

  it.each([
    ['{{ profile.q | url_encode }}', 'a+b%26c'],
    ['{{ profile.q | uri_escape }}', 'a%20b%26c'],
    ['{{ profile.q }}', 'a%20b%26c'],
    ['k {{ profile.q | url_encode }}+', 'k%20a+b%26c%2B'],
    ['{{ secrets.k }}', 'it%27s%20%26%20%2B'.replace('%27', "'")],
    ['k {{ secrets.k }}', "k%20it's%20%26%20%2B"],
    ['key & 1+%41', 'key%20%26%201%2B%2541'],
  ])('as the key of auth in the query, %s is %s', (value, text) => {
    const auth = { type: 'apiKey', in: 'query', name: 'a', value } as const
    const rendered = render({ auth }, { payload, secrets: { k: "it's & +" } })

    expect(rendered).toMatchObject({
      ok: true,
      request: { target: `/hook?a=${text}` },
      display: { url: 'https://target.example/hook?a=•••' },
    })
  })

  it('of nothing as the key of auth is value_missing', () => {
    const auth = { type: 'apiKey', in: 'query', name: 'a', value: '{{ profile.none | url_encode }}' } as const

    expect(renderFailure({ auth }, { payload })).toMatchObject({
      code: 'value_missing',
      path: '/node/auth/value',
    })
  })

  it.each([
    ['{{ profile.q | url_encode }}', '/i/a%20b%26c/z'],
    ['{{ profile.q | cgi_escape }}', '/i/a%20b%26c/z'],
    ['{{ profile.plus | url_encode }}', '/i/a%2Bb%2Fc%25d%3Fe%23f/z'],
    ['{{ profile.plus | uri_escape }}', '/i/a%2Bb%2Fc%25d%3Fe%23f/z'],
    ['{% echo profile.q | url_encode %}', '/i/a%20b%26c/z'],
    ['{{ profile.q | url_encode | append: "+" }}', '/i/a%2Bb%2526c%2B/z'],
  ])('in a path, %s is %s', (placeholder, text) => {
    expect(target({ url: `https://t.example/i/${placeholder}/z` })).toBe(text)
  })

  it('never lets a value be structure of the URL', () => {
    const filters = fc.constantFrom('url_encode', 'cgi_escape', 'uri_escape')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), filters, (value, filter) => {
        const url = `https://t.example/a/x{{ profile.v | ${filter} }}/z?q={{ profile.v | ${filter} }}&r=1`
        const read = new URL(sent({ url }, { payload: { profile: { v: value } } }).target, 'https://t')
        expect(read.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'a', `x${value}`, 'z'])
        expect([...read.searchParams]).toEqual([
          ['q', value],
          ['r', '1'],
        ])
      }),
    )
  })

  it.each(['..', '.'])('does not hide the segment %s', (v) => {
    const url = 'https://t.example/a/{{ profile.v | url_encode }}/z'

    expect(renderFailure({ url }, { payload: { profile: { v } } })).toMatchObject({ code: 'url_invalid' })
  })

  it('of nothing in a path is value_missing', () => {
    const url = 'https://t.example/a/{{ profile.no | url_encode }}/z'

    expect(renderFailure({ url }, { payload })).toMatchObject({ code: 'value_missing' })
  })

  it('stands as it is in a form, raw or of fields', () => {
    const value = '{{ profile.q | url_encode }}'
    const fields = [
      { name: 'a', value },
      { name: 'b', value: `${value}=é~` },
      { name: 'c', value: '{{ profile.q }}' },
    ]

    expect(rawBody(form, `a=${value}&c={{ profile.q }}`)).toBe('a=a+b%26c&c=a+b%26c')
    expect(renderBody({ body: { structure: 'simple', contentType: form, fields } }, { payload })).toBe(
      'a=a+b%26c&b=a+b%26c%3D%C3%A9%7E&c=a+b%26c',
    )
    const content = { o: { a: value, list: [value, 'x y'] } }
    expect(renderBody({ body: { structure: 'json', contentType: form, content } }, { payload })).toBe(
      'o%5Ba%5D=a+b%26c&o%5Blist%5D%5B%5D=a+b%26c&o%5Blist%5D%5B%5D=x+y',
    )
  })

  it('is text in every other place', () => {
    const value = '{{ profile.q | url_encode }}'

    expect(renderHeaders({ headers: [{ name: 'X', value }] }, { payload }, 'x')).toEqual(['a+b%26c'])
    expect(rawBody('application/json', `["${value}"]`)).toBe('["a+b%26c"]')
    expect(rawBody('text/xml', `<a>${value}</a>`)).toBe('<a>a+b%26c</a>')
    expect(renderBody({ body: { structure: 'json', content: [value] } }, { payload })).toBe('["a+b%26c"]')
  })

  it('leaves empty and sensitive values as they are', () => {
    const query = [
      { name: 'a', value: '{{ profile.missing | url_encode }}', ifEmpty: 'omit' as const },
      { name: 'b', value: '{{ profile.q | url_encode }}', sensitive: true },
    ]

    expect(target({ query })).toBe('/hook?b=a+b%26c')
  })
})

describe('the filters that escape XML', () => {
  it.each([
    ['<a>{{ profile.xml | escape }}</a>', '<a>&lt;a &amp; b&gt;</a>'],
    ['<a b="{{ profile.xml | xml_escape }}"/>', '<a b="&lt;a &amp; b&gt;"/>'],
    ['<a>{{ "&lt; <" | escape_once }}</a>', '<a>&lt; &lt;</a>'],
    ['<a>{% echo profile.xml | escape %}</a>', '<a>&lt;a &amp; b&gt;</a>'],
    ['{% for i in profile.list %}<i>{{ i | escape }}</i>{% endfor %}', '<i>a</i><i>b</i>'],
    ['<a>{{ profile.xml | escape | upcase }}</a>', '<a>&amp;LT;A &amp;AMP; B&amp;GT;</a>'],
    ['{% assign e = profile.xml | escape %}{{ e }}', '&amp;lt;a &amp;amp; b&amp;gt;'],
    ['<![CDATA[{{ profile.xml | escape }}]]>', '<![CDATA[&lt;a &amp; b&gt;]]>'],
    ['<!--{{ "--<" | escape }}-->', '<!--&#45;-&lt;-->'],
    ['<a>{{ profile.xml | url_encode }}</a>', '<a>%3Ca+%26+b%3E</a>'],
  ])('%s is %s', (content, text) => {
    expect(rawBody('text/xml', content)).toBe(text)
  })

  it('are text in every other place', () => {
    expect(rawBody('text/plain', '{{ profile.xml | escape }}')).toBe('&lt;a &amp; b&gt;')
    expect(rawBody('application/json', '["{{ profile.xml | escape }}"]')).toBe('["&lt;a &amp; b&gt;"]')
    expect(target({ query: [{ name: 'a', value: '{{ profile.xml | escape }}' }] })).toBe(
      '/hook?a=%26lt%3Ba%20%26amp%3B%20b%26gt%3B',
    )
  })
})

describe('half a character', () => {
  const half = { v: 'a\ud800b', list: ['\udc00', ['x']], o: { 'k\ud800': '\\ud800' } }
  const written = (contentType: string, content: string) =>
    renderBody(raw(contentType, content), { payload: { profile: half } })

  it.each([
    ['{{ profile.v | url_encode }}', 'a%EF%BF%BDb'],
    ['{{ profile.v | cgi_escape }}', 'a%EF%BF%BDb'],
    ['{{ profile.v | uri_escape }}', 'a%EF%BF%BDb'],
    ['{{ profile.v | url_encode | downcase }}', 'a%ef%bf%bdb'],
    ['{{ profile.list | url_encode }}', '%EF%BF%BDx'],
    ['{% assign e = profile.v | url_encode %}{{ e }}', 'a%EF%BF%BDb'],
    ['{{ profile.o | json | url_encode }}', '%7B%22k%EF%BF%BD%22%3A%22%5C%5Cud800%22%7D'],
    ['{{ profile.v | json }}', '"a\ufffdb"'],
    ['{{ profile.v | jsonify }}', '"a\ufffdb"'],
    ['{{ profile.v | inspect }}', '"a\ufffdb"'],
    ['{{ profile.o | json }}', '{"k\ufffd":"\\\\ud800"}'],
    ['{{ profile.v | json | upcase }}', '"A\ufffdB"'],
    ['{{ profile.v | escape }}', 'a\ufffdb'],
    ['{{ profile.v | base64_encode }}', 'Ye+/vWI='],
  ])('%s in a text is %s', (content, text) => {
    expect(written('text/plain', content)).toBe(text)
  })

  it('is U+FFFD in every form', () => {
    expect(written(form, 'a={{ profile.v | url_encode }}&b={{ profile.v }}')).toBe(
      'a=a%EF%BF%BDb&b=a%EF%BF%BDb',
    )
    expect(
      written('application/json', '[{{ profile.v | json }},"{{ profile.v }}",{{ profile.o | json }}]'),
    ).toBe('["a\ufffdb","a\ufffdb",{"k\ufffd":"\\\\ud800"}]')
    const url = 'https://t.example/{{ profile.v | url_encode }}?a={{ profile.v | uri_escape }}'
    expect(sent({ url }, { payload: { profile: half } }).target).toBe('/a%EF%BF%BDb?a=a%EF%BF%BDb')
  })
})
