import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type {
  Cancelled,
  ExecutionList,
  Submitted,
  SubmittedItems,
  Unfinished,
} from '../../src/contract/durable.ts'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import type { Problem } from '../../src/contract/schemas.ts'
import { startProcessAmongServers } from '../support/process.ts'
import { type Answer, held, inTurn, json, never } from '../support/receiver.ts'
import { scrape } from '../support/scrape.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { serviceWithStore, storeFile, submit, untilEnded } from './support/durable.ts'

const unknownId = '0199d3f4-8b7a-7cc1-9a60-6f0d6f2f4c11'
const later = (ms: number) => new Date(Date.now() + ms).toISOString()
const soon = () => later(60_000)
const day = 86_400_000

describe('a durable execution', () => {
  it('is accepted, then executed, and its result is the reply of a synchronous call', async () => {
    const gate = held(json(201, { id: 'L-9' }))
    const target = await receiver(gate.answer)
    const own = await serviceWithStore()
    const node = {
      id: 'crm',
      method: 'POST',
      url: `${target.url}/x`,
      capture: { id: '{{ response.json.id }}' },
    }

    const accepted = await own.post<Submitted>('/v1/executions', {
      node,
      correlationId: 'i-1',
      idempotencyKey: 'k',
    })
    const { executionId } = accepted.body
    const location = accepted.headers.get('location') ?? ''
    const early = await own.request<Unfinished>(location)
    gate.release()
    const { result, ...status } = await untilEnded(own, executionId)
    const late = await own.request<ExecuteReply>(location)

    expect(accepted.status).toBe(202)
    expect(accepted.body).toMatchObject({ state: 'waiting', idempotencyKey: 'k', replayed: false })
    expect(location).toBe(`/v1/executions/${executionId}/result`)
    expect([early.status, early.headers.get('retry-after')]).toEqual([202, '1'])
    expect(status).toMatchObject({
      state: 'succeeded',
      done: true,
      attempts: 1,
      nodeId: 'crm',
      host: 'localhost',
    })
    expect(late.status).toBe(200)
    expect(late.body).toEqual(result)
    expect(result).toMatchObject({
      executionId,
      branch: 'success',
      correlationId: 'i-1',
      captured: { id: 'L-9' },
      delivered: 'yes',
      attempts: [{ number: 1, status: 201 }],
    })
    expect(target.received).toHaveLength(1)
    expect(own.log).toContainEqual(expect.objectContaining({ msg: 'node executed', executionId }))
  })

  it('may be waited for', async () => {
    const target = await receiver(json(200, {}))
    const { post } = await serviceWithStore({ settings: { PUBLIC_URL: 'https://hooks.internal' } })
    const node = { method: 'POST', url: target.url }

    const ended = await post<ExecuteReply>('/v1/executions', { node }, { prefer: 'respond-async, wait=20' })
    const waiting = await post<Submitted>('/v1/executions', { node, notBefore: soon() }, { prefer: 'wait=1' })

    expect([ended.status, ended.body.succeeded]).toEqual([200, true])
    expect(ended.headers.get('preference-applied')).toBe('wait=20')
    expect([ended.body.replayed, ended.headers.get('idempotency-replayed')]).toEqual([undefined, null])
    expect(waiting.status).toBe(202)
    expect(waiting.headers.get('retry-after')).toBe('59')
    expect(waiting.headers.get('location')).toBe(
      `https://hooks.internal/v1/executions/${waiting.body.executionId}/result`,
    )
  })

  it('makes its attempts one by one, and all of them stand in its result', async () => {
    const target = await receiver(inTurn(json(503, {}), json(503, {}), json(200, {})))
    const own = await serviceWithStore()
    const node = {
      method: 'POST',
      url: target.url,
      retry: { attempts: 50, initialDelayMs: 1, maxDelayMs: 21_600_000 },
    }

    const { executionId } = await submit(own, { node })
    const { result, attempts } = await untilEnded(own, executionId)

    expect(attempts).toBe(3)
    expect(result.attempts.map(({ number, status }) => [number, status])).toEqual([
      [1, 503],
      [2, 503],
      [3, 200],
    ])
    const keys = target.received.map(
      ({ rawHeaders }) => rawHeaders[rawHeaders.indexOf('Idempotency-Key') + 1],
    )
    expect(new Set(keys)).toEqual(new Set([executionId]))
  })

  it('ends with what its last attempt was', async () => {
    const target = await receiver(json(503, {}))
    const own = await serviceWithStore()
    const node = { method: 'POST', url: target.url, onError: 'exit', retry: { delaysMs: [1, 1] } }

    const { executionId } = await submit(own, { node })
    const { state, code, result } = await untilEnded(own, executionId)

    expect([state, code, result.branch]).toEqual(['failed', 'expectation_unmet', 'exit'])
    expect(result.attempts).toHaveLength(3)
    expect(target.received).toHaveLength(3)
  })

  it('sends every digit, the order of members and NUL as a synchronous call does', async () => {
    const target = await receiver(json(200, {}))
    const own = await serviceWithStore()
    const body = String.raw`{"node":{"method":"POST","url":"${target.url}","body":{"structure":"simple","fields":[{"name":"x","source":"vars","field":"x"},{"name":"lit","literal":{"z":12345678901234567890,"a":1}}]}},"payload":{"vars":{"x":{"b":12345678901234567890,"a":"\u0000","l":"\ud800"}}}}`

    const sync = await own.post('/v1/execute', body)
    const accepted = await own.post<Submitted>('/v1/executions', body)
    await untilEnded(own, accepted.body.executionId)

    expect(sync.status).toBe(200)
    const [first, second] = target.received.map(({ body: sent }) => sent.toString())
    expect(second).toBe(first)
    expect(first).toContain('12345678901234567890')
  })

  it('begins at notBefore', async () => {
    const target = await receiver(json(200, {}))
    const own = await serviceWithStore()
    const notBefore = Date.now() + 1_500

    const accepted = await submit(own, {
      node: { method: 'POST', url: target.url },
      notBefore: new Date(notBefore).toISOString(),
    })
    const { result } = await untilEnded(own, accepted.executionId)

    expect(accepted.dueAt).toBe(new Date(notBefore).toISOString())
    expect(Date.parse(result.attempts[0]?.startedAt ?? '')).toBeGreaterThanOrEqual(notBefore)
  })

  it('ends as expired where it was not finished in time, and sends nothing more', async () => {
    const target = await receiver(json(503, {}))
    const own = await serviceWithStore()
    const node = { method: 'PUT', url: target.url, onError: 'exit', retry: { delaysMs: [60_000] } }

    const { executionId } = await submit(own, { node, expiresAt: new Date(Date.now() + 4_000).toISOString() })
    const { state, result } = await untilEnded(own, executionId)

    expect(state).toBe('expired')
    expect(result).toMatchObject({
      branch: 'exit',
      reason: { code: 'expired', blame: 'service' },
      delivered: 'yes',
      repeat: 'never',
      attempts: [{ number: 1, status: 503 }],
    })
  })

  it('is refused where it would end before it begins, unless it may be a repeat', async () => {
    const { post } = await serviceWithStore()
    const node = { method: 'PUT', url: 'https://receiver.test/' }
    const expiresAt = new Date(Date.now() - 1_000).toISOString()

    const refused = await post<Problem>('/v1/executions', { node, expiresAt })
    const named = await post('/v1/executions', { node, expiresAt, idempotencyKey: 'a' })

    expect(refused.status).toBe(400)
    expect(refused.body.errors).toEqual([
      { path: '/expiresAt', message: expect.stringContaining('must be later than now, which is 2') },
    ])
    expect(named.status).toBe(202)
  })

  it('is not found by another client, and lists are of its own', async () => {
    const target = await receiver(json(200, {}))
    const settings = { API_KEYS: 'one:0123456789abcdef,two:fedcba9876543210' }
    const { post, request } = await serviceWithStore({ settings })
    const as = (key: string) => ({ authorization: `Bearer ${key}` })
    const body = { node: { method: 'POST', url: target.url } }
    const { body: accepted } = await post<Submitted>('/v1/executions', body, as('0123456789abcdef'))
    const see = async (key: string) => {
      const found = await request(`/v1/executions/${accepted.executionId}`, { headers: as(key) })
      const list = await request<ExecutionList>('/v1/executions', { headers: as(key) })
      return [found.status, list.body.executions.length]
    }

    expect(await see('0123456789abcdef')).toEqual([200, 1])
    expect(await see('fedcba9876543210')).toEqual([404, 0])
    const cancel = `/v1/executions/${accepted.executionId}/cancel`
    expect((await post(cancel, {}, as('fedcba9876543210'))).status).toBe(404)
  })
})

