import { setTimeout as wait } from 'node:timers/promises'

/** Milliseconds of processor time per second for templates: half of one core for a client, a quarter for a tenant. */
const shares = { tenant: 250, client: 500 } as const

/** The client and tenant whose templates are rendered. Null without keys, or without a tenant. */
export interface RenderShare {
  readonly client: string | null
  readonly tenant: string | null
}

/** The time used in excess of the share. */
interface Debt {
  ms: number
  at: number
}

/**
 * Limits the processor time of templates. A client or tenant that exceeds its share waits until the excess is worked
 * off. Made-up tenants give a client no more time. Only debts are kept, and only until they are worked off.
 */
export class RenderQuota {
  readonly #debts = new Map<string, Debt>()

  /** Waits until the share has no debt, at most `maxWaitMs`. Resolves at once without a debt. */
  async turn(share: RenderShare, maxWaitMs: number, signal: AbortSignal): Promise<void> {
    const until = performance.now() + maxWaitMs
    while (!signal.aborted) {
      // Repeated, because the first one to go on adds to the debt that the others wait for.
      const waitMs = Math.min(until - performance.now(), this.#owedMs(share))
      if (waitMs <= 0) return
      await wait(waitMs, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
  }

  /** Runs work and charges its processor time. */
  charge<T>(share: RenderShare, work: () => T): T {
    const began = performance.now()
    const result = work()
    this.spend(share, performance.now() - began)
    return result
  }

  owes(share: RenderShare): boolean {
    return this.#debts.size > 0 && this.#owedMs(share) > 0
  }

  /** The time of an ordinary call is not counted. */
  spend({ client, tenant }: RenderShare, ms: number): void {
    if (ms < 1) return
    this.#add(clientKey(client), ms, shares.client)
    this.#add(tenantKey(client, tenant), ms, shares.tenant)
    if (this.#debts.size > sweepAt) this.#sweep()
  }

  #owedMs({ client, tenant }: RenderShare): number {
    return Math.max(
      this.#computeWait(clientKey(client), shares.client),
      this.#computeWait(tenantKey(client, tenant), shares.tenant),
    )
  }

  /** A debt up to the share of one second needs no wait. */
  #computeWait(key: string, perSecond: number): number {
    const debt = this.#debts.get(key)
    if (debt === undefined) return 0
    const left = remaining(debt, perSecond)
    return Math.ceil(((left - perSecond) * 1_000) / perSecond)
  }

  #add(key: string, ms: number, perSecond: number): void {
    const debt = this.#debts.get(key)
    const before = debt === undefined ? 0 : remaining(debt, perSecond)
    this.#debts.set(key, { ms: before + ms, at: performance.now() })
  }

  #sweep(): void {
    for (const [key, debt] of this.#debts) if (remaining(debt, shares.tenant) === 0) this.#debts.delete(key)
  }
}

const sweepAt = 1_000

function remaining({ ms, at }: Debt, perSecond: number): number {
  return Math.max(0, ms - ((performance.now() - at) * perSecond) / 1_000)
}

function clientKey(client: string | null): string {
  return client ?? ''
}

/** A slash cannot be part of a client's name. */
function tenantKey(client: string | null, tenant: string | null): string {
  return `${client ?? ''}/${tenant ?? ''}`
}
