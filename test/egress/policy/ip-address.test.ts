import { BlockList, isIPv4 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  contains,
  findEmbeddedIpv4,
  parseIp,
  parseIpRange,
  parseNat64Prefix,
  sameAddress,
} from '../../../src/egress/policy/ip-address.ts'

const address = fc.oneof(fc.ipV4(), fc.ipV6())

const range = fc
  .record({ base: address, prefix: fc.nat(128) })
  .filter(({ base, prefix }) => !isIPv4(base) || prefix <= 32)

describe('an address', () => {
  it.each([
    ['0.0.0.0', 0n],
    ['255.255.255.255', 0xffff_ffffn],
    ['10.1.2.3', 0x0a01_0203n],
    ['::', 0n],
    ['::1', 1n],
    ['1::', 1n << 112n],
    ['1:2:3:4:5:6:7:8', 0x0001_0002_0003_0004_0005_0006_0007_0008n],
    ['FD00::A', (0xfd00n << 112n) | 10n],
    ['::ffff:127.0.0.1', 0xffff_7f00_0001n],
    ['64:ff9b::1.2.3.4', (0x0064_ff9bn << 96n) | 0x0102_0304n],
  ])('%s is a number', (text, value) => {
    expect(parseIp(text)?.value).toBe(value)
  })

  it.each(['', 'localhost', '127.1', '0x7f.0.0.1', '256.0.0.1', '1.2.3', '[::1]', 'fe80::1%eth0', '::1/128'])(
    '%j is none',
    (text) => {
      expect(parseIp(text)).toBeNull()
    },
  )

  it('is the same however it is spelled', () => {
    expect(sameAddress('2001:DB8::0:1', '2001:db8:0:0:0:0:0:1')).toBe(true)
    expect(sameAddress('::ffff:127.0.0.1', '127.0.0.1')).toBe(true)
    expect(sameAddress('::ffff:7f00:1', '::ffff:127.0.0.1')).toBe(true)
    expect(sameAddress('::1', '127.0.0.1')).toBe(false)
    expect(sameAddress('127.0.0.1', '127.0.0.2')).toBe(false)
    expect(sameAddress('nonsense', 'nonsense')).toBe(false)
  })
})

describe('an address range', () => {
  it('holds what the block lists of Node hold', () => {
    fc.assert(
      fc.property(range, address, fc.boolean(), ({ base, prefix }, other, isRelated) => {
        const candidate = isRelated ? base : other
        if (isIPv4(base) !== isIPv4(candidate)) return // block lists also match mapped addresses
        const network = maskNetwork(base, prefix)
        const family = isIPv4(base) ? 'ipv4' : 'ipv6'
        const list = new BlockList()
        list.addSubnet(network, prefix, family)
        expect(holds(`${network}/${prefix}`, candidate)).toBe(list.check(candidate, family))
      }),
    )
  })

  it('holds its own first and last address, and neither neighbour', () => {
    const neighbours = ['172.15.255.255', '172.16.0.0', '172.31.255.255', '172.32.0.0']
    expect(neighbours.map((text) => holds('172.16.0.0/12', text))).toEqual([false, true, true, false])
  })

  it.each([
    '10.0.0.1/8',
    '10.0.0.0/33',
    'fd00::1/8',
    '::/129',
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/-1',
    'a/8',
  ])('%j is none', (text) => {
    expect(parseIpRange(text)).toBeNull()
  })
})

describe('the IPv4 address within an IPv6 one', () => {
  it.each([
    ['::ffff:127.0.0.1', 0x7f00_0001n],
    ['::ffff:7f00:1', 0x7f00_0001n],
    ['64:ff9b::a00:5', 0x0a00_0005n],
    ['64:ff9b::10.0.0.5', 0x0a00_0005n],
  ])('%s is taken out', (text, value) => {
    const parsed = parseIp(text)
    expect(parsed && findEmbeddedIpv4(parsed)).toEqual({ family: 4, value })
  })

  it.each(['::127.0.0.1', '64:ff9b:1::a00:5', '::fffe:7f00:1', '2002:7f00:1::', '10.0.0.5'])(
    '%s has none',
    (text) => {
      const parsed = parseIp(text)
      expect(parsed && findEmbeddedIpv4(parsed)).toBeNull()
    },
  )
})

function holds(cidr: string, text: string): boolean {
  const [within, judged] = [parseIpRange(cidr), parseIp(text)]
  if (within === null || judged === null) throw new TypeError(`not comparable: ${cidr} and ${text}`)
  return contains(within, judged)
}

/** Clears the bits behind the prefix. */
function maskNetwork(base: string, prefix: number): string {
  const { family, value } = parseIp(base) ?? { family: 4, value: 0n }
  const width = family === 4 ? 32 : 128
  const hostBits = BigInt(width - prefix)
  const network = (value >> hostBits) << hostBits
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (network >> shift) & 255n).join('.')
  return Array.from({ length: 8 }, (_, group) =>
    ((network >> BigInt(112 - 16 * group)) & 0xffffn).toString(16),
  ).join(':')
}

describe('a prefix of NAT64', () => {
  const carried = (prefix: string, text: string) => {
    const [range, address] = [parseNat64Prefix(prefix), parseIp(text)]
    if (range === null || address === null) throw new TypeError(`${prefix} or ${text} cannot be read`)
    return findEmbeddedIpv4(address, [range])
  }

  it.each([
    ['2001:db8::/32', '2001:db8:c000:221::'],
    ['2001:db8:100::/40', '2001:db8:1c0:2:21::'],
    ['2001:db8:122::/48', '2001:db8:122:c000:2:2100::'],
    ['2001:db8:122:300::/56', '2001:db8:122:3c0:0:221::'],
    ['2001:db8:122:344::/64', '2001:db8:122:344:c0:2:2100::'],
    ['[2001:db8:122:344::]/96', '2001:db8:122:344::192.0.2.33'],
  ])('%s carries an address as RFC 6052, section 2.4, has it: %s', (prefix, text) => {
    expect(carried(prefix, text)).toEqual(parseIp('192.0.2.33'))
  })

  it('carries nothing in other addresses', () => {
    expect(carried('2001:db8:64::/96', '2001:db8:65::7f00:1')).toBeNull()
  })

  it.each(['2001:db8::/33', '2001:db8::/128', '10.0.0.0/8', '2001:db8::1/96', '64:ff9b::', 'x', ''])(
    'is not %j',
    (text) => {
      expect(parseNat64Prefix(text)).toBeNull()
    },
  )
})
