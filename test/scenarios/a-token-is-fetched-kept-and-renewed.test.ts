import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import { collector } from '../support/collector.ts'
import { type Answer, json, never, type Receiver } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'

const secrets = { crm_id: 'client-4711', crm_secret: 's3cr3t/+&=%:1' }

interface World {
  readonly login: Receiver
  readonly target: Receiver
  /** Executes a node with `oauth2`. */
  run(node?: object, rest?: object): Promise<ExecuteReply>
  execute(body: unknown): Promise<ExecuteReply>
  preview: Awaited<ReturnType<typeof service>>['preview']
  request: Awaited<ReturnType<typeof service>>['request']
  readonly url: string
  /** The tokens that the target got, in order. */
  tokens(): readonly (string | undefined)[]
}

/** A token endpoint and a target, each with answers of its own. */
async function world(login: Answer, target: Answer = json(200, { ok: true })): Promise<World> {
  const endpoint = await receiver(login)
  const api = await receiver(target)
  const { execute, preview, request, url } = await service()
  return {
    login: endpoint,
    target: api,
    execute,
    preview,
    request,
    url,
    run: ({ auth = {}, ...node }: { auth?: object; [member: string]: unknown } = {}, rest = {}) =>
      execute({
        node: {
          id: 'crm',
          method: 'POST',
          url: `${api.url}/leads`,
          auth: { ...client(endpoint), ...auth },
          ...node,
        },
        secrets,
        ...rest,
      }),
    tokens: () => api.received.map((one) => headersNamed(one, 'Authorization')[0]?.[1]),
  }
}

function client({ url }: Pick<Receiver, 'url'>) {
  return {
    type: 'oauth2',
    tokenUrl: `${url}/token`,
    clientId: '{{ secrets.crm_id }}',
    clientSecret: '{{ secrets.crm_secret }}',
  }
}

/** Gives `token-1`, `token-2`, … */
function counting(rest: object = { expires_in: 3600 }): Answer {
  let count = 0
  return (request, response, incoming) =>
    json(200, { access_token: `token-${++count}`, token_type: 'Bearer', ...rest })(
      request,
      response,
      incoming,
    )
}

const purposes = ({ attempts }: ExecuteReply) => attempts.map(({ purpose }) => purpose)

