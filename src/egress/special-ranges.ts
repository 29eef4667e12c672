import { contains, type IpAddress, ranges } from './ip-address.ts'

/** What an address is that is not on the public internet. */
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

/** From the IANA registries of special-purpose and multicast addresses, as of 2025-10-09. */
const table: readonly (readonly [SpecialRange, string])[] = [
  ['this_network', '0.0.0.0/8'], //              RFC 791
  ['private', '10.0.0.0/8'], //                  RFC 1918
  ['shared', '100.64.0.0/10'], //                RFC 6598, carrier-grade NAT
  ['loopback', '127.0.0.0/8'], //                RFC 1122
  ['link_local', '169.254.0.0/16'], //           RFC 3927
  ['private', '172.16.0.0/12'], //               RFC 1918
  ['protocol_assignment', '192.0.0.0/24'], //    RFC 6890
  ['documentation', '192.0.2.0/24'], //          RFC 5737
  ['as112', '192.31.196.0/24'], //               RFC 7535
  ['relay', '192.52.193.0/24'], //               RFC 7450, AMT
  ['relay', '192.88.99.0/24'], //                RFC 7526, 6to4
  ['private', '192.168.0.0/16'], //              RFC 1918
  ['as112', '192.175.48.0/24'], //               RFC 7534
  ['benchmarking', '198.18.0.0/15'], //          RFC 2544
  ['documentation', '198.51.100.0/24'], //       RFC 5737
  ['documentation', '203.0.113.0/24'], //        RFC 5737
  ['multicast', '224.0.0.0/4'], //               RFC 5771
  ['reserved', '240.0.0.0/4'], //                RFC 1112, the broadcast address included
  ['this_network', '::/128'], //                 RFC 4291
  ['loopback', '::1/128'], //                    RFC 4291
  ['private', 'fc00::/7'], //                    RFC 4193
  ['link_local', 'fe80::/10'], //                RFC 4291
  ['multicast', 'ff00::/8'], //                  RFC 4291
  ['protocol_assignment', '2001::/23'], //       RFC 2928, Teredo and ORCHID included
  ['documentation', '2001:db8::/32'], //         RFC 3849
  ['relay', '2002::/16'], //                     RFC 3056, 6to4
  ['as112', '2620:4f:8000::/48'], //             RFC 7534
  ['documentation', '3fff::/20'], //             RFC 9637
]

const specialRanges = table.flatMap(([name, cidr]) => ranges([cidr]).map((range) => ({ name, range })))

/** RFC 4291: all that IANA gives out for the public internet. */
const globalUnicast = ranges(['0.0.0.0/0', '2000::/3'])

/** Null for an address on the public internet. */
export function specialRangeOf(address: IpAddress): SpecialRange | null {
  const special = specialRanges.find(({ range }) => contains(range, address))
  if (special) return special.name
  return globalUnicast.some((range) => contains(range, address)) ? null : 'reserved'
}
