import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import openapi from '../../../openapi/openapi.json' with { type: 'json' }
import { serviceWithDemoReceiver } from '../../../test/support/demo-receiver.ts'
import { service } from '../../../test/support/service.ts'
import { type ClientOptions, createClient, type ExecuteRequest, type FetchedReader } from '../src/index.ts'
import { type Answer, breakOff, drop, html, json, server, silence } from './support/server.ts'

const post: ExecuteRequest = { node: { method: 'POST', url: 'https://receiver.test:8443/v1/leads' } }
const named = { ...post, idempotencyKey: 'instance-4711-step-3' }
const recognized = { ...named, node: { ...post.node, idempotent: true } }
const namedGet: ExecuteRequest = { ...named, node: { ...post.node, method: 'GET' } }

const { examples: replies } = openapi.paths['/v1/execute'].post.responses[200].content['application/json']
const reply = json(200, replies.expectation_met.value)

const problemExample = (status: keyof (typeof openapi.paths)['/v1/execute']['post']['responses']) => {
  const { content } = openapi.paths['/v1/execute'].post.responses[status]
  if (!('application/problem+json' in content)) throw new Error(`${status} is no problem`)
  const [example] = Object.values<{ value: object }>(content['application/problem+json'].examples)
  if (example === undefined) throw new Error(`${status} has no example`)
  return example.value
}
const type = 'application/problem+json'
const problem = (
  status: 400 | 401 | 429 | 500 | 503,
  headers: Readonly<Record<string, string>> = {},
  members: object = {},
) => json(status, { ...problemExample(String(status) as '400'), ...members }, { type, ...headers })

const inProgress = json(
  409,
  {
    ...problemExample('429'),
    status: 409,
    code: 'idempotency_in_progress',
    delivered: 'maybe',
    repeat: 'safe',
  },
  { type, 'retry-after': '0' },
)

/** Sends one request to a server with these answers, without waiting between attempts. */
async function execute(
  request: ExecuteRequest,
  answers: readonly Answer[],
  options: Partial<ClientOptions> = {},
) {
  const { url, received } = await server(...answers)
  const client = createClient({ baseUrl: url, initialDelayMs: 0, ...options })
  return { result: await client.execute(request), received }
}

