import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAddressPolicy, type Denial } from '../../../src/egress/policy/address-policy.ts'
import { parseNat64Prefix } from '../../../src/egress/policy/ip-address.ts'
import { metadataAddresses } from '../../../src/egress/policy/metadata-addresses.ts'
import { specialRanges } from '../../../src/egress/policy/special-ranges.ts'
import { compileUrl } from '../../../src/webhook/request/url.ts'
import { Compiler } from '../../../src/webhook/template/compiler.ts'
import { rules } from '../../support/egress-client.ts'
import {
  after,
  before,
  deniedRanges,
  embeddingRecipes,
  formatAddress,
  isPublic,
  nat64Prefixes,
} from '../support/second-opinion.ts'

const policy = createAddressPolicy({
  nat64: [],
  allow: [],
  deny: [],
  only: [],
  own: { address: '127.0.0.1', port: 3000 },
  interfaces: [],
})

const seed = 20251009

describe('every range that is set aside', () => {
  it('is in both readings of the registries', () => {
    expect(specialRanges.map(([cidr]) => cidr)).toEqual(deniedRanges.map(({ cidr }) => cidr))
  })

  it('is set aside by a document', () => {
    expect(specialRanges.map(([, , source]) => source)).toEqual(
      specialRanges.map(() => expect.stringMatching(/^RFC \d{3,4}$/)),
    )
  })

  it.each(deniedRanges)('$cidr is denied from its first address to its last', ({ first, last }) => {
    expect(isDenied(formatAddress(first))).toBe(true)
    expect(isDenied(formatAddress(last))).toBe(true)
  })

  it.each(deniedRanges)('$cidr ends at its edges', ({ first, last }) => {
    const neighbours = [before(first), after(last)].filter((address) => address !== null)

    expect(neighbours.map((address) => isDenied(formatAddress(address)))).toEqual(
      neighbours.map((address) => !isPublic(address)),
    )
  })
})

describe('a hundred thousand addresses', () => {
  it.each<readonly [string, fc.Arbitrary<Buffer>]>([
    ['of IPv4', bytes(4)],
    ['of IPv6', bytes(16)],
    ['of the public part of IPv6', bytes(16).map((address) => Buffer.from(address).fill(0x20, 0, 1))],
    ['near the edges of ranges', nearEdges()],
    ['of IPv4 in IPv6', fc.tuple(embeddings(), fc.oneof(bytes(4), nearEdges(4))).map(Buffer.concat)],
  ])('%s have the verdict of a second implementation', (_which, address) => {
    const sample = fc.sample(address, { seed, numRuns: 20_000 })
    const disputed = sample.filter((candidate) => isDenied(formatAddress(candidate)) === isPublic(candidate))

    expect(disputed.map(formatAddress)).toEqual([])
    expect(sample).toHaveLength(20_000)
  })
})

describe('an IPv4 address', () => {
  const denied = deniedRanges.filter(({ first }) => first.length === 4)
  const inDeniedRange = fc
    .tuple(fc.constantFrom(...denied), fc.maxSafeNat())
    .map(([{ first, last }, offset]) => {
      const size = last.readUInt32BE() - first.readUInt32BE() + 1
      return fromNumber(first.readUInt32BE() + (offset % size))
    })
  const edges = denied.flatMap(({ first, last }) => [first, last])

  it.each(edges.map(formatAddress))('%s is denied in every spelling', (address) => {
    const expected = verdictOn(address)
    for (const spelling of spellings(address))
      expect([spelling, verdictOn(spelling)]).toEqual([spelling, expected])
    expect(expected).not.toBeNull()
  })

  it('has one verdict in all spellings', () => {
    fc.assert(
      fc.property(fc.oneof(inDeniedRange, bytes(4)).map(formatAddress), (address) => {
        const expected = verdictOn(address)
        for (const spelling of spellings(address))
          expect([spelling, verdictOn(spelling)]).toEqual([spelling, expected])
      }),
      { seed, numRuns: 2_000 },
    )
  })
})

