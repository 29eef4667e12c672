import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Attempts } from '../../src/egress/guarded-calls.ts'
import { executeNode } from '../../src/execution/execute.ts'
import { NodeCache } from '../../src/execution/node-cache.ts'
import { RenderQuota } from '../../src/execution/render-quota.ts'
import { writeJson } from '../../src/webhook/values/json.ts'
import { emptyConnectionStore } from '../support/empty-connection-store.ts'
import {
  attempt,
  context,
  createResponse,
  egressWith,
  execute,
  failing,
  given,
  here,
  plenty,
  responding,
  type TestEgressClient,
} from './support/executions.ts'

describe('an execution', () => {
  it('has every part of a full reply', async () => {
    const egressClient = responding({
      status: 201,
      headers: [['Content-Type', 'application/json']],
      body: '{"id":"L-9"}',
    })
    const reply = await execute(
      {
        node: {
          id: 'crm-lead',
          query: [{ name: 'email', source: 'profile', field: 'email' }],
          body: { structure: 'json', content: { a: 1 } },
          branches: { success: 'yes' },
          capture: { leadId: '{{ response.json.id }}' },
        },
        payload: { profile: { email: 'a@b' } },
        correlationId: 'instance-4711',
        tenant: 'acme',
      },
      egressClient,
    )

    expect(reply).toEqual({
      executionId: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
      nodeId: 'crm-lead',
      correlationId: 'instance-4711',
      tenant: 'acme',
      connection: null,
      idempotencyKey: null,
      branch: 'yes',
      succeeded: true,
      reason: {
        code: 'expectation_met',
        message: 'The node expects status 2xx and got it.',
        hint: null,
        blame: null,
        path: null,
        docs: null,
        expected: 'status 2xx',
        actual: 'status 201',
      },
      delivered: 'yes',
      repeat: 'never',
      retryAfterMs: null,
      captured: { leadId: 'L-9' },
      request: {
        method: 'POST',
        url: 'https://target.example/hook?email=a%40b',
        headers: [
          ['host', 'target.example'],
          ['connection', 'keep-alive'],
          ['User-Agent', 'webhook-node/test'],
          ['Accept', '*/*'],
          ['Content-Type', 'application/json'],
          ['content-length', '7'],
        ],
        body: '{"a":1}',
        bodyBytes: 7,
      },
      response: {
        status: 201,
        reason: null,
        headers: [['Content-Type', 'application/json']],
        body: '{"id":"L-9"}',
        bodyEncoding: 'utf8',
        bodyBytes: 12,
        truncated: false,
      },
      attempts: [
        {
          purpose: 'call',
          number: 1,
          startedAt: '2026-03-01T12:00:00.000Z',
          durationMs: 12,
          status: 201,
          failure: null,
          delivered: 'yes',
          connectionReused: false,
          timings: { queueMs: null, dnsMs: 1, connectMs: 2, tlsMs: 3, firstByteMs: 4, downloadMs: 0 },
        },
      ],
      warnings: [],
      durationMs: expect.any(Number),
    })
    expect(egressClient.calls).toHaveLength(1)
    expect(egressClient.calls[0]?.options).toMatchObject({ timeoutMs: 10_000, tenant: 'acme' })
  })

  it('of a node with errors names them all and sends nothing', async () => {
    const egressClient = responding()
    const node = { method: 'GET', url: 'http://t', body: { structure: 'full' }, timeoutMs: 99_999 } as const
    const result = await executeNode(
      { node: given(node) },
      { ...context, egressClient, maxEchoBytes: 1 },
      here,
    )

    expect(result.kind === 'refused' && result.errors.map(({ path }) => path)).toEqual([
      '/node/url',
      '/node/body',
      '/node/timeoutMs',
    ])
    expect(egressClient.calls).toEqual([])
  })

  it('that cannot be rendered takes the error branch and sends nothing', async () => {
    const egressClient = responding()
    const reply = await execute(
      {
        node: { id: 'n', url: 'https://t.example/{{ profile.id }}', capture: { a: 'x' } },
        idempotencyKey: 'k-1',
      },
      egressClient,
    )

    expect(reply).toMatchObject({
      branch: 'error',
      succeeded: false,
      reason: {
        code: 'value_missing',
        blame: 'node',
        path: '/node/url',
        docs: '/errors/value_missing',
      },
      delivered: 'no',
      repeat: 'never',
      idempotencyKey: 'k-1',
      captured: { a: null },
      request: null,
      response: null,
      attempts: [],
    })
    expect(egressClient.calls).toEqual([])
  })

  it('that failed on the wire points at the part of the node to look at', async () => {
    const path = async (code: Parameters<typeof failing>[0]) => (await execute({}, failing(code))).reason.path

    expect(await path('response_timeout')).toBe('/node/timeoutMs')
    expect(await path('send_timeout')).toBe('/node/timeoutMs')
    expect(await path('address_denied')).toBe('/node/url')
    expect(await path('dns_not_found')).toBe('/node/url')
    expect(await path('tls_untrusted')).toBe('/node/url')
    expect(await path('no_response')).toBe('/node/url')
    expect(await path('queue_full')).toBeNull()
  })

  it('whose clock ran out within the body shows what came, and captures from it', async () => {
    const egressClient = failing('response_timeout', {
      delivered: 'yes',
      response: { status: 200, body: '7', ending: 'timed_out' },
    })
    const reply = await execute({ node: { capture: { n: '{{ response.json }}' } } }, egressClient)

    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'response_timeout' },
      delivered: 'yes',
      repeat: 'if_idempotent',
      captured: { n: 7 },
      response: { status: 200, body: '7' },
      attempts: [{ status: 200, failure: 'response_timeout' }],
    })
  })

  it('of several attempts is judged by the last, and repeated by the strictest', async () => {
    const stale = { code: 'no_response', detail: '', path: null } as const
    const egressClient = egressWith(() => [
      attempt(
        { kind: 'failed', failure: stale, response: null },
        { delivered: 'no', connectionReused: true },
      ),
      attempt({
        kind: 'responded',
        response: createResponse({ status: 503, headers: [['Retry-After', '7']] }),
      }),
    ])

    expect(await execute({}, egressClient)).toMatchObject({
      branch: 'error',
      reason: { code: 'expectation_unmet', actual: 'status 503', docs: '/errors/expectation_unmet' },
      delivered: 'yes',
      repeat: 'safe',
      retryAfterMs: 7000,
      attempts: [
        { number: 1, status: null, failure: 'no_response', delivered: 'no', connectionReused: true },
        { number: 2, status: 503, failure: null, delivered: 'yes' },
      ],
    })
  })

  it.each([
    [{ method: 'POST', status: 200 }, 'never'],
    [{ method: 'POST', status: 500 }, 'if_idempotent'],
    [{ method: 'POST', status: 404 }, 'never'],
    [{ method: 'POST', status: 429 }, 'safe'],
  ] as const)('after %j may be repeated: %s', async ({ method, status }, repeat) => {
    expect((await execute({ node: { method } }, responding({ status }))).repeat).toBe(repeat)
  })

  it('that met an odd expectation is never repeated', async () => {
    const node = { expect: { type: 'status', value: 503 } } as const

    expect((await execute({ node }, responding({ status: 503 }))).repeat).toBe('never')
  })

  it.each([
    ['capped', 'body_truncated'],
    ['broken', 'response_truncated'],
    ['undecodable', 'response_undecodable'],
  ] as const)('whose body ended as %s warns of %s, and the status still counts', async (ending, code) => {
    const reply = await execute({}, responding({ body: 'x', ending }))

    expect(reply.succeeded).toBe(true)
    expect(reply.warnings.map((warning) => warning.code)).toEqual([code])
  })

  it('captures long numbers with every digit', async () => {
    const node = { capture: { id: '{{ response.json.id }}', all: '{{ response.json }}' } }
    const { captured } = await execute({ node }, responding({ body: '{"id":12345678901234567890}' }))

    expect(writeJson(captured)).toBe('{"id":12345678901234567890,"all":{"id":12345678901234567890}}')
  })
})

