import { DnsCache, maxRememberedSeconds, type Resolution } from './cache.ts'
import { lookUp } from './lookup.ts'

/** Resolves names to addresses. The addresses are not judged: the connector judges them, cached ones as well. */
export interface Resolver {
  /** Rejects with an EgressError whose code is `EGRESS_DNS_…`. */
  resolve(name: string, signal: AbortSignal): Promise<Resolution>
}

export interface ResolverOptions {
  /** `address:port`. Empty: the name servers of the system. */
  readonly servers: readonly string[]
  /** Time limit of a lookup, independent of the time that the call has left. */
  readonly budgetMs?: number
  /** Monotonic clock in milliseconds. */
  readonly now?: () => number
}

/** Default of `budgetMs`: enough for two rounds of silent servers. */
export const lookupBudgetMs = 5_000

/** Answers from the cache while the TTL lasts, else asks the name servers. Failures are not cached. */
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

/** RFC 6761, section 6.3: these names resolve to loopback without a query. */
function isLocalhost(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost')
}
