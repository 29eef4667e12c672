import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('the check of a request', () => {
  it.each([
    { path: '/node/timeoutMs', part: { timeoutMs: '300' } },
    { path: '/node/timeoutMs', part: { timeoutMs: null } },
    { path: '/node/idempotent', part: { idempotent: 'true' } },
    { path: '/node/onError', part: { onError: 'ERROR' } },
    { path: '/node/query', part: { query: { name: 'a', value: 'b' } } },
    { path: '/node/query/0', part: { query: [{ name: 'a', value: 'b', literal: 'c' }] } },
    { path: '/node/capture/id', part: { capture: { id: '{{ response.json.id' } } },
    { path: '/node/query/0/value', part: { query: [{ name: 'a', value: '{{ a b c }}' }] } },
    { path: '/node/query/0/value', part: { query: [{ name: 'a', value: '{{ a | no_such_filter }}' }] } },
    { path: '/node/query/0/when', part: { query: [{ name: 'a', value: 'b', when: 'x >> 5' }] } },
    { path: '/node/expect/value', part: { expect: { type: 'condition', value: 'response.status ==' } } },
    { path: '/node/retry/attempts', part: { retry: { attempts: 11 } } },
  ])('refuses rather than coerces $part with $path', async ({ path, part }) => {
    const target = await receiver(json(200, {}))
    const { post } = await service()

    const { status, body } = await post<{ errors: { path: string }[] }>('/v1/execute', {
      node: { method: 'POST', url: target.url, ...part },
    })

    expect(status).toBe(400)
    expect(body.errors.map((offender) => offender.path)).toEqual([expect.stringContaining(path)])
    expect(target.received).toEqual([])
  })

  it('names everything that is wrong in one reply', async () => {
    const { post } = await service()
    const node = {
      method: 'GET',
      url: 'http://hooks.example/',
      query: [{ name: 'a', value: '{{ profile.a' }],
      headers: [{ name: 'Host', value: 'elsewhere.example' }],
      timeoutMs: 60_000,
      body: { structure: 'full' },
    }

    const { body } = await post<{ errors: { path: string }[] }>('/v1/execute', { node })

    expect(body.errors.map(({ path }) => path).sort()).toEqual([
      '/node/body',
      '/node/headers/0/name',
      '/node/query/0/value',
      '/node/timeoutMs',
      '/node/url',
    ])
  })
})
