import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import { testFiles } from '../support/files.ts'
import { type Answer, json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { type ServiceOptions, service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'

const key = 'K3Y-of-the-partner+01'
const get = { method: 'GET', followRedirects: 3 } as const

/** A target that redirects to another port, and what both have got. */
async function world(
  locate: (request: Parameters<Answer>[0], origin: string) => string,
  options: (url: string) => Promise<ServiceOptions> | ServiceOptions = () => ({}),
) {
  const other = await receiver(json(200, {}))
  const target = await receiver(
    (request, response) => void response.writeHead(307, { location: locate(request, other.url) }).end(),
  )
  const running = await service(await options(target.url))
  return { other, target, ...running }
}

type World = Awaited<ReturnType<typeof world>>

function expectHeld({ other, target }: Pick<World, 'other' | 'target'>, reply: ExecuteReply) {
  expect(target.received).toHaveLength(1)
  expect(other.received).toEqual([])
  expect(reply).toMatchObject({
    response: { status: 307 },
    delivered: 'yes',
    warnings: expect.arrayContaining([
      {
        code: 'redirect_not_followed',
        path: '/node/followRedirects',
        message: expect.stringContaining('another origin, and its URL'),
      },
    ]),
  })
  expect(JSON.stringify(reply)).not.toContain(key)
}

const sameTarget = ({ target }: Parameters<Answer>[0], origin: string) => `${origin}${target}`
const secrets = { key }

describe('a redirect to another origin that repeats a secret of the request is not followed:', () => {
  it.each([
    { what: 'in the query', node: { query: [{ name: 'k', value: '{{ secrets.key }}' }] } },
    {
      what: 'of an API',
      node: { auth: { type: 'apiKey', in: 'query', name: 'k', value: '{{ secrets.key }}' } },
    },
    { what: 'written in the node', node: { auth: { type: 'apiKey', in: 'query', name: 'k', value: key } } },
    {
      what: 'a sensitive value',
      node: { query: [{ name: 'k', source: 'vars', field: 'k', sensitive: true }] },
    },
  ])('$what', async ({ node }) => {
    const running = await world(sameTarget)

    const reply = await running.execute({
      node: { ...get, url: `${running.target.url}/start`, ...node },
      secrets,
      payload: { vars: { k: key } },
    })

    expectHeld(running, reply)
  })

  it('in the path', async () => {
    const running = await world(sameTarget)

    const reply = await running.execute({
      node: { ...get, url: `${running.target.url}/{{ secrets.key }}/start` },
      secrets,
    })

    expectHeld(running, reply)
  })

  it.each([
    ['as it is', encodeURIComponent(key)],
    ['in base64url', Buffer.from(key).toString('base64url')],
    ['within base64', encodeURIComponent(Buffer.from(`user:${key}`).toString('base64'))],
    ['in escapes', [...Buffer.from(key)].map((byte) => `%${byte.toString(16)}`).join('')],
    ['in escapes of escapes', [...Buffer.from(key)].map((byte) => `%25${byte.toString(16)}`).join('')],
  ])('a header, %s', async (_how, spelling) => {
    const running = await world((_request, origin) => `${origin}/n?t=${spelling}`)

    const reply = await running.execute({
      node: { ...get, url: running.target.url, headers: [{ name: 'X-Key', value: '{{ secrets.key }}' }] },
      secrets,
    })

    expectHeld(running, reply)
  })

  it('a secret of the service that is bound to the host', async () => {
    const running = await world(
      (request, origin) =>
        `${origin}/n?t=${encodeURIComponent(headersNamed(request, 'Authorization')[0]?.[1] ?? '')}`,
      async () => {
        const files = await testFiles({
          'secrets.json': JSON.stringify({ bound: { value: key, hosts: ['localhost'] } }),
        })
        return { settings: { SECRETS_FILE: join(files.path, 'secrets.json') } }
      },
    )

    const reply = await running.execute({
      node: { ...get, url: running.target.url, auth: { type: 'bearer', token: '{{ secrets.bound }}' } },
    })

    expectHeld(running, reply)
  })

  it.each([
    { of: 'the key of a connection', auth: { type: 'apiKey', in: 'query', name: 'k', value: key } },
    { of: 'a header of a connection', headers: [{ name: 'X-Key', value: key, sensitive: true }] },
    { of: 'a token of a connection', auth: { type: 'bearer', token: key } },
    { of: 'a password of a connection', auth: { type: 'basic', username: 'someone', password: key } },
  ])('$of that stands in CONNECTIONS_FILE', async ({ of: _of, ...entry }) => {
    const running = await world(
      (_request, origin) => `${origin}/n?t=${encodeURIComponent(key)}`,
      async (url) => {
        const files = await testFiles({
          'connections.json': JSON.stringify({ crm: { baseUrl: url, ...entry } }),
        })
        return { settings: { CONNECTIONS_FILE: join(files.path, 'connections.json') } }
      },
    )

    const reply = await running.execute({ node: { ...get, connection: 'crm', url: '/start' } })

    expectHeld(running, reply)
  })

  it('a token of OAuth 2.0', async () => {
    const login = await receiver(json(200, { access_token: key, token_type: 'Bearer', expires_in: 600 }))
    const running = await world(
      (request, origin) => `${origin}/?t=${headersNamed(request, 'Authorization')[0]?.[1]?.slice(7)}`,
    )
    const auth = {
      type: 'oauth2',
      tokenUrl: login.url,
      clientId: 'client-4711',
      clientSecret: '{{ secrets.other }}',
    }

    const reply = await running.execute({
      node: { ...get, url: running.target.url, auth },
      secrets: { other: 's3cr3t-of-the-client' },
    })

    expectHeld(running, reply)
  })

  it('a signature', async () => {
    const running = await world(
      (request, origin) => `${origin}/?s=${headersNamed(request, 'X-Sign')[0]?.[1]}`,
    )
    const signing = {
      scheme: 'hmac',
      over: '{{ path }}',
      header: 'X-Sign',
      value: '{{ hex }}',
      secret: '{{ secrets.key }}',
    }

    const reply = await running.execute({ node: { ...get, url: running.target.url, signing }, secrets })

    expectHeld(running, reply)
  })

  it.each(['signature', 'session token'])('the %s for AWS', async (what) => {
    const running = await world((request, origin) => {
      const value =
        what === 'signature'
          ? /Signature=(\w+)/.exec(headersNamed(request, 'Authorization')[0]?.[1] ?? '')?.[1]
          : headersNamed(request, 'X-Amz-Security-Token')[0]?.[1]
      return `${origin}/?s=${encodeURIComponent(value ?? '')}`
    })
    const auth = {
      type: 'awsSigV4',
      region: 'eu-central-1',
      service: 'execute-api',
      accessKeyId: 'AKIDEXAMPLE123456',
      secretAccessKey: '{{ secrets.key }}',
      sessionToken: 'session-token-of-a-role',
    }

    const reply = await running.execute({ node: { ...get, url: running.target.url, auth }, secrets })

    expectHeld(running, reply)
  })
})

describe('a redirect is followed', () => {
  it('to another origin, with what is no secret', async () => {
    const running = await world(sameTarget)

    const reply = await running.execute({
      node: {
        ...get,
        url: `${running.target.url}/start?a=1`,
        auth: { type: 'bearer', token: key },
        query: [{ name: 'b', source: 'vars', field: 'b' }],
      },
      payload: { vars: { b: 'an open value' } },
    })

    expect(running.other.received.map(({ target }) => target)).toEqual(['/start?a=1&b=an%20open%20value'])
    expect(reply).toMatchObject({ succeeded: true, warnings: [] })
  })

  it('to its own origin, with a secret', async () => {
    const target = await receiver((request, response) =>
      request.target.startsWith('/n')
        ? void response.end('{}')
        : void response.writeHead(302, { location: `/n?k=${encodeURIComponent(key)}` }).end(),
    )
    const { execute } = await service()

    const reply = await execute({
      node: { ...get, url: target.url, auth: { type: 'bearer', token: key } },
    })

    expect(target.received.map((one) => one.target)).toEqual(['/', `/n?k=${encodeURIComponent(key)}`])
    expect(reply.succeeded).toBe(true)
  })
})

describe('with CONNECTIONS=required', () => {
  async function required(connections: (own: string, other: string) => object, settings: object = {}) {
    const running = { other: await receiver(json(200, {})) }
    const target = await receiver(
      (_request, response) => void response.writeHead(302, { location: `${running.other.url}/n` }).end(),
    )
    const files = await testFiles({
      'connections.json': JSON.stringify(connections(target.url, running.other.url)),
    })
    const started = await service({
      settings: {
        CONNECTIONS_FILE: join(files.path, 'connections.json'),
        CONNECTIONS: 'required',
        ...settings,
      },
    })
    return { target, ...running, ...started }
  }
  const node = { ...get, connection: 'crm', url: '/start' }

  it('a redirect to a host and port that no connection has is not followed', async () => {
    const { execute, other } = await required((own) => ({ crm: { baseUrl: own } }))

    const reply = await execute({ node })

    expect(other.received).toEqual([])
    expect(reply).toMatchObject({
      response: { status: 302 },
      warnings: [{ code: 'redirect_not_followed', message: expect.stringContaining('CONNECTIONS=required') }],
    })
  })

  it('a redirect to the host of another connection is followed if the tenant has that', async () => {
    const { execute, other } = await required((own, theirs) => ({
      crm: { baseUrl: own },
      files: { baseUrl: `${theirs}/v1`, tenants: ['acme'] },
    }))

    expect(await execute({ node, tenant: 'umbrella' })).toMatchObject({ response: { status: 302 } })
    expect(await execute({ node })).toMatchObject({ response: { status: 302 } })
    expect(other.received).toEqual([])
    expect(await execute({ node, tenant: 'acme' })).toMatchObject({ succeeded: true, warnings: [] })
  })

  it('without the setting it is followed', async () => {
    const { execute } = await required((own) => ({ crm: { baseUrl: own } }), { CONNECTIONS: 'optional' })

    expect(await execute({ node })).toMatchObject({ succeeded: true, warnings: [] })
  })
})