describe.each(embeddingRecipes)('an IPv4 address that is written as $name', ({ embed }) => {
  const listening = { address: '10.1.2.3', port: 3000 }
  const { refuseAddress } = createAddressPolicy({
    nat64: nat64Prefixes.map(parseNat64Prefix).filter((prefix) => prefix !== null),
    allow: rules('0.0.0.0/0', '::/0', '::ffff:0:0/96', '64:ff9b::/96', ...nat64Prefixes, 'hooks.example.com'),
    deny: rules('10.6.0.0/16'),
    only: [],
    own: listening,
    interfaces: [],
  })
  const judge = (address: Buffer, port = 443) =>
    refuseAddress(formatAddress(address), { host: 'hooks.example.com', port })
  const metadata = metadataAddresses
    .map(([address]) => address)
    .filter((address) => address.includes('.'))
    .map((address) => Buffer.from(address.split('.').map(Number)))
  const sampleAddresses = (ipv4: fc.Arbitrary<Buffer>) =>
    fc.sample(fc.tuple(ipv4, bytes(12)), { seed, numRuns: 500 }).map(([of, noise]) => embed(of, noise))

  it('is a metadata service if it is the address of one, although everything is opened', () => {
    const sample = sampleAddresses(fc.constantFrom(...metadata))
    expect(sample.filter((address) => judge(address) !== 'metadata').map(formatAddress)).toEqual([])
  })

  it('is the service itself at the address and the port of the listener', () => {
    const sample = sampleAddresses(fc.constant(Buffer.from([10, 1, 2, 3])))
    expect(sample.filter((address) => judge(address, 3000) !== 'own_listener').map(formatAddress)).toEqual([])
    expect(sample.filter((address) => judge(address) !== null).map(formatAddress)).toEqual([])
  })

  it('is denied where the operator denies it', () => {
    const sample = sampleAddresses(bytes(2).map((host) => Buffer.concat([Buffer.from([10, 6]), host])))
    expect(sample.filter((address) => judge(address) !== 'denied_by_operator').map(formatAddress)).toEqual([])
  })

  it('is open otherwise, where everything is opened', () => {
    const sample = sampleAddresses(bytes(4).filter(([first]) => first !== 10 && first !== 169))
    expect(sample.filter((address) => judge(address) !== null).map(formatAddress)).toEqual([])
  })
})

function isDenied(address: string): boolean {
  return policy.refuseAddress(address, { host: address, port: 443 }) !== null
}

/** What becomes of a URL with that host: null where it is called. */
function verdictOn(host: string): Denial | string | null {
  const url = compileUrl(`https://${host}/`, new Compiler('none'))
  if ('message' in url) return url.message
  const target = { host: url.host, port: url.port }
  return policy.refuseTarget(target) ?? policy.refuseAddress(url.host, target)
}

function spellings(dotted: string): readonly string[] {
  const octets = dotted.split('.').map(Number)
  const [a = 0, b = 0, c = 0, d = 0] = octets
  const value = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
  const hex = value.toString(16)
  const groups = `${(value >>> 16).toString(16)}:${(value & 0xffff).toString(16)}`
  return [
    String(value),
    `0x${hex}`,
    `0X${hex.toUpperCase().padStart(12, '0')}`,
    `0${value.toString(8)}`,
    octets.map((octet) => `0x${octet.toString(16)}`).join('.'),
    octets.map((octet) => `0${octet.toString(8).padStart(3, '0')}`).join('.'),
    `${a}.0x${b.toString(16)}.0${c.toString(8)}.${d}`,
    `${a}.${b}.${(c << 8) | d}`,
    `${a}.${(b << 16) | (c << 8) | d}`,
    `${dotted}.`,
    `${value}.`,
    dotted.replaceAll(/\d/g, (digit) => `%3${digit}`),
    dotted.replaceAll('.', '%2e'),
    dotted.replaceAll('.', '。'),
    dotted.replaceAll(/[\d.]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)),
    dotted.replaceAll(/\d/g, (digit) => '⓪①②③④⑤⑥⑦⑧⑨'[Number(digit)] ?? ''),
    dotted.replaceAll(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? ''),
    `[::ffff:${dotted}]`,
    `[::FFFF:${groups}]`,
    `[0:0:0:0:0:ffff:${groups}]`,
    `[64:ff9b::${dotted}]`,
    `[64:ff9b::${groups}]`,
  ]
}

function bytes(length: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ minLength: length, maxLength: length }).map((address) => Buffer.from(address))
}

function fromNumber(value: number): Buffer {
  const address = Buffer.alloc(4)
  address.writeUInt32BE(value)
  return address
}

/** Addresses that share a beginning with an edge, of any length. */
function nearEdges(length?: 4): fc.Arbitrary<Buffer> {
  const edges = deniedRanges
    .flatMap(({ first, last }) => [first, last, before(first), after(last)])
    .filter((edge) => edge !== null)
    .filter((edge) => length === undefined || edge.length === length)
  return fc
    .tuple(fc.constantFrom(...edges), fc.nat(16), bytes(16))
    .map(([edge, kept, noise]) => Buffer.concat([edge.subarray(0, kept), noise]).subarray(0, edge.length))
}

/** Two ways to carry an IPv4 address that count, and others that are denied as a whole. */
function embeddings(): fc.Arbitrary<Buffer> {
  const counting = ['00000000000000000000ffff', '0064ff9b0000000000000000']
  const others = ['000000000000000000000000', '0000000000000000ffff0000', '0064ff9b0001000000000000']
  return fc.constantFrom(...counting, ...others).map((prefix) => Buffer.from(prefix, 'hex'))
}
