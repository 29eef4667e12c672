import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import type { Failure } from '../webhook/failure.ts'

/** What a kernel says where it has no IPv6, no address of it, or no route. */
const codes: ReadonlySet<unknown> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'ENETUNREACH'])

/**
 * Whether nothing but IPv6 leads to the addresses that failed, and this machine has none. Where all ports are in use the kernel
 * says EADDRNOTAVAIL, too.
 */
export function isForLackOfIpv6(
  addresses: readonly string[],
  errors: readonly NodeJS.ErrnoException[],
): boolean {
  return (
    addresses.every(needsIpv6) &&
    errors.every(({ code }) => codes.has(code)) &&
    !Object.values(networkInterfaces()).some((ofOne = []) => ofOne.some(leadsOut))
  )
}

/** Packets to mapped addresses go out as IPv4, and `::1` needs no way out. */
function needsIpv6(address: string): boolean {
  return address.includes(':') && !address.startsWith('::')
}

function leadsOut({ family, address }: NetworkInterfaceInfo): boolean {
  return family === 'IPv6' && address !== '::1' && !/^fe[89ab]/i.test(address)
}

/** Says so to callers. */
export function describeMissingIpv6(place: string): Required<Pick<Failure, 'detail' | 'hint'>> {
  return {
    detail: `Only IPv6 leads to ${place}, and the machine of the service has no IPv6.`,
    hint: 'Use a host that has an IPv4 address too, or ask whoever runs the service for IPv6.',
  }
}
