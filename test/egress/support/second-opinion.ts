/**
 * What the policy for addresses must say, written a second time and differently: bytes instead of numbers,
 * first and last addresses instead of prefixes, and an own reading of the registries.
 */
export interface DeniedRange {
  readonly cidr: string
  readonly first: Buffer
  readonly last: Buffer
}

/** Ranges that the IANA registries set aside, with first and last address in hexadecimal. */
export const deniedRanges: readonly DeniedRange[] = [
  range('0.0.0.0/8', '00000000', '00ffffff'),
  range('10.0.0.0/8', '0a000000', '0affffff'),
  range('100.64.0.0/10', '64400000', '647fffff'),
  range('127.0.0.0/8', '7f000000', '7fffffff'),
  range('169.254.0.0/16', 'a9fe0000', 'a9feffff'),
  range('172.16.0.0/12', 'ac100000', 'ac1fffff'),
  range('192.0.0.0/24', 'c0000000', 'c00000ff'),
  range('192.0.2.0/24', 'c0000200', 'c00002ff'),
  range('192.31.196.0/24', 'c01fc400', 'c01fc4ff'),
  range('192.52.193.0/24', 'c034c100', 'c034c1ff'),
  range('192.88.99.0/24', 'c0586300', 'c05863ff'),
  range('192.168.0.0/16', 'c0a80000', 'c0a8ffff'),
  range('192.175.48.0/24', 'c0af3000', 'c0af30ff'),
  range('198.18.0.0/15', 'c6120000', 'c613ffff'),
  range('198.51.100.0/24', 'c6336400', 'c63364ff'),
  range('203.0.113.0/24', 'cb007100', 'cb0071ff'),
  range('224.0.0.0/4', 'e0000000', 'efffffff'),
  range('240.0.0.0/4', 'f0000000', 'ffffffff'),
  range('::/128', `${'00'.repeat(16)}`, `${'00'.repeat(16)}`),
  range('::1/128', `${'00'.repeat(15)}01`, `${'00'.repeat(15)}01`),
  range('2001::/23', filled('20010000', '0'), filled('200101ff', 'f')),
  range('2001:db8::/32', filled('20010db8', '0'), filled('20010db8', 'f')),
  range('2002::/16', filled('2002', '0'), filled('2002', 'f')),
  range('2620:4f:8000::/48', filled('2620004f8000', '0'), filled('2620004f8000', 'f')),
  range('3fff::/20', filled('3fff0', '0'), filled('3fff0', 'f')),
  range('fc00::/7', filled('fc', '0'), filled('fd', 'f')),
  range('fe80::/10', filled('fe80', '0'), filled('febf', 'f')),
  range('ff00::/8', filled('ff', '0'), filled('ff', 'f')),
]

/** Azure's, which no registry knows. */
const wireServer = Buffer.from('a83f8110', 'hex')

const carriers = ['00000000000000000000ffff', '0064ff9b0000000000000000']

/** Whether a webhook may go there; four or sixteen bytes. */
export function isPublic(address: Buffer): boolean {
  if (carriers.includes(address.toString('hex', 0, 12)) && address.length === 16)
    return isPublic(address.subarray(12))
  if (address.equals(wireServer)) return false
  if (address.length === 16 && address.readUInt8() >> 5 !== 1) return false
  return !deniedRanges.some(
    ({ first, last }) =>
      first.length === address.length &&
      Buffer.compare(first, address) <= 0 &&
      Buffer.compare(address, last) <= 0,
  )
}

/** A way to write the four bytes of an IPv4 address into the sixteen of an IPv6 one, as its document has it. */
export interface EmbeddingRecipe {
  readonly name: string
  /** Twelve bytes of noise are there for what the recipe leaves open. */
  readonly embed: (ipv4: Buffer, noise: Buffer) => Buffer
}

/** Prefixes of NAT64 that an operator may name, one of each length. */
export const nat64Prefixes = [
  '2001:db8::/32',
  '2001:db8:100::/40',
  '2001:db8:122::/48',
  '2001:db8:122:300::/56',
  '2001:db8:122:344::/64',
  '2001:db8:64::/96',
]

