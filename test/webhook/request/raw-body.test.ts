import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../support/cpu-time.ts'
import {
  complaint,
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

const text = (contentType: string, content: string, profile: Readonly<Record<string, unknown>>) =>
  renderBody(raw(contentType, content), { payload: { profile } })
const failure = (contentType: string, content: string, profile: Readonly<Record<string, unknown>> = {}) =>
  renderFailure(raw(contentType, content), { payload: { profile } })

describe('a raw form', () => {
  it.each([
    'application/x-www-form-urlencoded',
    'APPLICATION/X-WWW-FORM-URLENCODED',
    'application/x-www-form-urlencoded; charset=utf-8',
    'application/x-www-form-urlencoded ;charset="UTF-8"; x=1',
  ])('has its values encoded under %s', (contentType) => {
    expect(text(contentType, 'company={{ profile.company }}&x=1', { company: 'AT&T & <Sons>' })).toBe(
      'company=AT%26T+%26+%3CSons%3E&x=1',
    )
  })

  it.each<[value: unknown, written: string]>([
    ['a+b c', 'a%2Bb+c'],
    ["*-._~!'()", '*-._%7E%21%27%28%29'],
    ['é€😀', '%C3%A9%E2%82%AC%F0%9F%98%80'],
    ['x\ud800', 'x%EF%BF%BD'],
    ['a\r\nb', 'a%0D%0Ab'],
    [null, ''],
    [undefined, ''],
    [1.5, '1.5'],
    [['a', 1], '%5B%22a%22%2C1%5D'],
  ])('writes %j as %s', (value, written) => {
    expect(text('application/x-www-form-urlencoded', 'a={{ profile.v }}', { v: value })).toBe(`a=${written}`)
  })

  it('writes every text as browsers do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const written = text('application/x-www-form-urlencoded', 'a={{ profile.v }}', { v: value })
        expect(written).toBe(new URLSearchParams({ a: value }).toString())
      }),
    )
  })

  it('escapes in the charset that it names', () => {
    const form = 'application/x-www-form-urlencoded; charset='

    expect(text(`${form}ISO-8859-1`, 'ü={{ profile.v }}', { v: 'Müller & Co' })).toBe('%FC=M%FCller+%26+Co')
    expect(text(`${form}shift_jis`, 'a={{ profile.v }}', { v: 'ソ=ア' })).toBe('a=%83%5C%3D%83A')
    expect(failure(`${form}ISO-8859-1`, 'a={{ profile.v }}', { v: '5 €' })).toMatchObject({
      code: 'body_invalid',
      detail: expect.stringContaining('"€" (U+20AC)'),
    })
  })
})

describe('the content type of a raw body', () => {
  it.each([
    ...['application/json charset=utf-8', 'application/json,charset=utf-8', 'application/json:charset=utf-8'],
    ...['application/json; charset', 'application/json; charset = utf-8', 'application/json; charset= utf-8'],
    ...[
      'application/json; =utf-8',
      'application/json; a b=c',
      'application/json; a=b c',
      'application/json; a=b=c',
    ],
    ...[
      'application/json; charset=',
      'application/json; charset="utf-8',
      'application/json; x="a"b',
      'application/json; x="a\\"',
    ],
    ...[
      'application/json, text/plain',
      'application/json/x',
      'application/jsön',
      'text/xml charset=iso-8859-1',
    ],
    ...['text/xml; charset:iso-8859-1', 'application/xml;charset=utf-8,', "text/x; a='b c'"],
    ...[
      'json',
      'application\\json',
      'application / json',
      'application/ json',
      ' application/json',
      '"application/json"',
    ],
    ...[
      'application/',
      '/json',
      ';charset=utf-8',
      'application',
      '<application/json>',
      'text/xml "a/b"',
      ' ',
    ],
  ])('may not be %j', (contentType) => {
    const [error, ...more] = listErrors(raw(contentType, 'x'))

    expect(more).toEqual([])
    expect(error).toMatchObject({
      path: '/node/body/contentType',
      message: expect.stringMatching(/media type|outside of ASCII/),
    })
  })

  it.each([
    ...[
      'application/json;',
      'application/json ; ',
      'application/json;; charset=utf-8;',
      'application/json ;charset=utf-8',
    ],
    ...[
      'application/json;\tcharset="utf-8"',
      'text/plain; x="a;b, \\" c"; y=\'z\'',
      'application/vnd.a+json;v=1.0',
      'a/b; c=""',
    ],
    ...['application/json; charset=utf-8 ', "x-!#$%&'*+.^`|~-/_"],
  ])('may be %j', (contentType) => {
    expect(listErrors(raw(contentType, '1'))).toEqual([])
  })

  it('is read in time that grows with its length', () => {
    const started = cpuMs()
    for (const text of [
      ';'.repeat(8_000),
      '; '.repeat(4_000),
      `;${' '.repeat(8_000)}`,
      ';a=b'.repeat(2_000),
      `;a="${'\\"'.repeat(4_000)}`,
    ])
      expect(listErrors(raw(`a/b${text}@`, '1'))).not.toEqual([])
    expect(cpuMs() - started).toBeLessThan(1_000)
  })

  it.each(['{{ profile.type }}', 'text/xml; charset={{ profile.charset }}', '{% if true %}json{% endif %}'])(
    'is no template: of %j nothing else is said',
    (contentType) => {
      const errors = listErrors(raw(contentType, '1'))

      expect(errors).toMatchObject([
        {
          path: '/node/body/contentType',
          message: expect.stringContaining('must not contain a placeholder'),
        },
      ])
    },
  )
})

