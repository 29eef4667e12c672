import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { testFiles } from '../support/files.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'

/** A service with SECRETS_FILE, and a target that it may call as `localhost` and as `127.0.0.1`. */
async function worldWith(secrets: object) {
  const target = await receiver((request, response) =>
    response.end(`you sent ${request.rawHeaders.join(' ')}`),
  )
  const files = await testFiles({ 'secrets.json': JSON.stringify(secrets) })
  const running = await service({ settings: { SECRETS_FILE: join(files.path, 'secrets.json') } })
  const node = (name: string, host = 'localhost') => ({
    method: 'POST',
    url: `https://${host}:${target.port}/`,
    auth: { type: 'bearer', token: `{{ secrets.${name} }}` },
  })
  const sentTokens = () =>
    target.received.flatMap((request) => headersNamed(request, 'Authorization').map(([, value]) => value))
  return { ...running, target, files, node, sentTokens }
}

describe('a secret of the service that is bound', () => {
  it('goes to its hosts, masked in the reply', async () => {
    const crm = { value: 'tok-9f8e7d6c', hosts: ['localhost', '*.crm.example'] }
    const { execute, node, sentTokens, log } = await worldWith({ crm })

    const reply = await execute({ node: node('crm') })

    expect(sentTokens()).toEqual(['Bearer tok-9f8e7d6c'])
    expect(reply.request?.headers).toContainEqual(['Authorization', '•••'])
    expect(reply.response?.body).toContain('Authorization Bearer •••')
    expect(JSON.stringify([reply, log])).not.toContain('tok-9f8e7d6c')
  })

  it('goes to no other host, with nothing sent and no word of its binding', async () => {
    const crm = { value: 'tok-9f8e7d6c', hosts: ['localhost', '*.crm.example'] }
    const { execute, node, target } = await worldWith({ crm })

    const reply = await execute({ node: node('crm', '127.0.0.1') })

    expect(reply).toMatchObject({
      branch: 'error',
      delivered: 'no',
      repeat: 'never',
      reason: {
        code: 'secret_not_allowed',
        message:
          'The secret "crm" may not be sent in "auth" to this host: "hosts" of its entry does not name it.',
        blame: 'node',
        path: '/node/auth/token',
      },
      request: null,
      attempts: [],
    })
    expect(JSON.stringify(reply)).not.toContain('crm.example')
    expect(target.received).toEqual([])
  })

  it('goes out for its tenants only, whatever the host', async () => {
    const crm = { value: 'tok-9f8e7d6c', tenants: ['acme'], hosts: ['localhost'] }
    const { execute, node, sentTokens } = await worldWith({ crm })

    const replies = [
      await execute({ node: node('crm'), tenant: 'acme' }),
      await execute({ node: node('crm'), tenant: 'globex' }),
      await execute({ node: node('crm') }),
      await execute({ node: node('crm', '127.0.0.1'), tenant: 'acme' }),
      await execute({ node: node('crm', '127.0.0.1'), tenant: 'globex' }),
    ]

    expect(replies.map(({ reason }) => reason.message)).toEqual([
      'The node expects status 2xx and got it.',
      'The secret "crm" may not be sent in "auth" for this request: "tenants" of its entry does not name its tenant.',
      'The secret "crm" may not be sent in "auth" for this request: "tenants" of its entry does not name its tenant.',
      'The secret "crm" may not be sent in "auth" to this host: "hosts" of its entry does not name it.',
      'The secret "crm" may not be sent in "auth" for this request: "tenants" of its entry does not name its tenant.',
    ])
    expect(sentTokens()).toEqual(['Bearer tok-9f8e7d6c'])
  })

  it('does not go along with a redirect, which is not followed', async () => {
    const elsewhere = await receiver(json(200, {}))
    const home = await receiver((_request, response) =>
      response.writeHead(307, { location: `${elsewhere.url}/take` }).end(),
    )
    const { path } = await testFiles({ 's.json': '{"crm":{"value":"tok-9f8e7d6c","hosts":["localhost"]}}' })
    const { execute } = await service({ settings: { SECRETS_FILE: join(path, 's.json') } })
    const auth = { type: 'bearer', token: '{{ secrets.crm }}' }

    const reply = await execute({ node: { method: 'POST', url: home.url, auth } })

    expect(reply.response?.status).toBe(307)
    expect(elsewhere.received).toEqual([])
  })
})