describe('the clock of an execution', () => {
  const findTimeout = async (sketch: Parameters<typeof execute>[0]) => {
    const egressClient = responding()
    await execute(sketch, egressClient)
    return egressClient.calls[0]?.options.timeoutMs ?? Number.NaN
  }

  it('is timeoutMs, or what is left of deadlineMs where that is less', async () => {
    expect(await findTimeout({ node: { timeoutMs: 700 } })).toBe(700)
    expect(await findTimeout({ node: { timeoutMs: 700 }, deadlineMs: 60_000 })).toBe(700)
    expect(await findTimeout({ node: { timeoutMs: 700 }, deadlineMs: 500 })).toBeLessThanOrEqual(500)
    expect(await findTimeout({ deadlineMs: 1 })).toBe(1)
  })

  it.each([
    ['timeoutMs, which is that of one attempt', { timeoutMs: 500 }, 3],
    ['deadlineMs, which is that of all', {}, 1],
  ])('is over or not by its setting where the time has not quite come: %s', async (_of, part, calls) => {
    const egressClient = failing('response_timeout')
    const retry = { attempts: 3, initialDelayMs: 1, maxDelayMs: 1 }
    await execute({ node: { method: 'GET', retry, ...part }, deadlineMs: 9_000 }, egressClient)

    expect(egressClient.calls).toHaveLength(calls)
  })

  it('is the limit of the service where that is below the default', async () => {
    const egressClient = responding()
    const nodes = new NodeCache({ maxTimeoutMs: 3000, connections: emptyConnectionStore })
    await execute({}, egressClient, { nodes })

    expect(egressClient.calls[0]?.options.timeoutMs).toBe(3000)
  })
})

