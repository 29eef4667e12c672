import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const settings = { API_KEYS: 'engine-a:0123456789abcdef,engine-b:fedcba9876543210' }

describe('a service with keys', () => {
  it.each([
    ['no key', {}],
    ['a wrong key', { authorization: 'Bearer 0123456789abcdeX' }],
    ['the beginning of a key', { authorization: 'Bearer 0123456789' }],
    ['another scheme', { authorization: 'Basic MDEyMzQ1Njc4OWFiY2RlZg==' }],
  ])('refuses %s with 401, and sends nothing', async (_what, headers) => {
    const target = await receiver(json(200, {}))
    const { post } = await service({ settings })

    const reply = await post('/v1/execute', { node: { method: 'GET', url: target.url } }, headers)

    expect(reply).toMatchObject({ status: 401, body: { code: 'unauthorized', delivered: 'no' } })
    expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer/)
    expect(target.received).toEqual([])
  })

  it.each([
    ['engine-a', '0123456789abcdef'],
    ['engine-b', 'fedcba9876543210'],
  ])('lets %s in, and logs the name of its key, not the key', async (name, key) => {
    const target = await receiver(json(200, {}))
    const { post, log } = await service({ settings })

    const { status } = await post(
      '/v1/execute',
      { node: { method: 'GET', url: target.url } },
      { authorization: `Bearer ${key}` },
    )

    expect(status).toBe(200)
    expect(log).toContainEqual(expect.objectContaining({ keyName: name }))
    expect(JSON.stringify(log)).not.toContain(key)
  })

  it.each(['/', '/livez', '/readyz', '/docs', '/openapi.json', '/errors', '/alerts', '/errors/unauthorized'])(
    'leaves %s open',
    async (path) => {
      const { url } = await service({ settings })

      const { status } = await fetch(url + path)

      expect(status).toBe(200)
    },
  )
})
