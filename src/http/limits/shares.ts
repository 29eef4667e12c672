import type { Client } from '../clients/client.ts'
import { half, mayHave, type Pool } from './fair-share.ts'
import type { Shortage } from './reached-limit.ts'
import { ClientUsage, isIdle, type TenantUsage, Usage } from './usage.ts'

export interface ShareLimits {
  readonly maxInFlight: number
  /** Null: half of `maxInFlight` if there are several clients. */
  readonly maxInFlightPerClient: number | null
  /** Null: depends on the number of tenants. */
  readonly maxInFlightPerTenant: number | null
  readonly maxPerSecondPerClient: number | null
  readonly maxBytesInFlight: number
}

/** The client and tenant for which usage counts. */
export interface Holder {
  readonly client: ClientUsage
  /** Null until the body has been read. */
  readonly tenant: TenantUsage | null
}

type Limited = 'active' | 'bytes'

/** What a request asks for. */
export interface Wanted {
  readonly more: number
  /** What the request has already. */
  readonly own?: number
  /** Factor by which the limits are raised. */
  readonly slack?: number
}

/** Clients kept. Beyond this number those without requests are forgotten. */
const maxClients = 1_000

/**
 * The usage of the service, its clients and their tenants, and their shares. A client gains nothing by made-up names
 * of tenants. Memory grows with the requests under way, not with the names.
 */
export class Shares {
  readonly total = new Usage()
  readonly #limits: ShareLimits
  readonly #countClients: () => number
  readonly #clients = new Map<string | null, ClientUsage>()

  /** `countClients` returns the number of clients with the right to execute. */
  constructor(limits: ShareLimits, countClients: () => number) {
    this.#limits = limits
    this.#countClients = countClients
  }

  /** Null: the service asks for no key, and one client stands for all. */
  findUsage(client: Client | null): ClientUsage {
    const name = client?.name ?? null
    const usage = this.#clients.get(name) ?? this.#begin(name)
    usage.ownMaxInFlight = client?.maxInFlight ?? null
    return usage
  }

  /** Adds to the usage, or subtracts from it. */
  add({ client, tenant }: Holder, what: keyof Usage, change: number): void {
    this.total[what] += change
    client[what] += change
    if (tenant === null) return
    tenant[what] += change
    client.keep(tenant)
  }

  /** The shortage that forbids more, or null. */
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

  /** Counts usage of a client for a tenant as well, unless the tenant's share is too small for it. */
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

const kinds = { active: 'slots', bytes: 'memory' } as const

const exhausted = {
  active: { limit: 'service', of: 'slots' },
  bytes: { limit: 'memory', of: 'memory' },
} as const satisfies Record<Limited, Shortage>

/** A single request is always admitted, since a large one could otherwise never be. */
function isTooMuch(taken: number, { more, own = 0 }: Wanted, limit: number): boolean {
  return taken > own && taken + more > limit
}
