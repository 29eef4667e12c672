import type { AddressRule } from './address-rule.ts'
import { badPorts } from './bad-ports.ts'
import {
  carriedIpv4,
  carrierPrefix,
  contains,
  everyEmbeddedIpv4,
  type IpAddress,
  type IpRange,
  parseIp,
  ranges,
  toRange,
} from './ip-address.ts'
import { isMetadataAddress } from './metadata-addresses.ts'
import { findSpecialName } from './special-names.ts'
import { findSpecialRange, type SpecialRange } from './special-ranges.ts'

/** Why an address, a name or a port may not be dialled. */
export type Denial =
  | 'metadata'
  | 'own_listener'
  | 'own_interface'
  | 'denied_by_operator'
  | 'not_in_egress_only'
  | 'bad_port'
  | 'special_name'
  | 'not_an_address'
  /** The kernel connected to another address than it was given. */
  | 'other_peer'
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
  /** Prefixes of NAT64 beside the well-known one. */
  readonly nat64: readonly IpRange[]
  /** The addresses of this machine's network interfaces. */
  readonly interfaces: readonly string[]
}

/**
 * The order is part of the contract, and the first that matches decides: what nothing opens, EGRESS_DENY,
 * EGRESS_ALLOW, EGRESS_ONLY, default.
 */
export function createAddressPolicy(options: AddressPolicyOptions): AddressPolicy {
  const { allow, deny, only, own } = options
  const interfaces = options.interfaces
    .map(parseIp)
    .filter((address) => address !== null)
    .map(toRange)
  const ownRanges = listeningRanges(own.address, interfaces)
  const isOwn = (address: IpAddress) => ownRanges.some((range) => contains(range, address))
  const isLeftOut = (target: Target) => only.length > 0 && !only.some((rule) => namesHost(rule, target))
  const answersMayBeOpen = (target: Target) =>
    allow.some((rule) => rule.kind === 'range' && opensPort(rule, target))

  return {
    refuseTarget(target) {
      if (parseIp(target.host)) return null // an address has no name to judge: refuseAddress sees it whole
      if (deny.some((rule) => namesHost(rule, target))) return 'denied_by_operator'
      if (allow.some((rule) => namesHost(rule, target) && opensPort(rule, target))) return null
      if (!answersMayBeOpen(target)) {
        if (isLeftOut(target)) return 'not_in_egress_only'
        if (badPorts.has(target.port)) return 'bad_port'
      }
      return findSpecialName(target.host) === null ? null : 'special_name'
    },

    refuseAddress(text, target) {
      const address = parseIp(text)
      if (address === null) return 'not_an_address'
      const forms = deriveForms(address, options.nat64)
      const { judged } = forms
      const everyForm = [address, ...everyEmbeddedIpv4(address, options.nat64)]

      if (everyForm.some(isMetadataAddress)) return 'metadata'
      if (target.port === own.port && everyForm.some(isOwn)) return 'own_listener'
      if (deny.some((rule) => closesAddress(rule, everyForm, target))) return 'denied_by_operator'
      if (allow.some((rule) => opensAddress(rule, forms, target))) return null
      if (isLeftOut(target)) return 'not_in_egress_only'
      if (badPorts.has(target.port)) return 'bad_port'
      return findSpecialRange(judged) ?? (isWithin(interfaces, forms) ? 'own_interface' : null)
    },
  }
}

/** An address as it was written, and the one that is judged in its place where it carries an IPv4 address. */
interface Forms {
  readonly written: IpAddress
  readonly judged: IpAddress
}

function deriveForms(written: IpAddress, nat64: readonly IpRange[] = []): Forms {
  return { written, judged: carriedIpv4(written, nat64) ?? written }
}

function isWithin(within: readonly IpRange[], { written, judged }: Forms): boolean {
  return within.some((range) => contains(range, written) || contains(range, judged))
}

/**
 * Where a connection would come back to the service: a server on all interfaces also hears on all of
 * loopback.
 */
function listeningRanges(address: string, interfaces: readonly IpRange[]): readonly IpRange[] {
  const unspecified = ranges(['0.0.0.0/32', '::/128']) // dialled, these mean this machine
  const written = parseIp(address)
  const own = written && deriveForms(written).judged
  if (own !== null && own.value !== 0n) return [...unspecified, toRange(own)]
  return [...unspecified, ...ranges(['127.0.0.0/8', '::1/128']), ...interfaces]
}

function namesHost(rule: AddressRule, { host, port }: Target): boolean {
  if (!isForPort(rule, port)) return false
  if (rule.kind === 'host') return rule.host === host
  if (rule.kind === 'suffix') return host.endsWith(rule.suffix)
  const address = parseIp(host)
  return address !== null && isWithin([rule.range], deriveForms(address))
}

function closesAddress(rule: AddressRule, everyForm: readonly IpAddress[], { port }: Target): boolean {
  if (rule.kind !== 'range' || !isForPort(rule, port)) return false
  return everyForm.some((address) => contains(rule.range, address))
}

/** A name that is opened opens its addresses. */
function opensAddress(rule: AddressRule, forms: Forms, target: Target): boolean {
  if (!opensPort(rule, target)) return false
  return rule.kind === 'range' ? opensForm(rule.range, forms) : namesHost(rule, target)
}

/**
 * A range of IPv6 opens no IPv4 address in disguise, unless it is so narrow that its author meant just those:
 * whoever opens `::/0` has not opened 10.0.0.1.
 */
function opensForm(range: IpRange, { written, judged }: Forms): boolean {
  return contains(range, judged) || (range.prefix >= carrierPrefix && contains(range, written))
}

function isForPort(rule: AddressRule, port: number): boolean {
  return rule.port === null || rule.port === port
}

/** A port that browsers refuse is opened only by an entry that names it. */
function opensPort(rule: AddressRule, { port }: Target): boolean {
  return rule.port === port || (rule.port === null && !badPorts.has(port))
}
