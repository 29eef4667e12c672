/** Longer than this no answer is believed, so that a target can move whatever its zone says. */
export const maxRememberedSeconds = 30

const maxNames = 1_000

interface Entry {
  readonly addresses: readonly string[]
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

  get(name: string): readonly string[] | null {
    const entry = this.#entries.get(name)
    return entry !== undefined && this.#now() < entry.expiresAt ? entry.addresses : null
  }

  put(name: string, addresses: readonly string[], ttlSeconds: number): void {
    this.#entries.delete(name)
    const seconds = Math.min(Math.max(ttlSeconds, 0), maxRememberedSeconds)
    if (seconds === 0) return
    this.#entries.set(name, { addresses, expiresAt: this.#now() + seconds * 1_000 })
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > maxNames && oldest !== undefined) this.#entries.delete(oldest)
  }
}