describe('a client of the service', () => {
  it('returns the branch', async () => {
    const { url, receiverPort } = await serviceWithDemoReceiver()

    const result = await createClient({ baseUrl: url }).execute({
      ...post,
      node: {
        ...post.node,
        url: `https://receiver.test:${receiverPort}/v1/leads`,
        capture: { id: '{{ response.json.id }}' },
      },
    })

    expect(result).toMatchObject({
      kind: 'branch',
      attempts: 1,
      reply: { branch: 'success', captured: { id: 'L-1001' } },
    })
  })

  it('returns the error branch of a target that is down, and leaves the rest to the engine', async () => {
    const { url } = await serviceWithDemoReceiver()
    const node = { ...post.node, url: 'https://127.0.0.1:1/' }

    const result = await createClient({ baseUrl: url }).execute({ ...recognized, node })

    expect(result).toMatchObject({
      kind: 'branch',
      attempts: 1,
      reply: { branch: 'error', succeeded: false },
    })
  })

  it('returns all mistakes of a request', async () => {
    const { url } = await service()
    const wrong = { ...post.node, url: 'http://receiver.test/', timeoutMS: 1 }

    const result = await createClient({ baseUrl: url }).execute({ node: wrong })

    expect(result).toMatchObject({
      kind: 'refused',
      code: 'invalid_request',
      delivered: 'no',
      repeat: 'never',
      attempts: 1,
      problem: { errors: expect.arrayContaining([expect.objectContaining({ path: '/node/timeoutMS' })]) },
    })
  })

  it('sends its key, and says that a wrong one is refused', async () => {
    const key = 'a-key-of-the-engine'
    const { url } = await service({ settings: { API_KEYS: `engine:${key}` } })
    const broken = { ...post, node: { ...post.node, url: 'nonsense' } }

    const right = await createClient({ baseUrl: url, apiKey: key }).execute(broken)
    const wrong = await createClient({ baseUrl: url, apiKey: `${key}s` }).execute(broken)

    expect([right, wrong]).toMatchObject([{ code: 'invalid_request' }, { code: 'unauthorized', attempts: 1 }])
  })

  it('repeats what the service refuses because it is full', async () => {
    const { url, receiverPort } = await serviceWithDemoReceiver({ MAX_IN_FLIGHT: '1' })
    const client = createClient({ baseUrl: url, attempts: 10 })
    const at = (path: string) => `https://receiver.test:${receiverPort}${path}`
    const slow = { node: { method: 'GET', url: at('/v1/slow'), timeoutMs: 800 } } as const
    const quick = { node: { method: 'POST', url: at('/v1/leads') } } as const

    const results = await Promise.all([client.execute(slow), client.execute(slow), client.execute(quick)])

    expect(results.map(({ kind }) => kind)).toEqual(['branch', 'branch', 'branch'])
    expect(Math.max(...results.map(({ attempts }) => attempts))).toBeGreaterThan(1)
  })

  it('takes a key as a file has it, and refuses one that is none', async () => {
    const { url, received } = await server(reply)

    await createClient({ baseUrl: new URL(url), apiKey: 'key\n' }).execute(post)

    expect(received).toMatchObject([{ headers: { authorization: 'Bearer key' } }])
    for (const apiKey of ['', ' ', 'two words', 'schlüssel', 'a\nb'])
      expect(() => createClient({ baseUrl: url, apiKey })).toThrow(TypeError)
  })

  it('keeps a path in front of the routes', async () => {
    const { url, received } = await server(reply)

    await createClient({ baseUrl: `${url}/hooks/`, apiKey: 'key' }).execute(named)

    expect(received).toMatchObject([
      { url: '/hooks/v1/execute', method: 'POST', body: named, headers: { authorization: 'Bearer key' } },
    ])
  })
})

describe('a request is repeated', () => {
  it.each<[after: string, request: ExecuteRequest, answer: Answer]>([
    ['a 503 of the service', post, problem(503, { 'retry-after': '0' })],
    ['a 503 without Retry-After', post, problem(503)],
    ['a 429 of the service', post, problem(429, { 'retry-after': '0' })],
    ['409, while the first one is in progress', named, inProgress],
    ['a problem of a later version that is retryable', post, problem(503, {}, { code: 'store_unavailable' })],
    ['a problem of a later version with repeat', post, problem(400, {}, { repeat: 'safe' })],
    ['a 500 of the service, if the target recognizes it', recognized, problem(500)],
    ['a page of a proxy, if the target recognizes it', recognized, html(502)],
    ['a page of a proxy, if the target recognizes it, with GET', namedGet, html(504)],
    ['a connection that broke, if the target recognizes it', recognized, drop],
    ['a problem that breaks off, if the target recognizes it', recognized, breakOff(503)],
  ])('after %s', async (_after, request, answer) => {
    const { result, received } = await execute(request, [answer, answer, reply])

    expect(result).toMatchObject({ kind: 'branch', attempts: 3, reply: { branch: 'yes' } })
    expect(received.map(({ body }) => body)).toEqual([request, request, request])
  })

  it('not before the time that the service asks for', async () => {
    const began = performance.now()

    const { result } = await execute(post, [problem(503, { 'retry-after': '1' }), reply])

    expect(result).toMatchObject({ kind: 'branch', attempts: 2 })
    expect(performance.now() - began).toBeGreaterThan(990)
  })

  it('if no connection came about', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const address = free.address()
    if (address === null || typeof address === 'string') throw new Error('it listens on a port')
    free.close()
    await once(free, 'close')

    const client = createClient({ baseUrl: `http://127.0.0.1:${address.port}`, initialDelayMs: 0 })
    const result = await client.execute(post)

    expect(result).toEqual({
      kind: 'unanswered',
      code: 'not_sent',
      status: null,
      delivered: 'no',
      repeat: 'safe',
      retryAfterMs: null,
      attempts: 3,
    })
  })

  it('at most as often as the client says', async () => {
    const { result, received } = await execute(post, [problem(503)], { attempts: 5 })

    expect(result).toMatchObject({
      kind: 'refused',
      code: 'overloaded',
      repeat: 'safe',
      delivered: 'no',
      attempts: 5,
    })
    expect(received).toHaveLength(5)
  })
})

