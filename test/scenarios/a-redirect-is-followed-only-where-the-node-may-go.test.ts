import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { testFiles } from '../support/files.ts'
import { type Answer, inTurn, json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'

/** Redirects to a location, with several Location headers if there are several. */
const to =
  (status: number, ...locations: string[]): Answer =>
  (_request, response) => {
    response.writeHead(
      status,
      locations.flatMap((location) => ['Location', location]),
    )
    response.end('moved')
  }

const post = {
  method: 'POST',
  body: { structure: 'json', content: { format: 'csv' } },
  followRedirects: 3,
} as const
const get = { method: 'GET', followRedirects: 3 } as const

describe('a redirect that is followed', () => {
  it.each([
    [301, get],
    [302, get],
    [303, get],
    [307, get],
    [308, get],
    [307, { ...post, idempotent: true }],
    [308, { ...post, method: 'PUT' }],
    [307, { method: 'DELETE', followRedirects: 1 }],
  ] as const)('is a %i after %j: the same request, on the same connection', async (status, part) => {
    const target = await receiver(inTurn(to(status, '/b?x=1#part'), json(200, { done: true })))
    const { execute } = await service()

    const reply = await execute({
      node: {
        ...part,
        url: `${target.url}/a?q=1`,
        auth: { type: 'bearer', token: 't0k3n-value' },
        capture: { done: '{{ response.json.done }}' },
      },
    })

    const [first, second] = target.received
    expect(second).toMatchObject({ method: part.method, target: '/b?x=1', body: first?.body })
    expect(second?.rawHeaders).toEqual(first?.rawHeaders)
    expect(reply).toMatchObject({
      branch: 'success',
      delivered: 'yes',
      captured: { done: true },
      request: { method: part.method, url: `${target.url}/b?x=1` },
      response: { status: 200 },
      attempts: [
        { purpose: 'call', number: 1, status, delivered: 'yes' },
        { purpose: 'redirect', number: 2, status: 200, connectionReused: true },
      ],
      warnings: [],
    })
    expect(reply.attempts[1]).not.toHaveProperty('host')
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('is a 303 after %s, as GET without a body', async (method) => {
    const target = await receiver(inTurn(to(303, 'result/7'), json(200, {})))
    const { execute } = await service()
    const headers = [
      { name: 'X-Own', value: 'yes' },
      { name: 'Content-Language', value: 'de' },
    ]

    const reply = await execute({
      node: { ...post, method, headers, url: `${target.url}/jobs/all` },
      idempotencyKey: 'k-1',
    })

    const [, second] = target.received
    expect(second).toMatchObject({ method: 'GET', target: '/jobs/result/7', body: Buffer.alloc(0) })
    const names = headersNamed(second, 'X-Own', 'Content-Type', 'Content-Length', 'Content-Language')
    expect([names, headersNamed(second, 'Idempotency-Key')]).toEqual([[['X-Own', 'yes']], []])
    expect(reply).toMatchObject({
      idempotencyKey: 'k-1',
      succeeded: true,
      request: { method: 'GET', body: null, bodyBytes: 0 },
    })
  })

  it('stays delivered behind a 303, whatever follows, and is never repeated', async () => {
    const target = await receiver(inTurn(to(303, '/result'), json(503, {}), json(200, {})))
    const { execute } = await service()

    const reply = await execute({
      node: { ...post, idempotent: true, url: target.url, retry: { attempts: 3, initialDelayMs: 1 } },
    })

    expect(reply).toMatchObject({ succeeded: false, delivered: 'yes', repeat: 'never' })
    expect(target.received).toHaveLength(2)
  })

  it('leaves it to the last response whether the call is tried again, from the start', async () => {
    const target = await receiver(inTurn(to(307, '/b'), json(503, {}), to(302, '/c'), json(200, {})))
    const { execute } = await service()

    const reply = await execute({
      node: { ...get, url: `${target.url}/a`, retry: { attempts: 2, initialDelayMs: 1 } },
    })

    expect(target.received.map((request) => request.target)).toEqual(['/a', '/b', '/a', '/c'])
    expect(reply).toMatchObject({ succeeded: true, request: { url: `${target.url}/c` } })
    expect(reply.attempts.map(({ purpose }) => purpose)).toEqual(['call', 'redirect', 'call', 'redirect'])
  })

  it('has only what is left of timeoutMs', async () => {
    const slow: Answer = (_request, response) =>
      void setTimeout(() => to(302, '/b')(_request, response, undefined as never), 300)
    const target = await receiver(inTurn(slow, () => undefined))
    const { execute } = await service()

    const reply = await execute({ node: { ...get, url: target.url, timeoutMs: 2_000 } })

    const [, leftMs] =
      /timeoutMs is 2000 ms, this attempt had the last (\d+) ms/.exec(reply.reason.message) ?? []
    expect(Number(leftMs)).toBeLessThanOrEqual(2_000 - 295)
    expect(reply).toMatchObject({
      delivered: 'yes',
      repeat: 'if_idempotent',
      reason: { code: 'response_timeout', path: '/node/timeoutMs' },
      attempts: [{ status: 302 }, { purpose: 'redirect', delivered: 'maybe' }],
    })
  })

  it('has its body read to a limit only', async () => {
    const endless: Answer = async (_request, response) => {
      response.writeHead(302, { location: '/b' })
      for (let pieces = 0; pieces < 2_000 && !response.destroyed; pieces++)
        if (!response.write(Buffer.alloc(16_384)))
          await Promise.race([once(response, 'drain'), once(response, 'close')])
    }
    const target = await receiver(inTurn(endless, json(200, {})))
    const { execute } = await service()

    const reply = await execute({ node: { ...get, url: target.url, timeoutMs: 9_000 } })

    expect(reply).toMatchObject({
      succeeded: true,
      warnings: [],
      attempts: [{ status: 302 }, { status: 200, connectionReused: false }],
    })
  })
})

describe('a redirect to another origin', () => {
  const secrets = { k: 's3cr3t-value' }
  const rich = {
    auth: { type: 'bearer', token: '{{ secrets.k }}' },
    headers: [
      { name: 'X-Own', value: 'yes' },
      { name: 'Cookie', value: 'a=b' },
      { name: 'Accept', value: 'text/csv' },
      { name: 'X-Key', value: '{{ secrets.k }}' },
    ],
    propagateTrace: true,
  }

  it.each(['another host', 'another port'])('takes no credential and no header there: %s', async (what) => {
    const other = await receiver(json(200, {}))
    const target = await receiver((request, response) => {
      if (request.target === '/back') return response.end('{}')
      const elsewhere = what === 'another port' ? other.url : `https://127.0.0.1:${target.port}`
      return response.writeHead(307, { location: `${elsewhere}/back` }).end()
    })
    const { execute } = await service()

    const reply = await execute({ node: { ...post, ...rich, method: 'PUT', url: target.url }, secrets })

    const received = what === 'another port' ? other.received[0] : target.received[1]
    const host = what === 'another port' ? `localhost:${other.port}` : `127.0.0.1:${target.port}`
    expect(received?.rawHeaders).toEqual([
      ...['host', host, 'connection', 'keep-alive', 'User-Agent', expect.stringContaining('webhook-node')],
      ...['Content-Type', 'application/json', 'Accept', 'text/csv', 'content-length', '16'],
    ])
    expect(received?.body.toString()).toBe('{"format":"csv"}')
    const [name, port] = host.split(':')
    expect(reply).toMatchObject({
      succeeded: true,
      request: { url: `https://${host}/back` },
      attempts: [{ purpose: 'call' }, { purpose: 'redirect', host: name, port: Number(port) }],
    })
    expect(reply.request?.headers?.map(([shown]) => shown)).not.toContain('Authorization')
  })

  it('has lost them for good when it leads back', async () => {
    const target = await receiver((request, response) => {
      if (request.target === '/c') return response.writeHead(401).end()
      return response.writeHead(302, { location: `${other.url}/b` }).end()
    })
    const other = await receiver(to(302, `${target.url}/c`))
    const { execute } = await service()

    const reply = await execute({ node: { ...get, ...rich, url: `${target.url}/a` }, secrets })

    const [first, last] = target.received
    expect(headersNamed(first, 'Authorization')).toHaveLength(1)
    expect(headersNamed(last, 'Authorization', 'Cookie', 'X-Own', 'X-Key', 'traceparent')).toEqual([])
    expect(reply.reason).toMatchObject({
      path: '/node/followRedirects',
      hint: expect.stringContaining('another origin, so that neither credentials'),
    })
  })

  it.each([
    ['a secret', { format: '{{ secrets.k }}' }, {}],
    ['a sensitive value', { fields: [{ name: 'iban', literal: 'DE02', sensitive: true }] }, {}],
    [
      'a secret in its content type',
      {},
      { headers: [{ name: 'Content-Type', value: 'text/{{ secrets.k }}' }] },
    ],
  ])('is not followed with a body that carries %s', async (_what, content, part) => {
    const other = await receiver(json(200, {}))
    const target = await receiver(to(307, other.url))
    const { execute } = await service()
    const body = 'fields' in content ? { structure: 'simple', ...content } : { structure: 'json', content }

    const reply = await execute({ node: { ...post, ...part, method: 'PUT', body, url: target.url }, secrets })

    expect(other.received).toEqual([])
    expect(reply).toMatchObject({
      branch: 'error',
      response: { status: 307, body: 'moved' },
      attempts: [{ status: 307 }],
      warnings: [{ code: 'redirect_not_followed', path: '/node/followRedirects' }],
    })
  })

  it('has nothing of a connection there, and all of it at home', async () => {
    const other = await receiver(json(200, {}))
    const target = await receiver((request, response) => {
      const location = request.target === '/v1/a' ? '/v2/b' : other.url
      response.writeHead(302, { location }).end()
    })
    const auth = { type: 'bearer', token: '{{ secrets.k }}' }
    const headers = [{ name: 'X-Api-Version', value: 3 }]
    const files = await testFiles({
      'secrets.json': JSON.stringify(secrets),
      'connections.json': JSON.stringify({ crm: { baseUrl: `${target.url}/v1`, auth, headers } }),
    })
    const { execute } = await service({
      settings: {
        SECRETS_FILE: join(files.path, 'secrets.json'),
        CONNECTIONS_FILE: join(files.path, 'connections.json'),
      },
    })

    const reply = await execute({ node: { ...get, connection: 'crm', url: '/a' } })

    const names = ['Authorization', 'X-Api-Version'] as const
    expect(headersNamed(target.received[1], ...names).map(([, value]) => value)).toEqual([
      `Bearer ${secrets.k}`,
      '3',
    ])
    expect(headersNamed(other.received[0], ...names)).toEqual([])
    expect(reply).toMatchObject({ succeeded: true, connection: 'crm', request: { url: `${other.url}/` } })
    expect(JSON.stringify(reply)).not.toContain(secrets.k)
  })

  it('keeps the Idempotency-Key of the service, but not one of the node', async () => {
    const other = await receiver(json(200, {}))
    const target = await receiver(to(307, other.url))
    const { execute } = await service()
    const node = { ...post, idempotent: true, url: target.url }
    const headers = [{ name: 'Idempotency-Key', value: 'own' }]

    await execute({ node, idempotencyKey: 'k-1' })
    await execute({ node: { ...node, headers } })

    const keys = other.received.map((request) => headersNamed(request, 'Idempotency-Key'))
    expect(keys).toEqual([[['Idempotency-Key', 'k-1']], []])
  })

  it('leaves the body behind with a 303, and then goes there', async () => {
    const other = await receiver(json(200, {}))
    const target = await receiver(to(303, other.url))
    const { execute } = await service()
    const body = { structure: 'json', content: '{{ secrets.k }}' }

    const reply = await execute({ node: { ...post, body, url: target.url }, secrets })

    expect(other.received).toMatchObject([{ method: 'GET', body: Buffer.alloc(0) }])
    expect(reply).toMatchObject({ succeeded: true, warnings: [] })
  })
})

describe('a redirect that leads where the node may not go', () => {
  it('to a denied address is address_denied, with no packet', async () => {
    const target = await receiver(to(302, 'https://169.254.169.254/latest/meta-data'))
    const { execute } = await service()

    const reply = await execute({
      node: { ...get, url: target.url, retry: { attempts: 3, initialDelayMs: 1 } },
    })

    expect(reply).toMatchObject({
      delivered: 'yes',
      repeat: 'never',
      reason: { code: 'address_denied', path: '/node/followRedirects' },
      response: null,
      attempts: [
        { status: 302, delivered: 'yes' },
        {
          purpose: 'redirect',
          host: '169.254.169.254',
          port: 443,
          failure: 'address_denied',
          delivered: 'no',
        },
      ],
    })
    expect(reply.reason.hint).toContain('The call was redirected to "169.254.169.254", another origin')
  })

  it('to the service itself is address_denied', async () => {
    const running = await service()
    const target = await receiver(to(302, running.url.replace('http:', 'https:')))

    const reply = await running.execute({ node: { ...get, url: target.url } })

    expect(reply).toMatchObject({ reason: { code: 'address_denied' }, delivered: 'yes', repeat: 'never' })
  })

  it('outside of "hosts" is url_invalid', async () => {
    const other = await receiver(json(200, {}))
    const target = await receiver(to(302, other.url))
    const { execute } = await service()
    const hosts = [`localhost:${target.port}`]

    const reply = await execute({
      node: { ...get, url: '{{ vars.next }}', hosts },
      payload: { vars: { next: target.url } },
    })

    expect(other.received).toEqual([])
    expect(reply).toMatchObject({
      delivered: 'yes',
      repeat: 'never',
      reason: { code: 'url_invalid', blame: 'node', path: '/node/hosts' },
      attempts: [{ status: 302 }, { purpose: 'redirect', port: other.port, failure: 'url_invalid' }],
    })
  })

  it('to a path that the binding of a secret does not allow is secret_not_allowed', async () => {
    const target = await receiver(inTurn(to(302, '/v1/b'), to(302, '/admin'), json(200, {})))
    const files = await testFiles({
      'secrets.json': JSON.stringify({ k: { value: 's3cr3t-value', paths: ['/v1'] } }),
    })
    const { execute } = await service({ settings: { SECRETS_FILE: join(files.path, 'secrets.json') } })
    const auth = { type: 'bearer', token: '{{ secrets.k }}' }

    const reply = await execute({ node: { ...get, auth, url: `${target.url}/v1/a` } })

    expect(target.received.map((request) => request.target)).toEqual(['/v1/a', '/v1/b'])
    expect(reply).toMatchObject({
      delivered: 'yes',
      repeat: 'never',
      reason: { code: 'secret_not_allowed', path: '/node/followRedirects' },
      attempts: [{ status: 302 }, { status: 302 }, { failure: 'secret_not_allowed', delivered: 'no' }],
    })
  })

  it('to a host that is not there has a failure of its own, and may be tried again', async () => {
    const gone = await receiver(json(200, {}))
    await gone.close()
    const target = await receiver(to(307, `${gone.url}/b`))
    const { execute } = await service()

    const reply = await execute({
      node: { ...get, url: target.url, retry: { attempts: 2, initialDelayMs: 1 } },
    })

    expect(reply).toMatchObject({
      delivered: 'yes',
      repeat: 'safe',
      reason: { code: 'connect_refused', path: '/node/followRedirects' },
    })
    expect(target.received).toHaveLength(2)
  })

  it('and that fails elsewhere: the connection of the node is not to blame', async () => {
    const gone = await receiver(json(200, {}))
    await gone.close()
    const target = await receiver(to(302, gone.url))
    const files = await testFiles({ 'connections.json': JSON.stringify({ crm: { baseUrl: target.url } }) })
    const { execute } = await service({
      settings: { CONNECTIONS_FILE: join(files.path, 'connections.json') },
    })

    const reply = await execute({ node: { ...get, connection: 'crm', url: '/' } })

    expect(reply.reason).toMatchObject({ code: 'connect_refused', path: '/node/followRedirects' })
  })
})

describe('a redirect that is not followed', () => {
  it.each([
    ['no Location', to(302), get],
    ['two', to(302, '/a', '/b'), get],
    ['an empty one', to(302, ''), get],
    ['plain HTTP', to(302, 'http://localhost/'), get],
    ['another scheme', to(302, 'ftp://localhost/'), get],
    ['a scheme without a host', to(302, 'https:evil.example'), get],
    ['three slashes', to(302, 'https:///evil.example'), get],
    ['user info', to(302, 'https://user:pass@localhost/'), get],
    ['a backslash', to(302, '/\\evil.example'), get],
    ['white space', to(302, '/a b'), get],
    ['Unicode', to(302, '/\u00fc'), get],
    ['port 0', to(302, 'https://localhost:0/'), get],
    ['8 KiB', to(302, `/${'a'.repeat(9_000)}`), get],
    ['301 after POST', to(301, '/b'), post],
    ['302 after DELETE', to(302, '/b'), { ...get, method: 'DELETE' }],
    ['307 after POST', to(307, '/b'), post],
    ['308 after PATCH', to(308, '/b'), { ...post, method: 'PATCH' }],
  ] as const)('is the response: %s', async (_what, answer, part) => {
    const target = await receiver(answer)
    const { execute } = await service()

    const reply = await execute({ node: { ...part, url: target.url } })

    expect(target.received).toHaveLength(1)
    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'expectation_unmet' },
      response: { body: 'moved' },
      attempts: [{ purpose: 'call' }],
      warnings: [{ code: 'redirect_not_followed', path: '/node/followRedirects' }],
    })
  })

  it('says of user info that it is not sent, and does not show it', async () => {
    const target = await receiver(to(302, 'https://ada:pass-Word-77@localhost/'))
    const { execute } = await service()

    const { reason, warnings } = await execute({ node: { ...get, url: target.url } })

    const why =
      'The Location of the redirect has a user or a password before its host, which the service does not send.'
    expect(reason.hint).toContain(why)
    expect(reason.hint).toContain('belongs into auth of the node')
    expect(warnings[0]?.message).toContain(why)
    expect(JSON.stringify([reason, warnings])).not.toContain('pass-Word-77')
  })

  it('is one whose body does not end', async () => {
    const target = await receiver((_request, response) => {
      response.writeHead(302, { location: '/b' }).write('mov')
    })
    const { execute } = await service()

    const reply = await execute({ node: { ...get, url: target.url, timeoutMs: 300 } })

    expect(target.received).toHaveLength(1)
    expect(reply).toMatchObject({
      reason: { code: 'expectation_unmet' },
      response: { status: 302, body: 'mov' },
      attempts: [{ status: 302 }],
      warnings: [{ code: 'redirect_not_followed' }, { code: 'response_truncated' }],
    })
  })

  it('is the last of a loop', async () => {
    const target = await receiver(to(302, '/a'))
    const { execute } = await service()

    const reply = await execute({ node: { ...get, followRedirects: 5, url: `${target.url}/a` } })

    expect(target.received).toHaveLength(6)
    expect(reply).toMatchObject({
      response: { status: 302, body: 'moved' },
      warnings: [{ code: 'redirect_not_followed', message: expect.stringContaining('followRedirects is 5') }],
    })
  })

  it.each([undefined, 0])('is every one with %s', async (followRedirects) => {
    const target = await receiver(to(302, '/a'))
    const { execute } = await service()

    const reply = await execute({ node: { method: 'GET', url: target.url, followRedirects } })

    expect(target.received).toHaveLength(1)
    expect(reply).toMatchObject({ response: { status: 302 }, warnings: [] })
    expect(reply.reason.hint).toContain('Or set "followRedirects": 1')
  })

  it('is one to a host that a secret is part of: masked where it is shown', async () => {
    const target = await receiver((request, response) => {
      const [, token = ''] = request.rawHeaders.find((value) => value.startsWith('Bearer '))?.split(' ') ?? []
      if (request.target === '/') response.writeHead(302, { location: `/echo/${token}?t=${token}` })
      else if (request.target.startsWith('/echo'))
        response.writeHead(302, { location: `https://${token}.invalid/` })
      response.end()
    })
    const files = await testFiles({ 'secrets.json': JSON.stringify({ k: 'S3cr3t-Value' }) })
    const { execute, log } = await service({
      settings: { SECRETS_FILE: join(files.path, 'secrets.json'), LOG_LEVEL: 'info' },
    })
    const node = { ...get, auth: { type: 'bearer', token: '{{ secrets.k }}' }, url: `${target.url}/` }

    const replies = [await execute({ node: { ...node, followRedirects: 1 } }), await execute({ node })]

    expect(replies[0]).toMatchObject({ request: { url: `${target.url}/echo/•••?t=•••` } })
    expect(replies[1]).toMatchObject({ attempts: [{}, {}], response: { status: 302 } })
    expect(JSON.stringify([replies, log])).not.toMatch(/s3cr3t-value/i)
  })
})
