// biome-ignore-all lint/suspicious/noTemplateCurlyInString: other tools write so
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../support/cpu-time.ts'
import type { NodeSketch } from '../support/nodes.ts'
import { render, renderBody, sent } from '../support/nodes.ts'

const payload = {
  profile: {
    email: 'ada@example.com',
    name: 'Ada',
    'e-mail': 'a',
    none: null,
    items: [{ sku: 7 }],
    größe: 3,
  },
  event: { type: 'demo' },
}

function told(node: NodeSketch): readonly (readonly [path: string | null, message: string])[] {
  return render(node, { payload })
    .warnings.filter(({ code }) => code === 'placeholder_not_rendered')
    .map(({ path, message }) => [path, message])
}

const valueNode = (value: string): NodeSketch => ({
  body: { structure: 'simple', fields: [{ name: 'f', value }] },
})

describe('a text that looks like a reference', () => {
  it.each([
    ['profile.email', '{{ profile.email }}'],
    [' profile.email ', '{{ profile.email }}'],
    ['=profile.email', '{{ profile.email }}'],
    ['${profile.email}', '{{ profile.email }}'],
    ['${ profile.email }', '{{ profile.email }}'],
    ['#{profile.email}', '{{ profile.email }}'],
    ['@{profile.email}', '{{ profile.email }}'],
    ['{profile.email}', '{{ profile.email }}'],
    ['{!profile.email}', '{{ profile.email }}'],
    ['{$profile.email}', '{{ profile.email }}'],
    ['{profile.email|upcase}', '{{ profile.email }}'],
    ['%profile.email%', '{{ profile.email }}'],
    ['[[profile.email]]', '{{ profile.email }}'],
    ['[[ profile.email ]]', '{{ profile.email }}'],
    ['<%= profile.email %>', '{{ profile.email }}'],
    ['<%profile.email%>', '{{ profile.email }}'],
    ['<%- profile.email -%>', '{{ profile.email }}'],
    ['*|profile.email|*', '{{ profile.email }}'],
    ['$(profile.email)', '{{ profile.email }}'],
    ['$profile.email', '{{ profile.email }}'],
    ['$.profile.email', '{{ profile.email }}'],
    ['$.payload.profile.email', '{{ profile.email }}'],
    ['${payload.profile.email}', '{{ profile.email }}'],
    ['Hello ${profile.name}!', '{{ profile.name }}'],
    ['Hello $profile.name.', '{{ profile.name }}'],
    ['{{ event.type }} of {profile.name}', '{{ profile.name }}'],
    ['${profile.items[0].sku}', '{{ profile.items[0].sku }}'],
    ['profile.items.0.sku', '{{ profile.items[0].sku }}'],
    ['${profile.e-mail}', '{{ profile.e-mail }}'],
    ['${profile.größe}', '{{ profile.größe }}'],
    ['${profile.none}', '{{ profile.none }}'],
    ['event.type', '{{ event.type }}'],
    ['profile.email }}', '{{ profile.email }}'],
    ['${email}', '{{ profile.email }}'],
    ['Hello ${name}!', '{{ profile.name }}'],
    ['{email}', '{{ profile.email }}'],
    ['%email%', '{{ profile.email }}'],
    ['%%email%%', '{{ profile.email }}'],
    ['$.email', '{{ profile.email }}'],
    ['$.detail.email', '{{ profile.email }}'],
    ['=email', '{{ profile.email }}'],
    ['=customer.email + " " + customer.city', '{{ profile.email }}'],
    ['="Hi " + firstName + "!"', '{{ profile.firstName }}'],
    ['${contact.email}', '{{ profile.email }}'],
    ["@{variables('email')}", '{{ profile.email }}'],
    ["@{variables('order')}", '{{ vars.order }}'],
    ['{!$Record.Email}', '{{ profile.email }}'],
    ['[[type]]', '{{ event.type }}'],
    ['*|EMAIL|*', '{{ profile.email }}'],
    ['Hi *|FNAME|*', '{{ profile.FNAME }}'],
    ['= "Hello " + profile.name', '{{ profile.name }}'],
    ['"Hello " + profile.name', '{{ profile.name }}'],
    ['profile.name + " Lovelace"', '{{ profile.name }}'],
    ['upper(profile.name)', '{{ profile.name }}'],
    ['${execution.id}', '{{ execution.id }}'],
    ['Bearer ${secrets.crm_token}', '{{ secrets.crm_token }}'],
  ])('is sent as it stands, with a warning that names the form: %s: %s', (value, right) => {
    const [warning, ...others] = told(valueNode(value))

    expect(warning?.[0]).toBe('/node/body/fields/0')
    expect(warning?.[1]).toContain(`To send the value, write ${right}.`)
    expect(others).toEqual([])
    expect(JSON.parse(renderBody(valueNode(value), { payload })).f).toBe(
      value.replace('{{ event.type }}', 'demo'),
    )
  })

  it.each([
    'profile.unknown',
    'node.js',
    'node.id',
    'secrets.crm_token',
    'response.status',
    'the secrets.of others',
    '${profile.unknown}',
    'event.created',
    'vars.email',
    'email',
    '${phone}',
    '{"query": "{ name }"}',
    'query {name}',
    'costs 100%name%2',
    'profile',
    'Profile.email',
    'my.profile.email',
    'my-profile.email',
    'userprofile.email',
    'ask about profile.email',
    'profile.email, please',
    'https://t.example/profile.email',
    'me@profile.email',
    'profile.email.com',
    '100%profile.email',
    '{"a": profile.email',
    '{% raw %}{{ profile.email }}{% endraw %}',
    '{{ "profile.email" }}',
    '{{ profile.email }}',
    '$$profile.email',
  ])('leads to no warning: %s', (value) => {
    expect(told(valueNode(value))).toEqual([])
  })

  it.each<[where: string, path: string, node: NodeSketch]>([
    ['the path of the URL', '/node/url', { url: 'https://t.example/u/{profile.email}/x' }],
    ['the query of the URL', '/node/url', { url: 'https://t.example/?a=${profile.email}' }],
    ['a parameter of the URL', '/node/url', { url: 'https://t.example/?a=profile.email&b' }],
    ['a parameter', '/node/query/0', { query: [{ name: 'a', value: 'profile.email' }] }],
    ['a header', '/node/headers/0', { headers: [{ name: 'X-A', value: '%profile.email%' }] }],
    ['a credential', '/node/auth/token', { auth: { type: 'bearer', token: '${profile.email}' } }],
    [
      'a user name',
      '/node/auth/username',
      { auth: { type: 'basic', username: '$.profile.email', password: 'x' } },
    ],
    [
      'a string of JSON',
      '/node/body/content/a/1',
      { body: { structure: 'json', content: { a: [1, 'profile.email'] } } },
    ],
    [
      'a form',
      '/node/body/fields/0',
      {
        body: {
          structure: 'simple',
          contentType: 'application/x-www-form-urlencoded',
          fields: [{ name: 'a', value: '[[profile.email]]' }],
        },
      },
    ],
    [
      'raw JSON',
      '/node/body/content',
      { body: { structure: 'raw', contentType: 'application/json', content: '{"a": "profile.email"}' } },
    ],
    [
      'raw JSON, within a text',
      '/node/body/content',
      {
        body: { structure: 'raw', contentType: 'application/json', content: '{"a": "Hi #{profile.email}"}' },
      },
    ],
    [
      'raw XML',
      '/node/body/content',
      { body: { structure: 'raw', contentType: 'text/xml', content: '<a>profile.email</a>' } },
    ],
    [
      'a raw form',
      '/node/body/content',
      {
        body: {
          structure: 'raw',
          contentType: 'application/x-www-form-urlencoded',
          content: 'a=profile.email&b=1',
        },
      },
    ],
  ])('is reported in %s', (_where, path, node) => {
    expect(told(node).map(([at]) => at)).toEqual([path])
  })

  it.each(['profile.email', '${profile.email}', 'response.json.id', '${response.status}'])(
    'is reported in a capture: %s',
    (text) => {
      expect(told({ capture: { c: text } }).map(([at]) => at)).toEqual(['/node/capture/c'])
    },
  )

  it('is reported in a secret of the request', () => {
    const { warnings } = render(valueNode('secrets.crm_token'), { secrets: { crm_token: 's3cr3t' } })

    expect(warnings.map(({ code }) => code)).toEqual(['placeholder_not_rendered'])
  })

  it.each<[what: string, node: NodeSketch]>([
    ['a credential', { auth: { type: 'bearer', token: 'sk_live_${profile.email}' } }],
    ['a sensitive value', { query: [{ name: 'q', value: 'x${profile.email}', sensitive: true }] }],
  ])('is reported without a part of the text in %s', (_what, node) => {
    const [[, message = ''] = []] = told(node)

    expect(message).toContain('has a reference to "profile" that is sent unchanged')
    expect(message).not.toContain('email')
  })

  it.each<[what: string, content: string]>([
    ['a name of JSON', '{"profile.email": 1}'],
    ['a name of JSON, with blanks', '{"profile.email"  : 1}'],
    ['an element of XML', '<profile.email>1</profile.email>'],
    ['a part of a text', '{"a": "see profile.email"}'],
  ])('is not reported in %s', (_what, content) => {
    for (const contentType of ['application/json', 'text/plain'])
      if (contentType !== 'application/json' || content.startsWith('{'))
        expect(told({ body: { structure: 'raw', contentType, content } })).toEqual([])
  })
})

