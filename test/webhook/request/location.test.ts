import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLocation } from '../../../src/webhook/request/location.ts'
import { maxUrlLength } from '../../../src/webhook/request/url.ts'

const base = { place: { host: 'a.example', port: 8443, authority: 'a.example:8443' }, target: '/x/y?q=1' }

/** Where it leads, as a URL; or the problem. */
function read(text: string): string {
  const location = readLocation(text, base)
  return location.ok ? `https://${location.place.authority}${location.target}` : location.problem
}

describe('a Location', () => {
  it.each([
    ['https://B.example/p?q=1#f', 'https://b.example/p?q=1'],
    ['HTTPS://b.example', 'https://b.example/'],
    ['https://b.example:443/', 'https://b.example/'],
    ['https://b.example:8443?x', 'https://b.example:8443/?x'],
    ['https://b.example//c', 'https://b.example//c'],
    ['//b.example/p', 'https://b.example/p'],
    ['/p', 'https://a.example:8443/p'],
    ['p/../q', 'https://a.example:8443/x/q'],
    ['../../../q', 'https://a.example:8443/q'],
    ['?page=2', 'https://a.example:8443/x/y?page=2'],
    ['#top', 'https://a.example:8443/x/y?q=1'],
    ['https://[2001:DB8::1]/', 'https://[2001:db8::1]/'],
  ])('%s leads to %s', (text, url) => {
    expect(read(text)).toBe(url)
  })

  it.each([
    ['', 'is empty'],
    ['http://b.example/', 'begins with http:, and the service sends https only'],
    ['ftp://b.example/', 'has another scheme than https'],
    ['javascript:alert(1)', 'has another scheme than https'],
    ['https:b.example', 'has no host behind https:'],
    ['https:/b.example', 'has no host behind https:'],
    ['https:///b.example', 'has no host'],
    ['///b.example', 'has no host'],
    ['https://u:p@b.example/', 'has a user or a password before its host, which the service does not send'],
    ['https://b.example:0/', 'has the port 0, on which no server can listen'],
    ['https://b.example:65536/', 'has a port that is not valid: a port is a number from 1 to 65535'],
    ['/\\b.example', 'has white space, a control character or a backslash'],
    ['/a\tb', 'has white space, a control character or a backslash'],
    ['/ü', 'has a character outside of ASCII'],
    [`/${'a'.repeat(maxUrlLength)}`, `is longer than ${maxUrlLength} characters`],
    [`/${'"'.repeat(maxUrlLength / 2)}`, `is longer than ${maxUrlLength} characters`],
  ])('%s is refused', (text, problem) => {
    expect(read(text)).toBe(problem)
  })

  it('leads where a browser goes, or nowhere, and its target is a clean one', () => {
    const part = fc.constantFrom(
      ...[
        'https:',
        'http:',
        'x:',
        '/',
        '//',
        '\\',
        '@',
        ':',
        '?',
        '#',
        '.',
        '..',
        '%2e',
        '%2F',
        '%40',
        '[',
        ']',
      ],
      ...[
        'a',
        'b.example',
        '127.1',
        '0x7f.1',
        '443',
        '0',
        ' ',
        '\t',
        'ü',
        '"',
        "'",
        '|',
        '^',
        '{',
        '*',
        '&',
        '=',
      ],
    )
    const text = fc.array(part, { maxLength: 9 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (location) => {
        const seen = readLocation(location, base)
        if (!seen.ok) return
        const url = new URL(location, `https://${base.place.authority}${base.target}`)
        // As everywhere in the service, the final dot of a name is left out.
        expect(`${url.protocol}//${url.hostname.replace(/\.$/, '')}`).toBe(`https://${seen.place.host}`)
        expect(Number(url.port || 443)).toBe(seen.place.port)
        expect(`${url.pathname}${url.search}`).toBe(seen.target)
        expect(seen.target).toMatch(/^\/[!-~]*$/)
        expect(seen.target).not.toContain('#')
      }),
      { numRuns: 5_000 },
    )
  })
})
