import { type AddressRule, parseOnlyRule } from '../egress/address-rule.ts'
import { contains, parseIp } from '../egress/ip-address.ts'
import { minMaskLength } from '../webhook/mask.ts'
import { secretNamePattern, tenantPattern } from '../webhook/name-patterns.ts'
import type { BoundElsewhere } from '../webhook/secret-lookup.ts'

/** A secret of the service, and what it is bound to. */
export interface Secret {
  readonly value: string
  /** The hosts that it may be sent to; null for all. */
  readonly hosts: readonly AddressRule[] | null
  /** The tenants that may use it; null for all, and for calls that name none. */
  readonly tenants: ReadonlySet<string> | null
}

/** Secrets by their names. */
export type Secrets = ReadonlyMap<string, Secret>

/** Where a secret is to be sent, and for whom. */
export interface SecretUse {
  /** As the URL parser writes it, without brackets and final dot. */
  readonly host: string
  readonly tenant: string | null
}

/** Why a secret may not be used so, or null. Other tenants do not learn whether the host would be right. */
export function refusalOf({ hosts, tenants }: Secret, { host, tenant }: SecretUse): BoundElsewhere | null {
  if (tenants !== null && (tenant === null || !tenants.has(tenant))) return { boundTo: 'tenants' }
  if (hosts !== null && !hosts.some((rule) => namesHost(rule, host))) return { boundTo: 'hosts' }
  return null
}

/** Whether a secret may be sent anywhere, for everybody. */
export function isUnbound({ hosts, tenants }: Secret): boolean {
  return hosts === null && tenants === null
}

/** The largest value of a secret. */
export const maxSecretBytes = 65_536

const secretName = new RegExp(`^${secretNamePattern}$`)
const tenantName = new RegExp(`^${tenantPattern}$`)

/** What is wrong with the name of a secret, as the end of a sentence that begins with it, or null. */
export function nameProblem(name: string): string | null {
  return secretName.test(name)
    ? null
    : 'is no name of a secret: those are letters, digits and _ of ASCII, not a digit first'
}

/** What is wrong with a value, without showing it, or null. */
export function valueProblem(value: string): string | null {
  // Whole characters count, as in the schema of a request.
  if ([...value.slice(0, minMaskLength * 2)].length < minMaskLength)
    return `must have at least ${minMaskLength} characters: a shorter value cannot be masked`
  if (value.includes('\0')) return 'must not contain NUL'
  if (!value.isWellFormed()) return 'must not contain half a surrogate pair'
  if (Buffer.byteLength(value) > maxSecretBytes) return `must not be larger than ${maxSecretBytes} bytes`
  return null
}

/** What is wrong with the name of a tenant, or null. */
export function tenantProblem(tenant: string): string | null {
  return tenantName.test(tenant) ? null : 'is no name of a tenant: up to 64 of A-Z a-z 0-9 . _ -'
}

/** A host that a secret may be sent to: a name, `*.suffix` or an address. */
export function parseBoundHost(entry: string): ReturnType<typeof parseOnlyRule> {
  const parsed = parseOnlyRule(entry)
  if (!parsed.ok || parsed.rule.port === null) return parsed
  return { ok: false, problem: `"${entry}" is not usable: hosts are named without a port.` }
}

function namesHost(rule: AddressRule, host: string): boolean {
  switch (rule.kind) {
    case 'host':
      return rule.host === host
    case 'suffix':
      return host.endsWith(rule.suffix)
    case 'range': {
      const address = parseIp(host)
      return address !== null && contains(rule.range, address)
    }
  }
}
