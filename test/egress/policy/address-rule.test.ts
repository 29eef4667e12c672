import { describe, expect, it } from 'vitest'
import { parseAddressRule, parseOnlyRule } from '../../../src/egress/policy/address-rule.ts'
import { parseIpRange } from '../../../src/egress/policy/ip-address.ts'

describe('an entry of EGRESS_ALLOW or EGRESS_DENY', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8', null],
    ['10.0.0.0/8:443', '10.0.0.0/8', 443],
    ['10.1.2.3', '10.1.2.3/32', null],
    ['10.1.2.3:8443', '10.1.2.3/32', 8443],
    ['fd00::/8', 'fd00::/8', null],
    ['[fd00::]/8', 'fd00::/8', null],
    ['[fd00::]/8:443', 'fd00::/8', 443],
    ['fd00::/8:443', 'fd00::/8', 443],
    ['fd00::1', 'fd00::1/128', null],
    ['[fd00::1]', 'fd00::1/128', null],
    ['[fd00::1]:443', 'fd00::1/128', 443],
    ['::', '::/128', null],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1/128', null],
    ['0.0.0.0/0', '0.0.0.0/0', null],
  ])('%s is the range %s, port %s', (entry, range, port) => {
    expect(parseAddressRule(entry)).toEqual({
      ok: true,
      rule: { kind: 'range', range: parseIpRange(range), port },
    })
  })

  it.each([
    ['api.example.com', { kind: 'host', host: 'api.example.com', port: null }],
    ['API.Example.COM.', { kind: 'host', host: 'api.example.com', port: null }],
    ['api.example.com:8443', { kind: 'host', host: 'api.example.com', port: 8443 }],
    ['crm', { kind: 'host', host: 'crm', port: null }],
    ['my_service.example', { kind: 'host', host: 'my_service.example', port: null }],
    ['münchen.example', { kind: 'host', host: 'xn--mnchen-3ya.example', port: null }],
    ['*.example.com', { kind: 'suffix', suffix: '.example.com', port: null }],
    ['*.Internal:443', { kind: 'suffix', suffix: '.internal', port: 443 }],
  ])('%s is a host rule', (entry, rule) => {
    expect(parseAddressRule(entry)).toEqual({ ok: true, rule })
  })

  it.each([
    '',
    ' ',
    '10.0.0.1/8',
    '10.0.0.0/33',
    '10.0.0.0/8:0',
    '10.0.0.0/8:65536',
    '[fd00::]/129',
    '[fd00::1',
    'example.com:',
    'example.com:https',
    'https://example.com',
    'exa mple.com',
    'example.com/path',
    '*',
    '*.',
    '*.*.example.com',
    'api.*.com',
    '*.10.0.0.1',
    `${'a'.repeat(64)}.example`,
    'xn--a',
    'xn--zz-.example:8443',
    '*.XN--ss-bia.example',
  ])('%j is refused by name', (entry) => {
    expect(parseAddressRule(entry)).toMatchObject({
      ok: false,
      problem: expect.stringContaining(`"${entry}" is not usable: `),
    })
  })
})

describe('an entry that is a whole URL', () => {
  it.each([
    ['http://crm.internal', 'write the host alone, without scheme and path: crm.internal.'],
    ['https://a.example:8443/x?y=1', 'write the host alone, without scheme and path: a.example:8443.'],
    ['https://u:p@a.example', 'write the host alone, without scheme and path: a.example.'],
  ])('is refused with its host: %s', (entry, said) => {
    for (const parse of [parseAddressRule, parseOnlyRule])
      expect(parse(entry)).toMatchObject({ ok: false, problem: expect.stringContaining(said) })
  })
})

describe('an entry of EGRESS_ONLY', () => {
  it.each(['api.example.com', 'api.example.com:8443', '*.example.com', '203.0.114.7', '[2606:4700::1]:443'])(
    '%s names a host',
    (entry) => {
      expect(parseOnlyRule(entry)).toEqual(parseAddressRule(entry))
    },
  )

  it.each(['10.0.0.0/8', '[fd00::]/8:443'])('%s is refused: it is a range', (entry) => {
    expect(parseOnlyRule(entry)).toEqual({
      ok: false,
      problem: `"${entry}" is not usable: only hosts can be listed here, no address ranges.`,
    })
  })
})
