import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import type { ConnectionList } from '../../src/contract/connection.ts'
import type { Problem } from '../../src/contract/schemas.ts'
import { daysFromNow } from '../support/days.ts'
import { testFiles } from '../support/files.ts'
import { type Answer, json } from '../support/receiver.ts'
import { authority, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'
import { verifyStandard } from './support/verify-signature.ts'

type Entries = Readonly<Record<string, unknown>>

const key = `whsec_${Buffer.from('key-of-the-partner-01234').toString('base64')}`
const guess = `whsec_${Buffer.from('key-of-the-client-012345').toString('base64')}`
const ada = await authority.issue({ purpose: 'client', commonName: 'ada' })
const bob = await authority.issue({ purpose: 'client', commonName: 'bob' })
const stored = {
  partner: key,
  crm_cert: ada.cert,
  crm_key: ada.key,
  crm_ca: authority.pem,
  token: 't0k3n-value',
}

const signing = { scheme: 'standard-webhooks', secret: '{{ secrets.partner }}' }
const tls = { certificate: '{{ secrets.crm_cert }}', key: '{{ secrets.crm_key }}' }
const asking = { requestCert: true, ca: authority.pem, rejectUnauthorized: false } as const

async function connected(connections: Entries, secrets: Entries = stored) {
  const files = await testFiles({
    'connections.json': JSON.stringify(connections),
    'secrets.json': JSON.stringify(secrets),
  })
  return service({
    settings: {
      CONNECTIONS_FILE: join(files.path, 'connections.json'),
      SECRETS_FILE: join(files.path, 'secrets.json'),
    },
  })
}

/** Says who calls. */
const whoami: Answer = (request, response, incoming) => {
  const { socket } = incoming
  const name = socket instanceof TLSSocket ? socket.getPeerCertificate().subject?.CN : undefined
  json(200, { name: name ?? null })(request, response, incoming)
}

const node = { method: 'POST', connection: 'crm', url: '/leads' }

describe('a connection that signs', () => {
  it('signs with the key of the service, whatever key the request has under the name', async () => {
    const target = await receiver(json(200, {}))
    const running = await connected({ crm: { baseUrl: target.url, signing } })

    const reply = await running.execute({ node, secrets: { partner: guess } })

    verifyStandard(target.received[0], key)
    expect(() => verifyStandard(target.received[0], guess)).toThrow()
    expect(reply).toMatchObject({ succeeded: true, connection: 'crm', warnings: [] })
    expect(reply.idempotencyKey).toBe(headersNamed(target.received[0], 'webhook-id')[0]?.[1])
    expect(JSON.stringify(reply)).not.toContain(headersNamed(target.received[0], 'webhook-signature')[0]?.[1])
    const { curl } = await running.preview({ node })
    expect(curl).not.toContain(key)
  })

  it.each([
    [{ signing }, {}, '/node/signing'],
    [{ signing }, { signing: { ...signing, secret: '{{ secrets.own }}' } }, '/node/signing'],
    [{ signing }, { headers: [{ name: 'Webhook-Id', value: 'a' }] }, '/node/headers/0'],
    [
      { signing },
      { auth: { type: 'apiKey', in: 'header', name: 'webhook-signature', value: 'abcd' } },
      '/node/auth',
    ],
    [{ headers: [{ name: 'webhook-id', value: 'a' }] }, { signing }, '/node/signing'],
    [{ tls: { minVersion: 'TLSv1.3' } }, { tls: {} }, '/node/tls'],
    [{ tls }, { tls: { ca: '{{ secrets.own }}' } }, '/node/tls'],
  ])('refuses what both define: %j and %j', async (entry, part, path) => {
    const target = await receiver(json(200, {}))
    const { post, execute } = await connected({ crm: { baseUrl: target.url, ...entry } })
    const own = Object.keys(part).length === 0 ? { signing } : part

    const { status, body } = await post<Problem>('/v1/execute', {
      node: { ...node, ...own },
      secrets: { own: guess },
    })

    expect({ status, paths: body.errors?.map((error) => error.path) }).toEqual({ status: 400, paths: [path] })
    expect(await execute({ node })).toMatchObject({ succeeded: true })
  })

  it.each([
    ['secret_missing', {}],
    ['secret_invalid', { partner: 'no key of the standard' }],
    ['secret_not_allowed', { partner: { value: key, hosts: ['other.example'] } }],
  ])('with a key that cannot be used is %s of its operator, and sends nothing', async (code, secrets) => {
    const target = await receiver(json(200, {}))
    const { execute } = await connected({ crm: { baseUrl: target.url, signing } }, secrets)

    expect(await execute({ node, secrets: { partner: guess } })).toMatchObject({
      reason: { code, blame: 'service', path: '/node/connection' },
      delivered: 'no',
      attempts: [],
    })
    expect(target.received).toEqual([])
  })

  it('takes the blame for a signature that is refused', async () => {
    const target = await receiver(json(401, { error: 'invalid signature' }))
    const { execute } = await connected({ crm: { baseUrl: target.url, signing } })

    const { reason } = await execute({ node })

    expect(reason).toMatchObject({ blame: 'service', path: '/node/connection' })
    expect(reason.hint).toContain('"signing" of the connection')
  })
})

describe('a connection with a client certificate', () => {
  it('shows that of the service, whatever the request has under the names', async () => {
    const target = await receiver(whoami, asking)
    const running = await connected({
      crm: { baseUrl: target.url, tls: { ...tls, ca: '{{ secrets.crm_ca }}' } },
    })
    const capture = { name: '{{ response.json.name }}' }
    const secrets = { crm_cert: bob.cert, crm_key: bob.key, crm_ca: 'no PEM' }

    const reply = await running.execute({ node: { ...node, capture }, secrets })
    const plain = await running.execute({
      node: { method: 'GET', url: target.url, tls, capture },
      secrets: { crm_cert: bob.cert, crm_key: bob.key },
    })

    expect(reply).toMatchObject({ captured: { name: 'ada' }, warnings: [] })
    expect(plain).toMatchObject({ captured: { name: 'bob' } })
    const { body } = await running.request<ConnectionList>('/v1/connections')
    expect(body.connections).toMatchObject([{ tls: true, signing: false }])
    expect(JSON.stringify([reply, running.log, body])).not.toMatch(/MII|PRIVATE/)
  })

  it('that cannot be used is the matter of its operator', async () => {
    const target = await receiver(whoami, asking)
    const { execute } = await connected(
      { crm: { baseUrl: target.url, tls } },
      { crm_cert: ada.cert, crm_key: bob.key },
    )

    expect(await execute({ node })).toMatchObject({
      reason: {
        code: 'tls_client_cert_invalid',
        blame: 'service',
        path: '/node/connection',
        message: expect.stringContaining('does not belong to the key'),
      },
      delivered: 'no',
      attempts: [{ failure: 'tls_client_cert_invalid' }],
    })
    expect(target.received).toEqual([])
  })

  it('that the target does not accept is the matter of its operator, too', async () => {
    const refusing = (title: string): Answer => {
      const page = `<html><head><title>400 ${title}</title></head></html>`
      return (_request, response) => void response.writeHead(400).end(page)
    }
    const strict = await receiver(whoami, { ...asking, ca: bob.cert, rejectUnauthorized: true })
    const nginx = await receiver(refusing('The SSL certificate error'), asking)
    const lacking = await receiver(refusing('No required SSL certificate was sent'))
    const { execute } = await connected({
      strict: { baseUrl: strict.url, tls },
      nginx: { baseUrl: nginx.url, tls },
      lacking: { baseUrl: lacking.url, tls },
      bare: { baseUrl: lacking.url },
    })
    const reasonOf = async (connection: string) => (await execute({ node: { ...node, connection } })).reason

    const ofOperator = { blame: 'service', path: '/node/connection' }
    expect(await reasonOf('nginx')).toMatchObject(ofOperator)
    expect(await reasonOf('lacking')).toMatchObject(ofOperator)
    for (const connection of ['strict', 'nginx', 'lacking']) {
      const { path, hint } = await reasonOf(connection)
      expect(path).toBe('/node/connection')
      expect(hint).toContain('`tls` of the connection')
    }
    expect(await reasonOf('bare')).toMatchObject({ blame: 'node', path: '/node/tls' })
  })

  it('that ends soon is told of at the connection', async () => {
    const target = await receiver(whoami, asking)
    const ending = await authority.issue({ purpose: 'client', notAfter: daysFromNow(3) })
    const { execute } = await connected(
      { crm: { baseUrl: target.url, tls } },
      { crm_cert: ending.cert, crm_key: ending.key },
    )

    expect((await execute({ node })).warnings).toMatchObject([
      { code: 'client_cert_expires', path: '/node/connection' },
    ])
  })

  it('keeps it, and its signature, from where a redirect leads', async () => {
    const other = await receiver(whoami, asking)
    const target = await receiver(
      (_request, response) => void response.writeHead(307, { location: other.url }).end(),
      asking,
    )
    const { execute } = await connected({ crm: { baseUrl: target.url, tls, signing } })
    const following = {
      ...node,
      method: 'PUT',
      followRedirects: 1,
      capture: { name: '{{ response.json.name }}' },
    }

    const reply = await execute({ node: following })

    verifyStandard(target.received[0], key)
    expect(headersNamed(other.received[0], 'webhook-id', 'webhook-timestamp', 'webhook-signature')).toEqual(
      [],
    )
    expect(reply).toMatchObject({ succeeded: true, captured: { name: null } })
  })
})

describe('what a connection defines is the matter of its operator', () => {
  const auth = { type: 'bearer', token: '{{ secrets.token }}' }

  it.each([401, 403])('a credential that is refused with %i', async (status) => {
    const target = await receiver(json(status, {}))
    const { execute } = await connected({ crm: { baseUrl: target.url, auth }, bare: { baseUrl: target.url } })

    expect((await execute({ node })).reason).toMatchObject({ blame: 'service', path: '/node/connection' })
    const own = await execute({
      node: { ...node, connection: 'bare', auth: { type: 'bearer', token: 'own1' } },
    })
    expect(own.reason).toMatchObject({ blame: 'node' })
    expect(own.reason.path).toMatch(/^\/node\/auth/)
  })

  it('a host that may not be called, or does not exist', async () => {
    const { execute } = await connected({
      crm: { baseUrl: 'https://169.254.169.254' },
      gone: { baseUrl: 'https://nowhere.invalid' },
    })

    for (const connection of ['crm', 'gone']) {
      const { reason } = await execute({ node: { ...node, connection } })
      expect(['address_denied', 'dns_not_found']).toContain(reason.code)
      expect(reason).toMatchObject({
        blame: 'service',
        path: '/node/connection',
        hint: expect.stringContaining(`connection "${connection}"`),
      })
    }
  })

  it('but neither the path, nor the body, nor where a redirect leads', async () => {
    const target = await receiver((request, response, incoming) => {
      const status = request.target === '/missing' ? 404 : request.target === '/bad' ? 422 : 302
      if (status !== 302) return json(status, {})(request, response, incoming)
      const location = request.target === '/away' ? other.url : 'https://169.254.169.254/'
      return void response.writeHead(302, { location }).end()
    })
    const other = await receiver(json(401, {}))
    const { execute } = await connected({ crm: { baseUrl: target.url, auth } })
    const reasonOf = async (url: string) =>
      (await execute({ node: { ...node, method: 'GET', url, followRedirects: 1 } })).reason

    expect(await reasonOf('/missing')).toMatchObject({ blame: 'node', path: '/node/url' })
    expect(await reasonOf('/bad')).toMatchObject({ blame: 'node' })
    for (const url of ['/away', '/denied'])
      expect(await reasonOf(url)).toMatchObject({ blame: 'node', path: '/node/followRedirects' })
  })
})