describe('a placeholder that is not filled in', () => {
  it.each([
    '{{ profile.email }}',
    '{{profile.email}}',
    '{{{ profile.email }}}',
    'Hi {{ profile.email | upcase }}!',
    '{{ "Hi " | append: profile.email }}',
    '{% if profile.email != "" %}x{% endif %}',
  ])('is reported in a literal: %s', (text) => {
    const node: NodeSketch = { query: [{ name: 'a', literal: text }] }

    expect(told(node)).toEqual([
      ['/node/query/0', expect.stringContaining('because a "literal" is not a template')],
    ])
    expect(sent(node, { payload }).target).toBe(`/hook?a=${encodeURIComponent(text)}`)
  })

  it('is reported deep in a literal', () => {
    const literal = [{ a: ['x', '{{ profile.name }}'] }]

    expect(
      told({ body: { structure: 'simple', fields: [{ name: 'f', literal }] } }).map(([path]) => path),
    ).toEqual(['/node/body/fields/0'])
  })

  it('is reported where it is that of a secret', () => {
    const node: NodeSketch = { templates: 'none', auth: { type: 'bearer', token: '{{ secrets.crm_token }}' } }

    expect(told(node)).toEqual([['/node/auth/token', expect.stringContaining('"templates" is "none"')]])
  })

  it('is reported where templates are none', () => {
    const node: NodeSketch = {
      templates: 'none',
      url: 'https://t.example/x?a={{profile.name}}',
      headers: [{ name: 'X-A', value: 'Hi {{ profile.name }}' }],
      body: { structure: 'raw', contentType: 'text/plain', content: '{{ profile.email | upcase }}' },
    }

    expect(told(node)).toEqual([
      ['/node/headers/0', expect.stringContaining('because "templates" is "none"')],
      ['/node/url', expect.stringContaining('{{ profile.name }} becomes the value')],
      ['/node/body/content', expect.stringContaining('{{ profile.email }} becomes the value')],
    ])
  })
})

