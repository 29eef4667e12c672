import { describe, expect, it } from 'vitest'
import type { SecretBinding, SecretLookup } from '../../../src/webhook/template/secret-lookup.ts'
import {
  complaint,
  type NodeSketch,
  raw,
  render,
  renderBody,
  renderFailure,
  renderHeaders,
  sent,
} from '../support/nodes.ts'

const token = 'tok-s3cr3t-9'
const secrets = { token, other_1: 'other-s3cr3t' }
const plain = (content: string) => raw('text/plain', content)

describe('a secret', () => {
  it.each<[place: string, node: NodeSketch, arrives: (node: NodeSketch) => unknown, as: unknown]>([
    [
      'in bearer auth',
      { auth: { type: 'bearer', token: '{{ secrets.token }}' } },
      (node) => renderHeaders(node, { secrets }, 'authorization'),
      [`Bearer ${token}`],
    ],
    [
      'in basic auth',
      { auth: { type: 'basic', username: 'ada', password: '{{secrets.token}}' } },
      (node) => renderHeaders(node, { secrets }, 'authorization'),
      [`Basic ${Buffer.from(`ada:${token}`).toString('base64')}`],
    ],
    [
      'in an API key',
      { auth: { type: 'apiKey', in: 'query', name: 'key', value: '{{ secrets.token }}' } },
      (node) => sent(node, { secrets }).target,
      `/hook?key=${token}`,
    ],
    [
      'in the path',
      { url: 'https://t.example/{{ secrets.token }}/x' },
      (node) => sent(node, { secrets }).target,
      `/${token}/x`,
    ],
    [
      'in the query',
      { query: [{ name: 'k', value: 'a-{{ secrets.token }}' }] },
      (node) => sent(node, { secrets }).target,
      `/hook?k=a-${token}`,
    ],
    [
      'in a header',
      { headers: [{ name: 'X', value: '{{- secrets.token -}}' }] },
      (node) => renderHeaders(node, { secrets }, 'x'),
      [token],
    ],
    [
      'in a field of a body',
      { body: { structure: 'simple', fields: [{ name: 'k', value: '{{ secrets.token }}' }] } },
      (node) => renderBody(node, { secrets }),
      `{"k":"${token}"}`,
    ],
    [
      'in JSON',
      { body: { structure: 'json', content: ['{{ secrets.token }}'] } },
      (node) => renderBody(node, { secrets }),
      `["${token}"]`,
    ],
    [
      'in a raw body',
      plain('a {{ secrets.token }} b'),
      (node) => renderBody(node, { secrets }),
      `a ${token} b`,
    ],
    [
      'in a block',
      plain('{% if true %}{{ secrets.token }}{% endif %}'),
      (node) => renderBody(node, { secrets }),
      token,
    ],
    [
      'in a loop',
      plain('{% for i in (1..2) %}{{ secrets.token }};{% endfor %}'),
      (node) => renderBody(node, { secrets }),
      `${token};${token};`,
    ],
  ])('is written %s', (_place, node, arrives, as) => {
    expect(arrives(node)).toEqual(as)
  })

  it('is written in the encoding of the place where it lands', () => {
    const special = { token: 'a/b?"c&<é' }

    expect(sent({ url: 'https://t.example/{{ secrets.token }}' }, { secrets: special }).target).toBe(
      '/a%2Fb%3F%22c%26%3C%C3%A9',
    )
    expect(
      renderBody(
        { body: { structure: 'raw', contentType: 'application/json', content: '"{{ secrets.token }}"' } },
        { secrets: special },
      ),
    ).toBe('"a/b?\\"c&<é"')
    expect(
      renderBody(
        { body: { structure: 'raw', contentType: 'text/xml', content: '<a>{{ secrets.token }}</a>' } },
        { secrets: special },
      ),
    ).toBe('<a>a/b?&quot;c&amp;&lt;é</a>')
  })
})

