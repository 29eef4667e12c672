import { isIPv4, isIPv6 } from 'node:net'

/** An IP address as a number, so that ranges are arithmetic and the spelling does not matter. */
export interface IpAddress {
  readonly family: 4 | 6
  readonly value: bigint
}

/** All addresses that share the first `prefix` bits. */
export interface IpRange extends IpAddress {
  readonly prefix: number
}

/** Null if the text is not an IP address. A zone index (`%eth0`) is not accepted: it selects an interface. */
export function parseIp(text: string): IpAddress | null {
  if (isIPv4(text)) return { family: 4, value: ipv4Value(text) }
  // A name has no colon, and is refused sooner than by the pattern for all of IPv6.
  if (!text.includes(':') || text.includes('%') || !isIPv6(text)) return null
  return { family: 6, value: ipv6Value(text) }
}

/** Null if the text is not a range, or has bits set after the prefix: probably a typing error. */
export function parseIpRange(text: string): IpRange | null {
  const [, base = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  const address = parseIp(base)
  if (address === null || Number(length) > countBits(address)) return null
  const range = { ...address, prefix: Number(length) }
  return network(range, range) << hostBits(range) === range.value ? range : null
}

/** For tables in the code, where a malformed range is a bug. */
export function ranges(texts: readonly string[]): readonly IpRange[] {
  return texts.map((text) => {
    const range = parseIpRange(text)
    if (range === null) throw new TypeError(`not an address range: ${text}`)
    return range
  })
}

/** The range of one address. */
export function toRange(address: IpAddress): IpRange {
  return { ...address, prefix: countBits(address) }
}

export function contains(range: IpRange, address: IpAddress): boolean {
  return range.family === address.family && network(range, range) === network(range, address)
}

/**
 * The IPv4 address to which packets for an IPv6 address go, or null. Packets to `::ffff:0:0/96` (RFC 4291) leave as
 * IPv4. A translator does the same for `64:ff9b::/96` (RFC 6052) and for further NAT64 prefixes.
 */
export function findEmbeddedIpv4(address: IpAddress, nat64: readonly IpRange[] = []): IpAddress | null {
  const carrier = [...carriers, ...nat64].find((range) => contains(range, address))
  return carrier === undefined ? null : { family: 4, value: extractIpv4(address.value, carrier.prefix) }
}

/**
 * Every IPv4 address that an IPv6 address may lead to through a tunnel or a translator. The service cannot know
 * whether there is one, so an address that no setting can open is looked for in all of them.
 */
export function everyEmbeddedIpv4(address: IpAddress, nat64: readonly IpRange[] = []): readonly IpAddress[] {
  const { family, value } = address
  if (family === 4 || value <= 1n) return [] // `::` and `::1` embed none
  const configured = nat64.map((prefix): Embedding => [prefix, (bits) => extractIpv4(bits, prefix.prefix)])
  const found = [...embeddings, ...configured]
    .filter(([range]) => contains(range, address))
    .map(([, extract]) => extract(value))
  if (isIsatap(value)) found.push(value)
  return found.map((bits) => ({ family: 4, value: bits & 0xffff_ffffn }))
}

/** RFC 6052, section 2.2: the IPv4 address follows the prefix and skips bits 64 to 71. */
function extractIpv4(value: bigint, prefix: number): bigint {
  const withoutOctet = ((value >> 64n) << 56n) | (value & 0xff_ffff_ffff_ffffn)
  const shifted = prefix === 96 ? value : withoutOctet >> BigInt(120 - prefix - 32)
  return shifted & 0xffff_ffffn
}

/** The lengths that a prefix of NAT64 may have (RFC 6052, section 2.2). */
const nat64Lengths: ReadonlySet<number> = new Set([32, 40, 48, 56, 64, 96])

/** Null if the text is not a NAT64 prefix. */
export function parseNat64Prefix(text: string): IpRange | null {
  const range = parseIpRange(text.replace(/^\[(.*)\]/, '$1'))
  if (range?.family !== 6 || !nat64Lengths.has(range.prefix)) return null
  return ((range.value >> 56n) & 0xffn) === 0n ? range : null
}

/** Whether two spellings name the same target, `::ffff:127.0.0.1` and `127.0.0.1` included. */
export function sameAddress(one: string, other: string): boolean {
  const [a, b] = [plainForm(one), plainForm(other)]
  return a !== null && b !== null && a.family === b.family && a.value === b.value
}

/** Bits before an embedded IPv4 address. */
export const carrierPrefix = 96

/** A range whose addresses embed an IPv4 address, and its extraction: the last 32 bits of the result. */
type Embedding = readonly [range: IpRange, extract: (value: bigint) => bigint]

const lastBits = (value: bigint) => value

const embeddings: readonly Embedding[] = [
  ...embedding('::ffff:0:0/96', lastBits), //            mapped, RFC 4291
  ...embedding('::/96', lastBits), //                    compatible, RFC 4291
  ...embedding('::ffff:0:0:0/96', lastBits), //          translated, RFC 7915
  ...embedding('64:ff9b::/96', lastBits), //             NAT64, RFC 6052
  ...embedding('2002::/16', (value) => value >> 80n), // 6to4, RFC 3056
  ...embedding('2001::/32', (value) => ~value), //       Teredo, RFC 4380: the client, with its bits inverted,
  ...embedding('2001::/32', (value) => value >> 64n), // and the server
  // NAT64 of one network, RFC 8215: the length of its prefix is unknown.
  ...[48, 56, 64, 96].flatMap((prefix) => embedding('64:ff9b:1::/48', (value) => extractIpv4(value, prefix))),
]

function embedding(cidr: string, extract: Embedding[1]): readonly Embedding[] {
  return ranges([cidr]).map((range) => [range, extract])
}

/** RFC 5214, section 6.1: an interface identifier that may follow any prefix. */
function isIsatap(value: bigint): boolean {
  const organization = (value >> 32n) & 0xffff_ffffn
  return organization === 0x0000_5efen || organization === 0x0200_5efen
}

const carriers = ranges([`::ffff:0:0/${carrierPrefix}`, `64:ff9b::/${carrierPrefix}`])

function plainForm(text: string): IpAddress | null {
  const address = parseIp(text)
  return address && (findEmbeddedIpv4(address) ?? address)
}

function network(range: IpRange, address: IpAddress): bigint {
  return address.value >> hostBits(range)
}

function hostBits(range: IpRange): bigint {
  return BigInt(countBits(range) - range.prefix)
}

function countBits({ family }: IpAddress): number {
  return family === 4 ? 32 : 128
}

function ipv4Value(text: string): bigint {
  return text.split('.').reduce((value, octet) => (value << 8n) | BigInt(octet), 0n)
}

function ipv6Value(text: string): bigint {
  const hexOnly = text.replace(/(?:\d{1,3}\.){3}\d{1,3}$/, (tail) => {
    const value = ipv4Value(tail)
    return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`
  })
  const [before = [], after = []] = hexOnly.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  return [...before, ...zeros, ...after].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n)
}