describe('the result of url_encode in a raw form', () => {
  const formIn = (charset: string) => `application/x-www-form-urlencoded; charset=${charset}`

  it.each([
    ['iso-8859-1', '{{ profile.v | url_encode }}', 'é ü&', '%E9+%FC%26'],
    ['iso-8859-1', '{{ profile.v | cgi_escape }}', 'é ü&', '%E9+%FC%26'],
    ['iso-8859-1', '{{ profile.v | uri_escape }}', 'é ü&+%[', '%E9+%FC%26%2B%25%5B'],
    ['iso-8859-1', '{% echo profile.v | url_encode %}', 'é+%', '%E9%2B%25'],
    ['iso-8859-1', '{{ profile.v | upcase | url_encode }}', 'é', '%C9'],
    ['iso-8859-1', '{{ profile.v | url_encode | upcase }}', 'é', '%25C3%25A9'],
    ['iso-8859-1', '{% assign e = profile.v | url_encode %}{{ e }}', 'é', '%25C3%25A9'],
    ['windows-1252', '{{ profile.v | url_encode }}', '€', '%80'],
    ['us-ascii', '{{ profile.v | url_encode }}', 'a b~', 'a+b%7E'],
    ['shift_jis', '{{ profile.v | url_encode }}', 'ソア', '%83%5C%83A'],
    ['gb18030', '{{ profile.v | url_encode }}', '中€😀', '%D6%D0%A2%E3%949%FC6'],
    ['utf-8', '{{ profile.v | url_encode }}', 'é ü&', '%C3%A9+%C3%BC%26'],
  ])('in %s, %s is encoded in the charset', (charset, placeholder, v, written) => {
    expect(text(formIn(charset), `a=1&b=${placeholder}`, { v })).toBe(`a=1&b=${written}`)
  })

  it('reads as it does without the filter', () => {
    const charsets = fc.constantFrom('iso-8859-1', 'windows-1252', 'shift_jis', 'gb18030', 'euc-kr', 'utf-8')
    const filters = fc.constantFrom('url_encode', 'cgi_escape', 'uri_escape')
    const values = fc.string({ unit: fc.constantFrom(...'aZ0 +%&=~*éü中ア\\[]') })
    fc.assert(
      fc.property(charsets, filters, values, (charset, filter, v) => {
        const rendered = (placeholder: string) =>
          render(raw(formIn(charset), `a=${placeholder}`), { payload: { profile: { v } } })
        const [plain, encoded] = [rendered('{{ profile.v }}'), rendered(`{{ profile.v | ${filter} }}`)]
        expect(encoded.ok).toBe(plain.ok)
        if (plain.ok && encoded.ok && charset !== 'utf-8')
          expect(encoded.request.body).toEqual(plain.request.body)
      }),
    )
  })

  it('is an error where a character is not in the charset', () => {
    expect(failure(formIn('iso-8859-1'), 'a={{ profile.v | url_encode }}', { v: '€' })).toMatchObject({
      code: 'body_invalid',
      detail: expect.stringContaining('(U+20AC)'),
    })
  })

  it.each(['utf-16', 'utf-16le', 'UTF-16BE'])('is refused in %s, which no form can have', (charset) => {
    expect(complaint(raw(formIn(charset), 'a=1'))).toMatch(
      /^\/node\/body\/contentType: has a charset in which a form cannot be sent/,
    )
  })
})

describe('raw JSON', () => {
  it.each([
    'application/json',
    'Application/JSON; charset=utf-8',
    'text/json',
    'application/vnd.api+json',
    'application/problem+json;charset="utf-8"',
    'application/x-amz-json-1.0',
    'application/x-amz-json-1.1',
    'application/x-amz-json-1.1; charset=UTF-8',
  ])('is escaped and checked under %s', (contentType) => {
    expect(text(contentType, '{"n":"{{ profile.v }}"}', { v: 'Ada "the" \\L\n' })).toBe(
      '{"n":"Ada \\"the\\" \\\\L\\n"}',
    )
    expect(failure(contentType, '{"n":{{ profile.no }}}')).toMatchObject({ code: 'body_invalid' })
  })

  it('knows the inside of a string across placeholders, tags and escapes', () => {
    const profile = { o: { a: 'b' }, x: 'x"' }

    expect(
      text(
        'application/json',
        '["\\"{{ profile.x }}{{ profile.o }}",{{ profile.o }}{% if true %},"{% endif %}{{ profile.o }}"]',
        profile,
      ),
    ).toBe('["\\"x\\"{\\"a\\":\\"b\\"}",{"a":"b"},"{\\"a\\":\\"b\\"}"]')
  })

  it('is within its time with as many values as a body has room for', () => {
    const list = Array.from({ length: 50_000 }, () => ({ a: 'b' }))

    expect(
      text('application/json', '[{% for i in profile.list %}{{ i }},{% endfor %}0]', { list }),
    ).toHaveLength(500_003)
  })
})

