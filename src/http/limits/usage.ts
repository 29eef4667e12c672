import { TokenBucket } from './token-bucket.ts'

/** Usage by requests: of the whole service, a client or a tenant. */
export class Usage {
  /** Requests under way, without executions in a pause. */
  active = 0
  /** Executions in a pause between two attempts. */
  paused = 0
  /** Reserved memory. */
  bytes = 0
}

export function isIdle({ active, paused, bytes }: Usage): boolean {
  return active === 0 && paused === 0 && bytes === 0
}

/** Usage of one tenant of one client. */
export class TenantUsage extends Usage {
  /** Null for requests without a tenant, which count as one tenant. */
  readonly name: string | null
  /** Whether its client keeps it. */
  isKept = false

  constructor(name: string | null) {
    super()
    this.name = name
  }
}

/** How long a tenant counts as a sharer after its last request. */
const recentMs = 60_000

/** `mayHave` makes no difference between three sharers and more. */
const maxSharers = 3

interface Seen {
  readonly name: string | null
  at: number
}

/** Usage of one client and of its tenants. A tenant without requests is not kept. */
export class ClientUsage extends Usage {
  /** Null if the service asks for no key: then one client stands for all. */
  readonly name: string | null
  readonly bucket: TokenBucket | null
  /** `maxInFlight` of the client at its latest request. */
  ownMaxInFlight: number | null = null
  /** Number of tenants seen in the last minute. 3 means three or more. */
  sharers = 0
  readonly #tenants = new Map<string | null, TenantUsage>()
  /** The tenants seen last, most recent first. Bounded, so made-up names take no memory. */
  #seen: readonly Seen[] = []

  constructor(name: string | null, perSecond: number | null) {
    super()
    this.name = name
    this.bucket = perSecond === null ? null : new TokenBucket(perSecond)
  }

  /** Notes a request of a tenant. */
  see(name: string | null, now: number): void {
    const [last] = this.#seen
    if (last?.name === name && this.#seen.length === 1) last.at = now
    else this.#seeAmongOthers(name, now)
  }

  #seeAmongOthers(name: string | null, now: number): void {
    const others = this.#seen.filter((seen) => seen.name !== name && seen.at > now - recentMs)
    this.#seen = [{ name, at: now }, ...others.slice(0, maxSharers - 1)]
    this.sharers = this.#seen.length
  }

  /** The usage of a tenant. One without usage is not kept yet. */
  tenant(name: string | null): TenantUsage {
    return this.#tenants.get(name) ?? new TenantUsage(name)
  }

  /** Keeps a tenant while it has usage. Must be called after every change of its usage. */
  keep(tenant: TenantUsage): void {
    const isBusy = !isIdle(tenant)
    if (isBusy === tenant.isKept) return
    tenant.isKept = isBusy
    if (isBusy) this.#tenants.set(tenant.name, tenant)
    else this.#tenants.delete(tenant.name)
  }
}
