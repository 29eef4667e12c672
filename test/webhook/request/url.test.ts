// biome-ignore-all lint/suspicious/noTemplateCurlyInString: other tools write so
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compiled, complaint, render, renderFailure, sent } from '../support/nodes.ts'

const refused = (url: string) => complaint({ url })
const renderTarget = (url: string, profile: Record<string, unknown> = {}) =>
  sent({ url }, { payload: { profile } }).target

describe('a URL that cannot be called', () => {
  it.each([
    ['', 'must not be empty'],
    ['   ', 'must be an absolute URL that starts with https://'],
    ['http://t.example/', 'must start with https://'],
    ['HTTP://t.example/', 'must start with https://'],
    ['ftp://t.example/', 'must be an absolute URL'],
    ['file:///etc/passwd', 'must be an absolute URL'],
    ['javascript:alert(1)', 'must be an absolute URL'],
    ['//t.example/', 'must be an absolute URL'],
    ['t.example/a', 'must be an absolute URL'],
    ['https:t.example', 'must be an absolute URL'],
    ['https:/t.example', 'must be an absolute URL'],
    [' https://t.example/', 'must be an absolute URL'],
    ['{{ flow.url }}', 'must be an absolute URL'],
    ['https://t.example/ ', 'white space'],
    ['https://t.example/<%= profile.email %>', 'write {{ profile.email }}'],
    ['https://api..example.com/', 'a part between two dots is empty'],
    ['https://[fe80::1%25eth0]/', 'without its zone'],
    ['https://2001:db8::1/', 'an IPv6 address needs brackets'],
    ['https://256.1.1.1/', 'at most 255'],
    ['https://a^b.example/', 'a name cannot have ^'],
    ['https://t.example/a b', 'white space'],
    ['https://t.example/a\tb', 'white space'],
    ['https://t.example/a\r\nX: y', 'white space'],
    ['https://t.example/a\u00a0b', 'white space'],
    ['https://t.example/a\u0000', 'control'],
    ['https://t.example/a\u007f', 'control'],
    ['https://t.example/a\\b', 'backslash'],
    ['https://t.example\\@evil.example/', 'backslash'],
    ['https://t.exa mple/', 'white space'],
    ['https://t.exa\tmple/', 'white space'],
    [' https://t.example/', 'https://; remove the white space before it'],
    ['"https://t.example/"', 'https://; remove the quotes or brackets around it'],
    ['curl https://t.example/', 'https://; write the address alone; of the command -X is "method"'],
    ['POST https://t.example/', 'https://; write the address alone: the method is "method"'],
    ['={{ $json.url }}', 'https://; remove the "=" of FEEL and n8n'],
    [
      '=https://t.example/{{ $json.id }}',
      'the placeholder in it, too: it is an expression of n8n; write {{ profile.id }}',
    ],
    ['="https://t.example/" + profile.id', 'as a placeholder: https://host/path/{{ profile.id }}'],
    ['= "https://t.example/" + string(event.id)', 'as a placeholder: https://host/path/{{ event.id }}'],
    [
      '`https://t.example/${profile.address.city}`',
      'as a placeholder: https://host/path/{{ profile.address.city }}',
    ],
    ['f"https://t.example/{lead_id}"', 'as a placeholder: https://host/path/{{ profile.lead_id }}'],
    [
      "@{concat('https://t.example/', triggerBody()?['id'])}",
      'as a placeholder: https://host/path/{{ profile.id }}',
    ],
    ['"https://t.example/".concat(profile.id)', 'as a placeholder: https://host/path/{{ profile.id }}'],
    ['"https://t.example/" + sk_live_4eC39', 'as a placeholder: https://host/path/{{ profile.id }}'],
    ['https://t.example/" + profile.id', 'as in https://host/path/{{ profile.id }}'],
    ['https://t.example/ + profile.id', 'as in https://host/path/{{ profile.id }}'],
    ['https://t.example/?q=a + b', 'write a space as %20'],
    ['curl -X POST https://t.example/', '-X is "method", -H "headers", -d "body"'],
    ['/v1/leads', 'https://; write https:// and the host before it'],
    ['t.example:8443/v1', 'https://; write https:// before it'],
    ['https:/t.example/', 'https://; write https:// before the host, with the colon and both slashes'],
    ['ftp://t.example/', 'https://; the service sends https only'],
    ['https://user@t.example/', 'user info'],
    ['https://user:pass@t.example/', 'user info'],
    ['https://:@t.example/', 'user info'],
    ['https://', 'has no host'],
    ['https:///a', 'has no host'],
    ['https://?a', 'has no host'],
    ['https://#a', 'has no host'],
    ['https://:443/', 'not valid'],
    ['https://t.example:0/', 'port 0'],
    ['https://t.example:65536/', 'not valid'],
    ['https://t.example:-1/', 'not valid'],
    ['https://t.example:a/', 'not valid'],
    ['https://a..b/', 'not valid'],
    ['https://xn--a/', 'not valid: "xn--a" begins with "xn--"'],
    ['https://xn--/', 'not valid: "xn--" begins with "xn--"'],
    ['https://www.XN--0.example/', 'not valid: "xn--0" begins with "xn--"'],
    ['https://xn--abc-.example./', 'not valid: "xn--abc-" begins with "xn--"'],
    ['https://bücher.xn--1ug.example/', 'not valid'],
    ['https://xn--ss-bia.example:8443/', 'not valid: "xn--ss-bia" begins with "xn--"'],
    [`https://${'xn--a.'.repeat(41)}example/`, 'not valid: "xn--a" begins with "xn--"'],
    ['https://.a/', 'not valid'],
    ['https://a../', 'not valid'],
    ['https://./', 'not valid'],
    [`https://${'a'.repeat(64)}.example/`, 'not valid'],
    [`https://${'a.'.repeat(127)}a/`, 'not valid'],
    ['https://a%00b/', 'not valid'],
    ['https://a<b/', 'not valid'],
    ['https://a|b/', 'not valid'],
    ['https://[::1/', 'not valid'],
    ['https://[fe80::1%25eth0]/', 'not valid'],
    ['https://256.256.256.256/', 'not valid'],
    ['https://1.2.3.4.5/', 'not valid'],
    [
      'http://ada:pw@t.example/a b',
      'plain http; also: must not contain user info; put credentials into "auth"; also: must not contain white space',
    ],
    [
      'https://ada:pw@t.example/a b',
      'user info; put credentials into "auth"; also: must not contain white space',
    ],
    ['t.example/{{ lead.id }}', 'write https:// before it; also: "lead.id" is invalid'],
    [
      'https://t.example/{{ lead.id }}/a b',
      'white space, control characters or a backslash; write a space as %20; also: "lead.id" is invalid',
    ],
    [
      'https://a:b@{{ flow.host }}/',
      'user info; put credentials into "auth"; also: placeholders are allowed after the host only',
    ],
    [
      'https://{{ flow.shop }}.shops.example/admin',
      `write one node for each host, or the whole URL as one placeholder, with the hosts that it may lead to: "url": "{{ flow.shop | prepend: 'https://' | append: '.shops.example/admin' }}", "hosts": ["*.shops.example"]`,
    ],
    [
      'https://api.{{ flow.region }}.t.example:8443/{{ flow.id }}',
      `"url": "{{ flow.region | prepend: 'https://api.' | append: '.t.example:8443/path' }}", "hosts": ["*.t.example:8443"]`,
    ],
    ['https://{{ secrets.host }}/', 'write the host itself: no secret can be a host'],
    ['https://{{ lead.shop }}.t.example/', '"url": "{{ profile.shop | prepend:'],
    ['https://{{ nothing.shop }}.t.example/', '"url": "{{ vars.nextPage }}"'],
    ['https://t.example{{ flow.path }}', 'behind the first "/", "?" or "#"; write "/" before it'],
    ['https://{{ flow.host }}/', 'placeholders are allowed after the host only'],
    ['https://a.{{ flow.host }}.example/', 'placeholders are allowed after the host only'],
    ['https://t.example{{ flow.path }}', 'placeholders are allowed after the host only'],
    ['https://t.example:{{ flow.port }}/', 'placeholders are allowed after the host only'],
    ['https://t.example{% if true %}/{% endif %}', 'placeholders are allowed after the host only'],
    ['https://t.example{{ "/" }}', 'placeholders are allowed after the host only'],
    ['https://t.example{{ "@evil.example/" }}', 'placeholders are allowed after the host only'],
    [`https://t.example/${'a'.repeat(8175)}`, 'longer than 8192'],
    ['https://t.example/{{ a b }}', 'is invalid: unexpected "b"'],
    ['https://t.example/{{ a', 'not closed'],
    ['https://t.example/{% if a %}', 'not closed'],
  ])('is refused: %j: %s', (url, message) => {
    expect(refused(url)).toMatch(/^\/node\/url: /)
    expect(refused(url)).toContain(message)
  })
})