describe('the CPU time that an execution takes', () => {
  const mine = { client: null, tenant: null }

  it('is owed for nodes that were not seen before', async () => {
    const quota = new RenderQuota()
    const content = '{{ flow.a }}'.repeat(5_000)
    for (let index = 0; index < 200 && !quota.owes(mine); index++) {
      const body = { structure: 'raw', contentType: 'text/plain', content: `${content}${index}` } as const
      await execute({ node: { body } }, responding(), { quota, maxRenderMs: 2 })
    }

    expect(quota.owes(mine)).toBe(true)
  })

  it('is owed for what was rendered while the target has not answered', async () => {
    const quota = new RenderQuota()
    const busy = '{% for i in (1..100000) %}{% assign a = i | plus: 1 %}{% endfor %}'
    const owed: boolean[] = []
    const egressClient = egressWith(() => {
      owed.push(quota.owes(mine))
      return [attempt({ kind: 'responded', response: createResponse({}) })]
    })
    for (let index = 0; index < 10; index++) quota.spend(mine, 25)
    const headers = [{ name: 'X-Busy', value: `${busy}x` }]
    await execute({ node: { headers } }, egressClient, { quota, maxRenderMs: 60_000 })

    expect(owed).toEqual([true])
  })

  it('is waited for within the deadline, which counts from acceptance: then nothing is sent', async () => {
    const quota = new RenderQuota()
    quota.spend(mine, 100_000)
    const egressClient = responding()

    const reply = await execute({ deadlineMs: 60 }, egressClient, { quota })

    expect(reply).toMatchObject({
      reason: { code: 'queue_timeout', path: '/deadlineMs', blame: 'service' },
      delivered: 'no',
      repeat: 'safe',
      attempts: [{ purpose: 'call', failure: 'queue_timeout', delivered: 'no' }],
    })
    expect(egressClient.calls).toEqual([])
  })
})

describe('the last 50 ms', () => {
  const again = { attempts: 3, initialDelayMs: 0, maxDelayMs: 0 }
  const turnedAway = attempt({ kind: 'responded', response: createResponse({ status: 503 }) })

  it('are used where the call did not wait', async () => {
    const egressClient = responding()

    expect(await execute({ deadlineMs: 30 }, egressClient)).toMatchObject({ branch: 'success' })
    expect(egressClient.calls).toHaveLength(1)
    expect(egressClient.calls[0]?.options.timeoutMs).toBeLessThanOrEqual(30)
  })

  it.each([
    ['deadlineMs', { deadlineMs: 1_000 }],
    ['totalMs', { node: { retry: { ...again, totalMs: 1_000 } } }],
  ])('of %s are too few for a further attempt: the result of before stands', async (_name, sketch) => {
    const egressClient = slowly(
      960,
      egressWith(() => [turnedAway]),
    )

    const reply = await execute({ node: { retry: again }, ...sketch }, egressClient)

    expect(reply).toMatchObject({ reason: { actual: 'status 503' }, attempts: [{ status: 503 }] })
    expect(egressClient.calls).toHaveLength(1)
  })

  it('are too few for a further attempt where a pause took longer than it should', async () => {
    const egressClient = egressWith(() => [turnedAway])
    const resources = { ...plenty, pause: () => delay(960, 'over' as const) }
    const node = { method: 'POST', url: 'https://target.example/', retry: again } as const

    const result = await executeNode(
      { node: given(node), deadlineMs: 1_000 },
      { ...context, egressClient },
      { ...here, resources },
    )

    expect(result).toMatchObject({
      reply: {
        reason: { actual: 'status 503' },
        attempts: [{ status: 503 }],
        warnings: [{ code: 'retry_abandoned' }],
      },
    })
    expect(egressClient.calls).toHaveLength(1)
  })

  function slowly(ms: number, egressClient: TestEgressClient): TestEgressClient {
    return { ...egressClient, call: (...call) => delay(ms).then(() => egressClient.call(...call)) }
  }
})