describe('a request is not repeated', () => {
  it.each<[after: string, request: ExecuteRequest, answer: Answer, result: object]>([
    [
      'the error branch',
      recognized,
      json(200, replies.failure.value),
      { kind: 'branch', reply: { branch: 'exit' } },
    ],
    ['a 400', recognized, problem(400), { code: 'invalid_request', repeat: 'never', delivered: 'no' }],
    ['a 401', recognized, problem(401), { code: 'unauthorized', repeat: 'never' }],
    [
      'a 500 of the service',
      named,
      problem(500),
      { code: 'internal', repeat: 'if_idempotent', delivered: 'maybe' },
    ],
    [
      'a 422 for a key that was used',
      recognized,
      problem(400, {}, { status: 422, delivered: 'maybe' }),
      { repeat: 'never' },
    ],
    [
      'a connection that broke',
      post,
      drop,
      { code: 'connection_lost', delivered: 'maybe', repeat: 'if_idempotent' },
    ],
    ['a connection that broke, with a key alone', named, drop, { code: 'connection_lost' }],
    ['a connection that broke, without a key', { node: recognized.node }, drop, { code: 'connection_lost' }],
    ['a page of a proxy', named, html(502), { code: 'foreign_answer', status: 502, repeat: 'if_idempotent' }],
    [
      'a page of a proxy with 503 and Retry-After',
      post,
      html(503, { 'retry-after': '7' }),
      { code: 'foreign_answer', retryAfterMs: 7_000 },
    ],
    [
      'a page of a proxy with 403',
      recognized,
      html(403),
      { code: 'foreign_answer', status: 403, repeat: 'never' },
    ],
    [
      'a redirect',
      recognized,
      html(302, { location: '/login' }),
      { code: 'foreign_answer', status: 302, repeat: 'never' },
    ],
    [
      'a page with 200',
      recognized,
      html(200),
      { code: 'foreign_answer', status: 200, repeat: 'never', delivered: 'maybe' },
    ],
    ['other JSON with 200', recognized, json(200, { ok: true }), { code: 'foreign_answer', repeat: 'never' }],
    [
      'other JSON with 404',
      recognized,
      json(404, { message: 'no Route matched' }),
      { code: 'foreign_answer', repeat: 'never' },
    ],
    ['null', recognized, json(200, null), { code: 'foreign_answer' }],
    [
      'a reply that breaks off',
      recognized,
      breakOff(200),
      { code: 'connection_lost', status: 200, repeat: 'never' },
    ],
    [
      'a pause that is too long',
      post,
      problem(503, { 'retry-after': '60' }),
      { code: 'overloaded', retryAfterMs: 60_000, repeat: 'safe' },
    ],
  ])('after %s', async (_after, request, answer, expected) => {
    const { result, received } = await execute(request, [answer, reply])

    expect(result).toMatchObject({ ...expected, attempts: 1 })
    expect(received).toHaveLength(1)
  })
})

describe('over several attempts', () => {
  it('the strictest counts: what may have arrived is not undone by a refusal', async () => {
    const { result } = await execute(recognized, [drop, problem(503)], { attempts: 2 })

    expect(result).toMatchObject({
      code: 'overloaded',
      delivered: 'maybe',
      repeat: 'if_idempotent',
      attempts: 2,
    })
  })
})

