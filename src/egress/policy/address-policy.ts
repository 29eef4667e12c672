import { isIPv6 } from 'node:net'
import type { AddressRule } from './address-rule.ts'
import { badPorts } from './bad-ports.ts'
import {
  carrierPrefix,
  contains,
  everyEmbeddedIpv4,
  findEmbeddedIpv4,
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
  /** The socket is connected to another address than the one that was judged. */
  | 'other_peer'
  | SpecialRange

/** Host and port of the URL, the host without brackets and final dot. */
export interface Target {
  readonly host: string
  readonly port: number
}

/** Host and port as in a URL. The author of the node wrote both, so they reveal nothing. */
export function formatTarget({ host, port }: Target): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}

/** Decides what may be dialled. Both methods must return null. */
export interface AddressPolicy {
  /** Called before DNS, for every call. */
  refuseTarget(target: Target): Denial | null
  /** Called for every address from DNS, and for an address in the URL. */
  refuseAddress(address: string, target: Target): Denial | null
}

export interface AddressPolicyOptions {
  readonly allow: readonly AddressRule[]
  readonly deny: readonly AddressRule[]
  readonly only: readonly AddressRule[]
  /** The address and port that the service listens on. */
  readonly own: { readonly address: string; readonly port: number }
  /** NAT64 prefixes in addition to the well-known one. */
  readonly nat64: readonly IpRange[]
  /** The addresses of this machine's network interfaces. */
  readonly interfaces: readonly string[]
  /** Whether the addresses of a name are not known here, so that the name alone decides. */
  readonly isUnresolved?: (target: Target) => boolean
}

/**
 * The first rule that matches decides, in an order that is part of the contract: what no setting can open,
 * EGRESS_DENY, EGRESS_ALLOW, EGRESS_ONLY, the default.
 */
export function createAddressPolicy(options: AddressPolicyOptions): AddressPolicy {
  const { allow, deny, only, own, isUnresolved = () => false } = options
  const interfaces = options.interfaces
    .map(parseIp)
    .filter((address) => address !== null)
    .map(toRange)
  const ownRanges = listeningRanges(own.address, interfaces)
  const isOwn = (address: IpAddress) => ownRanges.some((range) => contains(range, address))
  const isLeftOut = (target: Target) => only.length > 0 && !only.some((rule) => namesHost(rule, target))
  const answersMayBeOpen = (target: Target) =>
    allow.some((rule) => rule.kind === 'range' && opensPort(rule, target)) && !isUnresolved(target)

  return {
    refuseTarget(target) {
      if (parseIp(target.host)) return null // an address is judged by refuseAddress
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

/** An address as written, and the one to judge: the embedded IPv4 address if there is one. */
interface Forms {
  readonly written: IpAddress
  readonly judged: IpAddress
}

function deriveForms(written: IpAddress, nat64: readonly IpRange[] = []): Forms {
  return { written, judged: findEmbeddedIpv4(written, nat64) ?? written }
}

function isWithin(within: readonly IpRange[], { written, judged }: Forms): boolean {
  return within.some((range) => contains(range, written) || contains(range, judged))
}

/**
 * The addresses at which the service can be reached: a server on all interfaces also listens on the whole of
 * loopback.
 */
function listeningRanges(address: string, interfaces: readonly IpRange[]): readonly IpRange[] {
  const unspecified = ranges(['0.0.0.0/32', '::/128']) // as a destination these mean this machine
  const written = parseIp(address)
  const own = written && deriveForms(written).judged
  if (own !== null && own.value !== 0n) return [...unspecified, toRange(own)]
  return [...unspecified, ...ranges(['127.0.0.0/8', '::1/128']), ...interfaces]
}

/** Whether a rule names the host and port of a target. */
export function namesHost(rule: AddressRule, { host, port }: Target): boolean {
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

/** An entry that opens a name opens the addresses of the name. */
function opensAddress(rule: AddressRule, forms: Forms, target: Target): boolean {
  if (!opensPort(rule, target)) return false
  return rule.kind === 'range' ? opensForm(rule.range, forms) : namesHost(rule, target)
}

/**
 * An IPv6 range opens embedded IPv4 addresses only if it is so narrow that the operator meant just those: `::/0` must
 * not open 10.0.0.1.
 */
function opensForm(range: IpRange, { written, judged }: Forms): boolean {
  return contains(range, judged) || (range.prefix >= carrierPrefix && contains(range, written))
}

function isForPort(rule: AddressRule, port: number): boolean {
  return rule.port === null || rule.port === port
}

/** Only an entry that names the port opens a port that browsers block. */
function opensPort(rule: AddressRule, { port }: Target): boolean {
  return rule.port === port || (rule.port === null && !badPorts.has(port))
}