describe('a token', () => {
  it('is fetched before the first call and kept for the next ones', async () => {
    const { run, login, tokens } = await world(counting())

    const first = await run()
    const second = await run()

    expect(tokens()).toEqual(['Bearer token-1', 'Bearer token-1'])
    expect(login.received).toHaveLength(1)
    expect(purposes(first)).toEqual(['token', 'call'])
    expect(first.attempts[0]).toMatchObject({ host: 'localhost', port: login.port, status: 200, number: 1 })
    expect(first.attempts[1]).not.toHaveProperty('host')
    expect(purposes(second)).toEqual(['call'])
    expect(second).toMatchObject({ succeeded: true, delivered: 'yes', repeat: 'never', warnings: [] })
  })

  it('is asked for as RFC 6749 says, with id and secret form-encoded in the header', async () => {
    const { run, login } = await world(counting())

    await run(
      {
        auth: {
          scope: 'leads.write a&b',
          audience: 'https://api.crm.example',
          parameters: { resource: '{{ profile.org }}' },
        },
      },
      { payload: { profile: { org: 'ä/1' } } },
    )

    const [asked] = login.received
    const encoded = 'client-4711:s3cr3t%2F%2B%26%3D%25%3A1'
    expect(asked).toMatchObject({ method: 'POST', target: '/token' })
    expect(headersNamed(asked, 'Authorization')[0]?.[1]).toBe(
      `Basic ${Buffer.from(encoded).toString('base64')}`,
    )
    expect([...new URLSearchParams(String(asked?.body))]).toEqual([
      ['grant_type', 'client_credentials'],
      ['scope', 'leads.write a&b'],
      ['audience', 'https://api.crm.example'],
      ['resource', 'ä/1'],
    ])
  })

  it('is asked for with id and secret in the body where the node says so', async () => {
    const { run, login } = await world(counting())

    await run({ auth: { clientAuth: 'body' } })

    const [asked] = login.received
    expect(headersNamed(asked, 'Authorization')).toEqual([])
    expect(Object.fromEntries(new URLSearchParams(String(asked?.body)))).toEqual({
      grant_type: 'client_credentials',
      client_id: secrets.crm_id,
      client_secret: secrets.crm_secret,
    })
  })

  it.each([
    { what: 'no expires_in', rest: {} },
    { what: 'an expires_in of 0', rest: { expires_in: 0 } },
    { what: 'an expires_in that is no number', rest: { expires_in: 'soon' } },
    { what: 'an expires_in of null', rest: { expires_in: null } },
  ])('is not kept with $what', async ({ rest }) => {
    const { run, tokens } = await world(counting(rest))

    await run()
    await run()

    expect(tokens()).toEqual(['Bearer token-1', 'Bearer token-2'])
  })

  it.each([
    { what: 'a text as expires_in', rest: { expires_in: '3600' } },
    { what: 'another case in token_type', rest: { expires_in: 60, token_type: 'bEARER' } },
    { what: 'no token_type', rest: { expires_in: 60, token_type: undefined } },
  ])('is kept with $what', async ({ rest }) => {
    const { run, tokens } = await world(counting(rest))

    await run()
    await run()

    expect(tokens()).toEqual(['Bearer token-1', 'Bearer token-1'])
  })

  it('is fetched once for 50 calls that come at once', async () => {
    const { run, login, tokens } = await world((_request, response) => {
      setTimeout(
        () => json(200, { access_token: 'the-one-token', expires_in: 60 })(_request, response, {} as never),
        200,
      )
    })

    const replies = await Promise.all(Array.from({ length: 50 }, () => run()))

    expect(login.received).toHaveLength(1)
    expect(new Set(tokens())).toEqual(new Set(['Bearer the-one-token']))
    expect(replies.every(({ succeeded }) => succeeded)).toBe(true)
    expect(replies.filter((reply) => purposes(reply).includes('token'))).toHaveLength(1)
    const waited = replies.find((reply) => purposes(reply).length === 1)
    expect(waited?.attempts[0]?.timings.queueMs).toBeGreaterThan(0)
  })

  it.each([
    { what: 'tenant', node: {}, rest: { tenant: 'acme' } },
    { what: 'secret', node: {}, rest: { secrets: { ...secrets, crm_secret: 'rotated-secret' } } },
    { what: 'client', node: {}, rest: { secrets: { ...secrets, crm_id: 'other-client' } } },
    { what: 'scope', node: { auth: { scope: 'a' } }, rest: {} },
    { what: 'audience', node: { auth: { audience: 'a' } }, rest: {} },
    { what: 'parameters', node: { auth: { parameters: { resource: 'a' } } }, rest: {} },
    { what: 'way of authentication', node: { auth: { clientAuth: 'body' } }, rest: {} },
  ])('is not shared by calls with another $what', async ({ node, rest }) => {
    const { run, tokens } = await world(counting())

    await run()
    await run(node, rest)
    await run()

    expect(tokens()).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-1'])
  })
})

/** A target that accepts one token only. */
function accepting(token: string, refusal: Answer = json(401, { error: 'invalid_token' })): Answer {
  return (request, response, incoming) => {
    const [header] = headersNamed(request, 'Authorization')
    const answer = header?.[1] === `Bearer ${token}` ? json(200, { ok: true }) : refusal
    answer(request, response, incoming)
  }
}