describe('JSON in lines', () => {
  const types = [
    'application/x-ndjson',
    'application/ndjson',
    'APPLICATION/X-NDJSON; charset=utf-8',
    'application/vnd.crm+ndjson',
    'application/vnd.crm+nd-json',
    'application/vnd.crm+jsonl',
    'application/vnd.crm+json-lines',
    'application/vnd.crm+jsonlines',
    'application/stream+json',
    'text/x-ndjson',
    'application/jsonl',
    'application/x-jsonlines',
    'application/jsonlines',
    'application/json-lines',
  ]

  it.each(types)('is escaped, and each value stays in its line, under %s', (contentType) => {
    const content = '{"name":"{{ profile.v }}"}\n{"o":{{ profile.o }}}\r\n'

    expect(text(contentType, content, { v: 'Ada "the" L\n2\u2028\x85', o: { a: '\n\u2029' } })).toBe(
      '{"name":"Ada \\"the\\" L\\n2\\u2028\\u0085"}\n{"o":{"a":"\\n\\u2029"}}\r\n',
    )
  })

  it.each([
    ['{"a": "{{ profile.email }}",}', 'a comma stands before "}" at line 1', 'Remove that comma'],
    ['[1, 2,\n]', 'a comma stands before "]" at line 2, column 1', 'Remove that comma'],
    ["{'a': 1}", "the quote ' stands at line 1, column 2", 'between double quotes'],
    ['{“a”: 1}', 'the quote “ stands', 'between double quotes'],
  ])('has a mistake of its author: %s', (content, said, cure) => {
    const { detail, hint } = renderFailure({
      body: { structure: 'raw', contentType: 'application/json', content },
    })

    expect(detail).toContain(said)
    expect(hint).toContain(cure)
    expect(hint).not.toContain('placeholder')
  })

  it.each(types)('is refused by the line that is not JSON, under %s', (contentType) => {
    expect(failure(contentType, '{"a":1}\n{"a":{{ profile.no }}}\n{"a":3}')).toMatchObject({
      code: 'body_invalid',
      path: '/node/body/content',
      detail:
        'Line 2 of the rendered body is not JSON: expected a value at line 2, column 6. The placeholder "profile.no" wrote nothing there. There it reads: {"a":1}\\n{"a":▸}\\n{"a":3}',
    })
  })

  it.each([
    ['application/x-ndjson', '{"a":1}\n\n \n{"a":2}\n', true],
    ['application/jsonl', '{"a":1}\n{"a":2}\n', true],
    ['application/jsonl', '{"a":1}\n\n{"a":2}', false],
    ['application/x-ndjson', '{\n"a":1}', false],
    ['application/x-ndjson', '1 2', false],
    ['application/x-ndjson', '"a\rb"', false],
  ])('%s takes %j: %s', (contentType, content, isTaken) => {
    if (isTaken) expect(text(contentType, content, {})).toBe(content)
    else expect(failure(contentType, content)).toMatchObject({ code: 'body_invalid' })
  })

  it('is refused where what the filter json has written takes several lines', () => {
    expect(failure('application/x-ndjson', '{{ profile.o | json: 2 }}', { o: { a: 1 } })).toMatchObject({
      detail: expect.stringContaining('Line 1'),
    })
  })

  it('is 100 levels deep at most, in each line', () => {
    const nest = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

    expect(text('application/x-ndjson', `${nest(100)}\n${nest(100)}`, {})).toHaveLength(401)
    expect(failure('application/x-ndjson', `1\n${nest(101)}`)).toMatchObject({
      detail: expect.stringContaining('Line 2'),
    })
  })
})

describe('a sequence of JSON', () => {
  it.each(['application/json-seq', 'application/geo+json-seq', 'Application/JSON-seq; x=1'])(
    'is escaped and checked under %s',
    (contentType) => {
      const content = '\x1e{"a":\n"{{ profile.v }}"}\n\x1e\x1e2\n'

      expect(text(contentType, content, { v: '"\x1e' })).toBe('\x1e{"a":\n"\\"\\u001e"}\n\x1e\x1e2\n')
    },
  )

  it.each([
    ['\x1e1\n\x1e{"a":}\n', 'Record 2 of the rendered body is not JSON'],
    ['{"a":1}\n', 'each JSON text must begin with a record separator (U+001E)'],
    ['\x1e1\n2\n', 'Record 1'],
  ])('refuses %j', (content, detail) => {
    expect(failure('application/json-seq', content)).toMatchObject({
      code: 'body_invalid',
      detail: expect.stringContaining(detail),
    })
  })
})