describe('a key of a durable execution', () => {
  it('stands for one execution, whatever its state', async () => {
    const gate = held(json(200, {}))
    const target = await receiver(gate.answer)
    const own = await serviceWithStore()
    const call = { node: { method: 'POST', url: target.url }, idempotencyKey: 'k' }

    const first = await submit(own, call)
    await vi.waitUntil(() => target.received.length === 1)
    const running = await submit(own, call)
    const sync = await own.post<Problem>('/v1/execute', call)
    const other = await own.post<Problem>('/v1/executions', { ...call, payload: { profile: { a: 1 } } })
    gate.release()
    await untilEnded(own, first.executionId)
    const late = await submit(own, call)
    const replay = await own.execute(call)

    expect(running).toMatchObject({ executionId: first.executionId, state: 'running', replayed: true })
    expect([sync.status, sync.body.code]).toEqual([409, 'idempotency_in_progress'])
    expect([other.status, other.body.errors[0]?.path]).toEqual([422, '/payload'])
    expect(late).toMatchObject({ executionId: first.executionId, state: 'succeeded', replayed: true })
    expect(replay).toMatchObject({ executionId: first.executionId, replayed: true })
    expect(target.received).toHaveLength(1)
  })

  it('that a synchronous call holds is replayed, and ends as that does', async () => {
    const gate = held(json(200, {}))
    const target = await receiver(gate.answer)
    const own = await serviceWithStore()
    const call = { node: { method: 'POST', url: target.url }, idempotencyKey: 'k' }
    const sync = own.execute(call)
    await vi.waitUntil(() => target.received.length === 1)

    const durable = await submit(own, call)
    gate.release()
    const { executionId } = await sync

    expect(durable).toMatchObject({ executionId, state: 'running', replayed: true })
    await vi.waitUntil(async () => {
      const { body } = await own.request<{ done: boolean }>(`/v1/executions/${executionId}`)
      return body.done
    })
    expect(target.received).toHaveLength(1)
  })

  it('is replayed to one who waits, too, and the reply says so', async () => {
    const target = await receiver(json(200, {}))
    const own = await serviceWithStore()
    const call = { node: { method: 'POST', url: target.url }, idempotencyKey: 'k' }
    const { executionId } = await submit(own, call)
    await untilEnded(own, executionId)

    const { status, headers, body } = await own.post<ExecuteReply>('/v1/executions', call, {
      prefer: 'wait=5',
    })

    expect([status, body.executionId, body.replayed]).toEqual([200, executionId, true])
    expect(headers.get('idempotency-replayed')).toBe('true')
  })
})