describe('a token that the target refuses', () => {
  it.each([
    { node: { method: 'GET' } },
    { node: { method: 'PUT' } },
    { node: { method: 'DELETE' } },
    { node: { method: 'POST', idempotent: true } },
  ])('is replaced, and the call is sent once more: $node', async ({ node }) => {
    const { run, tokens } = await world(counting(), accepting('token-2'))

    const reply = await run(node)

    expect(tokens()).toEqual(['Bearer token-1', 'Bearer token-2'])
    expect(purposes(reply)).toEqual(['token', 'call', 'token', 'resend'])
    expect(reply.attempts.map(({ status }) => status)).toEqual([200, 401, 200, 200])
    expect(reply).toMatchObject({ branch: 'success', succeeded: true, repeat: 'never' })
    expect(purposes(await run(node))).toEqual(['call'])
  })

  it('leads to the error branch where a second request could write twice, and is thrown away', async () => {
    const { run, tokens, target } = await world(counting(), accepting('token-2'))

    const refused = await run({ method: 'POST' })

    expect(target.received).toHaveLength(1)
    expect(refused).toMatchObject({ branch: 'error', delivered: 'yes', repeat: 'never' })
    expect(refused.reason).toMatchObject({ code: 'expectation_unmet', blame: 'node', path: '/node/auth' })
    expect(refused.reason.hint).toContain('The token was refused; the next call uses a new one.')
    expect(await run({ method: 'POST' })).toMatchObject({ branch: 'success' })
    expect(tokens()).toEqual(['Bearer token-1', 'Bearer token-2'])
  })

  it('is not tried again by a retry rule', async () => {
    const { run, target } = await world(counting(), json(401, {}))

    await run({ method: 'POST', retry: { attempts: 3, initialDelayMs: 0 } })

    expect(target.received).toHaveLength(1)
  })

  it('is replaced once only', async () => {
    const { run, target, login } = await world(counting(), json(401, {}))

    const reply = await run({ method: 'GET' })

    expect(target.received).toHaveLength(2)
    expect(login.received).toHaveLength(2)
    expect(purposes(reply)).toEqual(['token', 'call', 'token', 'resend'])
    expect(reply.reason.hint).toContain('The token was refused, and so was a new one.')
  })

  it('is not sent a second time where the token endpoint gives no other', async () => {
    const { run, target } = await world(
      json(200, { access_token: 'always-the-same', expires_in: 60 }),
      json(401, { error: 'invalid_token', error_description: 'not for this API' }),
    )

    const reply = await run({ method: 'GET' })

    expect(target.received).toHaveLength(1)
    expect(purposes(reply)).toEqual(['token', 'call', 'token'])
    expect(reply.reason).toMatchObject({ code: 'expectation_unmet' })
    expect(reply.reason.hint).toContain('gave the same one again')
    expect(reply.reason.hint).toContain('not for this API')
    expect(reply.response?.status).toBe(401)
  })

  const refusedWhen = { type: 'condition', value: "response.json.errors[0].code == '602'" }
  const expired = json(200, { success: false, errors: [{ code: '602' }] })

  it('may be refused with status 200', async () => {
    const { run, tokens } = await world(counting(), accepting('token-2', expired))

    const reply = await run({ method: 'GET', auth: { refusedWhen } })

    expect(tokens()).toEqual(['Bearer token-1', 'Bearer token-2'])
    expect(reply).toMatchObject({ branch: 'success', warnings: [] })
  })

  it('may be refused with status 200, which is no success where nothing is sent again', async () => {
    const { run, tokens } = await world(counting(), accepting('token-2', expired))

    const reply = await run({ method: 'POST', auth: { refusedWhen } })

    expect(reply).toMatchObject({ branch: 'error', succeeded: false, repeat: 'never' })
    expect(reply.reason).toMatchObject({ code: 'expectation_unmet', path: '/node/auth/refusedWhen' })
    expect(reply.reason.hint).toContain('The token was refused; the next call uses a new one.')
    await run({ method: 'POST', auth: { refusedWhen } })
    expect(tokens()).toEqual(['Bearer token-1', 'Bearer token-2'])
  })

  it('can have a case of its own', async () => {
    const { run } = await world(counting(), json(401, {}))
    const cases = [{ branch: 'login', when: { type: 'status', value: 401 } }]

    expect(await run({ cases })).toMatchObject({ branch: 'login', reason: { code: 'case_met' } })
  })

  it('does not count when another try of the call decides', async () => {
    const answers = [json(401, {}), json(503, {}), json(200, {})]
    const { run } = await world(counting(), (...exchange) => answers.shift()?.(...exchange))

    const reply = await run({ method: 'GET', retry: { attempts: 2, initialDelayMs: 0 } })

    expect(purposes(reply)).toEqual(['token', 'call', 'token', 'resend', 'call'])
    expect(reply).toMatchObject({ branch: 'success' })
  })
})

