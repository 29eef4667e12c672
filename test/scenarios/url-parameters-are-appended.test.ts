import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('a node with URL parameters', () => {
  it.each([
    { url: '/leads', sent: '/leads?status=active' },
    { url: '', sent: '/?status=active' },
    { url: '/leads?source=flow', sent: '/leads?source=flow&status=active' },
    { url: '/leads?', sent: '/leads?status=active' },
    { url: '/leads?a=1&', sent: '/leads?a=1&status=active' },
    { url: '/leads?a=b=c#part', sent: '/leads?a=b=c&status=active' },
  ])('appends them: it makes $sent of $url and status=active', async ({ url, sent }) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const query = [{ name: 'status', value: 'active' }]

    const reply = await execute({ node: { method: 'GET', url: target.url + url, query } })

    expect(target.received.map((request) => request.target)).toEqual([sent])
    expect(reply.request?.url).toBe(target.url + sent)
  })

  it('sends values of every type', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const query = [
      { name: 'text', value: 'São Paulo & more' },
      { name: 'number', value: 1.5 },
      { name: 'zero', value: 0 },
      { name: 'no', value: false },
      { name: 'list', literal: ['a', 'b c'] },
      { name: 'nested', literal: { a: [1] } },
      { name: 'braces', literal: '{{ not.a.template }}' },
    ]

    await execute({ node: { method: 'GET', url: `${target.url}/q`, query } })

    expect(target.received[0]?.target).toBe(
      '/q?text=S%C3%A3o%20Paulo%20%26%20more&number=1.5&zero=0&no=false&list=a&list=b%20c' +
        '&nested=%7B%22a%22%3A%5B1%5D%7D&braces=%7B%7B%20not.a.template%20%7D%7D',
    )
  })
})
