import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contract/schemas.ts'
import { serviceWithStore } from './support/durable.ts'

const node = { method: 'POST', url: 'https://receiver.test/' }

describe('a refused request', () => {
  it.for<[route: string, body: object, paths: readonly string[]]>([
    [
      '/v1/execute',
      { node: { ...node, timeoutMs: 30_000, followRedirects: true }, correlationId: 5 },
      ['/correlationId', '/node/followRedirects', '/node/timeoutMs'],
    ],
    [
      '/v1/preview',
      { node: { ...node, connection: 'none', onError: 'never' }, diagnostics: 'brief' },
      ['/diagnostics', '/node/connection', '/node/onError', '/node/url'],
    ],
    [
      '/v1/executions',
      {
        node: { ...node, retry: { attempts: 2, delaysMs: [1], on: ['no'] } },
        payload: {},
        idempotencyKey: 'k',
        items: [{ email: 'a' }, { payload: {} }],
        callback: { to: 'nobody' },
        notBefore: '2027-02-30T10:00:00Z',
      },
      [
        '/callback/to',
        '/idempotencyKey',
        '/items/0/email',
        '/node/retry/attempts',
        '/node/retry/on/0',
        '/notBefore',
        '/payload',
      ],
    ],
    [
      '/v1/executions',
      { node, notBefore: 5, expiresAt: 'x', callback: { to: 5 } },
      ['/callback/to', '/expiresAt', '/notBefore'],
    ],
  ])('has the mistakes of all checks, at %s', async ([route, body, paths]) => {
    const { post } = await serviceWithStore()

    const reply = await post<Problem>(route, body)

    expect(reply.status).toBe(400)
    expect(reply.body.errors.map(({ path }) => path).toSorted()).toEqual(paths)
  })
})
