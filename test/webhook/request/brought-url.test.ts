import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import urls from '../../namespace/urls.json' with { type: 'json' }
import {
  complaint,
  listErrors,
  listWarnings,
  render,
  renderFailure,
  renderHeaders,
  sent,
} from '../support/nodes.ts'

const hosts = ['api.example.com', '*.up.example:8443']
const node = { url: '{{ vars.next }}', hosts } as const
const bring = (next: unknown) => ({ payload: { vars: { next } } })

describe('a URL that is one placeholder', () => {
  it.each([
    '{{ vars.next }}',
    '{{vars.next}}',
    '{{- vars.next -}}',
    '{{ vars.next | strip }}',
    '{{ vars.base | append: "/a}}b" }}',
    "{{ vars.list | map: 'url' | first }}",
    '{{ vars["next"] }}',
  ])('%s is accepted with hosts', (url) => {
    expect(complaint({ url, hosts })).toBeUndefined()
  })

  it.each([
    [
      '{{ vars.next }}',
      undefined,
      '/node/url: must be an absolute URL that starts with https://; a URL of one placeholder',
    ],
    [
      '{{ vars.base }}/a',
      hosts,
      '/node/url: must be an absolute URL that starts with https://, or exactly one placeholder',
    ],
    ['{{ vars.base }}/a', hosts, 'write {{ vars.base | append: "/a" }}'],
    [
      '{{baseUrl}}/a',
      hosts,
      '"baseUrl" is not a variable: write its text in its place, as in https://host/a',
    ],
    ['{{ vars.base }}{{ vars.path }}', hosts, 'exactly one placeholder'],
    [' {{ vars.next }}', hosts, 'exactly one placeholder'],
    ['{{ vars.next }} ', hosts, 'exactly one placeholder'],
    ['{{ vars.next }}\n', hosts, 'exactly one placeholder'],
    ['{% if vars.a %}{{ vars.next }}{% endif %}', hosts, 'exactly one placeholder'],
    ['{{ vars.next', hosts, 'exactly one placeholder'],
    ['{{ vars.a b }}', hosts, 'is invalid: unexpected "b"'],
    ['{{ vars.next | nofilter }}', hosts, 'there is no filter'],
    ['{{ secrets.url }}', hosts, 'a secret cannot be the URL'],
    ['{{ secrets.url | strip }}', hosts, 'a secret cannot be the URL'],
    ['{{ vars.next | append: secrets.k }}', hosts, 'secret'],
    ['{{ response.headers.location }}', hosts, '/node/url: '],
    ['{{ response.headers.location | default: "https://api.example.com/" }}', hosts, 'response'],
    ['{{ response.json.next | default: vars.next }}', hosts, 'response'],
    ['{{ vars.next | default: response.json.next }}', hosts, 'response'],
    ['{{ vars[response.json.name] }}', hosts, 'response'],
    ['{{ next }}', hosts, 'next'],
    [
      'https://api.example.com/{{ vars.id }}',
      hosts,
      '/node/hosts: must be left out: it is only for a URL that consists of one placeholder',
    ],
    [
      'https://api.example.com/',
      hosts,
      '/node/hosts: must be left out: it is only for a URL that consists of one placeholder',
    ],
  ])('%s with hosts %j is refused', (url, own, message) => {
    expect(complaint(own === undefined ? { url } : { url, hosts: own })).toContain(message)
  })

  it('is refused where templates are none', () => {
    expect(listErrors({ ...node, templates: 'none' }).map(({ path }) => path)).toEqual([
      '/node/hosts',
      '/node/url',
    ])
  })

  it('has hosts of which each wrong one is named', () => {
    expect(
      listErrors({ ...node, hosts: ['a.example', '*', 'https://b.example'] }).map(({ path }) => path),
    ).toEqual(['/node/hosts/1', '/node/hosts/2'])
  })
})

