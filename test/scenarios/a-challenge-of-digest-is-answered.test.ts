import type { ServerResponse } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import { collector } from '../support/collector.ts'
import { type DigestGuard, digestGuard, digestUser } from '../support/digest-guard.ts'
import { testFiles } from '../support/files.ts'
import { type Answer, inTurn, json, never, type Receiver } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { type ServiceOptions, service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'

const secrets = { user: digestUser.username, word: digestUser.password }
const auth = { type: 'digest', username: '{{ secrets.user }}', password: '{{ secrets.word }}' }
const body = { structure: 'json', content: { lead: 7 } }

/** A target that wants Digest. */
async function world(guard: Pick<DigestGuard, 'answer'>, options: ServiceOptions = {}) {
  const target = await receiver(guard.answer)
  const running = await service(options)
  const run = (node: object = {}, rest: object = {}): Promise<ExecuteReply> =>
    running.execute({
      node: { id: 'crm', method: 'POST', url: `${target.url}/leads?a=1`, auth, body, ...node },
      secrets,
      ...rest,
    })
  return { target, run, ...running }
}

const purposes = ({ attempts }: ExecuteReply) => attempts.map(({ purpose }) => purpose)
const bodies = ({ received }: Pick<Receiver, 'received'>) => received.map((one) => String(one.body))
const authorizations = ({ received }: Pick<Receiver, 'received'>) =>
  received.map((one) => headersNamed(one, 'Authorization')[0]?.[1])
const get = { method: 'GET', body: undefined }

describe('a challenge', () => {
  it.each([
    { algorithm: 'MD5', qop: 'auth' },
    { algorithm: 'SHA-256', qop: 'auth,auth-int' },
    { algorithm: 'MD5-sess', qop: 'auth' },
    { algorithm: 'SHA-256-sess', qop: 'auth' },
    { algorithm: null, qop: 'auth' },
    { algorithm: null, qop: null },
  ] as const)(
    'is asked for without the body, answered, and its nonce kept: $algorithm, $qop',
    async (options) => {
      const guard = digestGuard(json(200, { ok: true }), options)
      const { run, target } = await world(guard)

      const first = await run()
      const second = await run()

      expect(guard.verdicts).toEqual(
        options.qop === null ? ['asked', 'accepted', 'accepted'] : ['asked', '00000001', '00000002'],
      )
      expect(bodies(target)).toEqual(['', '{"lead":7}', '{"lead":7}'])
      expect(headersNamed(target.received[0], 'content-length')[0]?.[1]).toBe('0')
      expect(purposes(first)).toEqual(['challenge', 'call'])
      expect(first.attempts.map(({ status, number }) => [number, status])).toEqual([
        [1, 401],
        [2, 200],
      ])
      expect(first).toMatchObject({ succeeded: true, delivered: 'yes', repeat: 'never', warnings: [] })
      expect(purposes(second)).toEqual(['call'])
    },
  )

  it('is asked for with the request itself where that has no body', async () => {
    const guard = digestGuard(json(200, {}))
    const { run, target } = await world(guard)

    const reply = await run({ ...get, headers: [{ name: 'X-A', value: 'b' }] })

    expect(purposes(reply)).toEqual(['challenge', 'call'])
    const named = target.received.map((one) => headersNamed(one, 'X-A')[0]?.[1])
    expect(named).toEqual(['b', 'b'])
    expect(authorizations(target)[0]).toBeUndefined()
  })

  it.each([
    { what: 'a read', node: get, sent: 1, purposes: ['call'] },
    {
      what: 'a write without a body',
      node: { method: 'DELETE', body: undefined },
      sent: 1,
      purposes: ['call'],
    },
    { what: 'a write', node: {}, sent: 2, purposes: ['challenge', 'call'] },
  ])(
    'that the target does not give leaves the credential at home: $what',
    async ({ node, sent, purposes: are }) => {
      const { run, target } = await world({ answer: json(200, { ok: true }) })

      const reply = await run(node)

      expect(purposes(reply)).toEqual(are)
      expect(reply).toMatchObject({ succeeded: true, delivered: 'yes', repeat: 'never' })
      expect(authorizations(target)).toEqual(Array.from({ length: sent }))
      expect(bodies(target).at(-1)).toBe('body' in node ? '' : '{"lead":7}')
      expect(reply.request?.headers?.map(([name]) => name)).not.toContain('Authorization')
    },
  )

  it('is asked for without what would make the target take it for the call', async () => {
    const guard = digestGuard(json(200, {}))
    const { run, target } = await world(guard)

    await run({ idempotent: true, headers: [{ name: 'Content-MD5', value: 'x' }] }, { idempotencyKey: 'k-1' })

    const sent = ['Idempotency-Key', 'Content-MD5', 'Content-Type'].map((name) =>
      target.received.map((one) => headersNamed(one, name).length),
    )
    expect(sent).toEqual([
      [0, 1],
      [0, 1],
      [1, 1],
    ])
  })

  it('is not signed, and the call is', async () => {
    const guard = digestGuard(json(200, {}))
    const { run, target } = await world(guard)
    const signing = {
      scheme: 'hmac',
      algorithm: 'sha256',
      over: '{{ body }}',
      header: 'X-Sign',
      value: '{{ hex }}',
    }

    const reply = await run(
      { signing: { ...signing, secret: '{{ secrets.key }}' } },
      { secrets: { ...secrets, key: 'a-signing-key' } },
    )

    expect(reply.succeeded).toBe(true)
    expect(target.received.map((one) => headersNamed(one, 'X-Sign').length)).toEqual([0, 1])
  })

  it.each([
    { what: 'tenant', node: {}, rest: { tenant: 'acme' } },
    { what: 'password', node: {}, rest: { secrets: { ...secrets, word: 'another one' } } },
  ])('is not shared with calls of another $what', async ({ node, rest }) => {
    const guard = digestGuard(json(200, {}))
    const { run } = await world(guard)
    await run()

    await run(node, rest)

    expect(guard.verdicts.slice(2, 3)).toEqual(['asked'])
  })

  it('of each realm of a host has its own nonce', async () => {
    const guards = {
      a: digestGuard(json(200, {}), { realm: 'a' }),
      b: digestGuard(json(200, {}), { realm: 'b' }),
    }
    const { run, target } = await world({
      answer: (request, ...others) => guards[request.target === '/a' ? 'a' : 'b'].answer(request, ...others),
    })
    for (const path of ['a', 'b', 'a', 'b', 'a'])
      expect(await run({ ...get, url: `${target.url}/${path}` })).toMatchObject({ succeeded: true })

    expect(guards.a.verdicts).toEqual(['asked', '00000001', '00000003', '00000004'])
    expect(guards.b.verdicts).toEqual(['wrong', '00000001', '00000002'])
  })

  it('counts every request of many at once, in the order of sending', async () => {
    const guard = digestGuard(json(200, {}))
    const { run } = await world(guard, { settings: { MAX_PER_HOST: '1', MAX_QUEUE_PER_HOST: '50' } })
    await run(get)

    const replies = await Promise.all(Array.from({ length: 30 }, () => run()))

    expect(replies.every(({ succeeded }) => succeeded)).toBe(true)
    expect(guard.accepted.map(({ nc }) => Number.parseInt(nc, 16))).toEqual(
      Array.from({ length: 31 }, (_, at) => at + 1),
    )
  })

  it('goes on with the nonce that the target names next', async () => {
    const guard = digestGuard(json(200, {}), { isOneTime: true })
    const { run } = await world(guard)

    for (let calls = 0; calls < 3; calls++) expect(purposes(await run())).not.toContain('resend')

    expect(guard.verdicts).toEqual(['asked', '00000001', '00000001', '00000001'])
    expect(new Set(guard.accepted.map(({ nonce }) => nonce)).size).toBe(3)
  })
})

describe('a nonce that the target gives to everybody', () => {
  it('is counted on over calls, tenants and credentials, also where it is offered again', async () => {
    const guard = digestGuard(json(200, {}), { nonce: 'window-1' })
    const { run } = await world(guard)

    for (const rest of [{}, { tenant: 'acme' }, { tenant: 'umbrella' }, { tenant: 'acme' }])
      expect(await run({}, rest)).toMatchObject({ succeeded: true })

    expect(guard.accepted.map(({ nc }) => Number(nc))).toEqual([1, 2, 3, 4])
  })

  it.each([{ node: get }, { node: { method: 'PUT' } }])(
    'is asked for once by calls at once, and none ends refused: $node',
    async ({ node }) => {
      const guard = digestGuard(json(200, {}), { nonce: 'window-1' })
      const { run, target } = await world(guard)

      const replies = await Promise.all(Array.from({ length: 10 }, () => run(node)))

      expect(replies.map(({ succeeded }) => succeeded)).toEqual(Array.from({ length: 10 }, () => true))
      expect(guard.verdicts.filter((verdict) => verdict === 'asked')).toHaveLength(1)
      expect(authorizations(target).filter((value) => value === undefined)).toHaveLength(1)
    },
  )

  it('is not waited for where the target asks for none', async () => {
    const open: ServerResponse[] = []
    let holds = false
    const { run } = await world({
      answer: (_request, response) => (holds ? void open.push(response) : response.end('{}')),
    })
    await run(get)
    holds = true

    const replies = Array.from({ length: 5 }, () => run(get))
    await vi.waitUntil(() => open.length === 5)
    for (const response of open) response.end('{}')

    expect((await Promise.all(replies)).every(({ succeeded }) => succeeded)).toBe(true)
  })

  it('is waited for within the time of the call', async () => {
    const { run } = await world({ answer: never })

    const [, late] = await Promise.all([run({ ...get, timeoutMs: 2_000 }), run({ ...get, timeoutMs: 200 })])

    expect(late).toMatchObject({ delivered: 'no', repeat: 'safe', reason: { code: 'queue_timeout' } })
  })
})

describe('a request for a challenge that the target turns away', () => {
  it.each([429, 503])('with %i is the response: the call is not sent', async (status) => {
    const { run, target } = await world({
      answer: (_request, response) => void response.writeHead(status, { 'retry-after': '2' }).end(),
    })

    const reply = await run()

    expect(bodies(target)).toEqual([''])
    expect(reply).toMatchObject({ response: { status }, repeat: 'safe', retryAfterMs: 2_000 })
  })
})

describe('a nonce that is refused', () => {
  it('of another realm is named as that, and the credential is not blamed', async () => {
    const guards = {
      a: digestGuard(json(200, {}), { realm: 'a' }),
      b: digestGuard(json(200, {}), { realm: 'b' }),
    }
    const { run, target } = await world({
      answer: (request, ...others) => guards[request.target === '/a' ? 'a' : 'b'].answer(request, ...others),
    })
    await run({ url: `${target.url}/a` })

    const { reason } = await run({ url: `${target.url}/b` })

    expect(reason.hint).toContain('another realm')
    expect(reason.hint).not.toContain('does not accept the credential')
  })

  it.each([
    { node: get },
    { node: { method: 'PUT' } },
    { node: { method: 'DELETE' } },
    { node: { idempotent: true } },
    { node: { body: undefined } },
  ])('is replaced, and the call is sent once more: $node', async ({ node }) => {
    const guard = digestGuard(json(200, {}))
    const { run } = await world(guard)
    await run(node)
    guard.expire()

    const reply = await run(node)

    expect(guard.verdicts).toEqual(['asked', '00000001', 'stale', '00000001'])
    expect(purposes(reply)).toEqual(['call', 'resend'])
    expect(reply).toMatchObject({ succeeded: true, repeat: 'never' })
  })

  it('is replaced where a target that has forgotten it does not call it stale', async () => {
    const guard = digestGuard(json(200, {}))
    const { run } = await world(guard)
    await run(get)
    guard.forget()

    expect(await run(get)).toMatchObject({ succeeded: true })
    expect(guard.verdicts).toEqual(['asked', '00000001', 'wrong', '00000001'])
  })

  it('leads to the error branch where a second request could write twice', async () => {
    const guard = digestGuard(json(200, {}))
    const { run } = await world(guard)
    await run()
    guard.expire()

    const refused = await run()

    expect(purposes(refused)).toEqual(['call'])
    expect(refused).toMatchObject({ branch: 'error', delivered: 'yes', repeat: 'never' })
    expect(refused.reason).toMatchObject({ blame: 'node', path: '/node/auth' })
    expect(refused.reason.hint).toContain(
      'The nonce of the target had run out; the next call uses a new one.',
    )
    expect(await run()).toMatchObject({ succeeded: true })
  })

  it('is replaced once only', async () => {
    const guard = digestGuard(json(200, {}))
    const { run, target } = await world({
      answer: (...request) => {
        guard.answer(...request)
        guard.expire()
      },
    })

    const reply = await run(get)

    expect(target.received).toHaveLength(3)
    expect(purposes(reply)).toEqual(['challenge', 'call', 'resend'])
    expect(reply.reason.hint).toContain('refused two nonces in a row')
  })
})

describe('a call with Digest that the target refuses', () => {
  it('names the credential, and does not try it again', async () => {
    const guard = digestGuard(json(200, {}), { password: 'the right one' })
    const { run } = await world(guard)

    const replies = [await run(), await run(get)]

    expect(guard.verdicts).toEqual(['asked', 'wrong', 'wrong'])
    for (const { branch, repeat, reason } of replies) {
      expect({ branch, repeat }).toEqual({ branch: 'error', repeat: 'never' })
      expect(reason).toMatchObject({
        code: 'expectation_unmet',
        blame: 'node',
        path: '/node/auth',
        hint: expect.stringMatching(/does not accept the credential.*"auth" of the node/),
      })
    }
  })

  it.each([
    { header: 'Basic realm="x"', hint: /no challenge of Digest.*Set the type of "auth" to "basic"/ },
    {
      header: 'Digest realm="x", nonce="n", algorithm=SHA-512-256',
      hint: /another algorithm than MD5 and SHA-256/,
    },
    { header: 'Digest realm="x", nonce="n", qop="auth-int"', hint: /does not offer the qop "auth"/ },
    {
      header: `Digest realm="x", nonce="${'n'.repeat(9_000)}"`,
      hint: /more than 8192 characters: its realm, nonce and opaque stand in the answer.* Ask the operator of the target for a shorter challenge/,
    },
    { header: undefined, hint: /no challenge of Digest/ },
  ])('says what the target asks for: $header', async ({ header, hint }) => {
    const { run, target } = await world({
      answer: (_request, response) => {
        response.writeHead(401, header === undefined ? {} : { 'www-authenticate': header }).end()
      },
    })

    const reply = await run()

    expect(bodies(target)).toEqual([''])
    expect(purposes(reply)).toEqual(['call'])
    expect(reply.response).toMatchObject({ status: 401 })
    expect(reply.reason.hint).toMatch(hint)
  })

  it('says what another type of credential lacks where the target asks for Digest', async () => {
    const { run } = await world(digestGuard(json(200, {})))

    const { reason } = await run({ auth: { type: 'basic', username: 'a', password: '{{ secrets.word }}' } })

    expect(reason.hint).toContain('Set the type of "auth" to "digest".')
  })
})

describe('the clock of a call with Digest', () => {
  it('runs while the target is asked: the call can be sent again', async () => {
    const { run, target } = await world({ answer: never })

    const reply = await run({ timeoutMs: 1_000 })

    expect(bodies(target)).toEqual([''])
    expect(purposes(reply)).toEqual(['challenge', 'call'])
    expect(reply.attempts.map(({ delivered }) => delivered)).toEqual(['maybe', 'no'])
    expect(reply).toMatchObject({ delivered: 'no', repeat: 'safe', reason: { code: 'response_timeout' } })
    expect(reply.reason.hint).toContain('the call can be sent again')
  })

  it('is that of a retry, whose next attempt asks again', async () => {
    const guard = digestGuard(json(200, {}))
    const { run } = await world({
      answer: inTurn((_request, _response, incoming) => incoming.socket.destroy(), guard.answer),
    })

    const reply = await run({ retry: { attempts: 2, initialDelayMs: 0 } })

    expect(purposes(reply)).toEqual(['challenge', 'call', 'challenge', 'call'])
    expect(reply).toMatchObject({ succeeded: true })
  })

  it('asks a target that cannot be reached for nothing', async () => {
    const { run } = await world({ answer: never })
    const { port, close } = await receiver(never)
    await close()

    const reply = await run({ url: `https://localhost:${port}/` })

    expect(purposes(reply)).toEqual(['call'])
    expect(reply).toMatchObject({ delivered: 'no', repeat: 'safe', reason: { code: 'connect_refused' } })
  })
})

describe('what is computed from the password', () => {
  it('is masked wherever the target repeats it', async () => {
    const echo: Answer = (request, response) => {
      const [, value = ''] = headersNamed(request, 'Authorization')[0] ?? []
      json(400, { error: `unknown: ${value}` })(request, response, {} as never)
    }
    const guard = digestGuard(echo)
    const { run, target } = await world(guard)

    const reply = await run()

    const [, sent = ''] = authorizations(target)
    const [, response = '-'] = /response="(\w+)"/.exec(sent) ?? []
    const [, cnonce = '-'] = /cnonce="(\w+)"/.exec(sent) ?? []
    const text = JSON.stringify(reply)
    expect(reply.response?.body).toContain('•••')
    for (const hidden of [response, cnonce, digestUser.password]) expect(text).not.toContain(hidden)
    expect(Object.fromEntries(reply.request?.headers ?? [])).toMatchObject({ Authorization: '•••' })
  })
})

describe('a redirect of a call with Digest', () => {
  const redirect =
    (status: number, url: string): Answer =>
    (_request, response) => {
      response.writeHead(status, { location: url }).end()
    }

  it('takes the answer to another path, and not to another origin', async () => {
    const other = await receiver(json(200, {}))
    const guard = digestGuard((request, ...others) =>
      request.target === '/from'
        ? redirect(307, '/to')(request, ...others)
        : redirect(307, `${other.url}/x`)(request, ...others),
    )
    const { run, target } = await world(guard)

    const reply = await run({ ...get, url: `${target.url}/from`, followRedirects: 2 })

    expect(purposes(reply)).toEqual(['challenge', 'call', 'redirect', 'redirect'])
    expect(guard.verdicts).toEqual(['asked', '00000001', '00000002'])
    expect(reply).toMatchObject({ succeeded: true })
    expect(authorizations(other)).toEqual([undefined])
  })

  it('asks for a challenge where it leads to another realm', async () => {
    const first = digestGuard(redirect(307, '/b'), { realm: 'a' })
    const second = digestGuard(json(200, {}), { realm: 'b' })
    const { run, target } = await world({
      answer: (request, ...others) => (request.target === '/a' ? first : second).answer(request, ...others),
    })

    const reply = await run({ method: 'PUT', url: `${target.url}/a`, followRedirects: 1 })

    expect(purposes(reply)).toEqual(['challenge', 'call', 'redirect', 'resend'])
    expect(reply).toMatchObject({ succeeded: true })
  })
})

describe('a node with Digest', () => {
  it('shows no credential in a preview, and lets curl answer the challenge', async () => {
    const { preview, target } = await world({ answer: never })

    const ofSecrets = await preview({ node: { method: 'GET', url: target.url, auth } })
    expect(ofSecrets.curl).toContain(`--user "$user"':'"$word"`)
    const { request, curl, warnings } = await preview({
      node: { method: 'POST', url: target.url, auth: { ...auth, username: 'adam' }, body },
    })

    expect(Object.fromEntries(request.headers ?? [])).toMatchObject({ Authorization: '•••' })
    expect(curl).toContain('--digest \\\n  --user "$auth_username"\':\'"$word"')
    expect(curl).not.toContain('Authorization')
    expect(warnings).toEqual([])
    expect(target.received).toEqual([])
  })

  it.each([
    { change: { username: 'a:b' }, path: '/node/auth/username', message: /colon/ },
    { change: { username: 'a\nb' }, path: '/node/auth/username', message: /control character/ },
  ])('is refused with the user name $change.username', async ({ change, path, message }) => {
    const { post } = await service()

    const refused = await post('/v1/execute', {
      node: { method: 'GET', url: 'https://x.example/', auth: { ...auth, ...change } },
    })

    expect(refused).toMatchObject({
      status: 400,
      body: { errors: [{ path, message: expect.stringMatching(message) }] },
    })
  })

  it('does not send a user name with a colon that comes from a secret', async () => {
    const { run, target } = await world({ answer: json(200, {}) })

    const reply = await run({}, { secrets: { ...secrets, user: 'adam:b' } })

    expect(reply.reason).toMatchObject({ code: 'header_invalid', path: '/node/auth/username' })
    expect(target.received).toEqual([])
  })

  it('may have its credential from a connection, which the operator corrects', async () => {
    const guard = digestGuard(json(200, {}))
    const target = await receiver(guard.answer)
    const files = await testFiles({
      'secrets.json': JSON.stringify({
        word: { value: digestUser.password, hosts: ['localhost'], in: ['auth'] },
      }),
      'connections.json': JSON.stringify({
        right: { baseUrl: target.url, auth: { ...auth, username: 'adam', password: '{{ secrets.word }}' } },
        wrong: { baseUrl: target.url, auth: { ...auth, username: 'eve', password: '{{ secrets.word }}' } },
      }),
    })
    const { execute } = await service({
      settings: {
        SECRETS_FILE: `${files.path}/secrets.json`,
        CONNECTIONS_FILE: `${files.path}/connections.json`,
      },
    })
    const node = { method: 'POST', url: '/leads', body }

    expect(await execute({ node: { ...node, connection: 'right' } })).toMatchObject({ succeeded: true })
    const refused = await execute({ node: { ...node, connection: 'wrong' } })
    expect(refused.reason).toMatchObject({
      path: '/node/connection',
      hint: expect.stringContaining('the connection "wrong"'),
    })
  })

  it('counts its requests for challenges apart, and traces them', async () => {
    const traces = await collector()
    const guard = digestGuard(json(200, {}))
    const { run, url, drain } = await world(guard, { settings: { OTEL_EXPORTER_OTLP_ENDPOINT: traces.url } })

    await run()

    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain('webhook_node_challenge_requests_total{outcome="4xx"} 1')
    expect(metrics).toContain('webhook_node_attempts_total{outcome="2xx"} 1')
    expect(metrics).toContain('webhook_node_attempts_total{outcome="4xx"} 0')
    const statistics = await (await fetch(`${url}/v1/nodes/crm/stats`)).json()
    expect(statistics).toMatchObject({ statuses: { 200: 1 } })
    await drain()
    expect(JSON.stringify(traces.spans())).toContain('challenge')
  })
})