describe('a URL with a variable of another tool', () => {
  it.each([
    'https://${HOST}/',
    'https://$HOST/x',
    'https://{host}:8443/',
    'https://%HOST%/',
    'https://<host>/',
    'https://:host/',
  ])('in place of the host is refused: %s', (url) => {
    expect(complaint({ url })).toContain('write the host itself, as in https://api.example.com/path')
  })

  it.each([
    [
      '{{ "https://" + profile.host }}',
      'write {{ profile.host | prepend: "https://" }}, and beside it "hosts"',
    ],
    ['{{ "https://a.example/" + profile.id }}', 'https://host/path/{{ profile.id }}'],
  ])('or joined texts says what to write: %s', (url, advice) => {
    expect(complaint({ url })).toContain(advice)
  })
})

describe('a URL that can be called', () => {
  it.each<[url: string, host: string, port: number]>([
    ['https://t.example', 't.example', 443],
    ['https://T.Example/', 't.example', 443],
    ['HTTPS://t.example/', 't.example', 443],
    ['https://t.example./', 't.example', 443],
    ['https://t.example:443/', 't.example', 443],
    ['https://t.example:/', 't.example', 443],
    ['https://t.example:8443/', 't.example', 8443],
    ['https://t.example:65535?a', 't.example', 65535],
    ['https://bücher.example/', 'xn--bcher-kva.example', 443],
    ['https://xn--bcher-kva.example/', 'xn--bcher-kva.example', 443],
    ['https://XN--Bcher-KVA.example./', 'xn--bcher-kva.example', 443],
    ['https://xn--4dbrk0ce.1abc.example/', 'xn--4dbrk0ce.1abc.example', 443],
    ['https://xn--ls8h.xn--zca/', 'xn--ls8h.xn--zca', 443],
    ['https://a-xn--a.example/', 'a-xn--a.example', 443],
    ['https://a_b.example/', 'a_b.example', 443],
    [`https://${'a'.repeat(63)}.example/`, `${'a'.repeat(63)}.example`, 443],
    ['https://[2001:DB8::1]/', '2001:db8::1', 443],
    ['https://[::ffff:127.0.0.1]:1/', '::ffff:7f00:1', 1],
    ['https://127.1/', '127.0.0.1', 443],
    ['https://0x7f000001/', '127.0.0.1', 443],
    ['https://2130706433/', '127.0.0.1', 443],
    ['https://0177.0.0.1/', '127.0.0.1', 443],
    ['https://①②⑦.0.0.1/', '127.0.0.1', 443],
    ['https://localhost/', 'localhost', 443],
    ['https://%6c%6f%63alhost/', 'localhost', 443],
  ])('%s is for %s:%i, whatever the policy says of it later', (url, host, port) => {
    expect(compiled({ url }).url).toMatchObject({ host, port })
  })

  it('is accepted in its ASCII form where its letters are', () => {
    const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    const readable = names.filter((name) => complaint({ url: `https://${name}.example/` }) === undefined)

    fc.assert(
      fc.property(readable, (name) => {
        const { hostname } = new URL(`https://${name}.example/`)
        expect(complaint({ url: `https://${hostname}/` })).toBeUndefined()
      }),
    )
  })

  it('has its host without default port and final dot in the Host header', () => {
    const host = (url: string) => sent({ url }).headers[0]

    expect(host('https://T.Example.:443/')).toEqual(['host', 't.example'])
    expect(host('https://t.example:444/')).toEqual(['host', 't.example:444'])
    expect(host('https://[::1]/')).toEqual(['host', '[::1]'])
    expect(host('https://[::1]:444/')).toEqual(['host', '[::1]:444'])
  })

  it('of 8192 characters is sent', () => {
    expect(renderTarget(`https://t.example/${'a'.repeat(8174)}`)).toHaveLength(8175)
  })
})

