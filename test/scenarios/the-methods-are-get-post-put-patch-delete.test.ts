import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('a node with a method', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('sends %s', async (method) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({ node: { method, url: `${target.url}/hook` } })

    expect(reply).toMatchObject({ branch: 'success', request: { method } })
    expect(target.received).toMatchObject([{ method, target: '/hook', body: Buffer.from('') }])
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('sends a body with %s', async (method) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const body = { structure: 'json', content: { id: 7 } }

    await execute({ node: { method, url: target.url, body } })

    expect(target.received.map((request) => request.body.toString())).toEqual(['{"id":7}'])
  })

  it.each(['get', 'HEAD', 'TRACE', 'CONNECT', 'GET\r\nX', ''])('refuses %j', async (method) => {
    const target = await receiver(json(200, {}))
    const { post } = await service()

    const { status, body } = await post('/v1/execute', { node: { method, url: target.url } })

    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ path: '/node/method' }] })
    expect(target.received).toEqual([])
  })

  it('refuses a body with GET, which targets do not expect', async () => {
    const target = await receiver(json(200, {}))
    const { post } = await service()
    const node = { method: 'GET', url: target.url, body: { structure: 'full' } }

    const { status, body } = await post('/v1/execute', { node })

    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ path: '/node/body' }] })
    expect(target.received).toEqual([])
  })
})
