import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { createAuthority } from '../../testkit/certificates.ts'
import { testFiles } from '../support/files.ts'
import { type Answer, inTurn, json } from '../support/receiver.ts'
import { authority, credentials, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'
import { headerOf } from './support/verify-signature.ts'

const to =
  (status: number, location: string): Answer =>
  (_request, response) =>
    void response.writeHead(status, { location }).end()

const get = { method: 'GET', followRedirects: 3 } as const

describe('a client certificate', async () => {
  const ada = await authority.issue({ purpose: 'client', commonName: 'ada' })
  const secrets = { cert: ada.cert, key: ada.key, ca: authority.pem }
  const tls = { certificate: '{{ secrets.cert }}', key: '{{ secrets.key }}', ca: '{{ secrets.ca }}' }
  const asking = { requestCert: true, ca: authority.pem, rejectUnauthorized: false } as const

  /** A target that notes who calls, beside its answers. */
  async function noting(answer: Answer, own = credentials) {
    const callers: (string | string[] | undefined)[] = []
    const target = await receiver(
      (request, response, incoming) => {
        const { socket } = incoming
        callers.push(socket instanceof TLSSocket ? socket.getPeerCertificate().subject?.CN : 'no TLS')
        answer(request, response, incoming)
      },
      { ...asking, credentials: own },
    )
    return { ...target, callers }
  }

  it('is shown to the origin of the node after a redirect, and not to another port', async () => {
    const other = await noting(json(200, {}))
    const target = await noting(inTurn(to(307, '/b'), to(307, `${other.url}/c`)))
    const { execute } = await service()

    const reply = await execute({ node: { ...get, tls, url: `${target.url}/a` }, secrets })

    expect(target.callers).toEqual(['ada', 'ada'])
    expect(other.callers).toEqual([undefined])
    expect(reply).toMatchObject({ succeeded: true, request: { url: `${other.url}/c` } })
  })

  it('is not shown to its own origin again on a way that led elsewhere', async () => {
    const target = await noting((request, response, incoming) =>
      request.target === '/a'
        ? to(302, `${other.url}/b`)(request, response, incoming)
        : json(200, {})(request, response, incoming),
    )
    const other = await noting(to(302, `${target.url}/c`))
    const { execute } = await service()
    const node = { ...get, tls, url: `${target.url}/a` }

    await execute({ node, secrets })
    await execute({ node, secrets })

    expect(target.callers).toEqual(['ada', undefined, 'ada', undefined])
    expect(other.callers).toEqual([undefined, undefined])
  })

  it('comes with authorities that are trusted for its origin only', async () => {
    const private_ = await createAuthority()
    const [own, theirs] = [await private_.issue(), await private_.issue()]
    const other = await noting(json(200, {}), theirs)
    const target = await noting(to(302, other.url), own)
    const { execute } = await service()

    const reply = await execute({
      node: { ...get, tls: { ca: '{{ secrets.ca }}' }, url: target.url },
      secrets: { ca: private_.pem },
    })

    expect(other.received).toEqual([])
    expect(reply).toMatchObject({
      reason: { code: 'tls_cert_invalid', path: '/node/followRedirects' },
      delivered: 'yes',
      attempts: [{ status: 302 }, { purpose: 'redirect', delivered: 'no' }],
    })
  })

  it('leaves behind no narrowing of TLS: that holds everywhere', async () => {
    const other = await receiver(json(200, {}), { maxVersion: 'TLSv1.2' })
    const target = await receiver(to(302, other.url))
    const { execute } = await service()
    const run = (own: object) => execute({ node: { ...get, tls: own, url: target.url }, secrets })

    expect(await run({ minVersion: 'TLSv1.3' })).toMatchObject({ succeeded: false, delivered: 'yes' })
    expect(other.received).toEqual([])
    expect(await run(tls)).toMatchObject({ succeeded: true })
  })
})

describe('a signature', () => {
  const secrets = { partner: 'k3y-of-the-partner' }
  const signing = {
    scheme: 'hmac',
    over: '{{ method }} {{ path }} {{ timestamp }}.{{ body }}',
    header: 'X-Signature',
    value: 'p={{ path }},t={{ timestamp }},v1={{ hex }}',
    secret: '{{ secrets.partner }}',
  }
  const put = {
    method: 'PUT',
    body: { structure: 'json', content: { a: 1 } },
    followRedirects: 3,
    signing,
  } as const

  it('is made for each request to the origin of the node, over what that request is', async () => {
    const target = await receiver(inTurn(to(307, '/b?x=1'), to(303, '/c'), json(200, {})))
    const { execute } = await service()

    const reply = await execute({ node: { ...put, url: `${target.url}/a` }, secrets })

    expect(target.received.map(({ method, target: own }) => `${method} ${own}`)).toEqual([
      'PUT /a',
      'PUT /b?x=1',
      'GET /c',
    ])
    for (const request of target.received) {
      const written = headerOf(request, 'X-Signature')
      const [, path, seconds, hex] = /^p=(.*),t=(\d+),v1=(.*)$/.exec(written) ?? []
      const signed = `${request.method} ${request.target} ${seconds}.${request.body}`
      expect(path).toBe(request.target)
      expect(hex).toBe(createHmac('sha256', secrets.partner).update(signed).digest('hex'))
    }
    const shown = reply.request?.headers?.find(([name]) => name === 'X-Signature')?.[1]
    expect(shown).toMatch(/^p=\/c,t=\d+,v1=•••$/)
  })

  it('goes to no other port, nor back from there', async () => {
    const target = await receiver((request, response, incoming) => {
      const answer = request.target === '/a' ? to(307, `${other.url}/b`) : json(200, {})
      answer(request, response, incoming)
    })
    const other = await receiver(to(307, `${target.url}/c`))
    const { execute } = await service()

    const reply = await execute({ node: { ...put, url: `${target.url}/a` }, secrets })

    const [first, last] = target.received
    const signatures = [first, other.received[0], last].map(
      (request) => headersNamed(request, 'X-Signature').length,
    )
    expect(signatures).toEqual([1, 0, 0])
    expect(reply).toMatchObject({ succeeded: true, request: { url: `${target.url}/c` } })
    expect(reply.request?.headers?.map(([name]) => name)).not.toContain('X-Signature')
  })

  it('is not made on a path that the binding of its secret does not allow', async () => {
    const target = await receiver(inTurn(to(307, '/admin'), json(200, {})))
    const files = await testFiles({
      'secrets.json': JSON.stringify({ partner: { value: secrets.partner, paths: ['/v1'] } }),
    })
    const { execute } = await service({ settings: { SECRETS_FILE: join(files.path, 'secrets.json') } })

    const reply = await execute({ node: { ...put, url: `${target.url}/v1` } })

    expect(target.received).toHaveLength(1)
    expect(reply).toMatchObject({ reason: { code: 'secret_not_allowed' }, repeat: 'never' })
  })
})

describe('a token', () => {
  const secrets = { id: 'client-4711', secret: 's3cr3t-of-the-client' }

  /** A token endpoint that counts, and a node that needs its tokens. */
  async function world(settings: Record<string, string> = {}) {
    let count = 0
    const login = await receiver((...exchange) =>
      json(200, { access_token: `token-${++count}`, token_type: 'Bearer', expires_in: 3600 })(...exchange),
    )
    const { execute, request } = await service({ settings })
    const auth = {
      type: 'oauth2',
      tokenUrl: `${login.url}/token`,
      clientId: '{{ secrets.id }}',
      clientSecret: '{{ secrets.secret }}',
    }
    const run = (
      url: string,
      { auth: more = {}, ...node }: { auth?: object; [name: string]: unknown } = {},
    ) => execute({ node: { ...get, ...node, url, auth: { ...auth, ...more } }, secrets })
    return { login, run, request, execute, auth }
  }

  const tokensOf = ({ received }: Awaited<ReturnType<typeof receiver>>) =>
    received.map((request) => headersNamed(request, 'Authorization')[0]?.[1])

  it('goes along to its own origin, and neither to another port nor back from there', async () => {
    const target = await receiver((request, response, incoming) => {
      const answers: Record<string, Answer> = { '/a': to(302, '/b'), '/b': to(302, `${other.url}/c`) }
      const answer = answers[request.target] ?? json(200, {})
      answer(request, response, incoming)
    })
    const other = await receiver(to(302, `${target.url}/d`))
    const { run, login } = await world()

    const reply = await run(`${target.url}/a`)

    expect(tokensOf(target)).toEqual(['Bearer token-1', 'Bearer token-1', undefined])
    expect(tokensOf(other)).toEqual([undefined])
    expect(reply.attempts.map(({ purpose, port }) => [purpose, port])).toEqual([
      ['token', login.port],
      ['call', undefined],
      ['redirect', undefined],
      ['redirect', other.port],
      ['redirect', undefined],
    ])
    expect(JSON.stringify(reply)).not.toContain('token-1')
  })

  it('is not refused by another origin: nothing is sent again, and the next call has it', async () => {
    const other = await receiver(json(401, {}))
    const target = await receiver(to(302, other.url))
    const { run, login } = await world()

    const reply = await run(target.url)
    await run(target.url)

    expect(login.received).toHaveLength(1)
    expect(tokensOf(target)).toEqual(['Bearer token-1', 'Bearer token-1'])
    expect(other.received).toHaveLength(2)
    expect(reply).toMatchObject({
      branch: 'error',
      response: { status: 401 },
      reason: { path: '/node/followRedirects' },
    })
  })

  it('that its own origin refuses behind a redirect is renewed, and that request is sent again', async () => {
    const target = await receiver(inTurn(to(303, '/b'), json(401, {}), json(200, { done: true })))
    const { run } = await world()

    const reply = await run(target.url, { method: 'POST', body: { structure: 'json', content: {} } })

    expect(target.received.map(({ method, target: own }) => `${method} ${own}`)).toEqual([
      'POST /',
      'GET /b',
      'GET /b',
    ])
    expect(tokensOf(target)).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2'])
    expect(reply).toMatchObject({ succeeded: true, delivered: 'yes', repeat: 'never' })
    expect(reply.attempts.map(({ purpose, status }) => [purpose, status])).toEqual([
      ['token', 200],
      ['call', 303],
      ['redirect', 401],
      ['token', 200],
      ['resend', 200],
    ])
  })

  it('that a redirect refuses is renewed once; then the redirect is the response', async () => {
    const target = await receiver(to(302, '/login'))
    const { run } = await world()
    const refusedWhen = { type: 'condition', value: "response.headers.location == '/login'" }

    const reply = await run(`${target.url}/a`, { auth: { refusedWhen } })

    expect(target.received.map(({ target: own }) => own)).toEqual(['/a', '/a'])
    expect(reply).toMatchObject({
      branch: 'error',
      response: { status: 302 },
      warnings: [{ code: 'redirect_not_followed', message: expect.stringContaining('refuses the token') }],
    })
  })

  it('comes from where its secret is bound, whatever paths a redirect leads to', async () => {
    const files = await testFiles({
      'secrets.json': JSON.stringify({
        own_secret: { value: secrets.secret, paths: ['/token'] },
      }),
    })
    const target = await receiver(inTurn(to(302, '/elsewhere'), json(200, {})))
    const { run } = await world({ SECRETS_FILE: join(files.path, 'secrets.json') })

    const reply = await run(`${target.url}/a`, { auth: { clientSecret: '{{ secrets.own_secret }}' } })

    expect(reply).toMatchObject({ succeeded: true })
    expect(tokensOf(target)).toEqual(['Bearer token-1', 'Bearer token-1'])
  })

  it('is fetched by a request of its own, which no redirect is followed for', async () => {
    const target = await receiver(json(200, {}))
    const login = await receiver(to(307, `${target.url}/steal`))
    const { execute, auth } = await world()

    const reply = await execute({
      node: { ...get, url: target.url, auth: { ...auth, tokenUrl: login.url } },
      secrets,
    })

    expect(target.received).toEqual([])
    expect(reply.reason.code).toBe('auth_token_failed')
  })
})

describe('a key of an API', () => {
  it.each(['Accept', 'Content-Type', 'User-Agent', 'Idempotency-Key'])(
    'stays with its origin, even in the header %s',
    async (name) => {
      const other = await receiver(json(200, {}))
      const target = await receiver(to(302, other.url))
      const { execute } = await service()

      await execute({
        node: {
          ...get,
          url: target.url,
          auth: { type: 'apiKey', in: 'header', name, value: 'k3y-of-an-api' },
        },
        idempotencyKey: 'k-1',
      })

      expect(headersNamed(target.received[0], name).map(([, value]) => value)).toContain('k3y-of-an-api')
      expect(other.received[0]?.rawHeaders).not.toContain('k3y-of-an-api')
    },
  )
})

describe('a file', () => {
  const parts = { name: 'scan', filename: 'scan.pdf', source: 'vars', field: 'scan' }

  it.each([
    [16, { structure: 'binary', source: 'vars', field: 'scan', sensitive: true }],
    [40_000, { structure: 'binary', source: 'vars', field: 'scan', sensitive: true }],
    [40_000, { structure: 'multipart', parts: [{ ...parts, sensitive: true }] }],
    [16, { structure: 'multipart', parts: [{ name: 'key', value: '{{ secrets.k }}' }, parts] }],
  ])('of %i bytes goes to no other origin if it, or a field beside it, is secret: %j', async (size, body) => {
    const other = await receiver(json(200, {}))
    const target = await receiver(to(307, other.url))
    const { execute } = await service()

    const reply = await execute({
      node: { ...get, method: 'PUT', url: target.url, body },
      payload: { vars: { scan: Buffer.alloc(size, 'x').toString('base64') } },
      secrets: { k: 's3cr3t-value' },
    })

    expect(target.received).toHaveLength(1)
    expect(other.received).toEqual([])
    expect(reply).toMatchObject({ warnings: [{ code: 'redirect_not_followed' }] })
  })
})
