import { describe, expect, it } from 'vitest'
import { previewNode } from '../../src/execution/preview.ts'
import { context, given, preview, responding } from './support/executions.ts'

describe('a preview', () => {
  it('shows the request, the command and nothing else', () => {
    const reply = preview({
      node: {
        auth: { type: 'bearer', token: '{{ secrets.crm_token }}' },
        query: [{ name: 'email', source: 'profile', field: 'email' }],
        body: { structure: 'simple', fields: [{ name: 'it', value: "it's" }] },
      },
      payload: { profile: { email: 'a@b' } },
    })

    expect(reply).toEqual({
      request: {
        method: 'POST',
        url: 'https://target.example/hook?email=a%40b',
        headers: [
          ['host', 'target.example'],
          ['connection', 'keep-alive'],
          ['User-Agent', 'webhook-node/test'],
          ['Accept', '*/*'],
          ['Content-Type', 'application/json'],
          ['Authorization', '•••'],
          ['content-length', '13'],
        ],
        body: '{"it":"it\'s"}',
        bodyBytes: 13,
      },
      curl: `curl --request 'POST' --url 'https://target.example/hook?email=a%40b' \\
  --header 'User-Agent: webhook-node/test' \\
  --header 'Accept: */*' \\
  --header 'Content-Type: application/json' \\
  --header 'Authorization: Bearer '"$crm_token" \\
  --data-raw '{"it":"it'\\''s"}' \\
  --max-time '10'`,
      warnings: [],
      simulated: null,
    })
  })

  it('names what is wrong with a node', () => {
    const result = previewNode(
      { node: given({ method: 'GET', url: 'http://t' }) },
      { ...context, egressClient: responding() },
    )

    expect(result.kind === 'refused' && result.errors.map(({ path }) => path)).toEqual(['/node/url'])
  })

  it('says that the service may not call the target', () => {
    const denial = { detail: 'The service may not call 10.0.0.1:443: it is a private address.', hint: 'Ask.' }
    const egressClient = { ...responding(), describeDenial: () => denial }

    const { simulated, warnings } = preview({ node: {}, simulate: { status: 200 } }, { egressClient })

    expect(simulated?.branch).toBe('success')
    expect(warnings).toEqual([
      {
        code: 'address_closed',
        path: '/node/url',
        message: `An execution ends with address_denied. ${denial.detail} Ask.`,
      },
    ])
  })

  it('warns as the execution would', () => {
    const node = { query: [{ name: 'q', source: 'profile', field: 'emial' }] } as const

    expect(preview({ node, payload: { profile: { email: 'a' } } }).warnings).toEqual([
      {
        code: 'value_empty',
        path: '/node/query/0',
        message: 'The profile has no attribute "emial". Did you mean "email"?',
      },
    ])
  })
})

describe('secrets in a preview', () => {
  const node = {
    url: 'https://t.example/{{ secrets.path }}',
    auth: { type: 'basic', username: 'ada.lovelace', password: '{{ secrets.word }}' },
    headers: [{ name: 'X-Key', value: 'k-{{ secrets.key }}' }],
    query: [{ name: 'note', source: 'profile', field: 'note', sensitive: true }],
    body: { structure: 'json', content: { a: 'x{{ secrets.key }}', all: '{{ profile }}' } },
  } as const
  const payload = { profile: { note: "it's private", key: 'real-key' } }

  it('need no values', () => {
    const { request, curl } = preview({ node, payload })

    expect(JSON.stringify(request)).not.toContain('SECRET')
    expect(request).toMatchObject({ url: 'https://t.example/•••?note=•••' })
    expect(curl).toContain(`--url 'https://t.example/'"$(uri "$secret_path")"'?note='"$(uri "$note")"`)
    expect(curl).toContain(`--user "$auth_username"':'"$word"`)
    expect(curl).toContain(`--header 'X-Key: k-'"$key"`)
    expect(curl).toContain(`"a":"x'"$(json "$key")"'"`)
  })

  it('with values are variables all the same, and hidden wherever else they stand', () => {
    const secrets = { path: 'real-path', word: 'real-word', key: 'real-key' }
    const { request, curl } = preview({ node, payload, secrets })

    expect(curl).toContain(`"$key"`)
    for (const value of [...Object.values(secrets), 'ada.lovelace', 'private']) {
      expect(curl).not.toContain(value)
      expect(JSON.stringify(request)).not.toContain(value)
    }
  })

  it('that are not sent are not looked up', () => {
    const { curl } = preview({
      node: {},
      secrets: { other: 'other-value' },
      payload: { profile: { v: 'other-value' } },
    })

    expect(curl).not.toContain('$other')
  })

  it.each([6_000, 40_000])('never suppress a curl command without a warning: %i characters', (count) => {
    const { curl, warnings } = preview({
      node: {
        body: {
          structure: 'raw',
          contentType: 'application/x-www-form-urlencoded; charset=shift_jis',
          content: 'a={{ profile.v }}&s={{ secrets.key }}',
        },
      },
      payload: { profile: { v: '日本"'.repeat(count) } },
      secrets: { key: 'abcd' },
    })

    expect(curl === null).toBe(warnings.some(({ code }) => code === 'curl_too_long'))
  })

  it('may look like the mark of a secret', () => {
    const content = 'SECRET-0-key-TERCES {{ secrets.key }}'
    const { curl } = preview({ node: { body: { structure: 'raw', contentType: 'text/plain', content } } })

    expect(curl).toContain(`--data-raw 'SECRET-0-key-TERCES '"$key"`)
  })
})