describe('a token endpoint that refuses the client', () => {
  it.each([400, 401])('ends the call with its words: %i', async (status) => {
    const said = { error: 'invalid_client', error_description: `no client ${secrets.crm_secret} here` }
    const { run, target } = await world(json(status, said))

    const reply = await run()

    expect(target.received).toEqual([])
    expect(reply).toMatchObject({ branch: 'error', delivered: 'no', repeat: 'never', response: null })
    expect(reply.reason).toMatchObject({
      code: 'auth_token_refused',
      blame: 'node',
      path: '/node/auth/clientSecret',
    })
    expect(reply.reason.hint).toContain('"invalid_client: no client ••• here"')
    expect(reply.attempts).toMatchObject([
      { purpose: 'token', status, failure: null, delivered: 'yes' },
      { purpose: 'call', status: null, failure: 'auth_token_refused', delivered: 'no' },
    ])
    const brief = await run({}, { diagnostics: 'brief' })
    expect(brief.reason.hint).not.toContain('invalid_client')
  })

  it.each([
    [400, 'invalid_scope', 'scope', 'Correct "scope"'],
    [400, 'unauthorized_client', 'clientId', 'may not use the grant client_credentials'],
    [400, 'unsupported_grant_type', 'tokenUrl', 'does not have the grant client_credentials'],
    [403, 'access_denied', 'clientId', 'have its operator enable the client'],
  ])('has a cure of its own for %i %s', async (status, error, member, cure) => {
    const { run } = await world(json(status, { error }))

    const { reason } = await run()

    expect(reason).toMatchObject({ code: 'auth_token_refused', path: `/node/auth/${member}` })
    expect(reason.hint).toMatch(new RegExp(`^The token endpoint says "${error}"\\. .*${cure}`))
  })

  it.each<[status: number, headers: Record<string, string>, blame: string, repeat: string, hint: string]>([
    [302, { location: 'https://127.0.0.1/v2' }, 'target', 'safe', 'leads to "https://127.0.0.1/v2". Write'],
    [404, {}, 'target', 'safe', 'Check the path of tokenUrl'],
    [429, { 'retry-after': '30' }, 'target', 'safe', 'can be sent again in 30 s'],
    [500, {}, 'target', 'safe', 'The token endpoint itself failed'],
  ])('that answers %i is told by whom to mend and when', async (status, headers, blame, repeat, hint) => {
    const { run } = await world((_request, response) => response.writeHead(status, headers).end())

    const reply = await run()

    expect(reply).toMatchObject({ repeat, reason: { code: 'auth_token_failed', blame } })
    expect(reply.reason.hint).toContain(hint)
  })

  it('is asked again by the next call, with the new secret', async () => {
    const { run, tokens } = await world((request, response, incoming) => {
      const basic = Buffer.from('client-4711:rotated-secret').toString('base64')
      const isKnown = headersNamed(request, 'Authorization')[0]?.[1] === `Basic ${basic}`
      const answer = isKnown ? counting() : json(401, { error: 'invalid_client' })
      answer(request, response, incoming)
    })

    expect((await run()).reason.code).toBe('auth_token_refused')
    expect(await run({}, { secrets: { ...secrets, crm_secret: 'rotated-secret' } })).toMatchObject({
      branch: 'success',
    })
    expect(tokens()).toEqual(['Bearer token-1'])
  })
})