describe('raw XML', () => {
  it.each([
    'text/xml',
    'application/xml',
    'application/soap+xml; action="a;b"',
    'image/svg+xml',
    'TEXT/XML; charset=utf-8',
    'application/xml-dtd',
    'application/xml-external-parsed-entity',
  ])('is escaped under %s', (contentType) => {
    expect(text(contentType, '<a b="{{ profile.v }}">{{ profile.v }}</a>', { v: `<&>"'` })).toBe(
      '<a b="&lt;&amp;&gt;&quot;&apos;">&lt;&amp;&gt;&quot;&apos;</a>',
    )
  })

  it.each([
    ['<a><![CDATA[{{ profile.v }}]]></a>', 'a & <b>', '<a><![CDATA[a & <b>]]></a>'],
    ['<![CDATA[{{ profile.v }}]]>', 'x]]>y', '<![CDATA[x]]]]><![CDATA[>y]]>'],
    ['<![CDATA[{{ profile.v }}]]>', ']]', '<![CDATA[]]]]>'],
    ['<![CDATA[{{ profile.v }}>]]>', ']]', '<![CDATA[]]]]><![CDATA[>]]>'],
    ['<![CDATA[{{ profile.v }}]>]]>', ']', '<![CDATA[]]]><![CDATA[]>]]>'],
    ['<![CDATA[a]]{{ profile.v }}]]>', '>', '<![CDATA[a]]]]><![CDATA[>]]>'],
    ['<![CDATA[a]{{ profile.v }}]]>', ']>', '<![CDATA[a]]]]><![CDATA[>]]>'],
    ['<![CDATA[{{ profile.v }}{{ profile.v }}]]>', ']>]', '<![CDATA[]>]]]]><![CDATA[>]]]>'],
    ['<![CDATA[]]>{{ profile.v }}', '<', '<![CDATA[]]>&lt;'],
    ['<![CDATA[x]]>{{ profile.v }}<![CDATA[{{ profile.v }}]]>', '<', '<![CDATA[x]]>&lt;<![CDATA[<]]>'],
    ['<!-- <![CDATA[ -->{{ profile.v }}', '<', '<!-- <![CDATA[ -->&lt;'],
    ['<a b="<![CDATA[">{{ profile.v }}</a>', '<', '<a b="<![CDATA[">&lt;</a>'],
    ["<a b='>'><![CDATA[{{ profile.v }}]]></a>", '<', "<a b='>'><![CDATA[<]]></a>"],
    ['<?a <![CDATA[ ?>{{ profile.v }}', '<', '<?a <![CDATA[ ?>&lt;'],
    ['<!{% if true %}[CDATA{% endif %}[{{ profile.v }}]]>', '<', '<![CDATA[<]]>'],
    ['<!DOCTYPE a><a>{{ profile.v }}</a>', '<', '<!DOCTYPE a><a>&lt;</a>'],
    ['<!-- {{ profile.v }} -->', 'a--b-', '<!-- a&#45;-b&#45; -->'],
    ['<!--{{ profile.v }}-->', '-->', '<!--&#45;-&gt;-->'],
    ['<?a {{ profile.v }}?>', '?>', '<?a ?&gt;?>'],
    ['<?a {{ profile.v }}>', '?', '<?a &#63;>'],
    ['<a b="{{ profile.v }}">{{ profile.v }}</a>', 'x\r\n\ty', '<a b="x&#13;&#10;&#9;y">x&#13;\n\ty</a>'],
  ])('writes into %s the value %j', (content, value, written) => {
    expect(text('text/xml', content, { v: value })).toBe(written)
  })

  it('has in its CDATA section what was meant, whatever author and values write', () => {
    const marks = fc.string({ unit: fc.constantFrom(']', '>', '<', 'a', '&'), maxLength: 5 })
    const own = marks.filter((piece) => !piece.includes(']]>'))
    const value = marks.filter((piece) => piece !== '')
    fc.assert(
      fc.property(own, fc.array(fc.tuple(value, own), { minLength: 1, maxLength: 5 }), (first, pairs) => {
        const content = pairs.map(([, behind], index) => `{{ profile.v${index} }}${behind}`).join('')
        const profile = Object.fromEntries(pairs.map(([one], index) => [`v${index}`, one]))

        const written = text('text/xml', `<a><![CDATA[${first}${content}]]></a>`, profile)

        expect(readContent(written)).toBe(first + pairs.flat().join(''))
      }),
      { numRuns: 2000 },
    )
  })

  it.each(['\0', '\x01', '\x0b', '\x1f', '\ufffe', '\uffff'])(
    'refuses %j, which XML has no way to write',
    (character) => {
      expect(
        failure('text/xml', '<a>\n<![CDATA[{{ profile.v }}]]></a>', { v: `ab${character}` }),
      ).toMatchObject({
        code: 'body_invalid',
        detail: expect.stringMatching(/the character U\+[0-9A-F]{4} at line 2, column 12, which XML forbids/),
      })
    },
  )

  it.each(['\t', '\x7f', '\x85', 'x\ud800'])('takes %j', (character) => {
    expect(text('text/xml', '<a>{{ profile.v }}</a>', { v: character })).toBe(
      `<a>${character.toWellFormed()}</a>`,
    )
  })
})