describe('a whole URL of a value', () => {
  it.each([
    ['https://api.example.com', '/'],
    ['https://api.example.com/', '/'],
    ['HTTPS://API.example.com/A', '/A'],
    ['https://api.example.com.:443/a', '/a'],
    ['https://api.example.com?a=b', '/?a=b'],
    ['https://api.example.com/a?', '/a?'],
    ['https://api.example.com/a%2fb/%2e%2e/../c//d/./', '/a%2fb/%2e%2e/../c//d/./'],
    ['https://api.example.com/100%/%zz?a=%C3%A9+%20', '/100%/%zz?a=%C3%A9+%20'],
    ['https://api.example.com/{id}/[1]|^`"<>', '/{id}/[1]|^`"<>'],
    ['https://api.example.com/{{ vars.next }}'.replaceAll(' ', ''), '/{{vars.next}}'],
    ['https://api.example.com/a@evil.com:1/?b=https://evil.com', '/a@evil.com:1/?b=https://evil.com'],
  ])('%s goes out as it came: %s', (url, target) => {
    expect(sent(node, bring(url))).toMatchObject({ host: 'api.example.com', port: 443, target })
    expect(renderHeaders(node, bring(url), 'host')).toEqual(['api.example.com'])
  })

  it('has its port in the Host header', () => {
    const surroundings = bring('https://eu.up.example:8443/x')

    expect(sent(node, surroundings)).toMatchObject({ host: 'eu.up.example', port: 8443 })
    expect(renderHeaders(node, surroundings, 'host')).toEqual(['eu.up.example:8443'])
  })

  it.each([
    ['https://api.example.com/a', '/a?x=1&k=v%201'],
    ['https://api.example.com/a?b=c', '/a?b=c&x=1&k=v%201'],
    ['https://api.example.com/a?b=c&', '/a?b=c&x=1&k=v%201'],
    ['https://api.example.com/a?', '/a?x=1&k=v%201'],
    ['https://api.example.com?b', '/?b&x=1&k=v%201'],
    ['https://api.example.com/a#f', '/a?x=1&k=v%201'],
  ])('%s gets the parameters of the node behind it', (url, target) => {
    const own = {
      ...node,
      query: [{ name: 'x', value: 1 }],
      auth: { type: 'apiKey', in: 'query', name: 'k', value: 'v 1' },
    } as const

    expect(sent(own, bring(url)).target).toBe(target)
  })

  it('loses its fragment, with a warning', () => {
    const surroundings = bring('https://api.example.com/a?b#c?d')

    expect(sent(node, surroundings).target).toBe('/a?b')
    expect(listWarnings(node, surroundings)).toEqual(['fragment_dropped /node/url'])
  })

  it('may have a signature, which stays where it is', () => {
    const url = 'https://api.example.com/f?X-Amz-Signature=ab12&X-Amz-Credential=AK%2Fx&token=t0k3n'

    expect(listWarnings(node, bring(url))).toEqual([])
  })

  it('comes through filters', () => {
    const own = { hosts: node.hosts, url: '{{ vars.next | strip | prepend: "https://api.example.com" }}' }

    expect(sent(own, bring(' /a?b=c\n')).target).toBe('/a?b=c')
  })

  it.each([undefined, null, ''])('is missing where the value is %j', (next) => {
    expect(renderFailure(node, bring(next))).toMatchObject({ code: 'value_missing', path: '/node/url' })
  })

  it('that is missing is reported by its name, with the nearest one', () => {
    expect(renderFailure(node, { payload: { vars: { nxet: 'x' } } }).detail).toBe(
      'The placeholder of the URL is empty: vars.next has no value. Did you mean "vars.nxet"?',
    )
  })

  it.each<[url: unknown, detail: string]>([
    [[], 'a list'],
    [['https://api.example.com/'], 'a list'],
    [{ href: 'https://api.example.com/' }, 'an object'],
    [7, 'a number'],
    [true, 'true or false'],
    ['/a', 'must be absolute'],
    ['a', 'must be absolute'],
    ['?page=2', 'must be absolute'],
    ['//api.example.com/a', 'must be absolute'],
    ['https:/api.example.com/a', 'must be absolute'],
    ['https:api.example.com/a', 'must be absolute'],
    ['https:\\\\api.example.com/a', 'backslash'],
    ['https:/\\api.example.com/a', 'backslash'],
    ['http://api.example.com/', 'the service sends https only'],
    ['ftp://api.example.com/', 'must be absolute and start with https://'],
    ['javascript:alert(1)', 'must be absolute'],
    [' https://api.example.com/', 'white space'],
    ['https://api.example.com/\n', 'white space'],
    ['https://api.exam\tple.com/', 'white space'],
    ['https://api.example.com/a b', 'white space'],
    ['https://api.example.com/\u0000', 'control'],
    ['https://api.example.com/\u007f', 'control'],
    ['https://api.example.com/\u00a0', 'white space'],
    ['https://api.example.com/a\\b', 'backslash'],
    ['https://evil.com\\@api.example.com/', 'backslash'],
    ['https://api.example.com/ü', 'outside of ASCII'],
    ['https://api．example．com/', 'outside of ASCII'],
    ['https://api.example.com\u200b/', 'outside of ASCII'],
    ['https://api.example.com/\ud800', 'outside of ASCII'],
    ['https://user@api.example.com/', 'user info'],
    ['https://user:pass@api.example.com/', 'user info'],
    ['https://@api.example.com/', 'user info'],
    ['https://api.example.com@evil.com/', 'user info'],
    ['https://api.example.com:443@evil.com/', 'user info'],
    ['https://', 'has no host'],
    ['https:///api.example.com/', 'has no host'],
    ['https://?api.example.com', 'has no host'],
    ['https://#api.example.com', 'has no host'],
    ['https://api.example.com:0/', 'port 0'],
    ['https://api.example.com:65536/', 'not valid'],
    ['https://api.example.com:443:443/', 'not valid'],
    ['https://api..example.com/', 'not valid'],
    ['https://xn--a.up.example:8443/', 'not valid: "xn--a" begins with "xn--"'],
    ['https://api.example.com%2f.evil.com/', 'not valid'],
    ['https://[fe80::1%25eth0]/', 'not valid'],
    ['https://evil.com/', 'leads to "evil.com", which is not in "hosts" of the node'],
    ['https://evil.com/#@api.example.com/', 'leads to "evil.com"'],
    ['https://evil.com?@api.example.com/', 'leads to "evil.com"'],
    ['https://api.example.com.evil.com/', 'leads to'],
    ['https://evil-api.example.com/', 'leads to'],
    ['https://api.example.com:8443/', 'leads to "api.example.com:8443"'],
    ['https://up.example:8443/', 'leads to'],
    ['https://eu.up.example/', 'leads to'],
    ['https://127.1/', 'leads to "127.0.0.1"'],
    ['https://0x7f000001/', 'leads to "127.0.0.1"'],
    ['https://2130706433/', 'leads to "127.0.0.1"'],
    ['https://[::ffff:127.0.0.1]/', 'leads to "[::ffff:7f00:1]"'],
    [`https://api.example.com/${'a'.repeat(8_192)}`, 'longer than 8192'],
  ])('%j is url_invalid: %s', (next, detail) => {
    expect(renderFailure(node, bring(next))).toMatchObject({
      code: 'url_invalid',
      path: '/node/url',
      detail: expect.stringContaining(detail),
    })
  })

  it('that is relative is answered with what helps', () => {
    expect(renderFailure(node, bring('/v1/items?page=2')).hint).toContain('prepend: "https://')
  })

  it('of 8192 characters is sent, and of one more with the parameters of the node is not', () => {
    const next = `https://api.example.com/${'a'.repeat(8_192 - 'https://api.example.com/'.length)}`

    expect(sent(node, bring(next)).target).toHaveLength(8_192 - 'https://api.example.com'.length)
    expect(renderFailure({ ...node, query: [{ name: 'b', value: 'c'.repeat(30) }] }, bring(next)).code).toBe(
      'url_invalid',
    )
  })

  it.each(urls.map(({ url }) => url.replace(/^http:/i, 'https:')))(
    '%j leads where a URL of the author leads, or nowhere',
    (url) => {
      if (complaint({ url }) !== undefined || /[^!-~]/.test(url)) {
        expect(render({ ...node, hosts: ['example.com'] }, bring(url)).ok).toBe(false)
        return
      }
      const { host, port, target } = sent({ url })
      const own = { ...node, hosts: [`${host.includes(':') ? `[${host}]` : host}:${port}`] }

      expect(sent(own, bring(url))).toMatchObject({ host, port, target })
      expect(renderFailure({ ...node, hosts: ['other.example'] }, bring(url)).code).toBe('url_invalid')
    },
  )

  it('leads to no other host than the one that the URL parser finds', () => {
    const part = fc.oneof(
      fc.constantFrom(
        'api.example.com',
        'evil.com',
        '.',
        '@',
        ':',
        '443',
        '/',
        '//',
        '\\',
        '?',
        '#',
        '%2f',
        '%40',
        '[',
        '::1',
        ']',
        ' ',
        '\t',
        '．',
      ),
      fc.string({ unit: 'grapheme', maxLength: 3 }),
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const url = `https://${parts.join('')}`
        const rendered = render(node, bring(url))
        if (!rendered.ok) return
        const { hostname, port, username, password } = new URL(url)
        expect([hostname.replace(/\.$/, ''), port, username, password]).toEqual([
          'api.example.com',
          '',
          '',
          '',
        ])
        expect(rendered.request.host).toBe('api.example.com')
      }),
    )
  })
})