const token = (rest: object) => json(200, { access_token: 'token-1', token_type: 'bearer', ...rest })
const html: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Log in</h1>')
}

describe('a token endpoint that gives no token', () => {
  it.each<{ what: string; answer: Answer }>([
    { what: 'status 500', answer: json(500, { error: 'server_error' }) },
    { what: 'status 400 without an error of OAuth', answer: json(400, { message: 'no' }) },
    { what: 'a 401 that is a page', answer: (...exchange) => exchange[1].writeHead(401).end('<h1>no</h1>') },
    { what: 'a page', answer: html },
    { what: 'an empty answer', answer: (_request, response) => response.writeHead(204).end() },
    { what: 'a list', answer: json(200, [{ access_token: 'token-1' }]) },
    { what: 'no access_token', answer: json(200, { token: 'token-1' }) },
    { what: 'an access_token that is no text', answer: token({ access_token: 12345678 }) },
    { what: 'an empty access_token', answer: token({ access_token: '' }) },
    { what: 'a line break in it', answer: token({ access_token: 'token\r\nX-Evil: 1' }) },
    { what: 'a blank in it', answer: token({ access_token: 'token one' }) },
    { what: 'a letter outside of ASCII in it', answer: token({ access_token: 'tökén-1' }) },
    { what: 'one that is longer than a header may be', answer: token({ access_token: 'x'.repeat(8_186) }) },
    { what: 'one that is too short to be masked', answer: token({ access_token: 'abc' }) },
    { what: 'another type of token', answer: token({ token_type: 'mac' }) },
    { what: 'an answer of 1 MB', answer: token({ padding: 'x'.repeat(1_048_576) }) },
    {
      what: 'an answer that never ends and is fast',
      answer(_request, response) {
        response.writeHead(200, { 'content-type': 'application/json' })
        const more = () => {
          while (response.write(' '.repeat(4_096)));
        }
        response.on('drain', more)
        more()
      },
    },
    {
      what: 'an answer that breaks off',
      answer(_request, response) {
        response.writeHead(200, { 'content-length': '100' })
        response.write('{"access_token":"token-1"}', () => response.destroy())
      },
    },
    { what: 'a connection that ends', answer: (_request, response) => void response.destroy() },
  ])('ends the call without calling the target: $what', async ({ answer }) => {
    const { run, target } = await world(answer)

    const reply = await run()

    expect(target.received).toEqual([])
    expect(reply).toMatchObject({ branch: 'error', delivered: 'no', repeat: 'safe', response: null })
    expect(reply.reason).toMatchObject({
      code: 'auth_token_failed',
      blame: 'target',
      path: '/node/auth/tokenUrl',
    })
    expect(reply.attempts.at(-1)).toMatchObject({ purpose: 'call', failure: 'auth_token_failed' })
    expect(JSON.stringify(reply)).not.toContain('token-1')
  })

  it('accepts the longest token that a header has room for', async () => {
    const longest = 'x'.repeat(8_185)
    const { run, tokens } = await world(token({ access_token: longest }))

    expect(await run()).toMatchObject({ branch: 'success' })
    expect(tokens()[0] === `Bearer ${longest}`).toBe(true)
  })

  it.each<{ what: string; answer: Answer }>([
    { what: 'silent', answer: never },
    {
      what: 'slow',
      answer(_request, response) {
        response.writeHead(200)
        const timer = setInterval(() => response.write(' '), 50)
        response.on('close', () => clearInterval(timer))
      },
    },
  ])('uses up the one clock of the call: $what', async ({ answer }) => {
    const { run, target } = await world(answer)

    const reply = await run({ timeoutMs: 400 })

    expect(target.received).toEqual([])
    expect(reply).toMatchObject({ delivered: 'no', repeat: 'safe' })
    expect(reply.reason).toMatchObject({ code: 'auth_token_failed', blame: 'target' })
    expect(reply.reason.hint).toContain('Or raise timeoutMs')
    expect(reply.attempts[0]).toMatchObject({ purpose: 'token', failure: 'response_timeout' })
    expect(reply.durationMs).toBeLessThan(8_000)
  })

  it('leaves the target what is left of the clock', async () => {
    const { run } = await world((request, response, incoming) => {
      setTimeout(() => token({ expires_in: 60 })(request, response, incoming), 500)
    }, never)

    const reply = await run({ timeoutMs: 1_000 })

    expect(reply.reason.code).toBe('response_timeout')
    expect(reply.reason.message).toMatch(/timeoutMs is 1000 ms, this attempt had the last \d+ ms/)
    expect(reply.durationMs).toBeLessThan(8_000)
  })

  it('is asked again by a retry rule', async () => {
    const answers = [json(503, {}), json(503, {}), token({ expires_in: 60 })]
    const { run, target } = await world((...exchange) => answers.shift()?.(...exchange))

    const reply = await run({ retry: { attempts: 3, initialDelayMs: 0 } })

    expect(purposes(reply)).toEqual(['token', 'call', 'token', 'call', 'token', 'call'])
    expect(reply).toMatchObject({ branch: 'success', delivered: 'yes' })
    expect(target.received).toHaveLength(1)
  })

  it('fails all calls that waited for it', async () => {
    const { run, login } = await world((request, response, incoming) => {
      setTimeout(() => json(400, { error: 'invalid_scope' })(request, response, incoming), 200)
    })

    const replies = await Promise.all(Array.from({ length: 10 }, () => run()))

    expect(login.received).toHaveLength(1)
    for (const { reason } of replies) {
      expect(reason.code).toBe('auth_token_refused')
      expect(reason.hint).toContain('"invalid_scope"')
    }
  })
})

