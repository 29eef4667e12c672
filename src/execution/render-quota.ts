import { setTimeout as wait } from 'node:timers/promises'

/** Milliseconds of processor time per second that templates may take. */
const shares = { tenant: 250, client: 500 } as const

/** Whose templates are rendered. Null where there are no keys, or no tenant is named. */
export interface RenderShare {
  readonly client: string | null
  readonly tenant: string | null
}

/** What somebody has used beyond what has come since. */
interface Debt {
  ms: number
  at: number
}

/**
 * Divides the time of the processor that templates take: who has used more than a share waits until it has come again. A
 * client cannot get more by inventing tenants. Debts are forgotten when they are paid, so that only who owes is kept.
 */
export class RenderQuota {
  readonly #debts = new Map<string, Debt>()

  /** Waits for its turn, as long as it may; at once where nothing is owed. */
  async turn(share: RenderShare, maxWaitMs: number, signal: AbortSignal): Promise<void> {
    const until = performance.now() + maxWaitMs
    while (!signal.aborted) {
      // Of those that wait, the first to go on makes the others wait longer.
      const waitMs = Math.min(until - performance.now(), this.#owedMs(share))
      if (waitMs <= 0) return
      await wait(waitMs, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
  }

  /** Runs what takes time of the processor, and counts it. */
  charge<T>(share: RenderShare, work: () => T): T {
    const began = performance.now()
    const result = work()
    this.spend(share, performance.now() - began)
    return result
  }

  /** Whether a share has to wait. */
  owes(share: RenderShare): boolean {
    return this.#debts.size > 0 && this.#owedMs(share) > 0
  }

  /** Little is not counted: that is what ordinary calls take. */
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

  /** A debt of up to a second's share is none. */
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

/** Names of clients have no slash in them. */
function tenantKey(client: string | null, tenant: string | null): string {
  return `${client ?? ''}/${tenant ?? ''}`
}
