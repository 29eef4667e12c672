/**
 * Longer than this no answer is believed, so that a target can move whatever its zone says: neither here nor by a
 * connection that is kept.
 */
export const maxRememberedSeconds = 30

const maxNames = 1_000

/** Addresses, and until when what was connected to them may be used. */
export interface Resolution {
  /** At least one. */
  readonly addresses: readonly string[]
  /** By the clock of the resolver, counted from when the question was asked; infinite for what never moves. */
  readonly usableUntil: number
}

interface Entry {
  readonly resolution: Resolution
  readonly expiresAt: number
}

/**
 * Remembers answers, no more and no longer than stated here. An answer that lives for no time (RFC 1035,
 * section 3.2.1) is not kept at all: the next connection asks again.
 */
export class DnsCache {
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()

  constructor(now: () => number) {
    this.#now = now
  }

  get(name: string): Resolution | null {
    const entry = this.#entries.get(name)
    return entry !== undefined && this.#now() < entry.expiresAt ? entry.resolution : null
  }

  put(name: string, resolution: Resolution, ttlSeconds: number): void {
    this.#entries.delete(name)
    if (ttlSeconds <= 0) return
    const expiresAt = Math.min(this.#now() + ttlSeconds * 1_000, resolution.usableUntil)
    this.#entries.set(name, { resolution, expiresAt })
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > maxNames && oldest !== undefined) this.#entries.delete(oldest)
  }
}