describe('the text of the author', () => {
  it.each([
    ['', '/'],
    ['/', '/'],
    ['?', '/?'],
    ['?a=b', '/?a=b'],
    ['#f', '/'],
    ['/a#f?g', '/a'],
    ['/a?b#c?d', '/a?b'],
    ['/a%2Fb', '/a%2Fb'],
    ['/a%2fb', '/a%2fb'],
    ['/%2e%2e/a', '/%2e%2e/a'],
    ['/../a/./b', '/../a/./b'],
    ['//a//b/', '//a//b/'],
    ['/hello%2Cworld%21', '/hello%2Cworld%21'],
    ['/100%', '/100%'],
    ['/a%zz', '/a%zz'],
    ['/a?q=a+b&c=%20&c', '/a?q=a+b&c=%20&c'],
    ['/a?b?c=d/e', '/a?b?c=d/e'],
    ['/a?b=[c]|{d}^`"<e>', '/a?b=[c]|{d}^`"<e>'],
    ["/a;b=c,d:e@f!$&'()*~", "/a;b=c,d:e@f!$&'()*~"],
    ['/ü?ß=€😀', '/%C3%BC?%C3%9F=%E2%82%AC%F0%9F%98%80'],
    ['/a/{% comment %}x{% endcomment %}b', '/a/b'],
    ['/{% raw %}{{a}}{% endraw %}', '/{{a}}'],
  ])('is sent as it is: %s as %s', (url, target) => {
    expect(renderTarget(`https://t.example${url}`)).toBe(target)
  })
})

