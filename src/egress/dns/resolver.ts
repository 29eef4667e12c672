import { DnsCache, maxRememberedSeconds, type Resolution } from './cache.ts'
import { lookUp } from './lookup.ts'

/** Turns names into addresses, which nobody has judged yet: whoever dials one judges it, also from a cache. */
export interface Resolver {
  /** Rejects with an EgressError of the kind `EGRESS_DNS_…`. */
  resolve(name: string, signal: AbortSignal): Promise<Resolution>
}

export interface ResolverOptions {
  /** `address:port`; empty for the system's. */
  readonly servers: readonly string[]
  /** A lookup may take that long, however much time the call has left. */
  readonly budgetMs?: number
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}

/** Of the call's time, unless stated otherwise. */
export const lookupBudgetMs = 5_000

/** Answers from memory for as long as the name servers allow, else asks them. Failures are not remembered. */
export function createResolver(options: ResolverOptions): Resolver {
  const { servers, budgetMs = lookupBudgetMs, now = () => performance.now() } = options
  const cache = new DnsCache(now)
  return {
    async resolve(name, signal) {
      if (isLocalhost(name)) return loopback
      const known = cache.get(name)
      if (known !== null) return known
      const usableUntil = now() + maxRememberedSeconds * 1_000
      const { addresses, ttlSeconds } = await lookUp(name, { servers, budgetMs, signal })
      const resolution = { addresses, usableUntil }
      cache.put(name, resolution, ttlSeconds)
      return resolution
    },
  }
}

const loopback: Resolution = {
  addresses: ['::1', '127.0.0.1'],
  usableUntil: Number.POSITIVE_INFINITY,
}

/** RFC 6761, section 6.3: such names are answered without asking anybody. */
function isLocalhost(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost')
}
