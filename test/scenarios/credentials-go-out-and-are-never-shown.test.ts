import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'

const secrets = { crm: 'tok-9f8e7d6c' }
const basic = Buffer.from('flow:tok-9f8e7d6c').toString('base64')

describe('a credential', () => {
  it.each([
    {
      auth: { type: 'bearer', token: '{{ secrets.crm }}' },
      header: ['Authorization', 'Bearer tok-9f8e7d6c'],
    },
    {
      auth: { type: 'basic', username: 'flow', password: '{{ secrets.crm }}' },
      header: ['Authorization', `Basic ${basic}`],
    },
    {
      auth: { type: 'apiKey', in: 'header', name: 'X-CRM-Key', value: '{{ secrets.crm }}' },
      header: ['X-CRM-Key', 'tok-9f8e7d6c'],
    },
  ])('is sent as a header and shown masked: $auth.type', async ({ auth, header }) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const [name = ''] = header

    const reply = await execute({ node: { method: 'POST', url: target.url, auth }, secrets })

    expect(headersNamed(target.received[0], name)).toEqual([header])
    expect(reply.request?.headers).toContainEqual([name, '•••'])
    expect(JSON.stringify(reply)).not.toContain('tok-9f8e7d6c')
    expect(JSON.stringify(reply)).not.toContain(basic)
    expect(reply.warnings).toEqual([])
  })

  it('may be a key in a URL parameter, masked and with a warning', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const auth = { type: 'apiKey', in: 'query', name: 'api_key', value: '{{ secrets.crm }}' }

    const reply = await execute({ node: { method: 'GET', url: `${target.url}/?a=1`, auth }, secrets })

    expect(target.received[0]?.target).toBe('/?a=1&api_key=tok-9f8e7d6c')
    expect(reply.request?.url).toBe(`${target.url}/?a=1&api_key=•••`)
    expect(reply.warnings).toMatchObject([{ code: 'credential_in_url', path: '/node/auth' }])
  })

  it('is masked where the node has it in plain text', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const auth = { type: 'bearer', token: 'plain-in-the-node' }

    const reply = await execute({ node: { method: 'POST', url: target.url, auth } })

    expect(headersNamed(target.received[0], 'Authorization')).toEqual([
      ['Authorization', 'Bearer plain-in-the-node'],
    ])
    expect(JSON.stringify(reply)).not.toContain('plain-in-the-node')
  })

  it('leads to a warning where it is written into the URL itself', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({ node: { method: 'GET', url: `${target.url}/?token=abcdef` } })

    expect(reply.warnings).toMatchObject([{ code: 'credential_in_url', path: '/node/url' }])
  })

  it('is refused as user and password within the URL', async () => {
    const { post } = await service()

    const { status, body } = await post('/v1/execute', {
      node: { method: 'GET', url: 'https://flow:tok-9f8e7d6c@hooks.example/' },
    })

    expect(status).toBe(400)
    expect(body).toMatchObject({
      errors: [{ path: '/node/url', message: expect.stringContaining('"auth"') }],
    })
    expect(JSON.stringify(body)).not.toContain('tok-9f8e7d6c')
  })

  it('leads to no call where its secret is not known', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const auth = { type: 'bearer', token: '{{ secrets.cmr }}' }

    const reply = await execute({ node: { method: 'POST', url: target.url, auth }, secrets })

    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'secret_missing', path: '/node/auth/token' },
      delivered: 'no',
    })
    expect(target.received).toEqual([])
  })
})
