import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it, vi } from 'vitest'
import type { ExecutionStatus, RedriveReply } from '../../src/contract/durable.ts'
import type { Problem } from '../../src/contract/schemas.ts'
import { testFiles } from '../support/files.ts'
import { held, inTurn, json, type ReceivedRequest } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import type { Service } from '../support/service.ts'
import { serviceWithStore, submit, untilEnded } from './support/durable.ts'

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`

async function serviceWithCallbacks(callbacks: object, settings: Readonly<Record<string, string>> = {}) {
  const files = await testFiles({ 'callbacks.json': JSON.stringify(callbacks) })
  const file = join(files.path, 'callbacks.json')
  return { own: await serviceWithStore({ settings: { CALLBACKS_FILE: file, ...settings } }), file }
}

function headersOf({ rawHeaders }: ReceivedRequest): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let at = 0; at < rawHeaders.length; at += 2)
    headers[String(rawHeaders[at]).toLowerCase()] = String(rawHeaders[at + 1])
  return headers
}

/** Until the callback of an execution has been told of. */
async function untilCalledBack({ request }: Service, executionId: string, state: string) {
  return await vi.waitUntil(
    async () => {
      const { body } = await request<ExecutionStatus>(`/v1/executions/${executionId}`)
      return body.callback?.state === state && body
    },
    { timeout: 20_000, interval: 50 },
  )
}

describe('a callback', () => {
  it('is shown before it is due, and refused where the key was used without one', async () => {
    const gate = held(json(201, {}))
    const target = await receiver(gate.answer)
    const engine = await receiver(json(204, null))
    const { own } = await serviceWithCallbacks({ engine: { url: engine.url, secret } })
    const node = { method: 'POST', url: target.url }
    const callback = { to: 'engine' }

    const { executionId } = await submit(own, { node, callback, idempotencyKey: 'told' })
    const shown = await own.request<ExecutionStatus>(`/v1/executions/${executionId}`)
    await submit(own, { node, idempotencyKey: 'untold' })
    const refused = await own.post<Problem>('/v1/executions', { node, callback, idempotencyKey: 'untold' })
    const items = [{ idempotencyKey: 'new' }, { idempotencyKey: 'untold' }]
    const many = await own.post<Problem>('/v1/executions', { node, callback, items })
    gate.release()

    expect(shown.body.callback).toEqual({ state: 'waiting', attempts: 0 })
    expect([refused.status, refused.body.code]).toEqual([422, 'idempotency_key_reused'])
    expect(refused.body.errors.map(({ path }) => path)).toEqual(['/callback'])
    expect(many.body.errors.map(({ path }) => path)).toEqual(['/items/1/idempotencyKey'])
    await untilCalledBack(own, executionId, 'delivered')
    expect(await submit(own, { node, callback, idempotencyKey: 'told' })).toMatchObject({ replayed: true })
  })

  it('is signed, goes to the address of its name, and tells of the end', async () => {
    const target = await receiver(json(201, { id: 'L-9' }))
    const engine = await receiver(json(204, null))
    const { own } = await serviceWithCallbacks({
      engine: { url: `${engine.url}/resume/{{ token }}`, secret },
    })
    const node = { method: 'POST', url: target.url, capture: { id: '{{ response.json.id }}' } }

    const { executionId } = await submit(own, {
      node,
      correlationId: 'i-1',
      callback: { to: 'engine', token: 'a/b' },
    })
    await untilCalledBack(own, executionId, 'delivered')

    const [request] = engine.received
    if (request === undefined) throw new Error('nothing came')
    const headers = headersOf(request)
    expect([request.method, request.target]).toEqual(['POST', '/resume/a%2Fb'])
    expect(headers['webhook-id']).toBe(executionId)
    expect(new Webhook(secret).verify(request.body.toString(), headers)).toMatchObject({
      type: 'execution.ended',
      executionId,
      correlationId: 'i-1',
      token: 'a/b',
      branch: 'success',
      succeeded: true,
      reason: { code: 'expectation_met' },
      captured: { id: 'L-9' },
      delivered: 'yes',
    })
    expect(request.body.toString()).not.toContain('"result"')
    expect(engine.received).toHaveLength(1)
  })

  it('may speak the language of the engine, and have the whole reply', async () => {
    const target = await receiver(json(500, {}))
    const engine = await receiver(json(200, {}))
    const { own } = await serviceWithCallbacks({
      own: {
        url: `${engine.url}/messages`,
        secret,
        method: 'PUT',
        headers: [{ name: 'X-Engine', value: '{{ correlationId }}' }],
        auth: { type: 'bearer', token: 'engine-token' },
        body: {
          structure: 'json',
          content: {
            output: '{{ branch }}',
            why: '{{ reason.code }}',
            attempts: '{{ result.attempts.size }}',
          },
        },
      },
      full: { url: `${engine.url}/full`, secret },
    })
    const node = { method: 'POST', url: target.url, branches: { error: 'no' } }

    const one = await submit(own, { node, correlationId: 'i-7', callback: { to: 'own', include: 'full' } })
    await untilCalledBack(own, one.executionId, 'delivered')
    const two = await submit(own, { node, callback: { to: 'full', include: 'full' } })
    await untilCalledBack(own, two.executionId, 'delivered')

    const [first, second] = engine.received
    expect(first).toMatchObject({ method: 'PUT', target: '/messages' })
    expect(JSON.parse(String(first?.body))).toEqual({ output: 'no', why: 'expectation_unmet', attempts: 1 })
    expect(first?.rawHeaders).toEqual(expect.arrayContaining(['X-Engine', 'i-7', 'Bearer engine-token']))
    const { result } = await untilEnded(own, two.executionId)
    expect(JSON.parse(String(second?.body))).toMatchObject({ token: null, result })
  })

  it('is tried again until it is taken, with the same id and a signature of its own', async () => {
    const target = await receiver(json(200, {}))
    const engine = await receiver(inTurn(json(503, {}), json(200, {})))
    const { own } = await serviceWithCallbacks({ engine: { url: engine.url, secret } })

    const { executionId } = await submit(own, {
      node: { method: 'POST', url: target.url },
      callback: { to: 'engine' },
    })
    const { callback } = await untilCalledBack(own, executionId, 'delivered')

    expect(callback?.attempts).toBe(2)
    const [first, second] = engine.received.map(headersOf)
    expect(second?.['webhook-id']).toBe(first?.['webhook-id'])
    expect(second?.['webhook-signature']).not.toBe(first?.['webhook-signature'])
    expect(
      engine.received.every(({ body }, at) =>
        new Webhook(secret).verify(String(body), [first, second][at] ?? {}),
      ),
    ).toBe(true)
  })

  it('that nothing could be written into is refused with the submission, at the place of the cause', async () => {
    const { own } = await serviceWithCallbacks({
      engine: {
        url: 'https://engine.example/',
        secret,
        headers: [
          { name: 'X-Token', value: '{{ token }}' },
          { name: 'X-Correlation', value: '{{ correlationId }}' },
        ],
      },
    })
    const notBefore = new Date(Date.now() + 60_000).toISOString()
    const node = { method: 'POST', url: 'https://target.example/' }
    const refuse = async (token: string, rest: object) => {
      const body = { node, notBefore, callback: { to: 'engine', token }, ...rest }
      const reply = await own.post<Problem>('/v1/executions', body)
      return [reply.status, ...(reply.status === 400 ? reply.body.errors.map(({ path }) => path) : [])]
    }

    expect(await refuse('a\nb', {})).toEqual([400, '/callback/token'])
    expect(await refuse('a', { correlationId: 'c\0' })).toEqual([400, '/correlationId'])
    expect(await refuse('a', { items: [{}, { correlationId: 'x\ry' }] })).toEqual([
      400,
      '/items/1/correlationId',
    ])
    expect(await refuse('a', { correlationId: 'c' })).toEqual([202])
  })

  it('goes only where the address policy lets it', async () => {
    const target = await receiver(json(200, {}))
    const { own } = await serviceWithCallbacks({ engine: { url: 'https://10.1.2.3/resume', secret } })

    const { executionId } = await submit(own, {
      node: { method: 'POST', url: target.url },
      callback: { to: 'engine' },
    })
    await untilEnded(own, executionId)

    await vi.waitUntil(() =>
      own.log.some(({ msg }) => String(msg).startsWith('a callback was not delivered')),
    )
    expect(own.log).toContainEqual(expect.objectContaining({ to: 'engine', code: 'address_denied' }))
  })

  it('has a name, which the file may get while the service runs', async () => {
    const target = await receiver(json(200, {}))
    const engine = await receiver(json(200, {}))
    const { own, file } = await serviceWithCallbacks({ engine: { url: engine.url, secret } })
    const body = { node: { method: 'POST', url: target.url }, callback: { to: 'engin' } }

    const unknown = await own.post<Problem>('/v1/executions', body)
    await writeFile(file, JSON.stringify({ engin: { url: engine.url, secret } }))
    await vi.waitUntil(() => own.log.some(({ msg }) => msg === 'the callbacks changed and were read again'), {
      timeout: 10_000,
    })
    const known = await own.post('/v1/executions', body)

    expect(unknown.status).toBe(400)
    expect(unknown.body.errors[0]).toMatchObject({
      path: '/callback/to',
      message: expect.stringContaining('did you mean "engine"?'),
    })
    expect(known.status).toBe(202)
  })
})

describe('the callback of a second end', () => {
  it('has an id of its own, the same on each try: a receiver drops only what comes twice', async () => {
    const target = await receiver(inTurn(json(503, {}), json(503, {}), json(200, {})))
    const engine = await receiver(inTurn(json(200, {}), json(503, {}), json(200, {})))
    const { own } = await serviceWithCallbacks({ engine: { url: engine.url, secret } })
    const call = {
      node: { method: 'POST', url: target.url, idempotent: true },
      idempotencyKey: 'k',
      callback: { to: 'engine' },
    }
    const { executionId } = await submit(own, call)
    await untilCalledBack(own, executionId, 'delivered')

    const filter = { ids: [executionId] }
    await own.post('/v1/executions/redrive', { filter, callback: 'again' })
    await vi.waitUntil(() => engine.received.length === 3, { timeout: 20_000 })
    await untilCalledBack(own, executionId, 'delivered')
    // A key whose reply was not final is executed anew.
    await submit(own, call)
    await vi.waitUntil(() => engine.received.length === 4)

    const told = engine.received.map((request) => {
      const { 'webhook-id': id, 'idempotency-key': key } = headersOf(request)
      const message = new Webhook(secret).verify(String(request.body), headersOf(request))
      return { id, key, message }
    })
    const ids = [executionId, `${executionId}.2`, `${executionId}.2`, `${executionId}.3`]
    expect(told.map(({ id }) => id)).toEqual(ids)
    expect(told.map(({ key }) => key)).toEqual(ids)
    for (const { message } of told) expect(message).toMatchObject({ executionId })
  })
})

describe('a callback that was not delivered yet', () => {
  it.each([
    ['submitted without a callback', '/v1/executions', undefined],
    ['a synchronous call', '/v1/execute', undefined],
    ['submitted with another callback', '/v1/executions', { to: 'engine', token: 'second' }],
  ])('tells of its own end where its key is executed anew: %s', async (_, route, callback) => {
    const target = await receiver(inTurn(json(503, {}), json(200, {})))
    const engine = await receiver(inTurn(json(500, {}), json(200, {})))
    const { own } = await serviceWithCallbacks({ engine: { url: engine.url, secret } })
    const call = { node: { method: 'POST', url: target.url, idempotent: true }, idempotencyKey: 'k' }
    const { executionId } = await submit(own, { ...call, callback: { to: 'engine', token: 'first' } })
    await vi.waitUntil(() => engine.received.length === 1, { timeout: 10_000 })

    await own.post(route, { ...call, callback })
    expect((await untilEnded(own, executionId)).state).toBe('succeeded')
    const count = callback === undefined ? 2 : 3
    await vi.waitUntil(() => engine.received.length === count, { timeout: 20_000, interval: 50 })

    const told = engine.received.map((request) => {
      const message = JSON.parse(String(request.body)) as { token: string; succeeded: boolean }
      return [headersOf(request)['webhook-id'], message.token, message.succeeded]
    })
    const first = [executionId, 'first', false]
    const second = callback === undefined ? [] : [[`${executionId}.2`, 'second', true]]
    expect(told).toEqual([first, ...second, first])
    const { callback: shown } = await untilCalledBack(own, executionId, 'delivered')
    expect(shown?.attempts).toBe(callback === undefined ? 2 : 1)
  })
})

describe('a callback whose entry is gone', () => {
  it('is told of in the log, and goes out once the entry is there again', async () => {
    const gate = held(json(200, {}))
    const target = await receiver(gate.answer)
    const engine = await receiver(json(200, {}))
    const entry = { url: engine.url, secret }
    const { own, file } = await serviceWithCallbacks({ engine: entry })
    const changed = async (entries: object) => {
      const before = own.log.length
      await writeFile(file, JSON.stringify(entries))
      await vi.waitUntil(() =>
        own.log.slice(before).some(({ msg }) => msg === 'the callbacks changed and were read again'),
      )
    }
    const { executionId } = await submit(own, {
      node: { method: 'POST', url: target.url },
      callback: { to: 'engine' },
    })

    await changed({ other: entry })
    gate.release()
    await vi.waitUntil(() => own.log.some(({ cause }) => cause === 'no_entry'))
    await changed({ engine: entry })
    const { callback } = await untilCalledBack(own, executionId, 'delivered')

    expect(own.log).toContainEqual(
      expect.objectContaining({ to: 'engine', msg: expect.stringContaining('CALLBACKS_FILE has no entry') }),
    )
    expect(callback?.attempts).toBe(1)
  })
})

describe('a redrive', () => {
  it('executes again what has failed, under the same id, once it has been counted', async () => {
    const target = await receiver(inTurn(json(503, {}), json(400, {}), json(200, {})))
    const engine = await receiver(json(200, {}))
    const { own } = await serviceWithCallbacks({ engine: { url: engine.url, secret } })
    const node = { id: 'crm', method: 'POST', url: target.url, idempotent: true }
    const failed = await submit(own, { node, callback: { to: 'engine' } })
    await untilCalledBack(own, failed.executionId, 'delivered')
    const hopeless = await submit(own, { node })
    await untilEnded(own, hopeless.executionId)
    const redrive = async (body: object) =>
      (await own.post<RedriveReply>('/v1/executions/redrive', { filter: { nodeId: 'crm' }, ...body })).body

    const counted = await redrive({ dryRun: true })
    const done = await redrive({})
    const { result, redrives, attempts } = await vi.waitUntil(async () => {
      const status = await untilEnded(own, failed.executionId)
      return status.state === 'succeeded' && status
    })
    const forced = await redrive({ force: true, callback: 'again' })

    expect(counted).toEqual({
      matched: 2,
      redriven: 1,
      leftOut: { never: 1, secrets: 0, limit: 0 },
      byCode: { expectation_unmet: 2 },
      byHost: { localhost: 2 },
    })
    expect(done).toEqual(counted)
    expect([redrives, attempts, result.attempts.map(({ number }) => number)]).toEqual([1, 2, [2]])
    const keys = target.received.map((request) => headersOf(request)['idempotency-key'])
    expect(keys).toEqual([failed.executionId, hopeless.executionId, failed.executionId])
    expect(forced).toMatchObject({ matched: 1, redriven: 1 })
    await untilEnded(own, hopeless.executionId)
    expect(engine.received).toHaveLength(1)
  })

  it('needs the right to', async () => {
    const files = await testFiles({
      'clients.json': JSON.stringify({
        engine: {
          keys: ['sha256:9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f'],
          rights: ['execute', 'read'],
        },
      }),
    })
    const settings = { API_KEYS_FILE: join(files.path, 'clients.json') }
    const { post } = await serviceWithStore({ settings })

    const refused = await post<Problem>(
      '/v1/executions/redrive',
      { filter: {} },
      { authorization: 'Bearer 0123456789abcdef' },
    )

    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
    expect(refused.body.detail).toContain('"redrive"')
  })
})
