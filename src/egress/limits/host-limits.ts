import { LRUCache } from 'lru-cache'
import type { CallLimits } from '../../webhook/limits.ts'
import { namesHost, type Target } from '../policy/address-policy.ts'
import type { AddressRule } from '../policy/address-rule.ts'

/** A line of LIMITS_FILE. */
export interface HostLine {
  readonly rule: AddressRule
  readonly limits: CallLimits
  /** Whether all tenants together have these limits. */
  readonly isCeiling: boolean
}

/** The limits of a host and port; null for none. */
export interface LimitsOfHost {
  /** For a tenant. */
  readonly own: CallLimits | null
  /** For all tenants together. */
  readonly ceiling: CallLimits | null
}

const noLimits: LimitsOfHost = { own: null, ceiling: null }

/** The lines of LIMITS_FILE, in which the first of each scope that names a host holds. */
export class HostLimits {
  readonly #lines: readonly HostLine[]
  readonly #found = new LRUCache<string, LimitsOfHost>({ max: 1_000 })

  constructor(lines: readonly HostLine[]) {
    this.#lines = lines
  }

  find(target: Target): LimitsOfHost {
    const key = `${target.host}:${target.port}`
    const known = this.#found.get(key)
    if (known !== undefined) return known
    const first = (ofAll: boolean) =>
      this.#lines.find(({ isCeiling, rule }) => isCeiling === ofAll && namesHost(rule, target))?.limits ??
      null
    const own = first(false)
    const ceiling = first(true)
    const limits = own === null && ceiling === null ? noLimits : { own, ceiling }
    this.#found.set(key, limits)
    return limits
  }
}

/** Where the limits of LIMITS_FILE are read for each call. */
export interface HostLimitsSource {
  /** Null if the file has no line. */
  readonly current: HostLimits | null
}
