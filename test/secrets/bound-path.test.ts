import { posix } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWithin, parseBoundPath } from '../../src/secrets/bound-path.ts'
import { cpuMs } from '../support/cpu-time.ts'

function readPrefix(entry: string): string {
  const parsed = parseBoundPath(entry)
  if (!parsed.ok) throw new TypeError(parsed.problem)
  return parsed.prefix
}

describe('a path that a secret is bound to', () => {
  it.each([
    ['/v1/leads', '/v1/leads'],
    ['/v1/leads', '/v1/leads/'],
    ['/v1/leads', '/v1/leads/7'],
    ['/v1/leads', '/v1/leads/7/notes;page=2'],
    ['/v1/leads', '/v1/leads//7'],
    ['/v1/leads/', '/v1/leads'],
    ['/v1/leads/', '/v1/leads/7'],
    ['/', '/'],
    ['/', '/anything'],
    ['/hooks', '/hooks/\0'],
    ['/hooks', '/hooks/bot\0/send'],
    ['/hooks', '/hooks/\0/\0'],
    ['/caf%C3%A9', '/caf%C3%A9/7'],
    ['/groups/a%2Fb', '/groups/a%2Fb/files'],
    ['/v1', '/v1/ada%40example.com'],
    ['/v1', '/v1/100%25'],
    ['/v1', '/v1/100%'],
    ['/v1', '/v1/%E2%82%AC%20and%20more'],
    ['/v1', '/v1/.well-known'],
    ['/v1', '/v1/a..b'],
    ['/v1', '/v1/...'],
    ['/v1', '/v1/..a'],
  ])('%j covers %j', (entry, path) => {
    expect(isWithin(readPrefix(entry), path)).toBe(true)
  })

  it.each([
    ['/v1/leads', '/v1/leadsx'],
    ['/v1/leads', '/v1/lead'],
    ['/v1/leads', '/v1'],
    ['/v1/leads', '/'],
    ['/v1/leads', ''],
    ['/v1/leads', '/x/v1/leads'],
    ['/v1/leads', '//v1/leads'],
    ['/v1/leads', '/v1//leads'],
    ['/v1/leads', '/V1/leads'],
    ['/v1/leads', '/v1/%6ceads'],
    ['/v1/leads', '/v1/leads%2F7'],
    ['/v1/leads', '/v1/leads;x'],
    ['/v1/leads', '/v1/leads\\7'],
    ['/v1/leads', '/v1/leads\0'],
    ['/v1/leads', '/v1/\0/leads'],
    ['/v1/leads', '/v1/./leads'],
    ['/v1/leads', '/x/../v1/leads'],
    ['/caf%C3%A9', '/caf%c3%a9'],
    ['/groups/a%2Fb', '/groups/a/b'],
  ])('%j does not cover %j', (entry, path) => {
    expect(isWithin(readPrefix(entry), path)).toBe(false)
  })

  it.each([
    '/v1/leads/../users',
    '/v1/leads/..',
    '/v1/leads/.',
    '/v1/leads/./7',
    '/v1/leads/7/../../users',
    '/v1/leads/%2e%2e/users',
    '/v1/leads/%2E%2E/users',
    '/v1/leads/.%2e/users',
    '/v1/leads/%2e./users',
    '/v1/leads/%2e',
    '/v1/leads/..%2fusers',
    '/v1/leads/..%2Fusers',
    '/v1/leads/..%5cusers',
    '/v1/leads/..%5Cusers',
    '/v1/leads/..\\users',
    '/v1/leads/a%2f..%2f..%2fusers',
    '/v1/leads/a%2fb',
    '/v1/leads/%252e%252e/users',
    '/v1/leads/..%252fusers',
    '/v1/leads/%25252e%25252e/users',
    '/v1/leads/%2525252525252e%2525252525252e/users',
    '/v1/leads/%%32e%%32e/users',
    '/v1/leads/%2%65%2%65/users',
    '/v1/leads/%25%32%65%25%32%65/users',
    '/v1/leads/..;/users',
    '/v1/leads/..;a=b/users',
    '/v1/leads/..%3b/users',
    '/v1/leads/%2e%2e%3Ba/users',
    '/v1/leads/..%00/users',
    '/v1/leads/..%00.html/users',
    '/v1/leads/..%20/users',
    '/v1/leads/.%09./users',
    '/v1/leads/%0a../users',
    '/v1/leads/..%3f/users',
    '/v1/leads/..%23/users',
    '/v1/leads/%c0%ae%c0%ae/users',
    '/v1/leads/..%c0%af..',
    '/v1/leads/..%c1%9cusers',
    '/v1/leads/%u002e%u002e/users',
    '/v1/leads/..%u2215users',
    // A secret may turn out to begin or end with a separator.
    '/v1/leads/..\0',
    '/v1/leads/.\0',
    '/v1/leads/\0..',
    '/v1/leads/%2e%2e\0/users',
  ])('is not left by %j', (path) => {
    expect(isWithin('/v1/leads', path)).toBe(false)
    expect(isWithin('', path)).toBe(false)
  })

  it.each([
    ['', 'must begin with "/"'],
    ['v1/leads', 'must begin with "/"'],
    ['*', 'must begin with "/"'],
    ['https://api.example/v1', 'must begin with "/"'],
    ['/v1?a=b', 'must not contain "?" or "#": only the path is compared'],
    ['/v1#a', 'must not contain "?" or "#": only the path is compared'],
    ['/v1 a', expect.stringMatching(/^must be written as it is sent/)],
    ['/v1\n', expect.stringMatching(/^must be written as it is sent/)],
    ['/v1\0', expect.stringMatching(/^must be written as it is sent/)],
    ['/v1\x7f', expect.stringMatching(/^must be written as it is sent/)],
    ['/café', expect.stringMatching(/^must be written as it is sent/)],
    ['/v1\\a', expect.stringMatching(/^must be written as it is sent/)],
    ['//', 'must not have an empty segment'],
    ['/v1//leads', 'must not have an empty segment'],
    ['/.', 'must not have "." or ".." as a segment, escaped or not'],
    ['/v1/..', 'must not have "." or ".." as a segment, escaped or not'],
    ['/v1/../', 'must not have "." or ".." as a segment, escaped or not'],
    ['/v1/./leads', 'must not have "." or ".." as a segment, escaped or not'],
    ['/v1/%2e%2E/leads', 'must not have "." or ".." as a segment, escaped or not'],
    ['/v1/.%2e', 'must not have "." or ".." as a segment, escaped or not'],
    ['/v1/%252e', 'must not have "." or ".." as a segment, escaped or not'],
    ['/v1/%2525252525252525252e', 'must not have "." or ".." as a segment, escaped or not'],
    ['/v1/a%2f..%2fb', 'must not have "." or ".." as a segment, escaped or not'],
    ['/v1/a%5c..', 'must not have "." or ".." as a segment, escaped or not'],
    ['/v1/..;a', 'must not have "." or ".." as a segment, escaped or not'],
  ])('cannot be %j', (entry, problem) => {
    expect(parseBoundPath(entry)).toEqual({ ok: false, problem })
  })
})