describe('the secrets of the service', () => {
  it('come from files, as Docker and Kubernetes mount them', async () => {
    const target = await receiver(json(200, {}))
    const files = await testFiles()
    await files.mount({ crm_token: 'tok-9f8e7d6c\n' })
    const { execute, log } = await service({ settings: { SECRETS_DIR: files.path } })
    const auth = { type: 'bearer', token: '{{ secrets.crm_token }}' }

    const reply = await execute({ node: { method: 'POST', url: target.url, auth } })

    expect(headersNamed(target.received[0], 'Authorization')).toEqual([
      ['Authorization', 'Bearer tok-9f8e7d6c'],
    ])
    expect(JSON.stringify([reply, log])).not.toContain('tok-9f8e7d6c')
  })

  it('stand back for those of the request', async () => {
    const { execute, node, sentTokens } = await worldWith({
      crm: { value: 'of-the-service', hosts: ['crm.example'] },
    })

    await execute({ node: node('crm'), secrets: { crm: 'of-the-request' } })

    expect(sentTokens()).toEqual(['Bearer of-the-request'])
  })

  it('change without a new start, and stay as they were where a change cannot be used', async () => {
    const { execute, node, sentTokens, files, log } = await worldWith({ crm: 'tok-before' })
    const sentAfter = async () => {
      await execute({ node: node('crm') })
      return sentTokens().at(-1)
    }
    expect(await sentAfter()).toBe('Bearer tok-before')

    await files.replace('secrets.json', '{"crm":"tok-half')
    await vi.waitUntil(() => log.some(({ level }) => level === 'error'), { timeout: 20_000 })
    expect(await sentAfter()).toBe('Bearer tok-before')

    await files.replace('secrets.json', '{"crm":"tok-after"}')
    await vi.waitUntil(async () => (await sentAfter()) === 'Bearer tok-after', {
      timeout: 20_000,
      interval: 100,
    })
    expect(JSON.stringify(log)).not.toContain('tok-')
  })

  it('cannot be guessed through a node that does not use them', async () => {
    const { execute, preview, target } = await worldWith({ crm: 'tok-9f8e7d6c' })
    const call = { node: { method: 'POST', url: target.url, body: { structure: 'full' } } }
    const payload = { profile: { guess: 'tok-9f8e7d6c' } }

    const executed = await execute({ ...call, payload })
    const previewed = await preview({ ...call, payload })

    for (const { request } of [executed, previewed])
      expect(request?.body).toBe('{"profile":{"guess":"tok-9f8e7d6c"}}')
  })

  it('are unknown to a preview', async () => {
    const { preview, node } = await worldWith({ crm: { value: 'tok-9f8e7d6c', hosts: ['crm.example'] } })

    const known = await preview({ node: node('crm'), simulate: { status: 200, body: 'tok-9f8e7d6c' } })
    const unknown = await preview({ node: node('crx'), simulate: { status: 200, body: 'tok-9f8e7d6c' } })

    expect(JSON.stringify(known)).toBe(JSON.stringify(unknown).replaceAll('crx', 'crm'))
    expect(known.curl).toContain(`'Authorization: Bearer '"$crm"`)
  })
})

describe('the client secret of oauth2', () => {
  const secret = 'client-s3cr3t'

  /** A token endpoint that is `localhost`, and a target that is `127.0.0.1`. */
  async function worldOf(binding: object) {
    const login = await receiver(json(200, { access_token: 'a-token', expires_in: 60 }))
    const { execute, target, sentTokens } = await worldWith({ crm: { value: secret, ...binding } })
    const auth = {
      type: 'oauth2',
      tokenUrl: `${login.url}/oauth/token`,
      clientId: 'flow',
      clientSecret: '{{ secrets.crm }}',
    }
    const url = `https://127.0.0.1:${target.port}/v1/leads`
    const run = (changes: object = {}) =>
      execute({ node: { method: 'POST', url, auth: { ...auth, ...changes } } })
    return { login, target, sentTokens, run }
  }

  it.each([
    { binding: { hosts: ['localhost'] } },
    { binding: { hosts: ['localhost'], paths: ['/oauth'], in: ['auth'] } },
  ])('is judged against the token endpoint: $binding', async ({ binding }) => {
    const { run, login, sentTokens } = await worldOf(binding)

    expect(await run()).toMatchObject({ branch: 'success' })
    expect(login.received).toHaveLength(1)
    expect(sentTokens()).toEqual(['Bearer a-token'])
  })

  it.each([
    { binding: { hosts: ['127.0.0.1'] } },
    { binding: { hosts: ['localhost'], paths: ['/v1'] } },
    { binding: { hosts: ['localhost'], in: ['headers'] } },
    { binding: { hosts: ['localhost'], ports: [1] } },
  ])('goes nowhere if its binding is for the target: $binding', async ({ binding }) => {
    const { run, login, target } = await worldOf(binding)

    const { reason, delivered } = await run()

    expect(reason).toMatchObject({ code: 'secret_not_allowed', path: '/node/auth/clientSecret' })
    expect(delivered).toBe('no')
    expect([...login.received, ...target.received]).toEqual([])
  })

  it('opens nothing for the rest of the node', async () => {
    const { login, target } = await worldOf({})
    const { execute } = await worldWith({ crm: { value: secret, hosts: ['localhost'] } })
    const auth = {
      type: 'oauth2',
      tokenUrl: `${login.url}/oauth/token`,
      clientId: 'flow',
      clientSecret: '{{ secrets.crm }}',
    }
    const headers = [{ name: 'X-Key', value: '{{ secrets.crm }}' }]

    const { reason } = await execute({
      node: { method: 'POST', url: `https://127.0.0.1:${target.port}/`, auth, headers },
    })

    expect(reason).toMatchObject({ code: 'secret_not_allowed', path: '/node/headers/0/value' })
    expect(login.received).toEqual([])
  })

  it('is not resolved for a token endpoint that is denied', async () => {
    const { run } = await worldOf({ hosts: ['localhost'] })

    const { reason } = await run({ tokenUrl: 'https://169.254.169.254/token' })

    expect(reason).toMatchObject({ code: 'address_denied', path: '/node/auth/tokenUrl' })
  })
})