describe('a text full of references', () => {
  it('is reported twenty times at most', () => {
    const fields = Array.from({ length: 50 }, (_, index) => ({ name: `f${index}`, value: 'profile.email' }))

    expect(told({ body: { structure: 'simple', fields } })).toHaveLength(20)
  })

  it('is not reported where the field is left out', () => {
    const fields = [{ name: 'f', value: 'profile.email', when: 'profile.nope' }]

    expect(told({ body: { structure: 'simple', fields } })).toEqual([])
  })

  it('is sent unchanged, and is searched quickly', () => {
    const piece = fc.constantFrom(
      'profile',
      'payload.',
      '.',
      'email',
      '[0]',
      '${',
      '{',
      '}',
      '{{',
      '}}',
      '%',
      '[[',
      ']]',
      '<%=',
      '%>',
      '$',
      ' ',
      '"',
      '=',
      '|',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('')
        const node: NodeSketch = {
          templates: 'none',
          body: { structure: 'raw', contentType: 'text/plain', content: text },
        }
        expect(renderBody(node, { payload })).toBe(text)
      }),
    )
    for (const part of [
      'profile.',
      'profile.a',
      '${profile.email',
      '{{profile.email',
      ' profile.a.b.c.d.e.f ',
    ]) {
      const text = part.repeat(Math.floor(1_000_000 / part.length))
      const began = cpuMs()
      renderBody(
        { templates: 'none', body: { structure: 'raw', contentType: 'text/plain', content: text } },
        { payload },
      )
      expect(cpuMs() - began).toBeLessThan(2_000)
    }
  })
})

