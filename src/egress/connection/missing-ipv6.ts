import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import type { Failure } from '../../contract/failure.ts'

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
  if (!errors.every(({ code }) => codes.has(code))) return false
  const own = Object.values(networkInterfaces()).flatMap((ofOne = []) => ofOne)
  return addresses.every((address) => needsIpv6(address) && !own.some((one) => leadsTo(address, one)))
}

/** Packets to mapped addresses go out as IPv4. */
function needsIpv6(address: string): boolean {
  return address.includes(':') && !/^::ffff:/i.test(address)
}

/** Neither loopback nor a link-local address leads out of the machine. */
function leadsTo(target: string, { family, address }: NetworkInterfaceInfo): boolean {
  if (family !== 'IPv6') return false
  return target === '::1' || (address !== '::1' && !/^fe[89ab]/i.test(address))
}

/** Says so to callers. */
export function describeMissingIpv6(place: string): Required<Pick<Failure, 'detail' | 'hint'>> {
  return {
    detail: `Only IPv6 leads to ${place}, and the machine of the service has no IPv6.`,
    hint: 'Use a host that has an IPv4 address too, or ask whoever runs the service for IPv6.',
  }
}