/** The text of `<a>…</a>`, which has nothing but CDATA sections in it. */
function readContent(xml: string): string {
  let rest = xml.slice('<a>'.length)
  let content = ''
  while (rest.startsWith('<![CDATA[')) {
    const end = rest.indexOf(']]>')
    content += rest.slice('<![CDATA['.length, end)
    rest = rest.slice(end + ']]>'.length)
  }
  expect(rest).toBe('</a>')
  return content
}

describe('the charset of a raw body', () => {
  const bytes = (contentType: string, content: string) =>
    sent(raw(contentType, content)).body?.toString('hex')

  it.each([
    ['text/xml; charset=ISO-8859-1', 'Müller', '4dfc6c6c6572'],
    ['text/xml; charset="iso-8859-1"', 'ü', 'fc'],
    ['text/xml;CHARSET=Latin1', 'ü', 'fc'],
    ['text/plain; x="; charset=utf-16"; charset=windows-1252', '€', '80'],
    ['text/plain; charset=ISO-8859-15', '€', 'a4'],
    ['text/plain; charset=utf-8', '€', 'e282ac'],
    ['text/plain', '€', 'e282ac'],
    ['text/plain; charset=us-ascii', 'a', '61'],
    ['text/plain; charset=UTF-16', 'a😀', 'fffe61003dd800de'],
    ['text/plain; charset=UTF-16LE', 'a', '6100'],
    ['text/plain; charset=UTF-16BE', 'a', '0061'],
    ['text/plain; charset=Shift_JIS', 'ソ〜', '835c8160'],
    ['text/plain; charset=EUC-JP', 'あ〜', 'a4a2a1c1'],
    ['text/plain; charset=GB18030', '中€😀', 'd6d0a2e39439fc36'],
    ['text/plain; charset=gbk', '中', 'd6d0'],
    ['text/plain; charset=GB2312', '中', 'd6d0'],
    ['text/plain; charset=euc-kr', '한', 'c7d1'],
    ['application/json; charset=ISO-8859-1', '"é"', '22e922'],
  ])('%s sends %s as %s', (contentType, content, hex) => {
    expect(bytes(contentType, content)).toBe(hex)
    expect(renderHeaders(raw(contentType, content), {}, 'content-type')).toEqual([contentType])
    expect(renderHeaders(raw(contentType, content), {}, 'content-length')).toEqual([String(hex.length / 2)])
  })

  it.each([
    'utf-7',
    'utf-32',
    'x-unknown',
    'iso-8859-12',
    'iso-8859-17',
    'windows-1259',
    'big5',
    'latin99',
    'hex',
    'base64',
    '""',
  ])('may not be %s', (label) => {
    expect(complaint(raw(`text/plain; charset=${label}`, 'a'))).toMatch(
      /^\/node\/body\/contentType: has a charset that the service cannot send; it can send UTF-8, /,
    )
  })

  it.each([
    [
      'ISO-8859-1',
      'a€',
      '"€" (U+20AC) at line 1, column 2 is not in ISO-8859-1. The placeholder "profile.v" wrote it. There it reads: a▸€',
    ],
    ['latin1', '\x80€', 'column 2'],
    ['windows-1252', 'x\n\x81', 'column 1'],
    ['windows-1252', '\ufffd', '(U+FFFD)'],
    ['us-ascii', 'é', '"é" (U+00E9)'],
    ['ISO-8859-15', '😀', '"😀" (U+1F600)'],
    ['Shift_JIS', '¥', '(U+00A5)'],
    ['Shift_JIS', '①', '(U+2460)'],
    ['EUC-JP', '①', '(U+2460)'],
    ['gb2312', '€', '(U+20AC)'],
    ['gbk', '€', '(U+20AC)'],
    ['euc-kr', '똠', '(U+B620)'],
  ])('%s has no %j', (label, value, detail) => {
    expect(failure(`text/plain; charset=${label}`, '{{ profile.v }}', { v: value })).toMatchObject({
      code: 'body_invalid',
      path: '/node/body/content',
      detail: expect.stringContaining(detail),
    })
  })

  it('counts the bytes that are sent', () => {
    const surroundings = (length: number) => ({ payload: { profile: { v: 'a'.repeat(length) } } })
    const node = raw('text/plain; charset=utf-16le', '{{ profile.v }}')

    expect(sent(node, surroundings(524_288)).body).toHaveLength(1_048_576)
    expect(renderFailure(node, surroundings(524_289))).toMatchObject({ code: 'request_too_large' })
  })

  it.each([
    'pä55word',
    'äpassword',
    'pass日word',
    'passwordä',
    'ä',
    'pä',
    'passwä',
    'abc日日',
    '日'.repeat(20),
  ])('shows nothing of the place where the secret %j does not fit in', (k) => {
    const contents = [
      'x="{{ secrets.k }}"',
      '{{ secrets.k }}',
      '{{ secrets.k }}ä',
      'a{{ secrets.k }}{{ secrets.k }}',
    ]
    for (const content of contents)
      expect(renderFailure(raw('text/plain; charset=us-ascii', content), { secrets: { k } })).toMatchObject({
        code: 'body_invalid',
        detail: 'A character of a value that is not shown is not in US-ASCII.',
      })
  })

  it('shows nothing of the place where a value does not fit in that repeats a secret or that another field hides', () => {
    const body = raw('text/plain; charset=us-ascii', 'x={{ profile.v }}, {{ profile.v }}')
    const headers = [{ name: 'X-V', value: '{{ profile.code }}', sensitive: true }]
    const surroundings = { payload: { profile: { v: 'pass日word', code: 'pass日word' } } }
    const detail = 'A character of a value that is not shown is not in US-ASCII.'
    const form = raw('application/x-www-form-urlencoded; charset=us-ascii', 'x={{ profile.v }}')
    const repeated = { ...surroundings, secrets: { k: 'pass日word' } }

    expect(renderFailure(body, repeated)).toMatchObject({ detail })
    expect(renderFailure(form, repeated)).toMatchObject({ detail })
    const coded = { profile: { v: 'ab', code: 'pass-word' } }
    const hidden = { ...raw('text/plain; charset=us-ascii', '{{ profile.code }}日'), headers }
    expect(renderFailure(hidden, { payload: coded })).toMatchObject({ code: 'body_invalid' })
    expect(renderFailure(hidden, { payload: coded }).detail).not.toContain('pass')
  })

  it('shows a character that it lacks behind a secret', () => {
    const node = raw('text/plain; charset=us-ascii', 'x="{{ secrets.k }}"日')

    expect(renderFailure(node, { secrets: { k: 'password' } }).detail).toBe(
      'The character "日" (U+65E5) at line 1, column 13 is not in US-ASCII. There it reads: x="•••"▸日',
    )
    expect(
      renderFailure(raw('text/plain; charset=us-ascii', '{{ secrets.k }}日'), { secrets: { k: 'password' } })
        .detail,
    ).toContain('(U+65E5)')
  })

  it.each([
    ['text/xml', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', true],
    ['text/xml; charset=ISO-8859-1', '<?xml version="1.0" encoding="UTF-8"?><a/>', true],
    ['text/xml', "\n<?xml version='1.0'  encoding = 'klingon' ?><a/>", true],
    ['text/xml; charset=ISO-8859-1', '<?xml version="1.0" encoding="latin1"?><a/>', false],
    ['text/xml', '<?xml version="1.0" encoding="utf-8"?><a/>', false],
    ['text/xml; charset=utf-16le', '<?xml version="1.0" encoding="UTF-16"?><a/>', false],
    ['text/xml; charset=ISO-8859-1', '<?xml version="1.0"?><a encoding="utf-8"/>', false],
    ['text/xml; charset=ISO-8859-1', '<a/>', false],
    ['text/plain', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', false],
  ])('%s contradicts %s: %s', (contentType, content, isWarned) => {
    expect(listWarnings(raw(contentType, content))).toEqual(
      isWarned ? ['xml_encoding_mismatch /node/body/content'] : [],
    )
  })
})

describe('the excerpt of a broken body', () => {
  const json = (content: string, profile: Readonly<Record<string, unknown>>, secrets = {}) =>
    renderFailure(raw('application/json', content), { payload: { profile }, secrets }).detail

  it.each([
    [
      '{"n": {{ profile.v }} }',
      '',
      'expected a value at line 1, column 8. The placeholder "profile.v" wrote nothing there. There it reads: {"n":  ▸}',
    ],
    [
      '{"n":"{{ profile.o }}",\n{{ profile.v }}}',
      'x',
      'line 2, column 1. The placeholder "profile.v" wrote it. There it reads: {"n":"",\\n▸x}',
    ],
    ['[{{ profile.v }}]', 'a\u202eb\x07\tc', 'There it reads: [▸a\\u{202e}b'],
  ])('shows the text around the place: %s', (content, value, detail) => {
    expect(json(content, { v: value })).toContain(detail)
  })

  it.each(['', ' \n'])('is left out where the body is %j', (content) => {
    expect(json(content, {})).toBe('The rendered body is not JSON. The text is empty where JSON is expected.')
  })

  it('comes with what to do about it', () => {
    const node = raw('application/json', '{"a":{{ profile.v }}}')

    expect(renderFailure(node, { payload: { profile: { v: 'Ada' } } }).hint).toContain(
      '{{ profile.name | json }}',
    )
  })

  it('of JSON in lines comes with what writes more than one line', () => {
    const hint = (contentType: string) =>
      renderFailure(raw(contentType, '{{ profile | json: 2 }}\n{'), { payload: { profile: { v: 'Ada' } } })
        .hint

    expect(hint('application/x-ndjson')).toContain('json: 2 writes several lines')
    expect(hint('application/json')).not.toContain('lines')
    expect(hint('application/json')).toContain(
      'a missing one as null; without it a missing value leaves nothing',
    )
  })

  it('has some forty characters', () => {
    const detail = json('["{{ profile.a }}" x "{{ profile.a }}"]', { a: 'abcdefghij'.repeat(10) })

    expect(detail).toMatch(/There it reads: …cdefghijabcdefghij" ▸x "abcdefghijabcdefg…$/)
  })

  it('never has a part of a secret, also where a value repeats it', () => {
    const secrets = { k: 'abcdefghijklmnopqrstuvwxyz0123456789' }
    const contents = [
      '["{{ secrets.k }}" x "{{ profile.a }}"]',
      '[{{ profile.a }}]',
      '["{{ profile.a }}" {{ secrets.k }}]',
    ]

    for (const content of contents) {
      const detail = json(content, { a: secrets.k }, secrets)
      expect(detail).toContain('•••')
      expect(detail).not.toMatch(/abcd|6789/)
    }
  })

  it.each([
    [
      'text/xml',
      '<a>{{ secrets.k }}</a>',
      'ab\u0001cdefg',
      'The rendered body is not XML: it has a character that XML forbids.',
    ],
    [
      'text/xml',
      '<a>{{ profile.v }}</a>',
      'abcdef\u0001cdefg',
      'The rendered body is not XML: it has a character that XML forbids.',
    ],
    ['application/json', '{"a":{{ secrets.k }}}', '12x456789', 'The rendered body is not JSON.'],
    ['application/json', '{"a":{{ profile.v }}}', '12345x456789', 'The rendered body is not JSON.'],
    ['application/x-ndjson', '1\n{{ secrets.k }}', '12x456789', 'Line 2 of the rendered body is not JSON.'],
  ])('of %s, %s has no place within a value that is not shown', (contentType, content, k, subject) => {
    const { detail } = renderFailure(raw(contentType, content), {
      secrets: { k },
      payload: { profile: { v: k } },
    })

    expect(detail).toContain(`${subject} The place is within a value that is not shown. There it reads: `)
    expect(detail).toContain('▸•••')
    expect(detail).not.toMatch(/column|U\+0001|expected/)
  })

  it.each([
    ['{"a":{{ secrets.k }}"x"}', '12345', '{"a":•••▸"x"}'],
    ['{"a":{{ secrets.k }}', '12345', '{"a":•••▸'],
  ])('does not say what is expected right behind a value that is not shown: %s', (content, k, shown) => {
    expect(renderFailure(raw('application/json', content), { secrets: { k } }).detail).toBe(
      `The rendered body is not JSON. The place is right behind a value that is not shown. There it reads: ${shown}`,
    )
  })

  it('never has a part of a value that another field hides', () => {
    const pin = 'abcdefghijklmnopqrstuvwxyz0123456789'
    const headers = [{ name: 'X-Pin', value: '{{ profile.pin }}', sensitive: true }]
    const node = { ...raw('application/json', '["{{ profile.pin }}" x "{{ profile.pin }}"]'), headers }

    const { detail } = renderFailure(node, { payload: { profile: { pin } } })

    expect(detail).toContain('There it reads: ["•••" ▸x "•••"]')
  })

  it('is left out where a secret of the service is a part of the body', () => {
    const store = { find: () => ({ value: 'st0red', isStored: true, isHidden: true }) }
    const node = raw('application/json', '{"a":"{{ secrets.k }}", x}')

    expect(renderFailure(node, { store })).toEqual({
      code: 'secret_invalid',
      detail: '',
      path: '/node/body/content',
    })
  })
})

describe('a header that says what the body is', () => {
  const labelled = (label: string, body: NodeSketch['body']): NodeSketch => ({
    headers: [{ name: 'content-TYPE', value: label }],
    ...(body === undefined ? {} : { body }),
  })
  const jsonBody = { structure: 'json', content: { a: 'é' } } as const
  const asciiBody = { structure: 'json', content: { a: 'e' } } as const
  const formBody = {
    structure: 'json',
    contentType: 'application/x-www-form-urlencoded',
    content: { a: 'é' },
  } as const
  const rawText = { structure: 'raw', contentType: 'text/plain', content: 'é' } as const
  const rawLatin = { structure: 'raw', contentType: 'text/plain; charset=latin1', content: 'é' } as const
  const xmlIn = (charset: string, content: string) =>
    ({ structure: 'raw', contentType: `text/xml; charset=${charset}`, content }) as const
  const rawJson = (content: string) =>
    ({ structure: 'raw', contentType: 'application/json', content }) as const
  const rawXml = { structure: 'raw', contentType: 'text/xml', content: '<a/>' } as const

  it.each<[label: string, body: NodeSketch['body'], isWarned: boolean]>([
    ['application/x-www-form-urlencoded', jsonBody, true],
    ['multipart/form-data; boundary=x', jsonBody, true],
    ['text/xml', jsonBody, true],
    ['application/json; charset=ISO-8859-1', jsonBody, true],
    ['application/json; charset=klingon', jsonBody, true],
    ['application/json; charset=ISO-8859-1', asciiBody, false],
    ['application/json; charset=UTF-16', asciiBody, true],
    ['application/json; charset=utf-8', jsonBody, false],
    ['application/vnd.crm+json', jsonBody, false],
    ['application/x-ndjson', jsonBody, false],
    ['text/plain', jsonBody, false],
    ['', jsonBody, false],
    ['application/json', formBody, true],
    ['multipart/form-data', formBody, true],
    ['application/x-www-form-urlencoded; charset=utf-8', formBody, false],
    ['application/x-www-form-urlencoded; charset=latin1', formBody, true],
    ['application/json', rawText, true],
    ['application/octet-stream', rawText, false],
    ['text/html; charset=utf-8', rawText, false],
    ['text/plain', rawLatin, true],
    ['text/plain; charset=utf-8', rawLatin, true],
    ['text/csv; charset=iso-8859-1', rawLatin, false],
    ['application/soap+xml', rawXml, false],
    ['application/json', rawXml, true],
    ['application/json', undefined, false],
    ['text/xml', xmlIn('iso-8859-1', '<a>é</a>'), true],
    ['text/xml', xmlIn('iso-8859-1', '<a>e</a>'), false],
    ['text/xml', xmlIn('iso-8859-1', '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'), false],
    ['text/xml', xmlIn('utf-16', '<a>é</a>'), false],
    ['text/xml', xmlIn('utf-16le', '<a>é</a>'), true],
    ['text/xml', xmlIn('utf-8', '<a>é</a>'), false],
    ['text/xml; charset=iso-8859-1', xmlIn('iso-8859-1', '<a>é</a>'), false],
    ['text/xml; charset=utf-8', xmlIn('iso-8859-1', '<a>é</a>'), true],
    ['application/x-ndjson', rawJson('{"a":\n1}'), true],
    ['application/x-ndjson', rawJson('\n{"a":1}\n'), false],
    ['application/jsonl', rawJson('{\r\n"a":1}'), true],
    ['garbage', jsonBody, true],
    ['garbage', formBody, true],
    ['garbage', rawXml, true],
    ['garbage', rawText, false],
    ['application/json, text/plain', jsonBody, true],
    ['application/json, text/plain', formBody, true],
    ['application/json, text/plain', rawXml, true],
    ['application/json charset=utf-8', jsonBody, true],
    ['text/xml; charset', rawXml, true],
    ['application/json;', jsonBody, false],
  ])('leads to a warning: %s over %j: %s', (label, body, isWarned) => {
    expect(listWarnings(labelled(label, body))).toEqual(
      isWarned
        ? ['content_type_mismatch /node/headers/0']
        : expect.not.arrayContaining(['content_type_mismatch /node/headers/0']),
    )
    expect(renderHeaders(labelled(label, body), {}, 'content-type')).toEqual([label])
  })

  it.each([
    [
      'application/json',
      { structure: 'raw', contentType: 'application/json; charset=iso-8859-1', content: '"é"' },
      'The header names no charset, which most readers take for UTF-8, but the body is sent in ISO-8859-1. ',
    ],
    [
      'application/json; charset=utf-8',
      { structure: 'raw', contentType: 'application/json; charset=iso-8859-1', content: '"é"' },
      'The header says charset=utf-8, but the body is sent in ISO-8859-1. ',
    ],
    [
      'application/x-ndjson',
      rawJson('[\n]'),
      'The header says application/x-ndjson, but the body is written as JSON in several lines. ',
    ],
    ['a, b', rawXml, 'The header is not a media type, but the body is written as XML. '],
  ] as const)('is described in words: %s over %j', (value, body, message) => {
    const { warnings } = render({ headers: [{ name: 'Content-Type', value }], body })

    expect(warnings.map((warning) => warning.message)).toEqual([expect.stringContaining(message)])
  })

  it('is quoted in a warning, except where it is masked', () => {
    const warn = (sensitive: boolean) =>
      render({ headers: [{ name: 'Content-Type', value: 'text/xml', sensitive }], body: jsonBody }).warnings

    expect(warn(false)[0]?.message).toBe(
      'The header says text/xml, but the body is written as JSON. A header of the node changes the label, not the body.',
    )
    expect(warn(true)[0]?.message).not.toContain('text/xml')
  })
})
