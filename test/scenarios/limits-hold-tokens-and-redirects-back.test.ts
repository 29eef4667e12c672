import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import { testFiles } from '../support/files.ts'
import { type Answer, inTurn, json, type Receiver } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

async function limited({ connections = {}, limits = [] }: { connections?: object; limits?: object[] }) {
  const files = await testFiles({
    'secrets.json': JSON.stringify({ id: 'client-4711', secret: 's3cr3t-of-the-client' }),
    'connections.json': JSON.stringify(connections),
    'limits.json': JSON.stringify(limits),
  })
  return service({
    settings: {
      SECRETS_FILE: join(files.path, 'secrets.json'),
      CONNECTIONS_FILE: join(files.path, 'connections.json'),
      LIMITS_FILE: join(files.path, 'limits.json'),
    },
  })
}

const placeOf = ({ port }: Pick<Receiver, 'port'>) => `localhost:${port}`
const purposes = ({ attempts }: ExecuteReply) => attempts.map(({ purpose }) => purpose)

/** One call, and hardly ever another one. */
const once = { perSecond: 0.01, burst: 1 }

describe('a request for a token', () => {
  const oauth2 = ({ url }: Pick<Receiver, 'url'>) => ({
    type: 'oauth2',
    tokenUrl: `${url}/token`,
    clientId: '{{ secrets.id }}',
    clientSecret: '{{ secrets.secret }}',
  })
  // Without `expires_in` a token is not kept.
  const login: Answer = json(200, { access_token: 'a-token-of-the-crm', token_type: 'Bearer' })

  it('does not count against the limits of the connection, which are those of its target', async () => {
    const [endpoint, target] = [await receiver(login), await receiver(json(200, {}))]
    const crm = { baseUrl: target.url, auth: oauth2(endpoint), limits: once }
    const { execute } = await limited({ connections: { crm } })
    const node = { method: 'GET', connection: 'crm', url: '/', timeoutMs: 1_000 }

    const [first, second] = [await execute({ node }), await execute({ node })]

    expect(first).toMatchObject({ succeeded: true, attempts: [{ purpose: 'token' }, { purpose: 'call' }] })
    expect(second).toMatchObject({
      reason: { code: 'rate_limited' },
      delivered: 'no',
      repeat: 'safe',
      attempts: [{ purpose: 'token', status: 200 }, { failure: 'rate_limited' }],
    })
  })

  it('counts against the lines of LIMITS_FILE, and what it holds back is not sent', async () => {
    const [endpoint, target] = [await receiver(login), await receiver(json(200, {}))]
    const { execute } = await limited({ limits: [{ host: placeOf(endpoint), ...once }] })
    const node = { method: 'GET', url: target.url, auth: oauth2(endpoint), timeoutMs: 1_000 }

    expect(await execute({ node })).toMatchObject({ succeeded: true })
    const held = await execute({ node })

    expect(held).toMatchObject({
      reason: { code: 'rate_limited', blame: 'service' },
      delivered: 'no',
      repeat: 'safe',
      attempts: [
        { purpose: 'token', port: endpoint.port, failure: 'rate_limited' },
        { purpose: 'call', failure: 'rate_limited' },
      ],
    })
    expect(held.retryAfterMs).toBeGreaterThan(10_000)
    expect(target.received).toHaveLength(1)
  })

  it('that is held back costs a node with a retry rule no attempt', async () => {
    const [endpoint, target] = [await receiver(login), await receiver(json(200, {}))]
    const { execute } = await limited({ limits: [{ host: placeOf(endpoint), perSecond: 1, burst: 1 }] })
    const retry = { attempts: 2, initialDelayMs: 1, on: [503] }
    const node = { method: 'GET', url: target.url, auth: oauth2(endpoint), timeoutMs: 500, retry }

    const replies = [await execute({ node }), await execute({ node })]

    expect(replies.map(purposes)).toEqual([
      ['token', 'call'],
      ['token', 'call'],
    ])
    expect(replies).toMatchObject([{ succeeded: true }, { succeeded: true }])
  })
})