describe('any other use of a secret', () => {
  it.each([
    '{{ secrets }}',
    '{{ secrets.token | upcase }}',
    '{{ secrets.token | default: "x" }}',
    '{{ secrets["token"] }}',
    "{{ secrets['token'] }}",
    '{{ ["secrets"].token }}',
    '{{ secrets[profile.name] }}',
    '{{ secrets.token.size }}',
    '{{ secrets.token-x }}',
    '{{ secrets.2fa }}',
    '{{ secrets.tökn }}',
    '{{ secrets. token }}',
    '{{ secrets .token }}',
    '{{ (secrets.token) }}',
    '{{ secrets.token == "x" }}',
    '{{ secrets.token or "x" }}',
    '{{ "x" | append: secrets.token }}',
    '{{ profile.name | default: secrets.token }}',
    '{{ profile[secrets.token] }}',
    '{{ (1..secrets.token) }}',
    '{% assign a = secrets.token %}',
    '{% assign a = "x" | append: secrets.token %}',
    '{% capture a %}{{ secrets.token }}{% endcapture %}',
    '{% capture a %}{% if true %}{{ secrets.token }}{% endif %}{% endcapture %}',
    '{% echo secrets.token %}',
    '{% liquid echo secrets.token %}',
    '{% liquid\n assign a = secrets.token\n echo a %}',
    '{% liquid\n secret token\n%}',
    '{% if secrets.token %}x{% endif %}',
    '{% if profile.x %}{% elsif secrets.token == "a" %}x{% endif %}',
    '{% unless secrets.token %}x{% endunless %}',
    '{% case secrets.token %}{% when "x" %}{% endcase %}',
    '{% case profile.x %}{% when secrets.token %}{% endcase %}',
    '{% for c in secrets %}{{ c }}{% endfor %}',
    '{% for c in secrets.token %}{{ c }}{% endfor %}',
    '{% for c in (1..3) limit: secrets.token %}{% endfor %}',
    '{% tablerow c in secrets %}{% endtablerow %}',
    '{% cycle secrets.token, "a" %}',
    '{% cycle secrets.token: "a" %}',
    '{% secret token %}',
    '{%- secret token -%}',
    '{{ secrets.token }',
    '{{ secrets.token  x }}',
  ])('is refused: %s', (content) => {
    expect(complaint(plain(content))).toMatch(/^\/node\/body\/content: /)
  })

  it.each<[place: string, node: NodeSketch, path: string]>([
    ['in capture', { capture: { a: '{{ secrets.token }}' } }, '/node/capture/a'],
    ['in when', { query: [{ name: 'a', value: 1, when: 'secrets.token' }] }, '/node/query/0/when'],
    [
      'in expect',
      { expect: { type: 'condition', value: 'response.body contains secrets.token' } },
      '/node/expect/value',
    ],
    ['in the host', { url: 'https://{{ secrets.token }}/' }, '/node/url'],
  ])('is refused %s', (_place, node, path) => {
    expect(complaint(node)).toMatch(new RegExp(`^${path}: `))
  })
})

describe('a computed name', () => {
  it.each([
    '{% assign s = "secrets" %}{{ [s].token }}',
    '{% assign s = "secrets" %}{{ [s]["token"] }}',
    '{{ [profile.word].token }}',
    '{% assign c = "secrets.token contains i" %}{{ profile.list | where_exp: "i", c | join }}',
    '{% assign c = "secrets.token" %}{{ profile.list | find_exp: "i", c }}',
    '{% assign c = "secrets.token" %}{{ profile.list | group_by_exp: "i", c | map: "name" | join }}',
    '{{ profile.list | has_exp: "secrets", "secrets.token" }}',
    '{{ profile.list | map: "secrets.token" | join }}',
    '{{ profile | map: "secrets" | join }}',
    '{{ profile.expression }}',
    '{% capture t %}{% raw %}{{ secrets.token }}{% endraw %}{% endcapture %}{{ t }}',
    '{% assign secrets = profile %}{% assign r = "secrets" %}{{ [r].expression }}',
    '{% increment secrets %}',
    '{{ execution | json }}{{ node | json }}{{ profile | json }}',
    '{{ execution | inspect }}',
    '{% comment %}{{ secrets.token }}{% endcomment %}',
    '{% raw %}{{ secrets.token }}{% endraw %}',
  ])('does not reach a secret: %s', (content) => {
    const payload = { profile: { word: 'secrets', list: ['a', 't'], expression: '{{ secrets.token }}' } }
    const rendered = render(plain(content), { secrets, payload })

    const texts = JSON.stringify(rendered.ok ? rendered.request.body?.toString() : rendered.failure)
    expect(texts ?? '').not.toContain(token)
  })
})

