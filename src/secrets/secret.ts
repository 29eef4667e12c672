import { minMaskLength, secretNamePattern, tenantPattern } from '../contract/names.ts'
import { type AddressRule, parseOnlyRule } from '../egress/policy/address-rule.ts'
import { contains, parseIp } from '../egress/policy/ip-address.ts'
import type { SecretBinding, SecretPlace, SecretUse } from '../webhook/template/secret-lookup.ts'
import { isWithin } from './bound-path.ts'

/** A stored secret and its binding. */
export interface Secret {
  readonly value: string
  /** The parts of a request that may contain it. */
  readonly places: ReadonlySet<SecretPlace>
  /** Whether the entry names the places with `in`. Else they are `usualPlaces`. */
  readonly arePlacesNamed: boolean
  /** The hosts that it may be sent to. Null for all. */
  readonly hosts: readonly AddressRule[] | null
  /** The ports that it may be sent to. Null for all. */
  readonly ports: ReadonlySet<number> | null
  /** Prefixes of the paths that it may be sent to, from `parseBoundPath`. Null for all. */
  readonly paths: readonly string[] | null
  /** The tenants that may use it. Null: any tenant, or none. */
  readonly tenants: ReadonlySet<string> | null
  /** Whether to mask it. A user name or an account id need not be masked. */
  readonly isHidden: boolean
}

/** Secrets by name. */
export type Secrets = ReadonlyMap<string, Secret>

/** An intended use of a stored secret. */
export interface StoredSecretUse extends SecretUse {
  /** Null if the call names no tenant. */
  readonly tenant: string | null
}

/**
 * The places of a secret whose entry names none. Targets store and show other parts of a request, so an author could
 * have the secret cut, counted or encoded there.
 */
export const usualPlaces: ReadonlySet<SecretPlace> = new Set(['auth', 'headers', 'tls', 'signing'])

/** A secret without a binding. */
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

/**
 * The part of the binding that forbids a use, or null. The tenant is checked first: other tenants learn nothing about
 * the rest.
 */
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

/** Whether every client may send the secret anywhere. */
export function isUnbound({ hosts, tenants }: Secret): boolean {
  return hosts === null && tenants === null
}

/** Largest value of a secret. */
export const maxSecretBytes = 65_536

const secretName = new RegExp(`^${secretNamePattern}$`)
const tenantName = new RegExp(`^${tenantPattern}$`)

/** The problem of a name, as the end of a sentence that begins with the name, or null. */
export function nameProblem(name: string): string | null {
  return secretName.test(name)
    ? null
    : 'is not a name of a secret: use ASCII letters, digits and _, and no digit first'
}

/** The problem of a value, without the value, or null. */
export function valueProblem(value: string): string | null {
  // Counts characters, like the schema of a request.
  if ([...value.slice(0, minMaskLength * 2)].length < minMaskLength)
    return `must have at least ${minMaskLength} characters: a shorter value cannot be masked`
  if (value.includes('\0')) return 'must not contain NUL'
  if (!value.isWellFormed()) return 'must not contain half a surrogate pair'
  if (Buffer.byteLength(value) > maxSecretBytes) return `must not be larger than ${maxSecretBytes} bytes`
  return null
}

/** The problem of a tenant's name, or null. */
export function tenantProblem(tenant: string): string | null {
  return tenantName.test(tenant) ? null : 'is not a name of a tenant: use 1 to 64 of A-Z a-z 0-9 . _ -'
}

/** Reads a host that a secret may be sent to: a name, `*.suffix` or an address. */
export function parseBoundHost(entry: string): ReturnType<typeof parseOnlyRule> {
  const parsed = parseOnlyRule(entry)
  if (!parsed.ok || parsed.rule.port === null) return parsed
  return {
    ok: false,
    problem: `"${entry}" is not usable: an entry of "hosts" has no port; use "ports".`,
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
