import { describe, expect, it, vi } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import type { Problem } from '../../src/contract/schemas.ts'
import { startProcessAmongServers } from '../support/process.ts'
import { held, inTurn, json, never } from '../support/receiver.ts'
import { scrape } from '../support/scrape.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { serviceWithStore, storeFile } from './support/durable.ts'

const lead = { profile: { email: 'ada@example.com' } }

describe('with a store, a key', () => {
  it('is executed once, and is answered with the reply of before', async () => {
    const target = await receiver(json(201, { id: 'L-9' }))
    const { post } = await serviceWithStore()
    const call = {
      node: { method: 'POST', url: target.url, capture: { id: '{{ response.json.id }}' } },
      payload: lead,
      idempotencyKey: 'k-1',
    }

    const first = await post<ExecuteReply>('/v1/execute', call)
    const second = await post<ExecuteReply>('/v1/execute', { ...call, correlationId: 'again' })

    expect(target.received).toHaveLength(1)
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    expect(second.body).toEqual({ ...first.body, replayed: true })
  })

  it('keeps every digit and the order of what was captured', async () => {
    const target = await receiver((_request, response) =>
      response.setHeader('content-type', 'application/json').end('{"n":12345678901234567890,"b":1,"a":2}'),
    )
    const { url } = await serviceWithStore()
    const body = JSON.stringify({
      node: { method: 'POST', url: target.url, capture: { all: '{{ response.json }}' } },
      idempotencyKey: 'digits',
    })
    const send = async () => {
      const headers = { 'content-type': 'application/json' }
      return await (await fetch(`${url}/v1/execute`, { method: 'POST', headers, body })).text()
    }

    const [first, second] = [await send(), await send()]

    expect(first).toContain('{"n":12345678901234567890,"b":1,"a":2}')
    expect(second).toBe(`${first.slice(0, -1)},"replayed":true}`)
  })

  it('is recognised whether its node is cached or not, and however the request is written', async () => {
    const target = await receiver(json(200, {}))
    const { post, execute } = await serviceWithStore()
    const node = {
      method: 'POST',
      url: target.url,
      body: { structure: 'simple', fields: [{ name: 'n', value: 1 }] },
    }
    for (let call = 0; call < 4; call++) await execute({ node, payload: lead })

    await execute({ node, payload: lead, idempotencyKey: 'k' })
    const spaced = await post<ExecuteReply>(
      '/v1/execute',
      JSON.stringify({ idempotencyKey: 'k', payload: lead, node }, null, 2),
    )

    expect(spaced.body.replayed).toBe(true)
    expect(target.received).toHaveLength(5)
  })

  it('with another node or payload is refused, which says what differs', async () => {
    const target = await receiver(json(200, {}))
    const { post } = await serviceWithStore()
    const node = { method: 'POST', url: target.url }
    const first = await post<ExecuteReply>('/v1/execute', { node, payload: lead, idempotencyKey: 'k' })

    const other = {
      node: { ...node, url: `${target.url}/other` },
      payload: { profile: {} },
      idempotencyKey: 'k',
    }
    const refused = await post<Problem>('/v1/execute', other)

    expect(refused.status).toBe(422)
    expect(refused.body).toMatchObject({
      code: 'idempotency_key_reused',
      delivered: 'maybe',
      retryable: false,
      repeat: 'never',
      executionId: first.body.executionId,
    })
    expect(refused.body.errors.map(({ path }) => path)).toEqual(['/node', '/payload'])

    const waiting = { node, idempotencyKey: 'later', notBefore: new Date(Date.now() + 60_000).toISOString() }
    await post('/v1/executions', waiting)
    const early = await post<Problem>('/v1/execute', { ...other, idempotencyKey: 'later' })
    expect([early.status, early.body.delivered]).toEqual([422, 'no'])
    await post('/v1/execute', {
      node: { method: 'POST', url: 'https://10.0.0.1/' },
      idempotencyKey: 'denied',
    })
    const denied = await post<Problem>('/v1/execute', { ...other, idempotencyKey: 'denied' })
    expect([denied.status, denied.body.delivered]).toEqual([422, 'no'])
    expect(target.received).toHaveLength(1)
  })

  it('of an execution under way is refused for now', async () => {
    const gate = held(json(200, {}))
    const target = await receiver(gate.answer)
    const { post } = await serviceWithStore()
    const call = { node: { method: 'POST', url: target.url }, idempotencyKey: 'k' }
    const running = post<ExecuteReply>('/v1/execute', call)
    await vi.waitUntil(() => target.received.length === 1)

    const refused = await post<Problem>('/v1/execute', call)
    gate.release()

    expect(refused.status).toBe(409)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.body).toMatchObject({ code: 'idempotency_in_progress', repeat: 'safe' })
    expect(refused.body.executionId).toBe((await running).body.executionId)
  })

  it('is executed anew, under the same id and with further numbers, while that may get further', async () => {
    const target = await receiver(inTurn(json(503, {}), json(200, {})))
    const { post } = await serviceWithStore()
    const call = { node: { method: 'POST', url: target.url }, idempotencyKey: 'k' }

    const first = await post<ExecuteReply>('/v1/execute', call)
    const second = await post<ExecuteReply>('/v1/execute', call)
    const third = await post<ExecuteReply>('/v1/execute', call)

    expect([first.body.repeat, second.body.succeeded, third.body.replayed]).toEqual(['safe', true, true])
    expect(second.body.executionId).toBe(first.body.executionId)
    expect([first, second].map(({ body }) => body.attempts.map(({ number }) => number))).toEqual([[1], [2]])
    expect(target.received).toHaveLength(2)
  })

  it('that may have been delivered is final, unless the target takes a repeated request for one', async () => {
    const target = await receiver(json(500, {}))
    const { post } = await serviceWithStore()
    const node = { method: 'POST', url: target.url }
    const replayed = async (call: object) => {
      await post('/v1/execute', call)
      return (await post<ExecuteReply>('/v1/execute', call)).body.replayed
    }

    expect(await replayed({ node, idempotencyKey: 'a' })).toBe(true)
    expect(await replayed({ node: { ...node, idempotent: true }, idempotencyKey: 'b' })).toBeUndefined()
  })

  it('belongs to one tenant', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await serviceWithStore()
    const call = { node: { method: 'POST', url: target.url }, idempotencyKey: 'k' }

    for (const tenant of ['a', 'b']) await execute({ ...call, tenant })

    expect(target.received).toHaveLength(2)
  })

  it('whose holder was killed is not sent again, and the reply says that it may have been delivered', async () => {
    const target = await receiver(never)
    const settings = { STORE_URL: `sqlite:${await storeFile()}` }
    const body = JSON.stringify({
      node: { method: 'POST', url: target.url, onError: 'exit', branches: { exit: 'stop' } },
      idempotencyKey: 'k',
    })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
    const one = await startProcessAmongServers(settings)
    const lost = fetch(`${one.url}/v1/execute`, init).catch(() => 'lost')
    await vi.waitUntil(() => target.received.length === 1)
    one.child.kill('SIGKILL')
    await Promise.all([one.ended, lost])

    const { url } = await startProcessAmongServers(settings)
    const send = async () => (await (await fetch(`${url}/v1/execute`, init)).json()) as ExecuteReply
    const [reply, replay] = [await send(), await send()]

    expect(reply).toMatchObject({
      branch: 'stop',
      succeeded: false,
      reason: { code: 'interrupted', blame: 'service' },
      delivered: 'maybe',
      repeat: 'if_idempotent',
      attempts: [{ number: 1, failure: 'interrupted', delivered: 'maybe' }],
    })
    expect(replay).toEqual({ ...reply, replayed: true })
    expect(target.received).toHaveLength(1)
  })

  it('whose holder was killed while the call waited for a place is sent, since nothing had begun', async () => {
    const target = await receiver(inTurn(never, json(201, {})))
    const settings = { STORE_URL: `sqlite:${await storeFile()}`, MAX_PER_HOST: '1' }
    const send = (url: string, method: string, idempotencyKey?: string) =>
      sendKeyed(url, { node: { method, url: target.url }, idempotencyKey })
    const one = await startProcessAmongServers(settings)
    const lost = [send(one.url, 'GET'), send(one.url, 'POST', 'k')].map((call) => call.catch(() => 'lost'))
    await vi.waitUntil(
      async () =>
        target.received.length === 1 && (await scrape(one.url)).get('webhook_node_calls_waiting') === 1,
    )
    one.child.kill('SIGKILL')
    await Promise.all([one.ended, ...lost])

    const { url } = await startProcessAmongServers(settings)

    expect(await send(url, 'POST', 'k')).toMatchObject({
      succeeded: true,
      delivered: 'yes',
      attempts: [{ number: 1, status: 201 }],
    })
    expect(target.received.map(({ method }) => method)).toEqual(['GET', 'POST'])
  })

  it('whose holder was killed is sent again where it may be, and the reply shows what it may have sent', async () => {
    const target = await receiver(inTurn(never, json(404, {})))
    const settings = { STORE_URL: `sqlite:${await storeFile()}` }
    const call = { node: { method: 'DELETE', url: target.url }, idempotencyKey: 'k' }
    const one = await startProcessAmongServers(settings)
    const lost = sendKeyed(one.url, call).catch(() => 'lost')
    await vi.waitUntil(() => target.received.length === 1)
    one.child.kill('SIGKILL')
    await Promise.all([one.ended, lost])

    const { url } = await startProcessAmongServers(settings)
    const [reply, replay] = [await sendKeyed(url, call), await sendKeyed(url, call)]

    expect(reply).toMatchObject({
      reason: { hint: expect.stringContaining('The first request may have done it') },
      delivered: 'yes',
      repeat: 'never',
      attempts: [
        { number: 1, failure: 'interrupted', delivered: 'maybe' },
        { number: 2, status: 404, delivered: 'yes' },
      ],
    })
    expect(replay).toEqual({ ...reply, replayed: true })
  })
})

it('a key without a store is executed each time', async () => {
  const target = await receiver(json(200, {}))
  const { execute } = await service()
  const call = { node: { method: 'POST', url: target.url }, idempotencyKey: 'k' }

  for (let time = 0; time < 2; time++) await execute(call)

  expect(target.received).toHaveLength(2)
})

async function sendKeyed(url: string, body: object): Promise<ExecuteReply> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return (await (await fetch(`${url}/v1/execute`, init)).json()) as ExecuteReply
}