it('the reply to one who has waited in vain says how it is by then', async () => {
  const gate = held(json(200, {}))
  const target = await receiver(gate.answer)
  const own = await serviceWithStore()
  const call = { node: { method: 'POST', url: target.url } }

  const { status, body } = await own.post<Submitted>('/v1/executions', call, { prefer: 'wait=1' })

  expect([status, body.state, body.dueAt]).toEqual([202, 'running', null])
  gate.release()
})

describe('many executions at once', () => {
  it('are accepted in one request, in the order of the items', async () => {
    const target = await receiver(json(200, {}))
    const own = await serviceWithStore()
    const node = { method: 'POST', url: target.url, query: [{ name: 'n', source: 'vars', field: 'n' }] }
    const items = [1, 2, 3].map((n) => ({ payload: { vars: { n } }, idempotencyKey: `k-${n}` }))

    const first = await own.post<SubmittedItems>('/v1/executions', { node, items })
    for (const { executionId } of first.body.executions) await untilEnded(own, executionId)
    const again = await own.post<SubmittedItems>('/v1/executions', {
      node,
      items: [...items, { payload: { vars: { n: 4 } }, idempotencyKey: 'k-4' }],
    })

    expect(first.status).toBe(202)
    expect(first.body).toMatchObject({ accepted: 3, replayed: 0 })
    expect(first.body.executions.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['k-1', 'k-2', 'k-3'])
    expect(again.body).toMatchObject({ accepted: 1, replayed: 3 })
    // They are sent side by side.
    const sent = target.received.map(({ target: path }) => path)
    expect(sent.slice(0, 3).sort()).toEqual(['/?n=1', '/?n=2', '/?n=3'])
  })

  it('are all refused where one cannot be accepted', async () => {
    const target = await receiver(json(200, {}))
    const own = await serviceWithStore()
    const node = { method: 'POST', url: target.url }
    const { executionId } = await submit(own, { node, idempotencyKey: 'a', payload: { vars: { n: 1 } } })
    await untilEnded(own, executionId)

    const reused = await own.post<Problem>('/v1/executions', {
      node,
      items: [{}, { idempotencyKey: 'a', payload: { vars: { n: 2 } } }],
    })
    const wrong = await own.post<Problem>('/v1/executions', {
      node,
      items: [{}, { payload: { profil: {} } }],
    })

    expect([reused.status, reused.body.errors.map(({ path }) => path)]).toEqual([422, ['/items/1/payload']])
    expect([wrong.status, wrong.body.errors.map(({ path }) => path)]).toEqual([
      400,
      ['/items/1/payload/profil'],
    ])
    const { body } = await own.request<ExecutionList>('/v1/executions')
    expect(body.executions).toHaveLength(1)
  })

  it('are refused where two of them have one key, with the place of the other one', async () => {
    const own = await serviceWithStore()
    const items = [
      {},
      { idempotencyKey: 'a', payload: { vars: { n: 1 } } },
      { idempotencyKey: 'a', payload: { vars: { n: 2 } } },
    ]

    const { status, body } = await own.post<Problem>('/v1/executions', {
      node: { method: 'POST', url: 'https://hooks.example/' },
      items,
    })

    expect([status, body.code, body.executionId, body.delivered]).toEqual([
      422,
      'idempotency_key_reused',
      null,
      'no',
    ])
    expect(body.errors).toEqual([{ path: '/items/2/payload', message: expect.stringContaining('/items/1') }])
  })
})

