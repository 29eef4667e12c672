import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { EgressOptions } from '../../src/egress/egress-client.ts'
import { HostLimits } from '../../src/egress/limits/host-limits.ts'
import { AuthorizedEgress } from '../../src/execution/authorized-egress.ts'
import { TokenCache } from '../../src/execution/token-cache.ts'
import { writeBearer } from '../../src/webhook/request/token-grant.ts'
import type { Attempt } from '../../src/webhook/wire/outcome.ts'
import { outbound, rules, testEgressClient } from '../support/egress-client.ts'
import { type Answer, json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'

const token = json(200, { access_token: 'a-token', expires_in: 60 })

/** One execution for each `call`, which share their tokens. */
async function world(login: Answer, limitsOf: (tokenPort: number) => Partial<EgressOptions> = () => ({})) {
  const endpoint = await receiver(login)
  const target = await receiver(json(200, {}))
  const egressClient = testEgressClient(limitsOf(endpoint.port))
  const tokens = new TokenCache()
  const hidden: string[] = []
  const unbegun: string[] = []
  const headers = [['Authorization', writeBearer()]] as const
  const request = outbound(target.port, {
    headers: [['host', `127.0.0.1:${target.port}`], ...headers, ['content-length', '2']],
  })
  const call = (timeoutMs: number, signal?: AbortSignal) => {
    const authorized = new AuthorizedEgress({
      egressClient,
      mayCall: egressClient.mayCall,
      tokenClient: egressClient,
      grant: { request: outbound(endpoint.port), path: '/node/auth', tokenUrlPath: '/node/auth/tokenUrl' },
      tokens,
      tenant: null,
      hide: (value) => hidden.push(value),
      refuses: () => false,
      quote: () => null,
      onUnbegun: () => unbegun.push('once'),
    })
    return authorized.call(request, { timeoutMs, tenant: null, ...(signal && { signal }) })
  }
  return { endpoint, target, call, hidden, unbegun }
}

const describeEach = (attempts: readonly Attempt[]) =>
  attempts.map(({ purpose, outcome }) => [
    purpose,
    outcome.kind === 'failed' ? outcome.failure.code : outcome.response.status,
  ])

function later(ms: number, answer: Answer): Answer {
  return (...exchange) => {
    setTimeout(() => answer(...exchange), ms)
  }
}

describe('a call with a token', () => {
  it('is not sent with less than 50 ms left after the wait', async () => {
    const { call, target, hidden, unbegun } = await world(later(2_000 - 40, token))

    const attempts = await call(2_000)

    // A machine that is busy may let the clock run out before the answer is read.
    expect([
      [
        ['token', 200],
        ['call', 'queue_timeout'],
      ],
      [
        ['token', 'response_timeout'],
        ['call', 'auth_token_failed'],
      ],
    ]).toContainEqual(describeEach(attempts))
    expect(target.received).toEqual([])
    expect(hidden).toEqual([])
    expect(unbegun).toEqual(['once'])
  })

  it('is sent with any time if it need not wait', async () => {
    const { call } = await world(token)
    await call(5_000)

    expect(describeEach(await call(49))[0]?.[0]).toBe('call')
  })

  it('stops waiting when its client goes, and the call that asks goes on', async () => {
    const { call, endpoint, target } = await world(later(500, token))
    const asked = once(endpoint.server, 'request')
    const first = call(5_000)
    await asked
    const client = new AbortController()
    const second = call(5_000, client.signal)
    setImmediate(() => client.abort())

    expect(describeEach(await second)).toEqual([['call', 'cancelled']])
    expect(describeEach(await first)).toEqual([
      ['token', 200],
      ['call', 200],
    ])
    expect(endpoint.received).toHaveLength(1)
    expect(target.received).toHaveLength(1)
  })

  it('goes on asking when its client goes, so that the others get the token', async () => {
    const { call, endpoint } = await world(later(500, token))
    const client = new AbortController()
    const asked = once(endpoint.server, 'request')
    const first = call(5_000, client.signal)
    await asked
    const second = call(5_000)
    client.abort()

    expect(describeEach(await first)).toEqual([
      ['token', 200],
      ['call', 'cancelled'],
    ])
    expect(describeEach(await second)).toEqual([['call', 200]])
    expect(endpoint.received).toHaveLength(1)
  })

  it('does not fail with one that had no time for a limit of the token endpoint', async () => {
    const { call, endpoint } = await world(json(200, { access_token: 'a-token' }), (port) => ({
      hostLimits: {
        current: new HostLimits(
          rules(`127.0.0.1:${port}`).map((rule) => ({
            rule,
            limits: { rate: { perSecond: 1, burst: 1 }, concurrent: null },
            isCeiling: false,
          })),
        ),
      },
    }))
    await call(5_000)

    const [first, second] = await Promise.all([call(100), call(5_000)])

    expect(describeEach(first)).toEqual([
      ['token', 'rate_limited'],
      ['call', 'rate_limited'],
    ])
    expect(describeEach(second)).toEqual([
      ['token', 200],
      ['call', 200],
    ])
    expect(endpoint.received).toHaveLength(2)
  })

  it('is not begun by those who waited until their time was almost up', async () => {
    const { call, endpoint } = await world(() => {})

    const ended = await Promise.all(Array.from({ length: 20 }, () => call(1_200)))

    expect(endpoint.received).toHaveLength(1)
    expect(ended.flatMap((attempts) => describeEach(attempts).at(-1)?.[1])).toEqual(
      Array(20).fill('auth_token_failed'),
    )
  })
})
