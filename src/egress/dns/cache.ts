import { LRUCache } from 'lru-cache'

/**
 * Upper limit for the age of an answer and of connections opened with it, so that a target can move soon whatever TTL
 * its zone has.
 */
export const maxRememberedSeconds = 30

/** Names kept. The least recently used one makes room. */
const maxNames = 1_000

/** Addresses of a name, and how long connections to them may be used. */
export interface Resolution {
  /** At least one. */
  readonly addresses: readonly string[]
  /**
   * By the clock of the resolver, counted from the question. Infinite for addresses and localhost, which never move.
   */
  readonly usableUntil: number
}

interface Entry {
  readonly resolution: Resolution
  /** Compared here: the cache itself would use an entry still at this instant, and one of the instant 0 forever. */
  readonly expiresAt: number
}

/** Caches answers, bounded in number and age. An answer with TTL 0 (RFC 1035, section 3.2.1) is not cached. */
export class DnsCache {
  readonly #now: () => number
  readonly #entries = new LRUCache<string, Entry>({ max: maxNames })

  constructor(now: () => number) {
    this.#now = now
  }

  get(name: string): Resolution | null {
    const entry = this.#entries.get(name)
    return entry !== undefined && this.#now() < entry.expiresAt ? entry.resolution : null
  }

  put(name: string, resolution: Resolution, ttlSeconds: number): void {
    const expiresAt = Math.min(this.#now() + ttlSeconds * 1_000, resolution.usableUntil)
    if (ttlSeconds > 0) this.#entries.set(name, { resolution, expiresAt })
    else this.#entries.delete(name)
  }
}
