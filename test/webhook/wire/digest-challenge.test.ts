import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listChallenges } from '../../../src/webhook/wire/challenges.ts'
import { readDigestChallenge } from '../../../src/webhook/wire/digest-challenge.ts'
import type { HeaderPair } from '../../../src/webhook/wire/outcome.ts'
import { cpuMs } from '../../support/cpu-time.ts'

const asking = (...values: readonly string[]) =>
  values.map((value): HeaderPair => ['WWW-Authenticate', value])
const read = (...values: readonly string[]) => readDigestChallenge(asking(...values))
const usable = (members: object) => ({ kind: 'challenge', challenge: expect.objectContaining(members) })
const unusable = (problem: string) => ({ kind: 'unusable', problem: expect.stringContaining(problem) })

describe('the challenges of a response', () => {
  it.each([
    { what: 'one', values: ['Basic realm="a"'], are: [['basic', { realm: 'a' }]] },
    {
      what: 'two in one header',
      values: ['Basic realm="a, b", charset="UTF-8", Bearer'],
      are: [
        ['basic', { realm: 'a, b', charset: 'UTF-8' }],
        ['bearer', {}],
      ],
    },
    {
      what: 'one in each of two headers',
      values: ['Negotiate', 'NTLM TlRMTVNTUAAC=='],
      are: [
        ['negotiate', {}],
        ['ntlm', {}],
      ],
    },
    {
      what: 'empty elements, and white space around "="',
      values: [' , ,DIGEST  realm = "a" ,\tnonce= b , '],
      are: [['digest', { realm: 'a', nonce: 'b' }]],
    },
    {
      what: 'escapes in a text',
      values: ['Digest realm="say \\"hi\\", \\\\o/", nonce=a'],
      are: [['digest', { realm: 'say "hi", \\o/', nonce: 'a' }]],
    },
    {
      what: 'a parameter twice',
      values: ['Digest nonce="a", NONCE="b"'],
      are: [['digest', { nonce: 'a' }]],
    },
    { what: 'a parameter before any scheme', values: ['realm="a", Basic'], are: [['basic', {}]] },
    {
      what: 'a text without an end',
      values: ['Digest nonce="a", realm="b, c=d'],
      are: [['digest', { nonce: 'a' }]],
    },
    { what: 'nothing', values: [''], are: [] },
  ])('are read: $what', ({ values, are }) => {
    const challenges = listChallenges(asking(...values))

    expect(challenges.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])).toEqual(are)
  })

  it('are read whatever they are, in linear time', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', '\\', ',', '=', ' ', 'a', 'Digest ', 'nonce=') }),
        (text) => {
          expect(Array.isArray(listChallenges(asking(text)))).toBe(true)
        },
      ),
    )
    const began = cpuMs()
    for (const piece of ['"', '\\', ',', '="', 'a=b ', '"a\\', ' '])
      listChallenges(asking(piece.repeat(200_000)))
    expect(cpuMs() - began).toBeLessThan(2_000)
  })

  it('have their parameters back', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', ',', ' ', '=', 'é') })
    fc.assert(
      fc.property(text, text, (realm, nonce) => {
        const quote = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`
        const [challenge] = listChallenges(
          asking(`Digest realm=${quote(realm)}, nonce=${quote(nonce)}, Basic`),
        )
        expect(challenge?.parameters.get('realm')).toBe(realm)
        expect(challenge?.parameters.get('nonce')).toBe(nonce)
      }),
    )
  })
})

describe('a challenge of Digest', () => {
  it.each([
    {
      what: 'least',
      value: 'Digest realm="r", nonce="n"',
      is: usable({ hash: 'md5', hasQop: false, algorithm: null }),
    },
    {
      what: 'upper case',
      value: 'DIGEST REALM="r", NONCE="n", QOP="AUTH", STALE=TRUE',
      is: usable({ hasQop: true, isStale: true }),
    },
    {
      what: 'a quoted algorithm',
      value: 'Digest realm="r", nonce="n", algorithm="MD5"',
      is: usable({ algorithm: 'MD5' }),
    },
    {
      what: 'md5-sess',
      value: 'Digest realm="r", nonce="n", algorithm=md5-sess',
      is: usable({ hash: 'md5', isSession: true }),
    },
    {
      what: 'SHA-256-sess',
      value: 'Digest realm="r", nonce="n", algorithm=SHA-256-sess',
      is: usable({ hash: 'sha256', isSession: true }),
    },
    {
      what: 'unknown parameters',
      value: 'Digest realm="r", domain="/a /b", foo=bar, nonce="n", userhash=true',
      is: usable({ nonce: 'n' }),
    },
    {
      what: 'auth-int beside auth',
      value: 'Digest realm="r", nonce="n", qop="auth-int , auth"',
      is: usable({ hasQop: true }),
    },
    { what: 'an empty qop', value: 'Digest realm="r", nonce="n", qop=""', is: usable({ hasQop: false }) },
    { what: 'an empty realm', value: 'Digest realm="", nonce="n"', is: usable({ realm: '' }) },
    { what: 'UTF-8', value: 'Digest realm="r", nonce="n", charset=utf-8', is: usable({ isUtf8: true }) },
    {
      what: 'stale=false',
      value: 'Digest realm="r", nonce="n", stale="false"',
      is: usable({ isStale: false }),
    },
    { what: 'opaque', value: 'Digest realm="r", nonce="n", opaque="a\\"b"', is: usable({ opaque: 'a"b' }) },
    { what: 'no nonce', value: 'Digest realm="r"', is: unusable('no nonce') },
    { what: 'an empty nonce', value: 'Digest realm="r", nonce=""', is: unusable('no nonce') },
    { what: 'no realm', value: 'Digest nonce="n"', is: unusable('no realm') },
    { what: 'auth-int only', value: 'Digest realm="r", nonce="n", qop="auth-int"', is: unusable('qop') },
    {
      what: 'SHA-512-256',
      value: 'Digest realm="r", nonce="n", algorithm=SHA-512-256',
      is: unusable('algorithm'),
    },
    {
      what: 'an unknown algorithm',
      value: 'Digest realm="r", nonce="n", algorithm=constructor',
      is: unusable('algorithm'),
    },
    { what: 'a control character', value: 'Digest realm="r", nonce="n\u0001"', is: unusable('control') },
    { what: 'another scheme', value: 'Basic realm="r", nonce="n"', is: { kind: 'none' } },
  ])('with $what', ({ value, is }) => {
    expect(read(value)).toEqual(is)
  })

  it('is the strongest of several, of any headers', () => {
    const md5 = 'Digest realm="r", nonce="m", algorithm=MD5, qop="auth"'
    const sha = 'Digest realm="r", nonce="s", algorithm=SHA-256, qop="auth"'
    const other = 'Digest realm="r", nonce="o", algorithm=SHA-512-256, qop="auth"'
    const best = usable({ nonce: 's', hash: 'sha256' })

    expect(read(`${md5}, ${sha}`)).toEqual(best)
    expect(read(other, md5, `Basic realm="x", ${sha}`)).toEqual(best)
    expect(read(other, md5)).toEqual(usable({ nonce: 'm' }))
    expect(read(other)).toEqual(unusable('algorithm'))
  })
})