describe('a request that was sent again without an answer to the first one', () => {
  const lost = attempt(
    { kind: 'failed', failure: { code: 'no_response', detail: '', path: null }, response: null },
    { delivered: 'maybe', connectionReused: true },
  )
  const resent = (status: number) =>
    attempt({ kind: 'responded', response: createResponse({ status }) }, { purpose: 'resend' })
  const answeredWith = (status: number, first = lost) =>
    execute(
      { node: { method: 'DELETE' } },
      egressWith(() => [first, resent(status)]),
    )

  it.each([404, 409, 410, 412])('may have done it where the second one gets a %i', async (status) => {
    const { reason, delivered, repeat } = await answeredWith(status)
    const [first, ...rest] = reason.hint?.split('. ') ?? []

    expect(first).toMatch(/^The first request may have done it: /)
    expect(first).toContain(`a ${status}`)
    expect(rest.join('. ')).toMatch(/\.$/)
    expect({ code: reason.code, delivered, repeat }).toEqual({
      code: 'expectation_unmet',
      delivered: 'yes',
      repeat: 'never',
    })
  })

  it.each([400, 403, 422, 500, 503])('is not mentioned where the second one gets a %i', async (status) => {
    expect((await answeredWith(status)).reason.hint).not.toMatch(/may have done it/)
  })

  it('is not mentioned where it cannot have arrived', async () => {
    expect((await answeredWith(404, { ...lost, delivered: 'no' })).reason.hint).not.toMatch(/may have done/)
  })

  it('is not mentioned where the second one gets what is expected', async () => {
    const node = { method: 'DELETE', expect: { type: 'status', value: [204, 404] } } as const

    const reply = await execute(
      { node },
      egressWith(() => [lost, resent(404)]),
    )

    expect(reply).toMatchObject({ branch: 'success', reason: { hint: null }, repeat: 'never' })
  })

  it('may have been a later one than the first', async () => {
    const refused = attempt(
      { kind: 'failed', failure: { code: 'connect_refused', detail: '', path: null }, response: null },
      { delivered: 'no' },
    )
    const answers: Attempts[] = [[refused], [lost, resent(404)]]
    const node = { method: 'DELETE', retry: { attempts: 3, initialDelayMs: 0, maxDelayMs: 0 } } as const

    const { reason, attempts } = await execute(
      { node },
      egressWith(() => answers.shift() ?? [refused]),
    )

    expect(reason.hint).toMatch(/^An earlier request may have done it: /)
    expect(attempts).toMatchObject([
      { purpose: 'call', number: 1 },
      { purpose: 'call', number: 2 },
      { purpose: 'resend', number: 3 },
    ])
  })

  it('is tried again after that, as one attempt, by the rule of the node', async () => {
    const egressClient = egressWith(() => [lost, resent(503)])
    const retry = { attempts: 2, initialDelayMs: 0, maxDelayMs: 0 }

    const reply = await execute({ node: { method: 'PUT', retry } }, egressClient)

    expect(reply.attempts.map(({ purpose, number }) => [purpose, number])).toEqual([
      ['call', 1],
      ['resend', 2],
      ['call', 3],
      ['resend', 4],
    ])
    expect(reply).toMatchObject({ delivered: 'yes', repeat: 'if_idempotent' })
    expect(egressClient.calls).toHaveLength(2)
  })
})

