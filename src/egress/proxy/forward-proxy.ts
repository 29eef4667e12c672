import { isIP } from 'node:net'
import type { Target } from '../policy/address-policy.ts'
import type { AddressRule } from '../policy/address-rule.ts'
import { contains, findEmbeddedIpv4, parseIp } from '../policy/ip-address.ts'

/** A forward proxy (RFC 9110, section 3.7), ready to be dialled. */
export interface ProxyServer {
  /** Whether the connection to it uses TLS. */
  readonly isSecure: boolean
  /** A name, or an address without brackets. */
  readonly host: string
  readonly port: number
  /** The value of Proxy-Authorization, or null. */
  readonly authorization: string | null
}

/** Who resolves the names of targets. */
export type NameResolution = 'service' | 'proxy'

/** The way to the targets, if it leads through a proxy. */
export interface ForwardProxy {
  /** The proxy for the next connection. */
  current(): ProxyServer
  /** Another one for another proxy: connections through the one before carry no further call. */
  readonly revision: number
  /** Targets that are called without the proxy. */
  readonly bypass: readonly AddressRule[]
  readonly resolves: NameResolution
}

/** Whether the proxy gets the name of this target, so that its addresses are not known here. */
export function isResolvedByProxy(proxy: Pick<ForwardProxy, 'bypass' | 'resolves'>, target: Target): boolean {
  return proxy.resolves === 'proxy' && isIP(target.host) === 0 && !isBypassed(proxy, target)
}

/** Whether a target is called without the proxy: its name is in the list, or all its addresses are. */
export function isBypassed(
  { bypass }: Pick<ForwardProxy, 'bypass'>,
  target: Target,
  addresses: readonly string[] = [],
): boolean {
  const rules = bypass.filter(({ port }) => port === null || port === target.port)
  if (rules.some((rule) => isNamedBy(rule, target.host))) return true
  return addresses.length > 0 && addresses.every((address) => rules.some((rule) => isWithin(rule, address)))
}

function isNamedBy(rule: AddressRule, host: string): boolean {
  if (rule.kind === 'host') return rule.host === host
  return rule.kind === 'suffix' && host.endsWith(rule.suffix)
}

function isWithin(rule: AddressRule, text: string): boolean {
  const address = rule.kind === 'range' ? parseIp(text) : null
  if (rule.kind !== 'range' || address === null) return false
  const embedded = findEmbeddedIpv4(address)
  return contains(rule.range, address) || (embedded !== null && contains(rule.range, embedded))
}