describe('a simulated response', () => {
  const node = {
    branches: { success: 'yes', error: 'no' },
    expect: { type: 'status', value: 200 },
    capture: { id: '{{ response.json.id }}', type: '{{ response.headers.x-type }}' },
  } as const

  it('is decided on as if it had come', () => {
    const simulate = { status: 201, headers: { 'X-Type': 'lead' }, body: '{"id":12345678901234567890}' }
    const { simulated } = preview({ node, simulate })

    expect(simulated).toMatchObject({
      branch: 'no',
      succeeded: false,
      reason: { code: 'expectation_unmet', hint: expect.stringContaining('use 2xx or list both') },
    })
    expect(JSON.stringify(simulated?.captured)).toBe('{"id":12345678901234567890,"type":"lead"}')
  })

  it.each([
    ['a charset', { 'Content-Type': 'text/plain; charset=ISO-8859-1' }, 'Müller'],
    [
      'an encoding of XML',
      { 'Content-Type': 'text/xml' },
      '<?xml version="1.0" encoding="ISO-8859-1"?><n>Müller</n>',
    ],
    ['a mark of its own', {}, '\ufeffMüller'],
    ['nothing', {}, 'Müller'],
  ])('is the text that was given, though it name %s', (_what, headers, body) => {
    const { simulated, warnings } = preview({
      node: { capture: { body: '{{ response.body }}' } },
      simulate: { status: 200, headers, body },
    })

    expect(simulated?.captured.body).toBe(body.replace('\ufeff', ''))
    expect(warnings).toEqual([])
  })

  it('leads to a warning for a capture that finds nothing', () => {
    const { warnings } = preview({
      node: { capture: { id: '{{ response.json.idd }}' } },
      simulate: { status: 200, body: '{"id":7}' },
    })

    expect(warnings.map(({ code, path }) => `${code} ${path}`)).toEqual(['capture_empty /node/capture/id'])
  })

  it('is captured from as from the real one', () => {
    const simulate = {
      status: 200,
      headers: { 'Set-Cookie': 'sid=c0ok1e' },
      body: '{"id":"s3cr3t sid=c0ok1e"}',
    }
    const { simulated } = preview({ node, simulate, secrets: { a: 's3cr3t' } })

    expect(simulated?.captured.id).toBe('s3cr3t sid=c0ok1e')
  })

  it.each([
    ['response_timeout', '/node/timeoutMs', 'target'],
    ['dns_not_found', '/node/url', 'node'],
    ['shutdown', null, 'service'],
  ])('may be the failure %s', (failure, path, blame) => {
    expect(preview({ node, simulate: { failure } }).simulated).toMatchObject({
      branch: 'no',
      reason: { code: failure, path, blame },
      captured: { id: null, type: null },
    })
  })
})

describe('a preview of what cannot be rendered', () => {
  it('shows the branch that the execution would take', () => {
    const node = { url: 'https://t.example/{{ profile.id }}', onError: 'exit', capture: { a: 'x' } } as const

    expect(preview({ node, simulate: { status: 200 } })).toEqual({
      request: {
        method: 'POST',
        url: 'https://t.example/',
        headers: [
          ['host', 't.example'],
          ['connection', 'keep-alive'],
          ['User-Agent', 'webhook-node/test'],
          ['Accept', '*/*'],
          ['content-length', '0'],
        ],
        body: null,
        bodyBytes: 0,
      },
      curl: null,
      warnings: [],
      simulated: {
        branch: 'exit',
        succeeded: false,
        reason: expect.objectContaining({ code: 'value_missing', path: '/node/url' }),
        captured: { a: null },
      },
    })
  })
})