describe('a redirect', () => {
  const to =
    (location: string, status = 302): Answer =>
    (_request, response) =>
      void response.writeHead(status, { location }).end()
  const get = { method: 'GET', followRedirects: 3, timeoutMs: 5_000 } as const

  it('to the origin of a connection counts in its bucket, also on the way back from elsewhere', async () => {
    const target = await receiver((request, response, incoming) => {
      const answers: Record<string, Answer> = { '/a': to('/b'), '/b': to(other.url), '/c': json(200, {}) }
      answers[request.target]?.(request, response, incoming)
    })
    const other = await receiver(to(`${target.url}/c`))
    const run = async (burst: number) => {
      const crm = { baseUrl: target.url, limits: { perSecond: 0.01, burst } }
      const { execute } = await limited({ connections: { crm } })
      return execute({ node: { ...get, connection: 'crm', url: '/a' } })
    }

    expect(await run(3)).toMatchObject({ succeeded: true })
    expect(await run(2)).toMatchObject({
      reason: { code: 'rate_limited' },
      attempts: [{}, {}, { status: 302, port: other.port }, { failure: 'rate_limited' }],
    })
    expect(await run(1)).toMatchObject({
      reason: { code: 'rate_limited' },
      attempts: [{ status: 302 }, { purpose: 'redirect', failure: 'rate_limited' }],
    })
  })

  it('to the same host counts in the same bucket without a connection, too', async () => {
    const target = await receiver(inTurn(to('/b'), json(200, {})))
    const { execute } = await limited({ limits: [{ host: placeOf(target), perSecond: 0.01, burst: 2 }] })
    const node = { ...get, url: target.url }

    expect(await execute({ node })).toMatchObject({ succeeded: true })
    expect(await execute({ node })).toMatchObject({ reason: { code: 'rate_limited' }, delivered: 'no' })
  })

  it('to another host counts there; what was sent before it has cost an attempt', async () => {
    const other = await receiver(json(200, {}))
    const target = await receiver(to(other.url))
    const { execute } = await limited({ limits: [{ host: placeOf(other), perSecond: 0.5, burst: 1 }] })
    const node = { ...get, timeoutMs: 1_000, url: target.url }

    expect(await execute({ node })).toMatchObject({ succeeded: true })
    const held = await execute({ node })
    const retried = await execute({ node: { ...node, retry: { attempts: 2, initialDelayMs: 1 } } })

    expect(held).toMatchObject({
      reason: { code: 'rate_limited' },
      delivered: 'yes',
      repeat: 'safe',
      attempts: [{ status: 302 }, { purpose: 'redirect', port: other.port, failure: 'rate_limited' }],
    })
    expect(held.retryAfterMs).toBeGreaterThan(0)
    expect(retried).toMatchObject({
      succeeded: true,
      attempts: [{ status: 302 }, { failure: 'rate_limited' }, { status: 302 }, { status: 200 }],
    })
  }, 20_000)

  it('to another host whose limit holds it back is not followed by a second write', async () => {
    const other = await receiver(json(200, {}))
    const target = await receiver(to(other.url, 303))
    const { execute } = await limited({ limits: [{ host: placeOf(other), ...once }] })
    const retry = { attempts: 5, initialDelayMs: 1 }
    const node = { ...get, method: 'POST', idempotent: true, url: target.url, retry }

    await execute({ node })
    const held = await execute({ node })

    expect(held).toMatchObject({ reason: { code: 'rate_limited' }, delivered: 'yes', repeat: 'never' })
    expect(target.received).toHaveLength(2)
  })

  it('to a host that asks for a pause pauses no connection of another one', async () => {
    const busy: Answer = (_request, response) => response.writeHead(429, { 'retry-after': '50' }).end()
    const other = await receiver(busy)
    const target = await receiver(inTurn(to(other.url), to('/busy'), busy, json(200, {})))
    const { execute } = await limited({ connections: { crm: { baseUrl: target.url } } })
    const node = { ...get, connection: 'crm', url: '/' }

    const elsewhere = await execute({ node })
    const own = await execute({ node })
    const after = await execute({ node })

    expect(elsewhere).toMatchObject({ response: { status: 429 }, retryAfterMs: 50_000 })
    expect(own).toMatchObject({ response: { status: 429 }, retryAfterMs: 50_000 })
    expect(after).toMatchObject({ reason: { code: 'target_paused' } })
  })
})