describe('a submission that is wrong', () => {
  const node = { method: 'POST', url: 'https://hooks.example/' }

  it.each([
    [{ node: { ...node, url: 'http://hooks.example/' } }, '/node/url'],
    [{ node: { ...node, retry: { attempts: 51 } } }, '/node/retry/attempts'],
    [{ node: { ...node, retry: { totalMs: 259_200_001 } } }, '/node/retry/totalMs'],
    [{ node, notBefore: 'tomorrow' }, '/notBefore'],
    [{ node, notBefore: '2026-13-01T00:00:00Z' }, '/notBefore'],
    [{ node, notBefore: '2026-02-30T00:00:00Z' }, '/notBefore'],
    [{ node, notBefore: '2026-02-28T24:00:00Z' }, '/notBefore'],
    [{ node, notBefore: later(2 * day), expiresAt: later(day) }, '/expiresAt'],
    [{ node, notBefore: later(4 * day) }, '/notBefore'],
    [{ node, notBefore: later(4 * day), expiresAt: later(3 * day) }, '/notBefore'],
    [{ node, expiresAt: later(4 * day) }, '/expiresAt'],
    [{ node, notBefore: later(day), expiresAt: later(5 * day) }, '/expiresAt'],
    [{ node, callback: { to: 'engine' } }, '/callback/to'],
    [{ node, items: [{}], payload: {} }, '/payload'],
    [{ node, items: [] }, '/items'],
    [{ node: { ...node, timeoutMS: 1 } }, '/node/timeoutMS'],
  ])('is refused with its place: %j', async (body, path) => {
    const { post } = await serviceWithStore()

    const refused = await post<Problem>('/v1/executions', body)

    expect([refused.status, refused.body.errors.map((error) => error.path)]).toEqual([400, [path]])
  })

  it('because of its secrets, unless they can be encrypted', async () => {
    const target = await receiver(json(200, {}))
    const key = Buffer.alloc(32, 7).toString('base64')
    const body = {
      node: { method: 'POST', url: target.url, auth: { type: 'bearer', token: '{{ secrets.crm }}' } },
      secrets: { crm: 's3cr3t-s3cr3t' },
    }

    const refused = await (await serviceWithStore()).post<Problem>('/v1/executions', body)
    const own = await serviceWithStore({ settings: { STORE_KEYS: `k1:${key}` } })
    const { executionId } = await submit(own, body)
    const { result } = await untilEnded(own, executionId)

    expect([refused.status, refused.body.code]).toEqual([400, 'secrets_not_storable'])
    expect(JSON.stringify(result)).not.toContain('s3cr3t-s3cr3t')
    expect(target.received[0]?.rawHeaders).toContain('Bearer s3cr3t-s3cr3t')
  })

  it('because too many wait', async () => {
    const own = await serviceWithStore({ settings: { MAX_BACKLOG: '2' } })
    const body = { node, notBefore: soon() }
    for (let count = 0; count < 2; count++) await submit(own, body)

    const refused = await own.post<Problem>('/v1/executions', body)
    await submit(own, { ...body, tenant: 'other' })

    expect([refused.status, refused.body.code, refused.body.repeat]).toEqual([429, 'backlog_full', 'safe'])
    expect(refused.headers.get('retry-after')).toBe('5')
  })

  it('because more are sent together than may wait, which no later time helps', async () => {
    const own = await serviceWithStore({ settings: { MAX_BACKLOG: '2' } })

    const refused = await own.post<Problem>('/v1/executions', {
      node,
      notBefore: soon(),
      items: [{}, {}, {}],
    })
    const fits = await own.post('/v1/executions', { node, notBefore: soon(), items: [{}, {}] })

    expect([refused.status, refused.body.code, refused.body.repeat]).toEqual([
      400,
      'invalid_request',
      'never',
    ])
    expect(refused.body.errors).toEqual([{ path: '/items', message: expect.stringContaining('at most 2') }])
    expect(fits.status).toBe(202)
  })

  it('because too many of the tenant of this client wait; another client may have one with the same name', async () => {
    const settings = { API_KEYS: 'one:0123456789abcdef,two:fedcba9876543210', MAX_BACKLOG: '1' }
    const { post } = await serviceWithStore({ settings })
    const body = { node, tenant: 'acme', notBefore: soon() }
    const as = async (key: string) =>
      (await post('/v1/executions', body, { authorization: `Bearer ${key}` })).status

    expect([await as('0123456789abcdef'), await as('0123456789abcdef')]).toEqual([202, 429])
    expect([await as('fedcba9876543210'), await as('fedcba9876543210')]).toEqual([202, 429])
  })

  it('by a day that does not exist, also where it is a filter', async () => {
    const own = await serviceWithStore()
    const since = '2026-02-30T00:00:00Z'

    const list = await own.request<Problem>(`/v1/executions?since=${since}`)
    const redrive = await own.post<Problem>('/v1/executions/redrive', {
      filter: { until: since },
      dryRun: true,
    })

    expect([list.status, redrive.status]).toEqual([400, 400])
    expect(redrive.body.errors.map(({ path }) => path)).toEqual(['/filter/until'])
  })

  it('by a pause of more than six hours, however pauses are given', async () => {
    const own = await serviceWithStore()
    const accept = async (retry: object) =>
      (await own.post('/v1/executions', { node: { ...node, retry }, notBefore: later(day) })).status
    const sixHours = 21_600_000

    expect(await accept({ attempts: 3, maxDelayMs: sixHours })).toBe(202)
    expect(await accept({ delaysMs: [1_000, sixHours] })).toBe(202)
    expect(await accept({ attempts: 3, maxDelayMs: sixHours + 1 })).toBe(400)
    expect(await accept({ delaysMs: [1_000, sixHours + 1] })).toBe(400)
  })

  it('by a bound that the refusal names', async () => {
    const own = await serviceWithStore({ settings: { MAX_EXECUTION_AGE_MS: String(day) } })

    const { body } = await own.post<Problem>('/v1/executions', { node, notBefore: later(2 * day) })

    const [, bound = ''] = /(\d{4}-\d\d-\d\dT[\d:.]+Z)/.exec(body.errors[0]?.message ?? '') ?? []
    expect(Math.abs(Date.parse(bound) - Date.now() - day)).toBeLessThan(60_000)
    expect((await own.post('/v1/executions', { node, notBefore: bound })).status).toBe(202)
  })
})

