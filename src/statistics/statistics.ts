import type { ExecutionRecord } from '../execution/execution.ts'
import type { NodeStatistics, NodeTotals } from './contract.ts'
import { NodeHistory } from './node-history.ts'

/** As many histories are kept. Ids come from callers, who may make up any number of them. */
export const maxHistories = 1_000

/**
 * What has passed through the nodes: one history for all executions of a node, and one for those of each tenant.
 * Where there is no more room, the history goes that nothing has been added to for the longest time.
 */
export class Statistics {
  /** The one that was added to last comes last. */
  readonly #histories = new Map<string, NodeHistory>()

  /** Counts an execution, unless its node has no id. Takes the time from the record. */
  record(record: ExecutionRecord): void {
    const { nodeId, tenant } = record
    if (nodeId === null) return
    const at = record.acceptedAt.getTime() + record.durationMs
    if (tenant !== null) this.#touch(nodeId, tenant, at).add(record, at)
    this.#touch(nodeId, null, at).add(record, at)
  }

  /** What is kept, or only what is kept for a tenant. Sorted by node, the totals of all tenants first. */
  list(tenant?: string): NodeTotals[] {
    const all = Array.from(this.#histories.values(), (history) => history.totals())
    return all.filter((totals) => tenant === undefined || totals.tenant === tenant).sort(byNodeAndTenant)
  }

  /** Null where nothing has passed, or where what has passed was forgotten. `tenant` null stands for all. */
  of(nodeId: string, tenant: string | null, now: number): NodeStatistics | null {
    return this.#histories.get(keyOf(nodeId, tenant))?.statistics(now) ?? null
  }

  #touch(nodeId: string, tenant: string | null, at: number): NodeHistory {
    const key = keyOf(nodeId, tenant)
    const history = this.#histories.get(key) ?? new NodeHistory(nodeId, tenant, at)
    this.#histories.delete(key)
    this.#histories.set(key, history)
    if (this.#histories.size > maxHistories) this.#forgetOldest()
    return history
  }

  #forgetOldest(): void {
    const [oldest = ''] = this.#histories.keys()
    this.#histories.delete(oldest)
  }
}

/** Tenants have neither an empty name nor a slash in it. */
function keyOf(nodeId: string, tenant: string | null): string {
  return `${tenant ?? ''}/${nodeId}`
}

function byNodeAndTenant(a: NodeTotals, b: NodeTotals): number {
  return compare(a.nodeId, b.nodeId) || compare(a.tenant ?? '', b.tenant ?? '')
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
