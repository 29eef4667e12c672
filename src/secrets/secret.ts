import { minMaskLength, secretNamePattern, tenantPattern } from '../contract/names.ts'
import { type AddressRule, parseOnlyRule } from '../egress/policy/address-rule.ts'
import { contains, parseIp } from '../egress/policy/ip-address.ts'
import type { SecretBinding, SecretPlace, SecretUse } from '../webhook/template/secret-lookup.ts'
import { isWithin } from './bound-path.ts'

/** A secret of the service, and what it is bound to. */
export interface Secret {
  readonly value: string
  /** Where in a request it may stand. */
  readonly places: ReadonlySet<SecretPlace>
  /** Whether its entry names the places with `in`; else they are the usual ones. */
  readonly arePlacesNamed: boolean
  /** The hosts that it may be sent to; null for all. */
  readonly hosts: readonly AddressRule[] | null
  /** The ports of these; null for all. */
  readonly ports: ReadonlySet<number> | null
  /** Beginnings of the paths that it may be sent to, as `parseBoundPath` gives them; null for all. */
  readonly paths: readonly string[] | null
  /** The tenants that may use it; null for all, and for calls that name none. */
  readonly tenants: ReadonlySet<string> | null
  /** Whether it is to be masked. A user name or an account id need not be. */
  readonly isHidden: boolean
}

/** Secrets by their names. */
export type Secrets = ReadonlyMap<string, Secret>

/** What is to be done with a secret of the service, and for whom. */
export interface StoredSecretUse extends SecretUse {
  /** Null where the call names none. */
  readonly tenant: string | null
}

/**
 * Where a secret may stand that does not say it. Elsewhere a target keeps and shows what it gets, so that an author
 * could have it cut, counted or written in another way.
 */
export const usualPlaces: ReadonlySet<SecretPlace> = new Set(['auth', 'headers', 'tls', 'signing'])

/** A secret that is its value alone. */
export function unboundSecret(value: string): Secret {
  return {
    value,
    places: usualPlaces,
    arePlacesNamed: false,
    hosts: null,
    ports: null,
    paths: null,
    tenants: null,
    isHidden: true,
  }
}

/** What of its binding a use of a secret does not keep, or null. Other tenants learn nothing of the rest of it. */
export function findRefusal(secret: Secret, use: StoredSecretUse): SecretBinding | null {
  const { places, hosts, ports, paths, tenants } = secret
  if (tenants !== null && (use.tenant === null || !tenants.has(use.tenant))) return 'tenants'
  if (hosts !== null && !hosts.some((rule) => namesHost(rule, use.host))) return 'hosts'
  if (ports !== null && !ports.has(use.port)) return 'ports'
  if (!places.has(use.place)) return 'in'
  if (!use.isDelimited) return 'shape'
  if (paths !== null && !paths.some((prefix) => isWithin(prefix, use.path))) return 'paths'
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
  return {
    ok: false,
    problem: `"${entry}" is not usable: hosts are named without a port; "ports" has those.`,
  }
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