it('what was accepted is executed as it is, also where the settings allow less by then', async () => {
  const target = await receiver(json(200, {}))
  const store = { STORE_URL: `sqlite:${await storeFile()}` }
  const settings = { ...store, MAX_TIMEOUT_MS: '20000', MAX_EXECUTION_AGE_MS: '600000' }
  const first = await service({ settings })
  const node = {
    method: 'POST',
    url: target.url,
    timeoutMs: 20_000,
    retry: { attempts: 2, totalMs: 600_000 },
  }
  const { executionId } = await submit(first, { node, notBefore: later(2_000) })
  await first.drain()

  const lowered = await service({
    settings: { ...store, MAX_TIMEOUT_MS: '1000', MAX_EXECUTION_AGE_MS: '60000' },
  })
  const { result } = await untilEnded(lowered, executionId)

  expect(result).toMatchObject({ succeeded: true, delivered: 'yes' })
  expect((await lowered.post('/v1/executions', { node })).status).toBe(400)
})

describe('lack of capacity', () => {
  async function startBusy(settings: Readonly<Record<string, string>> = {}) {
    const gate = held(json(200, {}))
    const target = await receiver(gate.answer)
    const own = await serviceWithStore({ settings: { MAX_PER_HOST: '1', ...settings } })
    const first = own.execute({ node: { method: 'POST', url: target.url } })
    await vi.waitUntil(() => target.received.length === 1)
    const release = async () => {
      gate.release()
      await first
    }
    return { own, target, release }
  }

  it('costs no attempt, however long it lasts', async () => {
    const { own, target, release } = await startBusy()
    const node = { method: 'POST', url: target.url, timeoutMs: 200 }

    const { executionId } = await submit(own, { node })
    const givenBack = 'webhook_node_durable_settled_total{outcome="given_back"}'
    await vi.waitUntil(async () => ((await scrape(own.url)).get(givenBack) ?? 0) > 1)
    await release()
    const { result, attempts, state } = await untilEnded(own, executionId)

    expect([state, attempts, result.attempts.map(({ number }) => number)]).toEqual(['succeeded', 1, [1]])
    expect(target.received).toHaveLength(2)
  })

  it('until deadlineMs has passed ends an execution as expired, with no attempt', async () => {
    const { own, target, release } = await startBusy()
    const node = { method: 'POST', url: target.url, timeoutMs: 200 }

    const accepted = await submit(own, { node, deadlineMs: 1_500 })
    const { result, attempts, state, code, expiresAt } = await untilEnded(own, accepted.executionId)
    await release()

    expect([state, code, attempts]).toEqual(['expired', 'expired', 0])
    expect(result).toMatchObject({ delivered: 'no', attempts: [] })
    expect(expiresAt).toBe(accepted.expiresAt)
    expect(target.received).toHaveLength(1)
  })
})

