import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'

describe('a node with headers', () => {
  it('sends them as key and value, with their case, order and number', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const headers = [
      { name: 'X-Flow', value: '{{ flow.name }}' },
      { name: 'x-tag', value: 'one' },
      { name: 'X-Score', source: 'profile', field: 'score' },
      { name: 'x-tag', value: 'two' },
      { name: 'X-List', source: 'profile', field: 'tags' },
      { name: '__proto__', value: 'harmless' },
    ]
    const payload = { flow: { name: 'Nurture' }, profile: { score: 97, tags: ['a', 'b'] } }

    await execute({ node: { method: 'POST', url: target.url, headers }, payload })

    expect(headersNamed(target.received[0], 'X-Flow', 'x-tag', 'X-Score', 'X-List', '__proto__')).toEqual([
      ['X-Flow', 'Nurture'],
      ['x-tag', 'one'],
      ['X-Score', '97'],
      ['x-tag', 'two'],
      ['X-List', 'a, b'],
      ['__proto__', 'harmless'],
    ])
  })

  it('sends a Bearer token and an API key, and shows neither', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const headers = [
      { name: 'Authorization', value: 'Bearer {{ secrets.token }}' },
      { name: 'X-Api-Key', value: 'key-0815-4711' },
    ]
    const secrets = { token: 'tok-9f8e7d' }

    const reply = await execute({ node: { method: 'POST', url: target.url, headers }, secrets })

    expect(headersNamed(target.received[0], 'Authorization', 'X-Api-Key')).toEqual([
      ['Authorization', 'Bearer tok-9f8e7d'],
      ['X-Api-Key', 'key-0815-4711'],
    ])
    expect(reply.request?.headers).toEqual(
      expect.arrayContaining([
        ['Authorization', '•••'],
        ['X-Api-Key', '•••'],
      ]),
    )
    expect(JSON.stringify(reply)).not.toMatch(/tok-9f8e7d|key-0815-4711/)
  })

  it.each([
    'Host',
    'content-length',
    'Transfer-Encoding',
    'Connection',
    'Accept-Encoding',
    'X-Forwarded-For',
    'Metadata-Flavor',
    'X-Aws-Ec2-Metadata-Token',
    'two words',
    'colon:',
    '',
  ])('refuses the name %j before anything is sent', async (name) => {
    const target = await receiver(json(200, {}))
    const { post } = await service()
    const node = { method: 'POST', url: target.url, headers: [{ name, value: 'x' }] }

    const { status, body } = await post('/v1/execute', { node })

    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ path: '/node/headers/0/name' }] })
    expect(target.received).toEqual([])
  })

  it.each([
    ['a line break', 'a\r\nX-Evil: 1'],
    ['a character that cuts itself to a line break', 'a\u010d\u010aX-Evil: 1'],
    ['NUL', 'a\0b'],
    ['a character outside of ASCII', '日本'],
  ])('takes the error branch where the payload puts %s into a value', async (_what, name) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const headers = [{ name: 'X-Name', source: 'profile', field: 'name' }]

    const reply = await execute({
      node: { method: 'POST', url: target.url, headers },
      payload: { profile: { name } },
    })

    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'header_invalid', path: '/node/headers/0' },
      delivered: 'no',
      request: null,
    })
    expect(target.received).toEqual([])
  })
})
