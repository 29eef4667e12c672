import { LRUCache } from 'lru-cache'
import type { Target } from '../policy/address-policy.ts'

const rememberedMs = 3_600_000

/** Targets kept. The least recently used one makes room. */
export const maxTargets = 1_000

/** Targets that answered a short ClientHello but not the usual one, bounded in number and age. */
export class ShortHelloTargets {
  readonly #names: LRUCache<string, true>

  /** `now` is a monotonic clock in milliseconds. */
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

/** Another port may be another server. */
function composeKey({ host, port }: Target): string {
  return `${host}:${port}`
}
