import type { Client } from '../clients/client.ts'
import { half, mayHave, type Pool } from './fair-share.ts'
import type { Shortage } from './reached-limit.ts'
import { ClientUsage, isIdle, type TenantUsage, Usage } from './usage.ts'

/** How much may be taken up at once. */
export interface ShareLimits {
  readonly maxInFlight: number
  /** Null: half of `maxInFlight` where there are several clients. */
  readonly maxInFlightPerClient: number | null
  /** Null: what follows from how many tenants there are. */
  readonly maxInFlightPerTenant: number | null
  readonly maxPerSecondPerClient: number | null
  readonly maxBytesInFlight: number
}

/** Whose request it is that takes something up. */
export interface Holder {
  readonly client: ClientUsage
  /** Null until the body was read. */
  readonly tenant: TenantUsage | null
}

type Limited = 'active' | 'bytes'

/** What a request wants to take up. */
export interface Wanted {
  readonly more: number
  /** What it has already. */
  readonly own?: number
  /** Makes the limits so many times as high. */
  readonly slack?: number
}

/** Where there are more clients, those without requests are forgotten. */
const maxClients = 1_000

/**
 * Who has taken up how much, and who may take up more. Names of tenants that a client makes up get it no more than its
 * own share. What is kept grows with the requests under way, not with the names.
 */
export class Shares {
  readonly total = new Usage()
  readonly #limits: ShareLimits
  readonly #countClients: () => number
  readonly #clients = new Map<string | null, ClientUsage>()

  /** `countClients` tells how many clients there are that may execute. */
  constructor(limits: ShareLimits, countClients: () => number) {
    this.#limits = limits
    this.#countClients = countClients
  }

  /** Null stands for everybody, where the service asks for no key. */
  findUsage(client: Client | null): ClientUsage {
    const name = client?.name ?? null
    const usage = this.#clients.get(name) ?? this.#begin(name)
    usage.ownMaxInFlight = client?.maxInFlight ?? null
    return usage
  }

  /** Takes something up, or gives it back. */
  add({ client, tenant }: Holder, what: keyof Usage, change: number): void {
    this.total[what] += change
    client[what] += change
    if (tenant === null) return
    tenant[what] += change
    client.keep(tenant)
  }

  /** Why no more may be taken up. */
  findShortage(what: Limited, { client, tenant }: Holder, wanted: Wanted): Shortage | null {
    const { slack = 1 } = wanted
    const ofAll = slack * this.#limitOfAll(what)
    const ofClient = slack * this.#limitOfClient(what, client)
    if (
      tenant !== null &&
      !this.#mayHave(what, client, tenant, wanted, { limit: ofClient, taken: client[what] })
    )
      return { limit: 'tenant', of: kinds[what] }
    if (ofClient < ofAll && isTooMuch(client[what], wanted, ofClient))
      return { limit: 'client', of: kinds[what] }
    return isTooMuch(this.total[what], wanted, ofAll) ? exhausted[what] : null
  }

  /** Counts for a tenant what a client has taken up already, unless the tenant's share is too small for it. */
  assign(client: ClientUsage, tenant: TenantUsage, taken: Pick<Usage, Limited>): Shortage | null {
    for (const what of ['active', 'bytes'] as const) {
      const pool = { limit: this.#limitOfClient(what, client), taken: client[what] - taken[what] }
      if (!this.#mayHave(what, client, tenant, { more: taken[what] }, pool))
        return { limit: 'tenant', of: kinds[what] }
    }
    tenant.active += taken.active
    tenant.bytes += taken.bytes
    client.keep(tenant)
    return null
  }

  #mayHave(
    what: Limited,
    { sharers }: ClientUsage,
    tenant: TenantUsage,
    { more, own = 0 }: Wanted,
    pool: Omit<Pool, 'sharers'>,
  ): boolean {
    const { maxInFlightPerTenant } = this.#limits
    if (what === 'active' && maxInFlightPerTenant !== null)
      return tenant.active + more <= maxInFlightPerTenant
    return tenant[what] <= own || mayHave(tenant[what], more, { ...pool, sharers })
  }

  #limitOfAll(what: Limited): number {
    return what === 'active' ? this.#limits.maxInFlight : this.#limits.maxBytesInFlight
  }

  #limitOfClient(what: Limited, { name, ownMaxInFlight }: ClientUsage): number {
    const ofAll = this.#limitOfAll(what)
    const own = what === 'active' ? (ownMaxInFlight ?? this.#limits.maxInFlightPerClient) : null
    if (own !== null) return Math.min(own, ofAll)
    return name !== null && this.#countClients() > 1 ? half(ofAll) : ofAll
  }

  #begin(name: string | null): ClientUsage {
    if (this.#clients.size >= maxClients) this.#forgetIdleClients()
    const usage = new ClientUsage(name, this.#limits.maxPerSecondPerClient)
    this.#clients.set(name, usage)
    return usage
  }

  #forgetIdleClients(): void {
    for (const [name, usage] of this.#clients) if (isIdle(usage)) this.#clients.delete(name)
  }
}

const kinds = { active: 'places', bytes: 'memory' } as const

const exhausted = {
  active: { limit: 'service', of: 'places' },
  bytes: { limit: 'memory', of: 'memory' },
} as const satisfies Record<Limited, Shortage>

/** One request alone is never too much: a large one would never be taken, however often it came. */
function isTooMuch(taken: number, { more, own = 0 }: Wanted, limit: number): boolean {
  return taken > own && taken + more > limit
}
