import { contains, type IpAddress, ranges } from './ip-address.ts'

/** A metadata service and its provider. */
export type MetadataAddress = readonly [address: string, owner: string]

/**
 * Services that give the credentials of the machine to any program on it. No setting opens them. Most lie in ranges
 * that are closed anyway, but an operator who opens such a range for another reason must not open these.
 */
export const metadataAddresses: readonly MetadataAddress[] = [
  ['169.254.169.254', 'AWS, Google, Azure, Oracle and others'],
  ['169.254.170.2', 'AWS, credentials of ECS tasks'],
  ['169.254.170.23', 'AWS, credentials of EKS pods'],
  ['169.254.42.42', 'Scaleway'],
  ['169.254.0.23', 'Tencent'],
  ['100.100.100.200', 'Alibaba'],
  ['168.63.129.16', 'Azure WireServer, an ordinary public address otherwise'],
  ['192.0.0.192', 'Oracle Cloud Classic'],
  ['fd00:ec2::254', 'AWS'],
  ['fd00:ec2::23', 'AWS, credentials of EKS pods'],
  ['fd20:ce::254', 'Google'],
  ['fd00:42::42', 'Scaleway'],
]

const metadata = ranges(
  metadataAddresses.map(([address]) => `${address}/${address.includes(':') ? 128 : 32}`),
)

/**
 * Whether the address is one of them, or an IPv6 address that ends with one: a network may have a NAT64 prefix that
 * the service does not know.
 */
export function isMetadataAddress(address: IpAddress): boolean {
  const { family, value } = address
  const ending: IpAddress = { family: 4, value: value & 0xffff_ffffn }
  return metadata.some((range) => contains(range, address) || (family === 6 && contains(range, ending)))
}
