import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { dnsServer, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('a reply says what to do about trouble', () => {
  it.each([
    { trouble: 'a wrong token', status: 401, node: { auth: bearer() }, hint: '"auth"' },
    { trouble: 'a wrong key', status: 403, node: { headers: key() }, hint: 'the header "X-Api-Key"' },
    { trouble: 'no credential', status: 401, node: {}, hint: 'Set "auth"' },
    { trouble: 'a wrong path', status: 404, node: {}, hint: 'Check the URL' },
    { trouble: 'wrong parameter names', status: 400, node: full(), hint: 'Compare names and values' },
    {
      trouble: 'values of a wrong format',
      status: 422,
      node: full(),
      hint: 'Check required fields and formats',
    },
    { trouble: 'no body', status: 422, node: {}, hint: 'add "body"' },
    { trouble: '201 in place of 200', status: 201, node: { expect: ok() }, hint: 'use 2xx or list both' },
    { trouble: 'too many calls', status: 429, node: {}, hint: 'Slow the flow down' },
    { trouble: 'a target that failed', status: 500, node: {}, hint: 'Its operator' },
  ])('hints at the cure of $trouble', async ({ status, node, hint }) => {
    const target = await receiver(json(status, {}))
    const { execute } = await service()

    const { branch, reason } = await execute({ node: { method: 'POST', url: target.url, ...node } })

    expect(branch).toBe('error')
    expect(reason.hint).toContain(hint)
    expect(reason.docs).toBe('/errors/expectation_unmet')
  })

  it('says how long the target wants to be left alone', async () => {
    const target = await receiver((_request, response) => {
      response.writeHead(429, { 'retry-after': '7' }).end()
    })
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url } })

    expect(reply).toMatchObject({ repeat: 'safe', retryAfterMs: 7_000 })
  })

  it('names the attribute that was meant', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const query = [{ name: 'email', source: 'profile', field: 'emial' }]

    const { warnings } = await execute({
      node: { method: 'GET', url: target.url, query },
      payload: { profile: { email: 'ada@example.com' } },
    })

    expect(warnings).toMatchObject([
      {
        code: 'value_empty',
        path: '/node/query/0',
        message: expect.stringContaining('Did you mean "email"?'),
      },
    ])
  })

  it('names event data that is not available', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const query = [{ name: 'form', source: 'event', field: 'form' }]

    const { warnings } = await execute({
      node: { method: 'GET', url: target.url, query },
      payload: { profile: {} },
    })

    expect(warnings).toMatchObject([
      { code: 'source_missing', path: '/node/query/0', message: expect.stringContaining('no event') },
    ])
  })

  it('names a variable that is not defined', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const query = [{ name: 'greeting', value: 'Dear {{ profile.nmae }}' }]

    const { warnings } = await execute({
      node: { method: 'GET', url: target.url, query },
      payload: { profile: { name: 'Ada' } },
    })

    expect(warnings).toMatchObject([
      { code: 'template_undefined', path: '/node/query/0', message: expect.stringContaining('profile.nmae') },
    ])
  })

  it('points at the URL where every call fails for its host', async () => {
    const dns = await dnsServer({})
    const { execute } = await service({ dns: dns.address })

    const { reason } = await execute({ node: { method: 'POST', url: 'https://api.exmaple.com/' } })

    expect(reason).toMatchObject({
      code: 'dns_not_found',
      blame: 'node',
      path: '/node/url',
      docs: '/errors/dns_not_found',
    })
    expect(reason.hint).toContain('typing error')
  })

  it('points at tokenUrl where its host does not exist', async () => {
    const dns = await dnsServer({})
    const { execute } = await service({ dns: dns.address })
    const auth = {
      type: 'oauth2',
      tokenUrl: 'https://login.exmaple.com/token',
      clientId: 'a',
      clientSecret: '{{ secrets.crm }}',
    }

    const { reason } = await execute({
      node: { method: 'POST', url: 'https://api.example.com/', auth },
      secrets: { crm: 'a-secret-of-a-client' },
    })

    expect(reason).toMatchObject({ code: 'auth_token_failed', blame: 'node', path: '/node/auth/tokenUrl' })
  })

  it('writes the attribute that is meant where one of the URL is misspelt', async () => {
    const { execute } = await service()

    const { reason } = await execute({
      node: { method: 'GET', url: 'https://api.example.com/contacts/{{ profile.contactId }}' },
      payload: { profile: { contact_id: 7 } },
    })

    expect(reason).toMatchObject({ code: 'value_missing', path: '/node/url' })
    expect(reason.hint).toMatch(/^Write \{\{ profile\.contact_id \}\} into the URL/)
  })

  it('names every misspelt option at once, and does nothing', async () => {
    const target = await receiver(json(200, {}))
    const { post } = await service()
    const node = { method: 'POST', url: target.url, timeoutMS: 300, onErorr: 'exit', branches: { yes: 'a' } }

    const { status, body } = await post('/v1/execute', { node, payload: { profil: {} } })

    expect(status).toBe(400)
    expect(body).toMatchObject({
      errors: expect.arrayContaining([
        { path: '/node/timeoutMS', message: expect.stringContaining('"timeoutMs"') },
        { path: '/node/onErorr', message: expect.stringContaining('"onError"') },
        expect.objectContaining({ path: '/node/branches/yes' }),
        { path: '/payload/profil', message: expect.stringContaining('"profile"') },
      ]),
    })
    expect(target.received).toEqual([])
  })
})

function bearer() {
  return { type: 'bearer', token: 'a-wrong-token' }
}

function key() {
  return [{ name: 'X-Api-Key', value: 'a-wrong-key' }]
}

function ok() {
  return { type: 'status', value: 200 }
}

function full() {
  return { body: { structure: 'full' } }
}
