import type { AddressRule } from './address-rule.ts'
import { badPorts } from './bad-ports.ts'
import {
  carriedIpv4,
  contains,
  type IpAddress,
  type IpRange,
  parseIp,
  rangeOf,
  ranges,
} from './ip-address.ts'
import { isSpecialName } from './special-names.ts'
import { type SpecialRange, specialRangeOf } from './special-ranges.ts'

/**
 * Why an address, a name or a port may not be dialled. For the log only: a caller could map our network by
 * it.
 */
export type Denial =
  | 'metadata'
  | 'own_listener'
  | 'own_interface'
  | 'denied_by_operator'
  | 'not_in_egress_only'
  | 'bad_port'
  | 'special_name'
  | 'not_an_address'
  | SpecialRange

/** Host and port as they stand in the URL, the host without brackets and final dot. */
export interface Target {
  readonly host: string
  readonly port: number
}

/** Says what may be dialled. A target must pass both questions; null means that it does. */
export interface AddressPolicy {
  /** Asked before DNS, for every call. */
  refuseTarget(target: Target): Denial | null
  /** Asked for every answer of DNS, and for the literal in the URL. */
  refuseAddress(address: string, target: Target): Denial | null
}

/** What the operator and the machine say. */
export interface AddressPolicyOptions {
  readonly allow: readonly AddressRule[]
  readonly deny: readonly AddressRule[]
  readonly only: readonly AddressRule[]
  /** Where the service itself listens. */
  readonly own: { readonly address: string; readonly port: number }
  /** The addresses of this machine's network interfaces. */
  readonly interfaces: readonly string[]
}

/** Cloud metadata services, which give away credentials to whoever asks. Nothing opens them. */
const metadataRanges = ranges([
  '169.254.169.254/32', //  AWS, Google, Azure and others
  '169.254.170.2/32', //    AWS, credentials of tasks
  '100.100.100.200/32', //  Alibaba
  '168.63.129.16/32', //    Azure WireServer, otherwise an ordinary address
  '192.0.0.192/32', //      Oracle
  'fd00:ec2::254/128', //   AWS
  'fd20:ce::254/128', //    Google
])

/** The order is part of the contract: never openable, EGRESS_DENY, EGRESS_ALLOW, EGRESS_ONLY, default. */
export function createAddressPolicy(options: AddressPolicyOptions): AddressPolicy {
  const { allow, deny, only, own } = options
  const interfaces = options.interfaces
    .map(parseIp)
    .filter((address) => address !== null)
    .map(rangeOf)
  const ownRanges = listeningRanges(own.address, interfaces)
  const isLeftOut = (target: Target) => only.length > 0 && !only.some((rule) => namesHost(rule, target))

  return {
    refuseTarget(target) {
      if (parseIp(target.host)) return null // an address has no name to judge: refuseAddress sees it whole
      if (deny.some((rule) => namesHost(rule, target))) return 'denied_by_operator'
      if (allow.some((rule) => namesHost(rule, target) && opensPort(rule, target))) return null
      if (isLeftOut(target)) return 'not_in_egress_only'
      if (badPorts.has(target.port) && !allow.some((rule) => rule.port === target.port)) return 'bad_port'
      return isSpecialName(target.host) ? 'special_name' : null
    },

    refuseAddress(text, target) {
      const address = parseIp(text)
      if (address === null) return 'not_an_address'
      const carried = carriedIpv4(address)
      const forms = carried ? [address, carried] : [address]
      const covers = (rule: AddressRule) => coversAddress(rule, forms, target)
      const opens = (rule: AddressRule) =>
        (covers(rule) || namesHost(rule, target)) && opensPort(rule, target)

      if (containsAny(metadataRanges, forms)) return 'metadata'
      if (target.port === own.port && containsAny(ownRanges, forms)) return 'own_listener'
      if (deny.some(covers)) return 'denied_by_operator'
      if (allow.some(opens)) return null
      if (isLeftOut(target)) return 'not_in_egress_only'
      if (badPorts.has(target.port)) return 'bad_port'
      return specialRangeOf(carried ?? address) ?? (containsAny(interfaces, forms) ? 'own_interface' : null)
    },
  }
}

/**
 * Where a connection would come back to the service: a server on all interfaces also hears on all of
 * loopback.
 */
function listeningRanges(address: string, interfaces: readonly IpRange[]): readonly IpRange[] {
  const unspecified = ranges(['0.0.0.0/32', '::/128']) // dialled, these mean this machine
  const own = parseIp(address)
  if (own !== null && own.value !== 0n) return [...unspecified, rangeOf(own)]
  return [...unspecified, ...ranges(['127.0.0.0/8', '::1/128']), ...interfaces]
}

function namesHost(rule: AddressRule, { host, port }: Target): boolean {
  if (rule.port !== null && rule.port !== port) return false
  if (rule.kind === 'host') return rule.host === host
  if (rule.kind === 'suffix') return host.endsWith(rule.suffix)
  const address = parseIp(host)
  return address !== null && contains(rule.range, address)
}

function coversAddress(rule: AddressRule, forms: readonly IpAddress[], { port }: Target): boolean {
  if (rule.kind !== 'range' || (rule.port !== null && rule.port !== port)) return false
  return containsAny([rule.range], forms)
}

/** A port that browsers refuse is opened only by an entry that names it. */
function opensPort(rule: AddressRule, { port }: Target): boolean {
  return rule.port === port || (rule.port === null && !badPorts.has(port))
}

function containsAny(within: readonly IpRange[], forms: readonly IpAddress[]): boolean {
  return within.some((range) => forms.some((address) => contains(range, address)))
}
