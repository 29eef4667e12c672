import type { CountedNode, NodeTotals } from '../contract/statistics.ts'
import type { ExecutionRecord } from '../execution/results.ts'
import { type Moment, NodeHistory } from './node-history.ts'

/** Histories kept. Clients choose the ids and may send any number of them. */
export const maxHistories = 1_000

/** Whose executions to show: those of one tenant, of several tenants together, or all (null). */
export type Selection = string | ReadonlySet<string> | null

/**
 * The executions of all nodes: one history per node, and one per node and tenant. When there is no more room, the
 * least recently updated history is dropped.
 */
export class Statistics {
  /** The most recently updated history comes last. */
  readonly #histories = new Map<string, NodeHistory>()
  #recorded = 0

  /** Counts an execution, unless its node has no id. Takes the time from the record. */
  record(record: ExecutionRecord): void {
    const { nodeId, tenant } = record
    if (nodeId === null) return
    this.#recorded += 1
    const moment = { at: record.acceptedAt.getTime() + record.durationMs, order: this.#recorded }
    if (tenant !== null) this.#touch(nodeId, tenant, moment).add(record, moment)
    this.#touch(nodeId, null, moment).add(record, moment)
  }

  /**
   * The totals of one tenant; of each of several tenants and of these together; or of all. Sorted by node, totals of
   * several tenants first.
   */
  list(selection: Selection = null): NodeTotals[] {
    const selected = [...this.#histories.values()].filter(({ tenant }) => isSelected(tenant, selection))
    const together = selection instanceof Set ? mergeByNode(selected) : []
    return [...together, ...selected].map((history) => history.totals()).sort(byNodeAndTenant)
  }

  /** Null if the node was not executed, or its history was dropped. */
  of(nodeId: string, selection: Selection, now: number): CountedNode | null {
    return this.#find(nodeId, selection)?.statistics(now) ?? null
  }

  #find(nodeId: string, selection: Selection): NodeHistory | undefined {
    if (selection === null || typeof selection === 'string')
      return this.#histories.get(composeKey(nodeId, selection))
    const found = [...selection].flatMap((tenant) => this.#histories.get(composeKey(nodeId, tenant)) ?? [])
    return mergeByNode(found)[0]
  }

  #touch(nodeId: string, tenant: string | null, moment: Moment): NodeHistory {
    const key = composeKey(nodeId, tenant)
    const history = this.#histories.get(key) ?? new NodeHistory(nodeId, tenant, moment)
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

function isSelected(tenant: string | null, selection: Selection): boolean {
  if (selection === null) return true
  if (typeof selection === 'string') return tenant === selection
  return tenant !== null && selection.has(tenant)
}

/** Merges the histories of each node. */
function mergeByNode(histories: readonly NodeHistory[]): NodeHistory[] {
  const byNode = Map.groupBy(histories, ({ nodeId }) => nodeId)
  return [...byNode.values()].flatMap(([first, ...others]) => (first ? NodeHistory.merge(first, others) : []))
}

/** A tenant's name is not empty and has no slash. */
function composeKey(nodeId: string, tenant: string | null): string {
  return `${tenant ?? ''}/${nodeId}`
}

function byNodeAndTenant(a: NodeTotals, b: NodeTotals): number {
  return compare(a.nodeId, b.nodeId) || compare(a.tenant ?? '', b.tenant ?? '')
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