export const embeddingRecipes: readonly EmbeddingRecipe[] = [
  behind('mapped, RFC 4291', '00000000000000000000ffff'),
  behind('compatible, RFC 4291', '000000000000000000000000'),
  behind('translated, RFC 7915', '0000000000000000ffff0000'),
  behind('NAT64, RFC 6052', '0064ff9b0000000000000000'),
  behind('NAT64 of a /96 that was configured', '20010db80064000000000000'),
  behind('NAT64 of a local /96, RFC 8215', '0064ff9b0001123400000000'),
  // The byte behind the first 64 bits is left out.
  around('NAT64 of a configured /32', '20010db8', 4),
  around('NAT64 of a configured /40', '20010db801', 3),
  around('NAT64 of a configured /48', '20010db80122', 2),
  around('NAT64 of a configured /56', '20010db8012203', 1),
  around('NAT64 of a configured /64', '20010db801220344', 0),
  around('NAT64 of a local /48, RFC 8215', '0064ff9b0001', 2),
  around('NAT64 of a local /56, RFC 8215', '0064ff9b000177', 1),
  around('NAT64 of a local /64, RFC 8215', '0064ff9b00017788', 0),
  {
    name: '6to4, RFC 3056',
    embed: (ipv4, noise) => Buffer.concat([Buffer.from('2002', 'hex'), ipv4, noise.subarray(0, 10)]),
  },
  {
    name: 'a client of Teredo, RFC 4380',
    embed: (ipv4, noise) =>
      Buffer.concat([
        Buffer.from('20010000', 'hex'),
        noise.subarray(0, 8),
        Buffer.from(ipv4.map((byte) => 255 - byte)),
      ]),
  },
  {
    name: 'a server of Teredo, RFC 4380',
    embed: (ipv4, noise) => Buffer.concat([Buffer.from('20010000', 'hex'), ipv4, noise.subarray(0, 8)]),
  },
  {
    name: 'ISATAP, RFC 5214',
    embed: (ipv4, noise) => Buffer.concat([noise.subarray(0, 8), Buffer.from('00005efe', 'hex'), ipv4]),
  },
  {
    name: 'ISATAP of a public address, RFC 5214',
    embed: (ipv4, noise) => Buffer.concat([noise.subarray(0, 8), Buffer.from('02005efe', 'hex'), ipv4]),
  },
]

function behind(name: string, prefix: string): EmbeddingRecipe {
  return { name, embed: (ipv4) => Buffer.concat([Buffer.from(prefix, 'hex'), ipv4]) }
}

/** The number of bytes before the one that is left out. */
function around(name: string, prefix: string, before: number): EmbeddingRecipe {
  return {
    name,
    embed: (ipv4) =>
      Buffer.concat([
        Buffer.from(prefix, 'hex'),
        ipv4.subarray(0, before),
        Buffer.alloc(1),
        ipv4.subarray(before),
        Buffer.alloc(16),
      ]).subarray(0, 16),
  }
}

/** As people write it, in IPv6 without the short forms. */
export function formatAddress(address: Buffer): string {
  if (address.length === 4) return [...address].join('.')
  return address.toString('hex').match(/.{4}/g)?.join(':') ?? ''
}

/** The next address, or null behind the last. */
export function after(address: Buffer): Buffer | null {
  return step(address, 0xff, 0x00, 1)
}

/** The address before, or null before the first. */
export function before(address: Buffer): Buffer | null {
  return step(address, 0x00, 0xff, -1)
}

/** Adds or takes one, from the last byte on: bytes that are at their end begin anew. */
function step(address: Buffer, atEnd: number, anew: number, by: 1 | -1): Buffer | null {
  const at = address.findLastIndex((byte) => byte !== atEnd)
  if (at === -1) return null
  return Buffer.from(address.map((byte, index) => (index < at ? byte : index === at ? byte + by : anew)))
}

function range(cidr: string, first: string, last: string): DeniedRange {
  return { cidr, first: Buffer.from(first, 'hex'), last: Buffer.from(last, 'hex') }
}

function filled(prefix: string, digit: string): string {
  return prefix.padEnd(32, digit)
}
