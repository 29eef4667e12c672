import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTokenResponse } from '../../../src/webhook/response/token-response.ts'

function read(status: number, body: string | Buffer, ending: 'complete' | 'broken' | 'capped' = 'complete') {
  return readTokenResponse({ status, headers: [], body: Buffer.from(body), ending })
}

const given = (members: object) => read(200, JSON.stringify({ access_token: 'a-token', ...members }))

describe('the answer of a token endpoint', () => {
  it.each([
    [3600, 3_600_000],
    ['3600', 3_600_000],
    ['299.5', 299_500],
    [0.5, 500],
    [0, null],
    [-1, null],
    ['0', null],
    ['-5', null],
    ['', null],
    ['1e9', null],
    ['0x10', null],
    [' 60', null],
    [null, null],
    [true, null],
    [[60], null],
    [{ seconds: 60 }, null],
  ])('with expires_in %j has a token for %j ms', (expires_in, lifetimeMs) => {
    expect(given({ expires_in })).toEqual({ kind: 'token', token: 'a-token', lifetimeMs })
  })

  it('may begin with a byte order mark', () => {
    expect(read(200, '\ufeff{"access_token":"a-token"}')).toMatchObject({ kind: 'token' })
  })

  it('is never a token that a header cannot carry, or that cannot be masked', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 8 }), fc.jsonValue()),
        (access_token) => {
          const result = given({ access_token })
          if (result.kind === 'token') expect(result.token).toMatch(/^[\x21-\x7e]{4,8185}$/)
          else expect(result.kind).toBe('unusable')
        },
      ),
    )
  })

  it('is a refusal with 400, 401 or 403 and an error of OAuth only', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), fc.jsonValue(), (status, error) => {
        const isRefusal = [400, 401, 403].includes(status) && typeof error === 'string'
        expect(read(status, JSON.stringify({ error })).kind).toBe(isRefusal ? 'refused' : 'unusable')
      }),
    )
  })

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 999 }),
        fc.oneof(fc.uint8Array(), fc.json().map(Buffer.from)),
        fc.constantFrom('complete' as const, 'broken' as const, 'capped' as const),
        (status, body, ending) => {
          expect(['token', 'refused', 'unusable']).toContain(read(status, Buffer.from(body), ending).kind)
        },
      ),
    )
  })

  it('that is incomplete is no token, whatever it says', () => {
    for (const ending of ['broken', 'capped'] as const)
      expect(read(200, '{"access_token":"a-token"}', ending).kind).toBe('unusable')
  })
})