describe('the time of an execution', () => {
  it('ends an attempt that takes too long', async () => {
    const { url, received } = await server(silence)

    const result = await createClient({ baseUrl: url }).execute(post, { timeoutMs: 50 })

    expect(result).toMatchObject({
      kind: 'unanswered',
      code: 'timed_out',
      status: null,
      delivered: 'maybe',
      attempts: 1,
    })
    expect(received).toHaveLength(1)
  })

  it('ends a body that does not end, and a 200 is not repeated then either', async () => {
    const drip: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{')
    }
    const { url, received } = await server(drip)

    const result = await createClient({ baseUrl: url }).execute(recognized, { timeoutMs: 200 })

    expect(result).toMatchObject({ code: 'timed_out', status: 200, repeat: 'never' })
    expect(received).toHaveLength(1)
  })

  it('is repeated if the target recognizes it', async () => {
    const { url } = await server(silence, reply)

    const result = await createClient({ baseUrl: url, initialDelayMs: 0 }).execute(recognized, {
      timeoutMs: 500,
    })

    expect(result).toMatchObject({ kind: 'branch', attempts: 2 })
  })

  it.each<[what: string, request: ExecuteRequest, timeoutMs: number]>([
    ['timeoutMs', { node: { ...post.node, timeoutMs: 100 } }, 2_100],
    ['totalMs', { node: { ...post.node, retry: { totalMs: 100 } } }, 2_100],
    ['deadlineMs, which covers all', { node: { ...post.node, retry: {} }, deadlineMs: 100 }, 2_100],
  ])('is by default two seconds more than %s', async (_what, request, timeoutMs) => {
    const { url } = await server(silence)
    const began = performance.now()

    const result = await createClient({ baseUrl: url }).execute(request)

    expect(result).toMatchObject({ code: 'timed_out' })
    expect(performance.now() - began).toBeGreaterThan(timeoutMs - 20)
    expect(performance.now() - began).toBeLessThan(timeoutMs + 5_000)
  })
})

describe('a signal', () => {
  it('ends an attempt', async () => {
    const { url, firstArrival } = await server(silence)
    const controller = new AbortController()
    const execution = createClient({ baseUrl: url }).execute(recognized, { signal: controller.signal })
    await firstArrival

    controller.abort()

    expect(await execution).toEqual({
      kind: 'aborted',
      code: 'aborted',
      delivered: 'maybe',
      repeat: 'if_idempotent',
      retryAfterMs: null,
      attempts: 1,
    })
  })

  it('ends a pause', async () => {
    const { url } = await server(problem(503, { 'retry-after': '9' }))
    const controller = new AbortController()
    const { signal } = controller
    let listeners = 0
    const addEventListener: typeof signal.addEventListener = signal.addEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      addEventListener(...args)
      // The first one is that of the attempt, the second one that of the pause.
      if (++listeners === 2) setImmediate(() => controller.abort())
    }

    const result = await createClient({ baseUrl: url }).execute(post, { signal })

    expect(result).toMatchObject({ kind: 'aborted', attempts: 1 })
    expect(listeners).toBe(2)
  })

  it('at once if its signal ended together with the answer', async () => {
    const { url } = await server(problem(503, { 'retry-after': '9' }))
    const controller = new AbortController()
    const began = performance.now()
    const client = createClient({
      baseUrl: url,
      fetch: async (...request) => {
        const { status, headers, body } = await fetch(...request)
        return {
          status,
          headers,
          body: body && { getReader: () => abortingAtEnd(body.getReader(), controller) },
        }
      },
    })

    const result = await client.execute(post, { signal: controller.signal })

    expect(result).toMatchObject({ kind: 'aborted', attempts: 1, repeat: 'safe' })
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  it('that has ended before sends nothing', async () => {
    const { url, received } = await server(reply)

    const result = await createClient({ baseUrl: url }).execute(post, { signal: AbortSignal.abort() })

    expect(result).toMatchObject({ kind: 'aborted', delivered: 'no', repeat: 'safe', attempts: 0 })
    expect(received).toEqual([])
  })

  it('keeps no listener of an execution that has ended', async () => {
    const { url } = await server(problem(503), reply)
    const { signal } = new AbortController()
    const listeners = new Set<unknown>()
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners.add(args[1])
      addEventListener.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners.delete(args[1])
      removeEventListener.apply(signal, args)
    }

    await createClient({ baseUrl: url, initialDelayMs: 0 }).execute(post, { signal })

    expect(listeners.size).toBe(0)
  })
})

