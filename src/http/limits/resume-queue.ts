import type { Holder } from './shares.ts'
import type { ClientUsage, TenantUsage } from './usage.ts'

/** An execution that waits for a slot after its pause. */
export interface Resumable extends Holder {
  /** Takes the free slot. */
  resume(): void
}

type Lane = Set<Resumable>

/**
 * Executions that wait for a slot. Clients take turns, and the tenants of a client take turns, so that many
 * executions of one delay no other. Executions of one tenant go in order of arrival.
 */
export class ResumeQueue {
  /** The next client comes first, and its next tenant. */
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

  /** Resumes all executions that may run. */
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