describe('an execution that is cancelled', () => {
  it('ends at once where it waits', async () => {
    const target = await receiver(json(503, {}))
    const own = await serviceWithStore()
    const node = {
      ...{ id: 'crm-lead', method: 'POST', url: target.url, onError: 'exit', retry: { delaysMs: [60_000] } },
    }
    const { executionId } = await submit(own, { node })
    await vi.waitUntil(async () => {
      const { body } = await own.request<{ attempts: number }>(`/v1/executions/${executionId}`)
      return body.attempts === 1
    })

    const cancelled = await own.post<Cancelled>(`/v1/executions/${executionId}/cancel`, '')
    const { state, result } = await untilEnded(own, executionId)
    const again = await own.post<Problem>(`/v1/executions/${executionId}/cancel`, '')

    expect([cancelled.status, cancelled.body]).toEqual([200, { executionId, state: 'withdrawn' }])
    expect(state).toBe('withdrawn')
    expect(result).toMatchObject({
      branch: 'exit',
      reason: { code: 'withdrawn' },
      delivered: 'yes',
      repeat: 'never',
      attempts: [{ number: 1 }],
    })
    expect([again.status, again.body.code, again.body.executionId]).toEqual([
      409,
      'already_ended',
      executionId,
    ])
    expect([again.body.delivered, again.body.repeat]).toEqual(['maybe', 'never'])
    // It tells nothing about the node.
    expect((await own.request('/v1/nodes/crm-lead/stats')).status).toBe(404)
  })

  it('makes no further attempt where one is under way', async () => {
    const gate = held(json(503, {}))
    const target = await receiver(gate.answer)
    const own = await serviceWithStore()
    const node = { method: 'POST', url: target.url, retry: { delaysMs: [1] } }
    const { executionId } = await submit(own, { node })
    await vi.waitUntil(() => target.received.length === 1)

    const cancelled = await own.post<Cancelled>(`/v1/executions/${executionId}/cancel`, '')
    gate.release()
    const { state, result } = await untilEnded(own, executionId)

    expect([cancelled.status, cancelled.body.state]).toEqual([202, 'running'])
    expect([state, result.attempts.length]).toEqual(['withdrawn', 1])
    expect(target.received).toHaveLength(1)
  })

  it('sends nothing where its attempt waits for a place', async () => {
    const gate = held(json(200, {}))
    const target = await receiver(gate.answer)
    const own = await serviceWithStore({ settings: { MAX_PER_HOST: '1' } })
    const node = { method: 'POST', url: target.url }
    const first = own.execute({ node })
    await vi.waitUntil(() => target.received.length === 1)
    const { executionId } = await submit(own, { node })
    await vi.waitUntil(async () => {
      const { body } = await own.request<{ state: string }>(`/v1/executions/${executionId}`)
      return body.state === 'running'
    })

    const cancelled = await own.post<Cancelled>(`/v1/executions/${executionId}/cancel`, '')
    const { state, result } = await untilEnded(own, executionId)
    gate.release()
    await first

    expect(cancelled.status).toBe(202)
    expect([state, result.delivered, result.attempts]).toEqual(['withdrawn', 'no', []])
    expect(target.received).toHaveLength(1)
  })

  it('goes on where a client waits for it, and is told to have ended afterwards', async () => {
    const gate = held(json(200, {}))
    const target = await receiver(gate.answer)
    const own = await serviceWithStore()
    const call = { node: { method: 'POST', url: target.url }, idempotencyKey: 'k' }
    const first = own.execute(call)
    await vi.waitUntil(() => target.received.length === 1)
    const { executionId } = (await own.post<Problem>('/v1/execute', call)).body
    const cancel = () => own.post<Problem>(`/v1/executions/${executionId}/cancel`, '')

    const running = await cancel()
    gate.release()
    const reply = await first
    const ended = await cancel()

    expect(running).toMatchObject({ status: 409, body: { code: 'not_cancellable', executionId } })
    expect(reply).toMatchObject({ executionId, succeeded: true })
    expect(ended).toMatchObject({ status: 409, body: { code: 'already_ended', executionId } })
  })

  it('that is not known is 404', async () => {
    const own = await serviceWithStore()

    const cancelled = await own.post<Problem>(`/v1/executions/${unknownId}/cancel`, '')
    const shown = await own.request<Problem>(`/v1/executions/${unknownId}/result`)

    for (const { status, body } of [cancelled, shown])
      expect([status, body.code, body.delivered, body.repeat]).toEqual([
        404,
        'execution_unknown',
        'maybe',
        'never',
      ])
  })
})