describe('a mistake in the program', () => {
  it.each<[what: string, options: ClientOptions]>([
    ['an address that is none', { baseUrl: 'webhook-node' }],
    ['an address of another protocol', { baseUrl: 'ftp://127.0.0.1/' }],
    ['an address with a password', { baseUrl: 'http://a:b@127.0.0.1/' }],
    ['a key that no header can carry', { baseUrl: 'http://127.0.0.1/', apiKey: 'a\nb' }],
    ['no attempt', { baseUrl: 'http://127.0.0.1/', attempts: 0 }],
    ['a pause that is no number', { baseUrl: 'http://127.0.0.1/', maxDelayMs: Number.NaN }],
  ])('is thrown: %s', (_what, options) => {
    expect(() => createClient(options)).toThrow(TypeError)
  })

  it.each<[what: string, options: unknown, said: RegExp]>([
    ['no options', undefined, /options of createClient must be an object/],
    ['no address', {}, /baseUrl must be the address/],
    ['an address under another name', { url: 'http://127.0.0.1/' }, /no "url"; they are baseUrl,/],
    ['an address without a scheme', { baseUrl: '127.0.0.1:3000' }, /baseUrl must be/],
    ['the address of a route', { baseUrl: 'http://127.0.0.1/v1/execute' }, /baseUrl must end before \/v1/],
    [
      'a number of attempts in a text',
      { baseUrl: 'http://127.0.0.1/', attempts: '3' },
      /attempts must be a number/,
    ],
    ['a limit that belongs to execute', { baseUrl: 'http://127.0.0.1/', timeoutMs: 5 }, /no "timeoutMs"/],
  ])('is told by name: %s', (_what, options, said) => {
    expect(() => createClient(options as ClientOptions)).toThrow(said)
  })

  it.each<[what: string, request: unknown, options: unknown, said: RegExp]>([
    ['no request', undefined, undefined, /the request must be an object/],
    ['a request that is a text', '{}', undefined, /the request must be an object/],
    ['a request without a node', {}, undefined, /node of the request must be an object/],
    ['a time that is a bigint', post, { timeoutMs: 5n }, /timeoutMs must be a number/],
  ])('is a rejection that says what is wrong: %s', async (_what, request, options, said) => {
    const client = createClient({ baseUrl: 'http://127.0.0.1/' })

    await expect(client.execute(request as never, options as never)).rejects.toThrow(said)
  })

  it('is a rejection: a body that is no JSON', async () => {
    const client = createClient({ baseUrl: 'http://127.0.0.1/' })

    await expect(client.execute({ ...post, payload: { vars: { n: 1n } } })).rejects.toThrow(TypeError)
  })
})

describe('an answer that is longer than any reply', () => {
  it('is not kept', async () => {
    let sent = 0
    const endless: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const chunk = ' '.repeat(1_024 * 1_024)
      const write = () => {
        while (!response.destroyed && response.write(chunk)) sent++
      }
      response.on('drain', write)
      write()
    }

    const { result } = await execute(post, [endless])

    expect(result).toMatchObject({ code: 'foreign_answer', repeat: 'never' })
    expect(sent).toBeLessThan(200)
  })
})

/** A reader that ends the execution with the end of its body. */
function abortingAtEnd(reader: FetchedReader, controller: AbortController): FetchedReader {
  return {
    cancel: () => reader.cancel(),
    async read() {
      const part = await reader.read()
      if (part.done) queueMicrotask(() => controller.abort())
      return part
    },
  }
}