describe('a call that waits for the token of another one', () => {
  it('ends by its own clock, and the other goes on', async () => {
    const { run, login } = await world((request, response, incoming) => {
      setTimeout(() => token({ expires_in: 60 })(request, response, incoming), 1_500)
    })
    const asked = once(login.server, 'request')
    const patient = run()
    await asked

    const hasty = await run({ timeoutMs: 200 })

    expect(hasty.reason.code).toBe('auth_token_failed')
    expect(purposes(hasty)).toEqual(['call'])
    expect(await patient).toMatchObject({ branch: 'success' })
    expect(login.received).toHaveLength(1)
  })

  it('asks itself where the other runs out of time', async () => {
    const answers: Answer[] = [never, token({ expires_in: 60 })]
    const { run, login } = await world((...exchange) => answers.shift()?.(...exchange))
    const asked = once(login.server, 'request')
    const hasty = run({ timeoutMs: 500 })
    await asked

    const patient = await run()

    expect((await hasty).reason.code).toBe('auth_token_failed')
    expect(patient).toMatchObject({ branch: 'success' })
    expect(purposes(patient)).toEqual(['token', 'call'])
  })
})

describe('where nothing may be called', () => {
  it('no token is fetched for a target that is denied', async () => {
    const { execute, login } = await world(counting())

    const reply = await execute({
      node: { method: 'GET', url: 'https://169.254.169.254/', auth: client(login) },
      secrets,
    })

    expect(login.received).toEqual([])
    expect(reply.reason).toMatchObject({ code: 'address_denied', path: '/node/url' })
  })

  it('a token endpoint is judged like any other address', async () => {
    const { run } = await world(counting())

    const reply = await run({ auth: { tokenUrl: 'https://169.254.169.254/token' } })

    expect(reply.reason).toMatchObject({ code: 'address_denied', blame: 'node', path: '/node/auth/tokenUrl' })
    expect(reply).toMatchObject({ delivered: 'no', repeat: 'never' })
  })

  it.each([
    ['http://login.example/token', /https/],
    ['https://user:pw@login.example/token', /user info/],
    ['https://login.example/token#x', /fragment/],
    ['https://login.example/{{ profile.id }}', /template/],
    ['/token', /absolute/],
  ])('the token URL %s is refused', async (tokenUrl, problem) => {
    const { post } = await service()

    const { status, body } = await post<{ errors: readonly { path: string; message: string }[] }>(
      '/v1/execute',
      { node: { method: 'GET', url: 'https://api.example/', auth: { ...client({ url: '' }), tokenUrl } } },
    )

    expect(status).toBe(400)
    expect(body.errors).toMatchObject([
      { path: '/node/auth/tokenUrl', message: expect.stringMatching(problem) },
    ])
  })

  it.each(['grant_type', 'client_id', 'client_secret', 'scope', 'audience', '', '{{ x }}'])(
    'the parameter %j is refused',
    async (name) => {
      const { post } = await service()
      const auth = { ...client({ url: 'https://login.example' }), parameters: { [name]: 'x' } }

      const { status } = await post('/v1/execute', {
        node: { method: 'GET', url: 'https://api.example/', auth },
      })

      expect(status).toBe(400)
    },
  )
})

