import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { answerChallenge } from '../../src/execution/digest-answer.ts'
import { type DigestChallenge, readDigestChallenge } from '../../src/webhook/wire/digest-challenge.ts'

const request = { method: 'GET', target: '/dir/index.html' } as const

function challenge(value: string): DigestChallenge {
  const read = readDigestChallenge([['WWW-Authenticate', `Digest ${value}`]])
  if (read.kind !== 'challenge') throw new TypeError(read.kind)
  return read.challenge
}

function answer(value: string, cnonce: string, password: string, { username = 'Mufasa', count = 1 } = {}) {
  const own = challenge(value)
  const state = { challenge: own, count, cnonce, firstNonce: own.nonce }
  return answerChallenge({ username, password }, request, state)
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

describe('the answer to a challenge', () => {
  // RFC 7616, section 3.9.1.
  const ofExample =
    'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
  const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('is that of RFC 7616 with %s', (algorithm, response) => {
    const { header } = answer(`${ofExample}, algorithm=${algorithm}`, cnonce, 'Circle of Life')

    expect(header).toBe(
      `Digest username="Mufasa", realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", uri="/dir/index.html", algorithm=${algorithm}, response="${response}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", qop=auth, nc=00000001, cnonce="${cnonce}"`,
    )
  })

  const old =
    'realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
  it('is that of RFC 2617, section 3.5', () => {
    expect(answer(`${old}, qop="auth,auth-int"`, '0a4f113b', 'Circle Of Life').response).toBe(
      '6629fae49393a05397450978507c4ef1',
    )
  })

  it('is that of RFC 2069, section 2.4, as its erratum 749 corrects it, where the target names no qop', () => {
    const { header, response } = answer(old, '0a4f113b', 'CircleOfLife')

    expect(response).toBe('1949323746fe6a43ef61f9606e7febea')
    expect(header).not.toMatch(/qop|nc=|cnonce|algorithm/)
  })

  it('has the key of a session with -sess', () => {
    const own = md5('Mufasa:r:pw')
    const key = md5(`${own}:n:c`)

    const { response, header } = answer('realm="r", nonce="n", qop=auth, algorithm=MD5-sess', 'c', 'pw', {
      count: 26,
    })

    expect(response).toBe(md5(`${key}:n:0000001a:c:auth:${md5('GET:/dir/index.html')}`))
    expect(header).toContain('algorithm=MD5-sess')
  })

  it.each([
    { username: 'Jäsøn Doe', charset: ', charset=UTF-8', has: "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe" },
    { username: "a'b(é)*", charset: ', charset=UTF-8', has: "username*=UTF-8''a%27b%28%C3%A9%29%2A" },
    { username: 'plain', charset: ', charset=UTF-8', has: 'username="plain"' },
    { username: 'é', charset: '', has: 'username="\u00c3\u00a9"' },
    { username: 'CORP\\ada "x"', charset: '', has: 'username="CORP\\\\ada \\"x\\""' },
  ])('names the user $username$charset', ({ username, charset, has }) => {
    const { header, response } = answer(`realm="r", nonce="n"${charset}`, 'c', 'pä', { username })

    expect(header).toContain(has)
    expect(response).toBe(md5(`${md5(`${username}:r:pä`)}:n:${md5('GET:/dir/index.html')}`))
  })

  it('has the bytes of the realm, and its quotes escaped', () => {
    const { header, response } = answer('realm="\\"\u00e9", nonce="n"', 'c', 'pw')

    expect(header).toContain('realm="\\"\u00e9"')
    const own = createHash('md5').update(Buffer.from('Mufasa:"\u00e9:pw', 'latin1')).digest('hex')
    expect(response).toBe(md5(`${own}:n:${md5('GET:/dir/index.html')}`))
  })
})