describe('a secret that is not there', () => {
  it.each<[place: string, node: NodeSketch, path: string]>([
    ['in auth', { auth: { type: 'bearer', token: '{{ secrets.nope }}' } }, '/node/auth/token'],
    ['in the URL', { url: 'https://t.example/{{ secrets.nope }}' }, '/node/url'],
    ['in a header', { headers: [{ name: 'X', value: '{{ secrets.nope }}' }] }, '/node/headers/0/value'],
    ['in a body', plain('{{ secrets.nope }}'), '/node/body/content'],
  ])('ends the call as secret_missing %s', (_place, node, path) => {
    expect(renderFailure(node, { secrets })).toEqual({
      code: 'secret_missing',
      detail: 'The secret "nope" is not known.',
      refusedBy: 'missing',
      path,
    })
  })

  it('is told by the nearest name that the request carries', () => {
    expect(renderFailure(plain('{{ secrets.tokn }}'), { secrets })).toMatchObject({
      detail: 'The secret "tokn" is not known. Did you mean "token"?',
    })
  })

  it.each(['constructor', '__proto__', 'toString'])('is not one that every object has: %s', (name) => {
    expect(renderFailure(plain(`{{ secrets.${name} }}`), { secrets })).toMatchObject({
      code: 'secret_missing',
    })
  })

  it('does not matter where nothing asks for it', () => {
    expect(renderBody(plain('{% if false %}{{ secrets.nope }}{% endif %}x'))).toBe('x')
  })
})

describe('a secret that is bound elsewhere', () => {
  it.each<[refusedBy: SecretBinding, detail: string]>([
    ['in', 'may not stand in a header: "in" of its entry in SECRETS_FILE does not name "headers".'],
    ['hosts', 'may not be sent in a header to this host: "hosts" of its entry does not name it.'],
    ['ports', 'may not be sent in a header to this port: "ports" of its entry does not name it.'],
    ['paths', 'may not be sent in a header to this path: "paths" of its entry does not name it.'],
    [
      'tenants',
      'may not be sent in a header for this request: "tenants" of its entry does not name its tenant.',
    ],
  ])('ends the call as secret_not_allowed by its %s', (refusedBy, detail) => {
    const node: NodeSketch = { headers: [{ name: 'X', value: 'a {{ secrets.crm }}' }] }

    expect(renderFailure(node, { store: { find: () => ({ refusedBy }) } })).toEqual({
      code: 'secret_not_allowed',
      detail: `The secret "crm" ${detail}`,
      ...(refusedBy === 'tenants' && { hint: expect.stringMatching(/^Send "tenant" beside the node/) }),
      refusedBy,
      path: '/node/headers/0/value',
    })
  })
})