describe('the parameters of the fields', () => {
  it.each([
    ['/a', '/a?x=1'],
    ['/a?', '/a?x=1'],
    ['/a?b', '/a?b&x=1'],
    ['/a?b=c', '/a?b=c&x=1'],
    ['/a?b=c&', '/a?b=c&x=1'],
    ['/a?x=0', '/a?x=0&x=1'],
    ['/a#f', '/a?x=1'],
  ])('stand behind those of the author: %s becomes %s', (url, target) => {
    expect(sent({ url: `https://t.example${url}`, query: [{ name: 'x', value: 1 }] }).target).toBe(target)
  })

  it('add nothing where every field is left out', () => {
    const query = [{ name: 'x', literal: null, ifEmpty: 'omit' }] as const

    expect(sent({ url: 'https://t.example/a', query: [...query] }).target).toBe('/a')
    expect(sent({ url: 'https://t.example/a?b', query: [...query] }).target).toBe('/a?b')
  })
})

describe('a value in the URL', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '/',
      '..',
      '../../admin',
      '//evil.example',
      '\\',
      '#',
      '?',
      '&a=b',
      '%2e%2e',
      '%2F',
      '@',
      ':',
      ' ',
      '\r\n',
    ),
  )
  const base = 'https://t.example'

  it('leaves the number of segments as it is, and reads as the value', () => {
    fc.assert(
      fc.property(anything, (value) => {
        fc.pre(!['', '.', '..'].includes(value))
        const url = new URL(base + renderTarget(`${base}/a/{{ profile.v }}/b?c=d`, { v: value }))
        const segments = url.pathname.split('/')
        expect(segments).toHaveLength(4)
        expect(decodeURIComponent(segments[2] ?? '')).toBe(value.toWellFormed())
        expect(url.search).toBe('?c=d')
        expect(url.hash).toBe('')
      }),
    )
  })

  it('never becomes structure between other text of a segment', () => {
    fc.assert(
      fc.property(anything, (value) => {
        fc.pre(value !== '')
        const url = new URL(base + renderTarget(`${base}/x-{{ profile.v }}-y`, { v: value }))
        expect(decodeURIComponent(url.pathname)).toBe(`/x-${value.toWellFormed()}-y`)
      }),
    )
  })

  it('leaves the parameters of the query as they are, and reads as the value', () => {
    fc.assert(
      fc.property(anything, anything, (value, name) => {
        const query = [{ name: `n${name}`, value: '{{ profile.v }}' }]
        const { target } = sent(
          { url: `${base}/a?b={{ profile.v }}&c=d`, query },
          { payload: { profile: { v: value } } },
        )
        const url = new URL(base + target)
        const text = value.toWellFormed()
        expect(url.pathname).toBe('/a')
        expect([...url.searchParams]).toEqual([
          ['b', text],
          ['c', 'd'],
          [`n${name.toWellFormed()}`, text],
        ])
      }),
    )
  })

  it('never becomes structure through any tag that writes', () => {
    const tags = [
      '{{ profile.v }}',
      '{% echo profile.v %}',
      '{% cycle profile.v %}',
      '{% liquid echo profile.v %}',
    ]
    for (const tag of tags) expect(renderTarget(`${base}/a/${tag}`, { v: '../b?c' })).toBe('/a/..%2Fb%3Fc')
  })
})

