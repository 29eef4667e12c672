import type { Target } from './address-policy.ts'

const rememberedMs = 3_600_000

/** How many are remembered; the one that was added first makes room for another. */
export const maxTargets = 1_000

/** Targets that have answered a short ClientHello and not the usual one. No more, and no longer, than stated here. */
export class ShortHelloTargets {
  readonly #now: () => number
  /** When each is to be forgotten; the first one that was put in stands first. */
  readonly #until = new Map<string, number>()

  /** `now` is in milliseconds, and never goes back. */
  constructor(now: () => number) {
    this.#now = now
  }

  has(target: Target): boolean {
    return this.#now() < (this.#until.get(nameOf(target)) ?? 0)
  }

  add(target: Target): void {
    this.delete(target)
    this.#until.set(nameOf(target), this.#now() + rememberedMs)
    const [oldest] = this.#until.keys()
    if (this.#until.size > maxTargets && oldest !== undefined) this.#until.delete(oldest)
  }

  delete(target: Target): void {
    this.#until.delete(nameOf(target))
  }
}

/** Another port is another server, which may be another's. */
function nameOf({ host, port }: Target): string {
  return `${host}:${port}`
}
