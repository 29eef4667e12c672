import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAllow, parseChallenge } from '../../../src/webhook/statement/challenge.ts'
import { cpuMs } from '../../support/cpu-time.ts'

describe('WWW-Authenticate', () => {
  it.each([
    ['Bearer', ['Bearer'], null],
    [
      'Bearer realm="x", error="invalid_token", error_description="It is \\"old\\""',
      ['Bearer'],
      'It is "old"',
    ],
    ['Bearer error="invalid_token"', ['Bearer'], 'invalid_token'],
    ['Digest realm="a, b", qop="auth", nonce="x=="', ['Digest'], null],
    ['Negotiate, NTLM, Basic realm="x"', ['Negotiate', 'NTLM', 'Basic'], null],
    ['Basic realm="a", Bearer', ['Basic', 'Bearer'], null],
    ['Negotiate YII=', ['Negotiate'], null],
    ['', [], null],
  ])('%j names the schemes %j', (header, schemes, text) => {
    expect(parseChallenge(header)).toEqual({ schemes, text, scope: null })
  })

  it('names the scope that a call needs', () => {
    const header = 'Bearer error="insufficient_scope", scope="leads.write leads.read"'
    expect(parseChallenge(header)).toMatchObject({
      text: 'insufficient_scope',
      scope: 'leads.write leads.read',
    })
  })

  it('is parsed whatever comes, in a linear time', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        parseChallenge(header)
      }),
    )
    const before = cpuMs()
    for (const part of ['a="', 'a ', ' ', ',', '\\"', 'a="\\'])
      parseChallenge(part.repeat(16_384 / part.length))
    expect(cpuMs() - before).toBeLessThan(300)
  })
})

describe('Allow', () => {
  it.each([
    ['GET, POST', ['GET', 'POST']],
    ['GET,GET ,HEAD', ['GET', 'HEAD']],
    ['', []],
    ['get, <b>, PO ST', []],
  ])('%j names %j', (header, methods) => {
    expect(parseAllow(header)).toEqual(methods)
  })
})