describe('a segment that a value makes "." or ".."', () => {
  it.each([
    ['/a/{{ profile.v }}', '..'],
    ['/a/{{ profile.v }}/b', '.'],
    ['/a/{{ profile.v }}?x', '..'],
    ['/a/{{ profile.v }}#x', '..'],
    ['/a/.{{ profile.v }}', '.'],
    ['/a/{{ profile.v }}.', '.'],
    ['/a/%2e{{ profile.v }}', '.'],
    ['/a/{{ profile.v }}%2E', '.'],
    ['/a/{{ profile.v }}{{ profile.v }}', '.'],
    ['/{{ profile.v }}', '..'],
    ['/a/{% if true %}{{ profile.v }}{% endif %}', '..'],
    ['/a/%{{ profile.v }}', '2e'],
    ['/a/%2{{ profile.v }}', 'e'],
    ['/a/%{{ profile.v }}b', '2F'],
    ['/a?b=%{{ profile.v }}', '41'],
  ])('is url_invalid: %s with %s', (tail, v) => {
    expect(renderFailure({ url: `https://t.example${tail}` }, { payload: { profile: { v } } })).toMatchObject(
      {
        code: 'url_invalid',
        path: '/node/url',
      },
    )
  })

  it.each([
    ['/a/{{ profile.v }}', '...'],
    ['/a/x{{ profile.v }}', '..'],
    ['/a/{{ profile.v }}x', '.'],
    ['/a/%2e%2e/{{ profile.v }}', 'x'],
    ['/a?b={{ profile.v }}', '..'],
    ['/a/?b=/{{ profile.v }}/', '..'],
    ['/a/{{ profile.v }}', '%2e%2e'],
    ['/100%25{{ profile.v }}', '2e'],
  ])('is not seen in %s with %s, which is sent', (tail, v) => {
    expect(renderTarget(`https://t.example${tail}`, { v })).toBe(
      tail.replace('{{ profile.v }}', encodeURIComponent(v)),
    )
  })
})

describe('a rendered URL', () => {
  it('is url_invalid where it is longer than 8192 characters', () => {
    const node = { url: 'https://t.example/', query: [{ name: 'a', source: 'profile', field: 'v' }] } as const

    expect(
      renderFailure({ ...node, query: [...node.query] }, { payload: { profile: { v: 'ü'.repeat(1400) } } }),
    ).toMatchObject({ code: 'url_invalid', path: '/node/query/0' })
  })

  it('is url_invalid where a tag writes white space', () => {
    expect(
      renderFailure({ url: 'https://t.example/{% tablerow i in (1..2) %}x{% endtablerow %}' }),
    ).toMatchObject({
      code: 'url_invalid',
    })
  })
})

describe('a query parameter', () => {
  it('is encoded though its value looks like the mask of a secret', () => {
    expect(sent({ url: 'https://t.example/', query: [{ name: 'a', literal: '•••' }] }).target).toBe(
      '/?a=%E2%80%A2%E2%80%A2%E2%80%A2',
    )
  })
})

describe('a fragment', () => {
  it.each([
    ['https://t.example/x?color=#fff&size=2', '/x?color=', ['fragment_dropped']],
    ['https://t.example/#{{ profile.name }}', '/', ['fragment_dropped']],
    ['https://t.example/x#', '/x', []],
    ['https://t.example/x?color=%23fff', '/x?color=%23fff', []],
  ])('of %s is not sent, with a warning', (url, target, codes) => {
    const payload = { profile: { name: 'Ada' } }

    expect(sent({ url }, { payload }).target).toBe(target)
    expect(render({ url }, { payload }).warnings.map(({ code }) => code)).toEqual(codes)
  })
})

describe('a placeholder that gives nothing in a path', () => {
  const profile = { none: [], nil: null, csv: '', rows: [{ id: 1 }], word: 'null', list: [1], brackets: '[]' }

  it.each([
    '{{ profile.none }}',
    '{{ profile.csv | split: "," }}',
    '{{ profile.rows | where: "id", 9 }}',
    '{{ profile.rows | where: "id", 9 | map: "id" | json }}',
    '{{ profile.nil | json }}',
    '{{ profile.missing | json }}',
    '{% echo profile.nil | jsonify %}',
    'a{{ profile.none }}b',
  ])('is value_missing: %s', (value) => {
    const url = `https://t.example/i/${value}`

    expect(renderFailure({ url }, { payload: { profile } })).toMatchObject({
      code: 'value_missing',
      path: '/node/url',
    })
  })

  it.each([
    ['/i/{{ profile.word }}', '/i/null'],
    ['/i/{{ profile.word | json }}', '/i/%22null%22'],
    ['/i/{{ profile.list }}', '/i/%5B1%5D'],
    ['/i/{{ profile.brackets }}', '/i/%5B%5D'],
    ['/i?q={{ profile.none }}', '/i?q=%5B%5D'],
    ['/i?q={{ profile.nil | json }}', '/i?q=null'],
  ])('is not seen in %s, which is called', (path, target) => {
    expect(renderTarget(`https://t.example${path}`, profile)).toBe(target)
  })
})
