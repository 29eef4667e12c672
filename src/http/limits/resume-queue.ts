import type { Holder } from './shares.ts'
import type { ClientUsage, TenantUsage } from './usage.ts'

/** An execution that waits for a slot after its pause. */
export interface Resumable extends Holder {
  /** Takes the free slot. */
  resume(): void
}

type Queue = Set<Resumable>

/**
 * Executions that wait for a slot. Clients take turns, and the tenants of a client take turns, so that many
 * executions of one delay no other. Executions of one tenant go in order of arrival.
 */
export class ResumeQueue {
  /** The next client comes first, and its next tenant. */
  readonly #clients = new Map<ClientUsage, Map<TenantUsage | null, Queue>>()

  add(waiting: Resumable): void {
    const { client, tenant } = waiting
    const queues = this.#clients.get(client) ?? new Map<TenantUsage | null, Queue>()
    const queue: Queue = queues.get(tenant) ?? new Set()
    this.#clients.set(client, queues.set(tenant, queue.add(waiting)))
  }

  remove(waiting: Resumable): void {
    const { client, tenant } = waiting
    const queues = this.#clients.get(client)
    const queue = queues?.get(tenant)
    if (queues === undefined || queue === undefined) return
    queue.delete(waiting)
    if (queue.size === 0) queues.delete(tenant)
    if (queues.size === 0) this.#clients.delete(client)
  }

  /** Resumes all executions that may run. `mayRun` is asked for the client first, with a tenant of null. */
  resumeThose(mayRun: (holder: Holder) => boolean): void {
    for (let next = this.#find(mayRun); next !== null; next = this.#find(mayRun)) {
      this.remove(next)
      this.#putLast(next)
      next.resume()
    }
  }

  #find(mayRun: (holder: Holder) => boolean): Resumable | null {
    for (const [client, queues] of this.#clients) {
      if (!mayRun({ client, tenant: null })) continue
      for (const [first] of queues.values()) if (first !== undefined && mayRun(first)) return first
    }
    return null
  }

  #putLast({ client, tenant }: Resumable): void {
    const queues = this.#clients.get(client)
    if (queues === undefined) return
    moveToEnd(queues, tenant)
    moveToEnd(this.#clients, client)
  }
}

function moveToEnd<Key, Value>(map: Map<Key, Value>, key: Key): void {
  const value = map.get(key)
  if (value === undefined) return
  map.delete(key)
  map.set(key, value)
}