it('nothing is left of a look at an execution, however often one connection looks', async () => {
  const warnings: Error[] = []
  const note = (warning: Error) => void warnings.push(warning)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  const own = await serviceWithStore()
  const node = { method: 'POST', url: 'https://hooks.example/' }
  const { executionId } = await submit(own, { node, notBefore: soon() })

  for (let looks = 0; looks < 20; looks++) await own.request(`/v1/executions/${executionId}`)
  await new Promise(setImmediate)

  expect(warnings).toEqual([])
})

it('a list has pages, newest first, and filters', async () => {
  const target = await receiver(json(200, {}))
  const own = await serviceWithStore()
  const ids: string[] = []
  for (const id of ['a', 'b', 'a']) {
    const { executionId } = await submit(own, { node: { id, method: 'POST', url: target.url } })
    await untilEnded(own, executionId)
    ids.unshift(executionId)
  }
  const list = async (query: string) => (await own.request<ExecutionList>(`/v1/executions?${query}`)).body
  const idsOf = ({ executions }: ExecutionList) => executions.map(({ executionId }) => executionId)

  const first = await list('limit=2')
  const second = await list(`limit=2&after=${encodeURIComponent(first.next ?? '')}`)

  expect([idsOf(first), idsOf(second), second.next]).toEqual([ids.slice(0, 2), ids.slice(2), null])
  expect(idsOf(await list('nodeId=b&state=succeeded'))).toEqual([ids[1]])
  expect(idsOf(await list('state=failed'))).toEqual([])
  expect(idsOf(await list('host=LocalHost'))).toEqual(ids)
  const lost = await own.request<Problem>('/v1/executions?after=x')
  expect(lost.body.detail).toMatch(/^after is not/)
  for (const wrong of [
    'limit=0',
    'after=x',
    'after=1796053434588.ZZ',
    'colour=red',
    'state=done',
    'since=yesterday',
  ])
    expect((await own.request(`/v1/executions?${wrong}`)).status, wrong).toBe(400)
})

it('without a store every route of durable executions is 501', async () => {
  const { post, request } = await service()

  const replies = await Promise.all([
    post<Problem>('/v1/executions', {}),
    request<Problem>('/v1/executions'),
    request<Problem>(`/v1/executions/${unknownId}`),
    request<Problem>(`/v1/executions/${unknownId}/result`),
    post<Problem>(`/v1/executions/${unknownId}/cancel`, ''),
    post<Problem>('/v1/executions/redrive', {}),
  ])

  for (const { status, body } of replies) expect([status, body.code]).toEqual([501, 'store_missing'])
})

