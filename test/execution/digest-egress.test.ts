import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { attemptNotBegun } from '../../src/egress/attempt.ts'
import { DigestEgress } from '../../src/execution/digest-egress.ts'
import { NonceCache } from '../../src/execution/nonce-cache.ts'
import type { Attempt } from '../../src/webhook/wire/outcome.ts'
import { digestGuard, digestUser } from '../support/digest-guard.ts'
import { outbound, testEgressClient } from '../support/egress-client.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'

const challenge = { realm: 'r', nonce: 'n' }
const asked: Attempt = {
  ...attemptNotBegun({ code: 'no_response', detail: '', path: null }),
  outcome: {
    kind: 'responded',
    response: {
      status: 401,
      headers: [['WWW-Authenticate', `Digest realm="${challenge.realm}", nonce="${challenge.nonce}"`]],
      body: Buffer.alloc(0),
      ending: 'complete',
    },
  },
}

function digestEgress(options: object) {
  return new DigestEgress({
    egressClient: testEgressClient(),
    questionClient: testEgressClient(),
    credentials: digestUser,
    nonces: new NonceCache(),
    tenant: null,
    computed: new Set(),
    onUnbegun: () => {},
    ...options,
  })
}

describe('a call with Digest', () => {
  it('does not begin with less than 50 ms left after the challenge', async () => {
    const unbegun: string[] = []
    const digest = digestEgress({
      questionClient: { call: () => setTimeout(160, [asked]) },
      egressClient: { call: () => Promise.reject(new Error('must not be called')) },
      onUnbegun: () => unbegun.push('once'),
    })

    const attempts = await digest.call(outbound(443), { timeoutMs: 200, tenant: null })

    expect(attempts.map(({ purpose, delivered }) => [purpose, delivered])).toEqual([
      ['challenge', 'no'],
      ['call', 'no'],
    ])
    expect(attempts[1]?.outcome).toMatchObject({
      failure: { code: 'queue_timeout', detail: expect.stringContaining('timeoutMs is 200 ms') },
    })
    expect(unbegun).toEqual(['once'])
  })

  it('asks anew before a write once its nonce is no longer fresh, and before a read does not', async () => {
    const guard = digestGuard(json(200, {}))
    const target = await receiver(guard.answer)
    let now = 0
    const nonces = new NonceCache(() => now)
    const call = async (isIdempotent: boolean) => {
      const request = outbound(target.port, {
        headers: [
          ['host', `localhost:${target.port}`],
          ['Authorization', 'Digest ANSWER'],
          ['content-length', '2'],
        ],
        body: Buffer.from('{}'),
        isIdempotent,
      })
      const made = await digestEgress({ nonces }).call(request, { timeoutMs: 5_000, tenant: null })
      return made.map(({ purpose }) => purpose)
    }

    expect(await call(false)).toEqual(['challenge', 'call'])
    now = 29_000
    expect(await call(false)).toEqual(['call'])
    now = 31_000
    expect(await call(true)).toEqual(['call'])
    expect(await call(false)).toEqual(['challenge', 'call'])
    expect(await call(false)).toEqual(['call'])
    expect(guard.verdicts).toEqual([
      'asked',
      '00000001',
      '00000002',
      '00000003',
      'asked',
      '00000001',
      '00000002',
    ])
  })
})
