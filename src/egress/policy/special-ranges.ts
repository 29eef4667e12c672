import { contains, type IpAddress, ranges } from './ip-address.ts'

/** Kinds of addresses that are not on the public internet. */
export type SpecialRange =
  | 'this_network'
  | 'private'
  | 'shared'
  | 'loopback'
  | 'link_local'
  | 'protocol_assignment'
  | 'documentation'
  | 'as112'
  | 'relay'
  | 'benchmarking'
  | 'multicast'
  | 'reserved'

/** A row of the registries: a range, its kind, and the document that reserves it. */
export type SpecialRangeRow = readonly [cidr: string, name: SpecialRange, source: string]

/**
 * From the IANA registries of special-purpose and multicast addresses, as of 2025-10-09. Some of these ranges are
 * reachable from everywhere, but serve the network itself, and no webhook is there. `docs/security.md` has the same
 * table.
 */
export const specialRanges: readonly SpecialRangeRow[] = [
  ['0.0.0.0/8', 'this_network', 'RFC 791'],
  ['10.0.0.0/8', 'private', 'RFC 1918'],
  ['100.64.0.0/10', 'shared', 'RFC 6598'], //              carrier-grade NAT
  ['127.0.0.0/8', 'loopback', 'RFC 1122'],
  ['169.254.0.0/16', 'link_local', 'RFC 3927'],
  ['172.16.0.0/12', 'private', 'RFC 1918'],
  ['192.0.0.0/24', 'protocol_assignment', 'RFC 6890'],
  ['192.0.2.0/24', 'documentation', 'RFC 5737'],
  ['192.31.196.0/24', 'as112', 'RFC 7535'],
  ['192.52.193.0/24', 'relay', 'RFC 7450'], //             AMT
  ['192.88.99.0/24', 'relay', 'RFC 7526'], //              6to4
  ['192.168.0.0/16', 'private', 'RFC 1918'],
  ['192.175.48.0/24', 'as112', 'RFC 7534'],
  ['198.18.0.0/15', 'benchmarking', 'RFC 2544'],
  ['198.51.100.0/24', 'documentation', 'RFC 5737'],
  ['203.0.113.0/24', 'documentation', 'RFC 5737'],
  ['224.0.0.0/4', 'multicast', 'RFC 5771'],
  ['240.0.0.0/4', 'reserved', 'RFC 1112'], //              the broadcast address included
  ['::/128', 'this_network', 'RFC 4291'],
  ['::1/128', 'loopback', 'RFC 4291'],
  ['2001::/23', 'protocol_assignment', 'RFC 2928'], //     Teredo and ORCHID included
  ['2001:db8::/32', 'documentation', 'RFC 3849'],
  ['2002::/16', 'relay', 'RFC 3056'], //                   6to4
  ['2620:4f:8000::/48', 'as112', 'RFC 7534'],
  ['3fff::/20', 'documentation', 'RFC 9637'],
  ['fc00::/7', 'private', 'RFC 4193'],
  ['fe80::/10', 'link_local', 'RFC 4291'],
  ['ff00::/8', 'multicast', 'RFC 4291'],
]

const rows = specialRanges.flatMap(([cidr, name]) => ranges([cidr]).map((range) => ({ name, range })))

/** RFC 4291: all addresses that IANA assigns to the public internet. */
const globalUnicast = ranges(['0.0.0.0/0', '2000::/3'])

/** Null for an address on the public internet. */
export function findSpecialRange(address: IpAddress): SpecialRange | null {
  const special = rows.find(({ range }) => contains(range, address))
  if (special) return special.name
  return globalUnicast.some((range) => contains(range, address)) ? null : 'reserved'
}
