import { describe, expect, it } from 'vitest'
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'

const basic = { id: 'flow: 1/a&b', secret: 'p+&=%:/ ~"s3cr3t', auth: 'client_secret_basic' } as const
const post = { id: 'poster', secret: 'an0ther-s3cr3t', auth: 'client_secret_post' } as const

/** An API that asks the authorization server about each token. */
async function api({ knows }: AuthorizationServer) {
  const tokens: string[] = []
  const { url } = await receiver(async (request, response, incoming) => {
    const [, value = ''] = headersNamed(request, 'Authorization')[0] ?? []
    const token = value.replace('Bearer ', '')
    tokens.push(token)
    const answer = (await knows(token)) ? json(200, {}) : json(401, { error: 'invalid_token' })
    answer(request, response, incoming)
  })
  return { url, tokens }
}

function auth({ tokenUrl }: AuthorizationServer, rest: object = {}) {
  return {
    type: 'oauth2',
    tokenUrl,
    clientId: '{{ secrets.id }}',
    clientSecret: '{{ secrets.secret }}',
    ...rest,
  }
}

describe('with a token of a real authorization server', () => {
  it.each([
    { client: basic, clientAuth: 'basic' },
    { client: post, clientAuth: 'body' },
  ])('the target accepts the calls: $client.auth', async ({ client: { id, secret }, clientAuth }) => {
    const server = await authorizationServer([basic, post])
    const { url, tokens } = await api(server)
    const { execute } = await service()
    const node = { method: 'POST', url, auth: auth(server, { clientAuth, scope: 'leads.write' }) }

    const first = await execute({ node, secrets: { id, secret } })
    const second = await execute({ node, secrets: { id, secret } })

    expect([first.branch, second.branch]).toEqual(['success', 'success'])
    expect(new Set(tokens).size).toBe(1)
    expect(tokens[0]?.length).toBeGreaterThan(20)
    expect(JSON.stringify([first, second])).not.toContain(tokens[0])
  })

  it('a revoked one is replaced', async () => {
    const server = await authorizationServer([basic])
    const { url, tokens } = await api(server)
    const { execute } = await service()
    const call = { node: { method: 'GET', url, auth: auth(server) }, secrets: basicSecrets }
    await execute(call)
    await server.revoke(tokens[0] ?? '')

    const reply = await execute(call)

    expect(reply.branch).toBe('success')
    expect(reply.attempts.map(({ purpose }) => purpose)).toEqual(['call', 'token', 'resend'])
    expect(new Set(tokens).size).toBe(2)
  })

  it('one that soon expires is renewed in time', async () => {
    const server = await authorizationServer([basic], 1)
    const { url, tokens } = await api(server)
    const { execute } = await service()
    const call = { node: { method: 'POST', url, auth: auth(server) }, secrets: basicSecrets }

    const until = Date.now() + 2_500
    while (Date.now() < until) expect((await execute(call)).branch).toBe('success')

    expect(new Set(tokens).size).toBeGreaterThan(1)
    expect(new Set(tokens).size).toBeLessThan(tokens.length)
  })
})

const basicSecrets = { id: basic.id, secret: basic.secret }

describe('a real authorization server', () => {
  it.each([
    {
      what: 'another secret',
      secrets: { ...basicSecrets, secret: 'wrong-secret' },
      rest: {},
      says: 'invalid_client',
    },
    { what: 'another client', secrets: { ...basicSecrets, id: 'nobody' }, rest: {}, says: 'invalid_client' },
    {
      what: 'a scope that the client may not have',
      secrets: basicSecrets,
      rest: { scope: 'admin' },
      says: 'invalid_scope',
    },
  ])('refuses $what', async ({ secrets, rest, says }) => {
    const server = await authorizationServer([basic])
    const { url, tokens } = await api(server)
    const { execute } = await service()

    const { reason, delivered } = await execute({
      node: { method: 'POST', url, auth: auth(server, rest) },
      secrets,
    })

    expect(tokens).toEqual([])
    expect(delivered).toBe('no')
    expect(reason.code).toBe('auth_token_refused')
    expect(reason.hint).toContain(`"${says}`)
  })
})
