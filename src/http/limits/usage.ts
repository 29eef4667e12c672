import { TokenBucket } from './token-bucket.ts'

/** What requests take up: those of the whole service, of a client or of a tenant. */
export class Usage {
  /** Requests under way, without executions in a pause. */
  active = 0
  /** Executions in a pause between two attempts. */
  paused = 0
  /** Memory. */
  bytes = 0
}

/** Whether nothing is taken up. */
export function isIdle({ active, paused, bytes }: Usage): boolean {
  return active === 0 && paused === 0 && bytes === 0
}

/** What the requests of one tenant of one client take up. */
export class TenantUsage extends Usage {
  /** Null for requests without a tenant, which count as those of one. */
  readonly name: string | null
  /** Whether its client knows it. */
  isKept = false

  constructor(name: string | null) {
    super()
    this.name = name
  }
}

/** How long a tenant counts as one of those who share. */
const recentMs = 60_000

/** More of them make no difference to a share. */
const maxSharers = 3

interface Seen {
  readonly name: string | null
  at: number
}

/** What the requests of one client take up, and those of its tenants. Nothing is kept of a tenant without requests. */
export class ClientUsage extends Usage {
  /** Null where the service asks for no key: then all requests count as those of one client. */
  readonly name: string | null
  readonly bucket: TokenBucket | null
  /** `maxInFlight` of the client, as its latest request found it. */
  ownMaxInFlight: number | null = null
  /** How many tenants were seen in the last minute; three stands for more, too. */
  sharers = 0
  readonly #tenants = new Map<string | null, TenantUsage>()
  /** Of those who share, the last one first. Made-up names take up no more. */
  #seen: readonly Seen[] = []

  constructor(name: string | null, perSecond: number | null) {
    super()
    this.name = name
    this.bucket = perSecond === null ? null : new TokenBucket(perSecond)
  }

  /** Notes that a tenant is there. */
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

  /** What a tenant takes up; where that is nothing, it is kept only once it is more. */
  tenant(name: string | null): TenantUsage {
    return this.#tenants.get(name) ?? new TenantUsage(name)
  }

  /** Keeps a tenant for as long as it takes something up. To be told of every change of that. */
  keep(tenant: TenantUsage): void {
    const isBusy = !isIdle(tenant)
    if (isBusy === tenant.isKept) return
    tenant.isKept = isBusy
    if (isBusy) this.#tenants.set(tenant.name, tenant)
    else this.#tenants.delete(tenant.name)
  }
}