describe('the idempotency key of a reply', () => {
  const findKey = async (sketch: Parameters<typeof execute>[0]) => {
    const egressClient = responding()
    const reply = await execute(sketch, egressClient)
    const sent = egressClient.calls[0]?.request.headers.find(
      ([name]) => name.toLowerCase() === 'idempotency-key',
    )?.[1]
    expect(reply.idempotencyKey).toBe(sent ?? null)
    return { key: reply.idempotencyKey, executionId: reply.executionId }
  }

  it("is what went out: the client's, the execution's, the node's, or none", async () => {
    const own = { headers: [{ name: 'idempotency-key', value: 'own' }] }

    expect(await findKey({})).toMatchObject({ key: null })
    expect(await findKey({ idempotencyKey: 'k-1' })).toMatchObject({ key: 'k-1' })
    expect(await findKey({ node: { idempotent: true }, idempotencyKey: 'k-1' })).toMatchObject({ key: 'k-1' })
    expect(await findKey({ node: { ...own, idempotent: true }, idempotencyKey: 'k-1' })).toMatchObject({
      key: 'own',
    })
    const { key, executionId } = await findKey({ node: { idempotent: true } })
    expect(key).toBe(executionId)
  })

  it('is masked where a node made it of a secret', async () => {
    const node = { headers: [{ name: 'Idempotency-Key', value: '{{ secrets.k }}' }] }

    expect((await execute({ node, secrets: { k: 's3cr3t' } })).idempotencyKey).toBe('•••')
  })

  it('is shown as the client gave it, even if it is a secret', async () => {
    expect((await execute({ idempotencyKey: 's3cr3t', secrets: { k: 's3cr3t' } })).idempotencyKey).toBe(
      's3cr3t',
    )
  })
})

describe('brief diagnostics', () => {
  it('have no headers and bodies', async () => {
    const reply = await execute(
      { node: { body: { structure: 'full' } }, diagnostics: 'brief' },
      responding({ status: 500, headers: [['x', 'y']], body: 'text' }),
    )

    expect(reply.request).toEqual({ method: 'POST', url: 'https://target.example/hook', bodyBytes: 2 })
    expect(reply.response).toEqual({ status: 500, bodyBytes: 4, truncated: true })
  })
})

describe('the body in a reply', () => {
  it.each([
    ['abcdef', 'abcd', true],
    ['abcd', 'abcd', false],
    ['', '', false],
    ['aé', 'aé', false],
    ['abcé', 'abc', true],
    ['a€€', 'a€', true],
    ['😀😀', '😀', true],
    ['ab😀', 'ab', true],
    ['\ufeff\ufeffab', '\ufeffa', true],
  ])('%j is cut to %j at four bytes, never within a character', async (body, shown, truncated) => {
    const { response } = await execute({}, responding({ body }), { maxEchoBytes: 4 })

    expect(response).toMatchObject({ body: shown, truncated, bodyBytes: Buffer.byteLength(body) })
  })

  it('is base64 where it is no text', async () => {
    const { response } = await execute({}, responding({ body: Buffer.from([0xff, 0xd8, 0x00]) }))

    expect(response).toMatchObject({ body: '/9gA', bodyEncoding: 'base64', bodyBytes: 3, truncated: false })
  })

  it('of the request is cut, too, with its size', async () => {
    const node = { body: { structure: 'raw', contentType: 'text/plain', content: 'abcdef' } } as const
    const { request } = await execute({ node }, responding(), { maxEchoBytes: 4 })

    expect(request).toMatchObject({ body: 'abcd', bodyBytes: 6 })
  })
})

describe('the record of an execution', () => {
  it('has no URL, header, body or value', async () => {
    const result = await executeNode(
      { node: given({ method: 'PUT', url: 'https://T.example/secret-path', branches: { error: 'no' } }) },
      { ...context, egressClient: responding({ status: 404 }), maxEchoBytes: 10 },
      here,
    )

    expect(result.kind === 'executed' && result.record).toEqual({
      executionId: expect.any(String),
      correlationId: null,
      nodeId: null,
      tenant: null,
      connection: null,
      acceptedAt: expect.any(Date),
      method: 'PUT',
      host: 't.example',
      port: 443,
      status: 404,
      branch: 'error',
      isCase: false,
      succeeded: false,
      code: 'expectation_unmet',
      blame: 'node',
      explained: null,
      delivered: 'yes',
      attempts: [expect.objectContaining({ number: 1, status: 404 })],
      durationMs: expect.any(Number),
      secrets: [],
      secretRefusal: null,
    })
  })
})
