import { LRUCache } from 'lru-cache'
import type { Target } from '../policy/address-policy.ts'

const rememberedMs = 3_600_000

/** How many are remembered; the one that was used least lately makes room for another. */
export const maxTargets = 1_000

/** Targets that have answered a short ClientHello and not the usual one. No more, and no longer, than stated here. */
export class ShortHelloTargets {
  readonly #names: LRUCache<string, true>

  /** `now` is in milliseconds, and never goes back. */
  constructor(now: () => number) {
    this.#names = new LRUCache({ max: maxTargets, ttl: rememberedMs, ttlResolution: 0, perf: { now } })
  }

  has(target: Target): boolean {
    return this.#names.get(composeKey(target)) ?? false
  }

  add(target: Target): void {
    this.#names.set(composeKey(target), true)
  }

  delete(target: Target): void {
    this.#names.delete(composeKey(target))
  }
}

/** Another port is another server, which may be another's. */
function composeKey({ host, port }: Target): string {
  return `${host}:${port}`
}