describe('a preview', () => {
  it('fetches nothing, masks the header, and has a variable in its command', async () => {
    const { preview, login, target } = await world(counting())

    const reply = await preview({
      node: { method: 'GET', url: target.url, auth: client(login) },
      secrets,
      simulate: { failure: 'auth_token_refused' },
    })

    expect(login.received).toEqual([])
    expect(target.received).toEqual([])
    expect(reply.request.headers).toContainEqual(['Authorization', '•••'])
    expect(reply.curl).toContain(`--header 'Authorization: Bearer '"$access_token"`)
    expect(reply.simulated?.reason).toMatchObject({ code: 'auth_token_refused', blame: 'node' })
  })
})

describe('a trace', () => {
  it('has a span for each request, with its purpose and host, and goes on to the target only', async () => {
    const traces = await collector()
    const login = await receiver(counting())
    const target = await receiver(accepting('token-2'))
    const { execute, drain } = await service({ settings: { OTEL_EXPORTER_OTLP_ENDPOINT: traces.url } })

    await execute({
      node: { method: 'GET', url: `${target.url}/a`, auth: client(login), propagateTrace: true },
      secrets,
    })
    await drain()

    const spans = traces.spans().filter(({ kind }) => kind === 3)
    const described = spans.map(({ name, attributes: of }) => [
      name,
      of['webhook_node.purpose'],
      of['server.port'],
      of['url.full'],
      of['http.request.resend_count'],
    ])
    expect(described).toEqual([
      ['POST', 'token', login.port, undefined, undefined],
      ['GET', 'call', target.port, `${target.url}/a`, undefined],
      ['POST', 'token', login.port, undefined, undefined],
      ['GET', 'resend', target.port, `${target.url}/a`, 1],
    ])
    const parents = target.received.map((one) => headersNamed(one, 'traceparent')[0]?.[1]?.split('-')[2])
    expect(parents).toEqual([spans[1]?.spanId, spans[3]?.spanId])
    expect(login.received.flatMap((one) => headersNamed(one, 'traceparent'))).toEqual([])
  })
})

describe('statistics and metrics', () => {
  it('look at calls, not at requests for tokens', async () => {
    const { run, request, url } = await world(counting())
    await run()

    const { body } = await request<{ attempts: number; statuses: object }>('/v1/nodes/crm/stats')

    expect(body).toMatchObject({ attempts: 1, statuses: { 200: 1 } })
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain('webhook_node_attempts_total{outcome="2xx"} 1')
    expect(metrics).toContain('webhook_node_token_requests_total{outcome="2xx"} 1')
  })
})