describe('the match of any path', () => {
  const segment = fc.oneof(fc.stringMatching(/^[a-z0-9~_-]{1,4}$/), fc.constantFrom('v1', 'v1x', 'leads'))
  const segments = fc.array(segment, { maxLength: 4 })

  it('compares segment by segment', () => {
    fc.assert(
      fc.property(segments, segments, fc.boolean(), fc.boolean(), (bound, rest, isBelow, isClosed) => {
        const entry = `/${bound.join('/')}${isClosed && bound.length > 0 ? '/' : ''}`
        const called = isBelow ? [...bound, ...rest] : rest

        const isCovered = bound.every((part, index) => called[index] === part)

        expect(isWithin(readPrefix(entry), `/${called.join('/')}`)).toBe(isCovered)
      }),
      { numRuns: 1_000 },
    )
  })

  it('fails where the text goes on within the last segment of the prefix', () => {
    fc.assert(
      fc.property(segments, segment, segment, (before, last, more) => {
        const prefix = readPrefix(`/${[...before, last].join('/')}`)

        expect(isWithin(prefix, `${prefix}${more}`)).toBe(false)
        expect(isWithin(prefix, `${prefix}/${more}`)).toBe(true)
      }),
    )
  })

  it('covers only what stays below the prefix at a server that unescapes any number of times', () => {
    const piece = fc.constantFrom(
      ...[
        '.',
        '..',
        '/',
        '\\',
        ';',
        '%',
        '25',
        '2e',
        '2E',
        '2f',
        '2F',
        '5c',
        '3b',
        '00',
        '20',
        'a',
        'é',
        '\0',
      ],
      ...['%2e', '%2E', '%2f', '%5c', '%3b', '%00', '%25', '%252e', '%252f', '%32', '%65', '%66', '%c0%ae'],
    )
    const tail = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''))
    const prefix = '/v1/leads'
    let covered = 0
    fc.assert(
      fc.property(tail, (rest) => {
        const path = `${prefix}/${rest}`
        if (!isWithin(prefix, path)) return
        covered++

        for (const seen of readings(path)) expect(`${seen}/`).toMatch(/^\/v1\/leads\//)
      }),
      { numRuns: 5_000 },
    )
    expect(covered).toBeGreaterThan(100)
  })

  it('takes no longer for a long one', () => {
    const hostile = [
      `%${'25'.repeat(4_000)}2e`,
      '%2525'.repeat(1_600),
      '/..a'.repeat(2_000),
      '%'.repeat(8_000),
    ]
    const startedMs = cpuMs()

    for (const rest of hostile) isWithin('/v1', `/v1/${rest}`)

    expect(cpuMs() - startedMs).toBeLessThan(250)
  })
})

/** Where servers find themselves that unescape up to six times and then take the path for one of files. */
function readings(path: string): readonly string[] {
  // A secret may be anything, so a separator too.
  const texts = [path.replaceAll('\0', 'token'), path.replaceAll('\0', '/token/')]
  for (let round = 0; round < 6; round++) texts.push(...texts.slice(-2).map(unescapeOnce))
  return texts.map((text) => posix.normalize(text.replaceAll('\\', '/').replaceAll(/[;\0][^/]*/g, '')))
}

function unescapeOnce(text: string): string {
  return text.replaceAll(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}
