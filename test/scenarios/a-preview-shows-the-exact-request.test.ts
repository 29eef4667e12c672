import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { dnsServer, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const node = {
  id: 'crm-lead',
  method: 'POST',
  auth: { type: 'bearer', token: '{{ secrets.crm_token }}' },
  query: [{ name: 'email', source: 'profile', field: 'email' }],
  headers: [{ name: 'X-Flow', value: "{{ flow.name }}'s" }],
  body: { structure: 'simple', fields: [{ name: 'score', source: 'profile', field: 'score' }] },
}
const payload = { profile: { email: 'ada@example.com', score: 97 }, flow: { name: 'Ada' } }

describe('a preview', () => {
  it('shows the exact request that an execution would send', async () => {
    const target = await receiver(json(200, {}))
    const { preview, execute } = await service()
    const call = { node: { ...node, url: `${target.url}/leads` }, payload, secrets: { crm_token: 's3cr3t' } }

    const previewed = await preview(call)
    const executed = await execute(call)

    expect(previewed.request).toEqual(executed.request)
    expect(target.received).toHaveLength(1)
  })

  it('writes a curl command whose secrets are shell variables', async () => {
    const { preview } = await service()
    const secrets = { crm_token: 's3cr3t-value' }

    const { curl } = await preview({ node: { ...node, url: 'https://crm.example/leads' }, payload, secrets })

    expect(curl?.split(' \\\n  ')).toEqual([
      "curl --request 'POST' --url 'https://crm.example/leads?email=ada%40example.com'",
      expect.stringMatching(/^--header 'User-Agent: webhook-node\/[\d.]+'$/),
      "--header 'Accept: */*'",
      "--header 'Content-Type: application/json'",
      `--header 'Authorization: Bearer '"$crm_token"`,
      "--header 'X-Flow: Ada'\\''s'",
      `--data-raw '{"score":97}'`,
      "--max-time '10'",
    ])
  })

  it('needs no values of secrets', async () => {
    const { preview } = await service()

    const { request, curl } = await preview({ node: { ...node, url: 'https://crm.example/leads' }, payload })

    expect(request?.headers).toContainEqual(['Authorization', '•••'])
    expect(curl).toContain('"$crm_token"')
  })

  it('opens no connection and asks no name server', async () => {
    const dns = await dnsServer({ 'crm.example': { a: ['127.0.0.1'] } })
    const target = await receiver(json(200, {}))
    const connections: unknown[] = []
    target.server.on('connection', (socket) => connections.push(socket))
    const { preview } = await service({ dns: dns.address, allow: `crm.example:${target.port}` })

    const { request } = await preview({
      node: { ...node, url: `https://crm.example:${target.port}/` },
      payload,
      simulate: { status: 200 },
    })

    expect(request?.url).toBe(`https://crm.example:${target.port}/?email=ada%40example.com`)
    expect(dns.questions).toEqual([])
    expect(connections).toEqual([])
  })

  it('warns as an execution does', async () => {
    const { preview } = await service()
    const query = [{ name: 'email', source: 'profile', field: 'e_mail' }]

    const { warnings } = await preview({
      node: { method: 'GET', url: 'https://crm.example/', query },
      payload,
    })

    expect(warnings).toMatchObject([
      { code: 'value_empty', path: '/node/query/0', message: expect.stringContaining('"email"') },
    ])
  })
})

describe('a preview of a request that cannot be sent', () => {
  const whole = {
    method: 'POST',
    url: 'https://crm.example/leads/{{ profile.id }}?a={{ profile.name }}',
    auth: { type: 'bearer', token: '{{ secrets.crm_token }}' },
    query: [
      { name: 'q', source: 'profile', field: 'name' },
      { name: 'pin', source: 'profile', field: 'pin', sensitive: true },
    ],
    headers: [{ name: 'X-Name', value: '{{ profile.name }}' }],
    body: { structure: 'raw', contentType: 'application/json', content: '{"name": {{ profile.name }} }' },
  }
  const profile = { id: 7, name: 'Ada', pin: 'p1n-4711' }

  it('shows the whole text of a body that is no JSON, and the place', async () => {
    const { preview } = await service()

    const { request, curl, simulated } = await preview({ node: whole, payload: { profile } })

    expect(request).toEqual({
      method: 'POST',
      url: 'https://crm.example/leads/7?a=Ada&q=Ada&pin=•••',
      headers: [
        ['host', 'crm.example'],
        ['connection', 'keep-alive'],
        ['User-Agent', expect.stringContaining('webhook-node/')],
        ['Accept', '*/*'],
        ['Content-Type', 'application/json'],
        ['Authorization', '•••'],
        ['X-Name', 'Ada'],
      ],
      body: '{"name": Ada }',
      bodyBytes: null,
    })
    expect(curl).toBeNull()
    expect(simulated).toMatchObject({
      branch: 'error',
      reason: {
        code: 'body_invalid',
        path: '/node/body/content',
        message: expect.stringMatching(/line 1|column|position/),
      },
    })
  })

  it('shows the place however long the text is', async () => {
    const { preview } = await service({ settings: { MAX_RENDER_MS: '1000' } })
    const content = `{"a": "${'x'.repeat(100_000)}", "name": {{ profile.name }} }`
    const node = { ...whole, body: { ...whole.body, content } }

    const { request } = await preview({ node, payload: { profile } })

    expect(request.body).toBe(content.replace('{{ profile.name }}', 'Ada'))
  })

  it('shows a body with a secret in it, masked, and why it is no JSON', async () => {
    const { preview } = await service()
    const content = '{"k": "{{ secrets.k }}", "pin": {{ profile.pin }}, "name": {{ profile.name }} }'
    const node = { ...whole, body: { ...whole.body, content } }

    const { request, simulated } = await preview({
      node,
      payload: { profile },
      secrets: { other: 'Ada-s3cr3t' },
    })

    expect(request.body).toBe('{"k": "•••", "pin": •••, "name": Ada }')
    expect(simulated?.reason).toMatchObject({
      code: 'body_invalid',
      message: expect.stringMatching(
        /The rendered body is not JSON\. The place is within a value that is not shown\. There it reads: \{"k": "•••", "pin": ▸•••, "name": Ada \}/,
      ),
    })
  })

  it.each([
    [
      '{"a":{{ profile.v }},"k":"{{ secrets.k }}"}',
      'expected a value at line 1, column 6. The placeholder "profile.v" wrote it. There it reads: {"a":▸x,"k":"•••"}',
    ],
    [
      '{"k":"{{ secrets.k }}","a":{{ profile.v }}}',
      'is not JSON. The place is behind a secret of which a preview does not know the length. There it reads: {"k":"•••","a":▸x}',
    ],
    ['{"k":{{ secrets.k }}}', 'The place is within a value that is not shown. There it reads: {"k":▸•••}'],
  ])('shows %s with a secret that has no value', async (content, message) => {
    const { preview } = await service()
    const body = { structure: 'raw', contentType: 'application/json', content }

    const { request, simulated } = await preview({
      node: { method: 'POST', url: 'https://crm.example/', body },
      payload: { profile: { v: 'x' } },
    })

    expect(simulated?.reason).toMatchObject({
      code: 'body_invalid',
      message: expect.stringContaining(message),
    })
    expect(request.bodyBytes).toBeNull()
  })

  it('shows a character that the charset lacks, beside a secret that has no value', async () => {
    const { preview } = await service()
    const body = {
      structure: 'raw',
      contentType: 'text/plain; charset=us-ascii',
      content: 'a="{{ secrets.k }}"é',
    }

    const { simulated } = await preview({ node: { method: 'POST', url: 'https://crm.example/', body } })

    expect(simulated?.reason.message).toContain(
      'The character "é" (U+00E9) is not in US-ASCII. There it reads: a="•••"▸é',
    )
  })

  it.each([
    [
      'a path that lacks its value',
      { url: whole.url },
      { name: 'Ada' },
      'https://crm.example/leads/?a=Ada&q=Ada&pin=•••',
      'value_missing',
    ],
    [
      'a path that would climb',
      { url: whole.url },
      { ...profile, id: '..' },
      'https://crm.example/leads/..?a=Ada&q=Ada&pin=•••',
      'url_invalid',
    ],
    [
      'a value that brings no URL',
      { url: '{{ profile.next }}', hosts: ['crm.example'] },
      { ...profile, next: 'https://evil.example/x?y' },
      'https://evil.example/x?y',
      'url_invalid',
    ],
    [
      'a value that brings a relative URL',
      { url: '{{ profile.next }}', hosts: ['crm.example'] },
      { ...profile, next: '/x?y' },
      '/x?y',
      'url_invalid',
    ],
    ...[
      ['https://user:pass@a.example/x@y', 'https://•••@a.example/x@y'],
      ['https://user@crm.example/', 'https://•••@crm.example/'],
      ['https://us@er:p@ss@crm.example', 'https://•••@crm.example'],
      [' HTTPS://user:pass@a.example/', ' HTTPS://•••@a.example/'],
      ['https:\\\\user:pass@a.example/', 'https:\\\\•••@a.example/'],
      ['http://user:pass@a.example/?a=b@c', 'http://•••@a.example/?a=b@c'],
      ['//user:pass@a.example/', '//•••@a.example/'],
      ['https://user:pa/ss?w#d@a.example/', 'https://•••@a.example/'],
      ['https://a.example/@b', 'https://a.example/@b'],
      ['https://a.example:8443/@b', 'https://a.example:8443/@b'],
    ].map(([next = '', shown = '']): [string, object, object, string, string] => [
      `the URL ${next}, whose user and password are not shown`,
      { url: '{{ profile.next }}', hosts: ['crm.example'] },
      { ...profile, next },
      shown,
      'url_invalid',
    ]),
    [
      'a path with a secret that lacks a value',
      { url: 'https://crm.example/bot{{ secrets.bot }}/{{ profile.none }}/x#y' },
      profile,
      'https://crm.example/bot•••//x?q=Ada&pin=•••',
      'value_missing',
    ],
    [
      'a URL that is too long',
      { query: [{ name: 'q', source: 'profile', field: 'long' }] },
      { ...profile, long: 'x'.repeat(9_000) },
      'https://crm.example/leads/7?a=Ada…',
      'url_invalid',
    ],
    ['no URL at all', { url: '{{ profile.next }}', hosts: ['crm.example'] }, profile, '', 'value_missing'],
    [
      'a template that fails',
      {
        url: 'https://crm.example/{{ profile.name | slice: "x", profile }}{% for i in (1..100000000) %}{% endfor %}',
      },
      profile,
      'https://crm.example/…?q=Ada&pin=•••',
      'template_failed',
    ],
  ])('shows the rest of a request with %s', async (_what, node, payload, url, code) => {
    const { preview } = await service()

    const reply = await preview({
      node: { ...whole, body: undefined, ...node },
      payload: { profile: payload },
    })

    expect(reply.request).toMatchObject({ method: 'POST', url, body: null, bodyBytes: 0 })
    expect(reply.simulated?.reason.code).toBe(code)
  })

  it('shows all headers, parameters and the body except the one that cannot be sent', async () => {
    const { preview } = await service()
    const node = {
      ...whole,
      query: [...whole.query, { name: 'gone', source: 'profile', field: 'gone', ifEmpty: 'fail' }],
      headers: [{ name: 'X-Bad', value: 'a\n{{ profile.name }}' }, ...whole.headers],
      body: { structure: 'simple', fields: [{ name: 'name', source: 'profile', field: 'name' }] },
    }

    const { request, simulated } = await preview({ node, payload: { profile } })

    expect(request).toMatchObject({
      url: 'https://crm.example/leads/7?a=Ada&q=Ada&pin=•••',
      body: '{"name":"Ada"}',
      bodyBytes: 14,
    })
    expect(request.headers).toContainEqual(['X-Name', 'Ada'])
    expect(request.headers).toContainEqual(['content-length', '14'])
    expect(request.headers?.map(([name]) => name)).not.toContain('X-Bad')
    expect(simulated?.reason).toMatchObject({ code: 'value_missing', path: '/node/query/2' })
  })

  it('shows that a credential is missing, and the rest', async () => {
    const { preview } = await service()
    const node = { ...whole, auth: { type: 'bearer', token: '{{ profile.token }}' }, body: undefined }

    const { request, simulated } = await preview({ node, payload: { profile } })

    expect(request.url).toContain('https://crm.example/leads/7')
    expect(request.headers?.map(([name]) => name)).not.toContain('Authorization')
    expect(simulated?.reason).toMatchObject({ code: 'value_missing', path: '/node/auth/token' })
  })

  it.each([
    ['https://10.0.0.1/', 'it is a private address'],
    ['https://169.254.169.254/', 'it is a metadata service'],
    ['https://93.184.216.34:25/', 'the port 25 is closed'],
    ['https://crm.internal/', 'only a private network can resolve'],
  ])('says that an execution may not call %s', async (url, why) => {
    const { preview } = await service()

    const { warnings } = await preview({ node: { method: 'GET', url }, simulate: { status: 200 } })

    expect(warnings).toMatchObject([{ code: 'address_closed', path: '/node/url' }])
    expect(warnings[0]?.message).toContain(why)
  })

  it('warns of what it noticed on the way', async () => {
    const { preview } = await service()
    const node = { ...whole, headers: [{ name: 'X-Name', value: '{{ profile.nmae }}' }] }

    const { warnings } = await preview({ node, payload: { profile } })

    expect(warnings).toMatchObject([{ code: 'template_undefined' }, { code: 'value_empty' }])
  })
})
