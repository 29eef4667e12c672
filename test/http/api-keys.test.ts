import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/http/contract.ts'
import { service } from '../support/service.ts'

const [oldKey, newKey] = ['old-key-0123456789', 'new-key-0123456789']
const settings = { API_KEYS: `engine-2025:${oldKey},engine-2026:${newKey}` }
const denied = { node: { method: 'GET', url: 'https://169.254.169.254/' } }

describe('a service with keys', () => {
  it.each([
    ['engine-2025', `Bearer ${oldKey}`],
    ['engine-2026', `Bearer ${newKey}`],
    ['engine-2026', `bearer  ${newKey}`],
  ])('is open to %s, whose name the log shows', async (keyName, authorization) => {
    const { post, log } = await service({ settings })

    const { status } = await post('/v1/execute', denied, { authorization })

    expect(status).toBe(200)
    expect(log).toContainEqual(expect.objectContaining({ msg: 'node executed', keyName }))
    expect(JSON.stringify(log)).not.toContain(newKey)
  })

  it.each<[what: string, headers: Record<string, string>, challenge: string]>([
    ['no key', {}, 'Bearer realm="webhook-node"'],
    ['another scheme', { authorization: `Basic ${newKey}` }, 'Bearer realm="webhook-node"'],
    ['a wrong key', { authorization: 'Bearer wrong' }, 'Bearer realm="webhook-node", error="invalid_token"'],
    [
      'a key that only begins right',
      { authorization: `Bearer ${newKey}x` },
      'Bearer realm="webhook-node", error="invalid_token"',
    ],
    ['two keys at once', { authorization: `Bearer ${oldKey} ${newKey}` }, 'Bearer realm="webhook-node"'],
  ])('refuses %s before it reads the body', async (_what, headers, challenge) => {
    const { post } = await service({ settings })

    const reply = await post<Problem>('/v1/execute', 'not even JSON', headers)

    expect(reply).toMatchObject({ status: 401, body: { code: 'unauthorized', delivered: 'no' } })
    expect(reply.headers.get('www-authenticate')).toBe(challenge)
  })

  it.each(['/livez', '/readyz', '/openapi.json', '/docs/'])('asks for none at %s', async (path) => {
    const { url } = await service({ settings })

    const response = await fetch(url + path)

    expect(response.status).toBe(200)
    await response.bytes()
  })
})
