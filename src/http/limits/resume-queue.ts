import type { Holder } from './shares.ts'
import type { ClientUsage, TenantUsage } from './usage.ts'

/** An execution whose pause is over, and that waits for a place. */
export interface Resumable extends Holder {
  /** Takes the place that is free. */
  resume(): void
}

type Lane = Set<Resumable>

/**
 * Those who wait for a place, in the order in which they came for each tenant of each client. Clients take turns, and so do
 * the tenants of one, so that many of one hold up no other.
 */
export class ResumeQueue {
  /** The client whose turn it is next stands first, as does the tenant. */
  readonly #clients = new Map<ClientUsage, Map<TenantUsage | null, Lane>>()

  add(waiting: Resumable): void {
    const { client, tenant } = waiting
    const lanes = this.#clients.get(client) ?? new Map<TenantUsage | null, Lane>()
    const lane: Lane = lanes.get(tenant) ?? new Set()
    this.#clients.set(client, lanes.set(tenant, lane.add(waiting)))
  }

  remove(waiting: Resumable): void {
    const { client, tenant } = waiting
    const lanes = this.#clients.get(client)
    const lane = lanes?.get(tenant)
    if (lanes === undefined || lane === undefined) return
    lane.delete(waiting)
    if (lane.size === 0) lanes.delete(tenant)
    if (lanes.size === 0) this.#clients.delete(client)
  }

  /** Resumes all that may run. What has no tenant stands for any of the client's. */
  resumeThose(mayRun: (holder: Holder) => boolean): void {
    for (let next = this.#find(mayRun); next !== null; next = this.#find(mayRun)) {
      this.remove(next)
      this.#putLast(next)
      next.resume()
    }
  }

  #find(mayRun: (holder: Holder) => boolean): Resumable | null {
    for (const [client, lanes] of this.#clients) {
      if (!mayRun({ client, tenant: null })) continue
      for (const [first] of lanes.values()) if (first !== undefined && mayRun(first)) return first
    }
    return null
  }

  #putLast({ client, tenant }: Resumable): void {
    const lanes = this.#clients.get(client)
    if (lanes === undefined) return
    moveToEnd(lanes, tenant)
    moveToEnd(this.#clients, client)
  }
}

function moveToEnd<Key, Value>(map: Map<Key, Value>, key: Key): void {
  const value = map.get(key)
  if (value === undefined) return
  map.delete(key)
  map.set(key, value)
}