describe('a dollar sign before a placeholder', () => {
  const price = { profile: { email: 'ada@example.com', price: 5, text: '5.00' } }
  const toldOf = (node: NodeSketch, secrets = {}) =>
    render(node, { payload: price, secrets })
      .warnings.filter(({ code }) => code === 'placeholder_not_rendered')
      .map(({ message }) => message)

  it.each([
    ['${{ profile.email }}', '${{ profile.email }}'],
    ['Hi ${{profile.email}}', '${{profile.email}}'],
  ])('is reported before a text: %s', (value, written) => {
    expect(toldOf(valueNode(value))).toEqual([
      `"${written}" is sent with its "$" before the value. To send the value alone, write {{ profile.email }}.`,
    ])
  })

  it('is reported before a secret, without the name of it', () => {
    const auth = { type: 'bearer', token: '${{ secrets.key }}' } as const

    expect(toldOf({ auth }, { key: 'abcdefgh' })).toEqual([
      'has a reference to "secrets" that is sent with its "$" before the value. To send the value alone, write a placeholder with that path.',
    ])
  })

  it.each([
    '${{ profile.price }}',
    'for ${{ profile.text }} only',
    '{% raw %}${{ profile.email }}{% endraw %}',
  ])('may be a currency, or be meant: %s', (value) => expect(toldOf(valueNode(value))).toEqual([]))
})

describe('a parameter in the path of a URL', () => {
  it.each([
    ['/users/:email', '":email" is sent unchanged. To send the value, write {{ profile.email }}.'],
    ['/users/{email}/x', '"{email}" is sent unchanged. To send the value, write {{ profile.email }}.'],
    ['/users/:type?a=b', '":type" is sent unchanged. To send the value, write {{ event.type }}.'],
    ['/users/{id}', '"{id}" is sent unchanged. To send the value, write {{ profile.id }}.'],
  ])('is reported: %s', (path, message) => {
    expect(told({ url: `https://t.example${path}` })).toEqual([['/node/url', message]])
  })

  it.each(['/users:batch', '/root:/a/b.txt:/content', '/at/12:30', '/a/%7Bid%7D', '/a:b/:'])(
    'may be meant: %s',
    (path) => expect(told({ url: `https://t.example${path}` })).toEqual([]),
  )
})

describe('a sign of another tool before a placeholder', () => {
  const said = (right: string) =>
    `"=" stands before the value and is sent with it, as other tools mark an expression. To send the value alone, write {{ ${right} }}.`

  it.each<[what: string, path: string, right: string, node: NodeSketch]>([
    ['a field', '/node/body/fields/0', 'profile.email', valueNode('={{ profile.email }}')],
    ['a longer text', '/node/body/fields/0', 'profile.name', valueNode('=Hello {{ profile.name | upcase }}')],
    [
      'a header',
      '/node/headers/0',
      'profile.email',
      { headers: [{ name: 'X-A', value: '={{ profile.email }}' }] },
    ],
    [
      'a credential',
      '/node/auth/token',
      'profile.email',
      { auth: { type: 'bearer', token: '={{ profile.email }}' } },
    ],
    [
      'JSON',
      '/node/body/content/a',
      'profile.email',
      { body: { structure: 'json', content: { a: '={{ profile.email }}' } } },
    ],
    [
      'a captured value',
      '/node/capture/a',
      'response.json.id',
      { capture: { a: '={{ response.json.id }}' } },
    ],
  ])('is told with the value alone: %s', (_what, path, right, node) => {
    expect(told(node)).toEqual([[path, said(right)]])
  })

  it.each([
    'a={{ profile.email }}',
    '=={{ profile.email }}',
    '= 3 {% if true %}x{% endif %}',
    '{{ profile.email }}=',
  ])('is none: %s', (value) => {
    expect(told(valueNode(value))).toEqual([])
  })

  it.each([
    ["@{triggerBody()?['email']}", '{{ profile.email }}'],
    ["@triggerOutputs()?['body']?['phone']", '{{ profile.phone }}'],
  ])('or an expression of Power Automate is sent as it stands, with a warning: %s', (value, right) => {
    const [warning] = told(valueNode(value))

    expect(warning?.[1]).toContain(`To send the value, write ${right}.`)
  })
})