describe('secrets of the service', () => {
  const store: SecretLookup = {
    find: (name) =>
      name === 'nope' ? undefined : { value: `${name}-s3cr3t`, isStored: true, isHidden: true },
  }

  it('are hidden where the node uses them, and no others are', () => {
    const { valuesToMask } = render(plain('{{ secrets.used }}'), { store })

    expect([...valuesToMask.stored]).toEqual(['used-s3cr3t'])
  })

  it('are hidden too where they were used before the rendering failed', () => {
    const node = plain('{{ secrets.used }} {{ secrets.nope }}')
    const rendered = render(node, { store })

    expect(rendered.ok).toBe(false)
    expect([...rendered.valuesToMask.stored]).toEqual(['used-s3cr3t'])
  })

  it('are not looked up where the rendering does not come to them', () => {
    const asked: string[] = []
    const find = (name: string) => void asked.push(name)
    render(plain('{% if false %}{{ secrets.used }}{% endif %}'), { store: { find } })

    expect(asked).toEqual([])
  })
})

describe('a value that carries a secret', () => {
  it('is masked as a whole', () => {
    const rendered = render(
      {
        query: [{ name: 'q', value: 'before-{{ secrets.token }}' }],
        headers: [{ name: 'X', value: 'before-{{ secrets.token }}' }],
        body: { structure: 'json', content: { a: 'before-{{ secrets.token }}', b: 'plain' } },
      },
      { secrets },
    )

    expect(rendered.ok && rendered.display).toMatchObject({
      url: 'https://target.example/hook?q=•••',
      headers: expect.arrayContaining([['X', '•••']]),
      body: '{"a":"•••","b":"plain"}',
    })
    expect(rendered.valuesToMask.client).toContain(`before-${token}`)
    expect(rendered.valuesToMask.client).toContain('other-s3cr3t')
  })

  it.each<[says: string, node: NodeSketch]>([
    ['auth', { auth: { type: 'bearer', token: 'literal-token' } }],
    ['Authorization', { headers: [{ name: 'authorization', value: 'Bearer literal-token' }] }],
    ['X-Api-Key', { headers: [{ name: 'X-API-Key', value: 'literal-token' }] }],
    ['Cookie', { headers: [{ name: 'Cookie', value: 'literal-token' }] }],
  ])('is masked, too, where only its place makes it a credential: %s', (_says, node) => {
    const rendered = render(node)

    expect(JSON.stringify(rendered.ok && rendered.display)).not.toContain('literal-token')
    expect(rendered.valuesToMask.client).toContain('literal-token')
  })
})

describe('a credential in the URL', () => {
  const codes = (node: NodeSketch) =>
    render(node, { secrets, payload: { profile: { k: 'v' } } }).warnings.map(
      ({ code, path }) => `${code} ${path}`,
    )

  it.each<[says: string, node: NodeSketch, path: string]>([
    ['a key in the static query', { url: 'https://t.example/?api_key=abc' }, '/node/url'],
    ['a token in the static query', { url: 'https://t.example/?a=b&access_token=abc' }, '/node/url'],
    ['a secret in the path', { url: 'https://t.example/{{ secrets.token }}' }, '/node/url'],
    ['a secret in a parameter', { query: [{ name: 'q', value: '{{ secrets.token }}' }] }, '/node/query/0'],
    [
      'a parameter that is called like one',
      { query: [{ name: 'apiKey', source: 'profile', field: 'k' }] },
      '/node/query/0',
    ],
    [
      'an API key as a parameter',
      { auth: { type: 'apiKey', in: 'query', name: 'k', value: '{{ secrets.token }}' } },
      '/node/auth',
    ],
  ])('leads to a warning: %s', (_says, node, path) => {
    expect(codes(node)).toEqual([`credential_in_url ${path}`])
  })

  it.each<[says: string, node: NodeSketch]>([
    ['an empty one', { url: 'https://t.example/?token=' }],
    ['another name', { url: 'https://t.example/?tokens=1&keyword=x&monkey=1&signal=2' }],
    ['a header', { headers: [{ name: 'X-Api-Key', value: '{{ secrets.token }}' }] }],
  ])('leads to no warning where it is %s', (_says, node) => {
    expect(codes(node)).toEqual([])
  })
})