describe('a process that ends', () => {
  const waitingFor = (count: number, received: readonly unknown[]) =>
    vi.waitUntil(() => received.length >= count, { timeout: 20_000 })

  async function read(url: string, executionId: string): Promise<ExecuteReply> {
    const init = { headers: { prefer: 'wait=20' } }
    return (await (await fetch(`${url}/v1/executions/${executionId}/result`, init)).json()) as ExecuteReply
  }

  async function post(url: string, body: object): Promise<Submitted> {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    return (await (await fetch(`${url}/v1/executions`, init)).json()) as Submitted
  }

  /** Kills the process during each of the first requests. */
  async function killDuring(answer: Answer, node: object, kills = 1) {
    const target = await receiver(answer)
    const settings = { STORE_URL: `sqlite:${await storeFile()}` }
    let process = await startProcessAmongServers(settings)
    const { executionId } = await post(process.url, { node: { ...node, url: target.url } })
    const killedAt: number[] = []
    for (let kill = 1; kill <= kills; kill++) {
      await waitingFor(kill, target.received)
      process.child.kill('SIGKILL')
      await process.ended
      killedAt.push(Date.now())
      process = await startProcessAmongServers(settings)
    }
    return { reply: await read(process.url, executionId), target, killedAt }
  }

  it('by kill -9 sends again what may be repeated, and shows what it may have sent', async () => {
    const node = { method: 'PUT', retry: { attempts: 2, initialDelayMs: 1 } }
    const answer = inTurn(never, json(503, {}), json(409, {}))
    const { reply, target } = await killDuring(answer, node)

    expect(reply).toMatchObject({
      reason: { hint: expect.stringContaining('The first request may have done it') },
      delivered: 'yes',
      attempts: [
        { number: 1, failure: 'interrupted', delivered: 'maybe' },
        { number: 2, status: 503 },
        { number: 3, status: 409 },
      ],
    })
    expect(target.received).toHaveLength(3)
  })

  it('by kill -9 again and again tells of each request, with the moment when it began', async () => {
    const node = { method: 'PUT', retry: { attempts: 2, initialDelayMs: 1 } }
    const { reply, killedAt } = await killDuring(inTurn(never, never, never, json(200, {})), node, 3)

    expect(reply.attempts).toMatchObject([
      { number: 1, failure: 'interrupted' },
      { number: 2, failure: 'interrupted' },
      { number: 3, failure: 'interrupted' },
      { number: 4, status: 200 },
    ])
    const begun = reply.attempts.map(({ startedAt }) => Date.parse(startedAt))
    for (const [index, at] of killedAt.entries()) {
      expect(begun[index]).toBeLessThanOrEqual(at)
      expect(begun[index + 1]).toBeGreaterThanOrEqual(at)
    }
  })

  it('by kill -9 does not send again what may not, and says so', async () => {
    const { reply, target } = await killDuring(never, { method: 'POST', onError: 'exit' })

    expect(reply).toMatchObject({
      branch: 'exit',
      reason: { code: 'interrupted' },
      delivered: 'maybe',
      repeat: 'if_idempotent',
      attempts: [{ number: 1, failure: 'interrupted', delivered: 'maybe' }],
    })
    expect(target.received).toHaveLength(1)
  })

  it('in good order lets end what has begun, and gives back the rest', async () => {
    const gate = held(json(200, {}))
    const target = await receiver(gate.answer)
    const settings = { STORE_URL: `sqlite:${await storeFile()}`, MAX_PER_HOST: '2' }
    const one = await startProcessAmongServers(settings)
    const node = { method: 'POST', url: target.url }
    const first = await post(one.url, { node })
    await waitingFor(1, target.received)
    const second = await post(one.url, { node })
    one.child.kill('SIGTERM')
    gate.release()
    await one.ended
    expect(target.received).toHaveLength(1)

    const { url } = await startProcessAmongServers(settings)
    const replies = [await read(url, first.executionId), await read(url, second.executionId)]

    expect(replies.map(({ succeeded, attempts }) => [succeeded, attempts.length])).toEqual([
      [true, 1],
      [true, 1],
    ])
    expect(target.received).toHaveLength(2)
  })
})
