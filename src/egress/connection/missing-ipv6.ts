import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import type { Failure } from '../../contract/failure.ts'

/** The kernel's errors for no IPv6, no IPv6 address and no IPv6 route. */
const codes: ReadonlySet<unknown> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'ENETUNREACH'])

/**
 * Whether all failed addresses need IPv6 and this machine has none. The interfaces decide, because the kernel also
 * reports EADDRNOTAVAIL when all ports are in use.
 */
export function isForLackOfIpv6(
  addresses: readonly string[],
  errors: readonly NodeJS.ErrnoException[],
): boolean {
  if (!errors.every(({ code }) => codes.has(code))) return false
  const own = Object.values(networkInterfaces()).flatMap((ofOne = []) => ofOne)
  return addresses.every((address) => needsIpv6(address) && !own.some((one) => leadsTo(address, one)))
}

/** Packets to IPv4-mapped addresses leave as IPv4. */
function needsIpv6(address: string): boolean {
  return address.includes(':') && !/^::ffff:/i.test(address)
}

/** A loopback or link-local address does not lead to other networks. */
function leadsTo(target: string, { family, address }: NetworkInterfaceInfo): boolean {
  if (family !== 'IPv6') return false
  return target === '::1' || (address !== '::1' && !/^fe[89ab]/i.test(address))
}

export function describeMissingIpv6(place: string): Required<Pick<Failure, 'detail' | 'hint'>> {
  return {
    detail: `${place} has only IPv6 addresses, and the machine of the service has no IPv6.`,
    hint: 'Use a host of the target that also has an IPv4 address, or ask the operator of the service for IPv6. Then send the call again.',
  }
}
