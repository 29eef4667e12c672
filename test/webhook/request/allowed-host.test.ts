import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAllowed, parseAllowedHost } from '../../../src/webhook/request/allowed-host.ts'
import { parseAuthority } from '../../../src/webhook/request/authority.ts'

/** Whether an entry of `hosts` lets a URL with that authority pass. */
function lets(entry: string, authority: string): boolean {
  const parsed = parseAllowedHost(entry)
  if (!parsed.ok) throw new TypeError(parsed.problem)
  const place = parseAuthority(authority)
  return place.ok && isAllowed(place.place, [parsed.allowed])
}

describe('an entry of hosts', () => {
  it.each([
    ['*', '* only as its whole first label'],
    ['*.', 'name of a host'],
    ['*.:443', 'name of a host'],
    ['*.*', '* only as its whole first label'],
    ['*.*.example', '* only as its whole first label'],
    ['a.*.example', '* only as its whole first label'],
    ['a*.example', '* only as its whole first label'],
    ['*a.example', 'name of a host'],
    ['*example', 'name of a host'],
    ['**.example', '* only as its whole first label'],
    ['.example', 'name of a host'],
    ['*..example', 'name of a host'],
    ['https://a.example', 'must not have a scheme'],
    ['http://a.example', 'must not have a scheme'],
    ['//a.example', 'must not have a path'],
    ['a.example/', 'must not have a path'],
    ['a.example/path', 'must not have a path'],
    ['a.example?b', 'must not have a path'],
    ['a.example#b', 'must not have a path'],
    ['a.example\\b', 'name of a host'],
    ['user@a.example', 'name of a host'],
    ['a.example:', ''],
    ['a.example:0', 'name of a host'],
    ['a.example:65536', 'name of a host'],
    ['a.example:*', '* only as its whole first label'],
    ['a.example:443:443', 'name of a host'],
    ['a.example, b.example', 'name of a host'],
    [' a.example', 'name of a host'],
    ['a.example\n', 'name of a host'],
    ['a..example', 'name of a host'],
    ['a%2eexample', 'name of a host'],
    ['a,b.example', 'name of a host'],
    ['{{ vars.host }}', 'must not be a template'],
    ['*.{{ vars.host }}', 'must not be a template'],
    ['127.1', 'name of a host'],
    ['0x7f.0.0.1', 'name of a host'],
    ['2130706433', 'name of a host'],
    ['１２７.0.0.1', 'name of a host'],
    ['*.127.0.0.1', 'name of a host'],
    ['*.1', 'name of a host'],
    ['*.[::1]', 'name of a host'],
    ['::1', 'name of a host'],
    ['[::1', 'name of a host'],
    ['[fe80::1%eth0]', 'name of a host'],
    ['1.2.3.4/24', 'must not have a path'],
    [`${'a'.repeat(64)}.example`, 'name of a host'],
  ])('%j is refused', (entry, problem) => {
    const parsed = parseAllowedHost(entry)

    if (problem === '') expect(parsed.ok).toBe(true)
    else expect(parsed).toEqual({ ok: false, problem: expect.stringContaining(problem) })
  })

  it.each([
    ['api.example.com', 'api.example.com', true],
    ['api.example.com', 'API.Example.COM', true],
    ['API.Example.com', 'api.example.com', true],
    ['api.example.com', 'api.example.com.', true],
    ['api.example.com.', 'api.example.com', true],
    ['api.example.com', 'api.example.com:443', true],
    ['api.example.com:443', 'api.example.com', true],
    ['api.example.com', 'api.example.com:8443', false],
    ['api.example.com:8443', 'api.example.com:8443', true],
    ['api.example.com:8443', 'api.example.com', false],
    ['api.example.com', 'x.api.example.com', false],
    ['api.example.com', 'example.com', false],
    ['api.example.com', 'api.example.com.evil.com', false],
    ['api.example.com', 'evil-api.example.com', false],
    ['api.example.com', 'api.example.com@evil.com', false],
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', 'a.example.com.', true],
    ['*.EXAMPLE.com', 'A.example.COM', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', '.example.com', false],
    ['*.example.com', 'evil-example.com', false],
    ['*.example.com', 'evilexample.com', false],
    ['*.example.com', 'a.example.com.evil.com', false],
    ['*.example.com', 'a.example.com:8443', false],
    ['*.example.com:8443', 'a.example.com:8443', true],
    ['*.example.com', 'x.example.com@evil.com', false],
    ['*.example.com', 'evil.com\\.example.com', false],
    ['*.example.com', 'evil.com%2f.example.com', false],
    ['*.example.com', 'evil.com%00.example.com', false],
    ['*.example.com', 'a。example．com', true],
    ['*.com', 'example.com', true],
    ['*.com', 'com', false],
    ['bücher.example', 'xn--bcher-kva.example', true],
    ['xn--bcher-kva.example', 'bücher.example', true],
    ['*.bücher.example', 'a.xn--bcher-kva.example', true],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '0xc0.0.2.7', true],
    ['192.0.2.7', '3221225991', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['*.example', '192.0.2.7', false],
    ['[2001:db8::1]', '[2001:DB8:0:0::1]', true],
    ['[2001:DB8::1]:8443', '[2001:db8::1]:8443', true],
    ['[2001:db8::1]', '[2001:db8::2]', false],
    ['[::ffff:7f00:1]', '[::ffff:127.0.0.1]', true],
    ['127.0.0.1', '[::ffff:127.0.0.1]', false],
    ['localhost:8443', 'localhost:8443', true],
  ])('%s lets https://%s/ pass: %s', (entry, authority, verdict) => {
    expect(lets(entry, authority)).toBe(verdict)
  })
})

describe('what hosts let pass', () => {
  const label = fc.stringMatching(/^[a-z]([a-z\d-]{0,6}[a-z\d])?$/)
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'))
  const port = fc.constantFrom(443, 8443)

  it('is the name alone, or for a suffix those that end with it at the border of a label', () => {
    fc.assert(
      fc.property(name, name, port, port, fc.boolean(), (allowed, called, one, other, isSuffix) => {
        fc.pre(parseAuthority(allowed).ok && parseAuthority(called).ok)
        const named = called.split('.')
        const isNamed = isSuffix
          ? named.slice(1).some((_label, index) => named.slice(index + 1).join('.') === allowed)
          : called === allowed
        const entry = `${isSuffix ? '*.' : ''}${allowed}:${one}`

        expect(lets(entry, `${called}:${other}`)).toBe(isNamed && one === other)
      }),
    )
  })

  it('is below the suffix whatever stands before it, and nothing that has it elsewhere', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '.',
        '-',
        '@',
        '/',
        '\\',
        '%',
        '%2f',
        '%00',
        ':',
        '#',
        '?',
        '\t',
        '[',
        ']',
        '．',
        'ü',
        'evil.com',
      ),
      label,
    )
    const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, text, (before, behind) => {
        const authority = `${before}.example.com${behind}`
        const passes = lets('*.example.com', authority)
        // The URL parser is the one that names the host that is dialled.
        const { hostname } = URL.canParse(`https://${authority}/`)
          ? new URL(`https://${authority}/`)
          : { hostname: '' }
        if (passes) expect(hostname).toMatch(/.\.example\.com\.?$/)
      }),
    )
  })
})
