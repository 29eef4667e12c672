import { describe, expect, it } from 'vitest'
import { TokenCache } from '../../src/execution/token-cache.ts'
import { outbound } from '../support/egress-client.ts'

function cacheAt(time = 1_000) {
  const clock = { ms: time }
  return { clock, tokens: new TokenCache(() => clock.ms) }
}

describe('a cache of tokens', () => {
  it('keeps a token for 80 % of its lifetime, from when it was asked for', () => {
    const { clock, tokens } = cacheAt()
    tokens.keep('key', { token: 'a-token', lifetimeMs: 10_000, askedAt: 500 })

    clock.ms = 500 + 7_999
    expect(tokens.find('key')).toBe('a-token')
    clock.ms = 500 + 8_000
    expect(tokens.find('key')).toBeNull()
  })

  it('does not keep one without a lifetime, nor the one before', () => {
    const { tokens } = cacheAt()
    tokens.keep('key', { token: 'before', lifetimeMs: 10_000, askedAt: 1_000 })
    tokens.keep('key', { token: 'a-token', lifetimeMs: null, askedAt: 1_000 })

    expect(tokens.find('key')).toBeNull()
  })

  it('throws the refused token away, and no newer one', () => {
    const { tokens } = cacheAt()
    tokens.keep('key', { token: 'new', lifetimeMs: 10_000, askedAt: 1_000 })

    tokens.discard('key', 'old')
    expect(tokens.find('key')).toBe('new')
    tokens.discard('key', 'new')
    expect(tokens.find('key')).toBeNull()
  })

  it('has bounds', () => {
    const { tokens } = cacheAt()
    const give = (token: string) => ({ token, lifetimeMs: 1e9, askedAt: 1_000 })
    for (let index = 0; index < 1_200; index++) tokens.keep(`small-${index}`, give('a-token'))
    expect(countKept(tokens, 'small', 1_200)).toBe(1_000)

    for (let index = 0; index < 1_200; index++) tokens.keep(`large-${index}`, give('x'.repeat(8_185)))
    expect(countKept(tokens, 'large', 1_200)).toBeLessThan(520)
    expect(countKept(tokens, 'large', 1_200)).toBeGreaterThan(500)
  })

  it('has keys that say nothing of the secret, and differ between processes', () => {
    const request = outbound(443, { body: Buffer.from('client_secret=s3cr3t') })
    const grant = { request, path: '', tokenUrlPath: '' }
    const [one, other] = [cacheAt().tokens, cacheAt().tokens]

    expect(one.keyFor(grant, 'acme')).toMatch(/^[\w+/]{43}=$/)
    expect(one.keyFor(grant, 'acme')).toBe(one.keyFor(grant, 'acme'))
    expect(one.keyFor(grant, 'acme')).not.toBe(one.keyFor(grant, null))
    expect(one.keyFor(grant, 'acme')).not.toBe(other.keyFor(grant, 'acme'))
  })
})

function countKept(tokens: TokenCache, name: string, of: number): number {
  return Array.from({ length: of }, (_, index) => tokens.find(`${name}-${index}`)).filter(
    (token) => token !== null,
  ).length
}
