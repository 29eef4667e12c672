import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const body = { structure: 'json', content: { name: 'Ærøskøbing', list: [1, '{{ profile.id }}'] } }
const headers = [
  { name: 'X-B', value: '1' },
  { name: 'x-a', value: '2' },
  { name: 'X-B', value: '3' },
]

describe('a reply', () => {
  it.each([
    { what: 'a plain GET', node: { method: 'GET' } },
    { what: 'a POST without a body', node: { method: 'POST' } },
    { what: 'a DELETE without a body', node: { method: 'DELETE' } },
    { what: 'a POST with headers and a body', node: { method: 'POST', headers, body } },
    { what: 'a PATCH with an Idempotency-Key', node: { method: 'PATCH', idempotent: true, body } },
    {
      what: 'headers that replace those of the service',
      node: {
        method: 'PUT',
        headers: [
          { name: 'user-agent', value: 'crm/1' },
          { name: 'ACCEPT', value: 'application/json' },
        ],
      },
    },
  ])('shows $what as it arrived', async ({ node }) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const url = `${target.url}/p/{{ profile.id }}?a=%2F`

    const { request } = await execute({ node: { ...node, url }, payload: { profile: { id: 'p 1' } } })

    const [received] = target.received
    expect(request?.method).toBe(received?.method)
    expect(request?.url).toBe(target.url + received?.target)
    expect(request?.headers?.flat()).toEqual(received?.rawHeaders)
    expect(request?.body ?? '').toBe(received?.body.toString())
    expect(request?.bodyBytes).toBe(received?.body.length)
  })

  it('shows the response with the headers of the wire', async () => {
    const target = await receiver((_request, response) => {
      response.writeHead(200, ['X-One', '1', 'x-two', '2', 'X-One', '3']).end('ok')
    })
    const { execute } = await service()

    const { response } = await execute({ node: { method: 'GET', url: target.url } })

    expect(response).toMatchObject({ status: 200, body: 'ok', bodyEncoding: 'utf8', bodyBytes: 2 })
    expect(response?.headers?.slice(0, 3)).toEqual([
      ['X-One', '1'],
      ['x-two', '2'],
      ['X-One', '3'],
    ])
  })

  it('has the key of the client that was sent', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'POST', url: target.url },
      idempotencyKey: 'instance-4711-step-3',
    })

    expect(target.received[0]?.rawHeaders).toEqual(
      expect.arrayContaining(['Idempotency-Key', 'instance-4711-step-3']),
    )
    expect(reply.idempotencyKey).toBe('instance-4711-step-3')
  })
})
