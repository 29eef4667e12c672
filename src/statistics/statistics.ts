import type { CountedNode, NodeTotals } from '../contract/statistics.ts'
import type { ExecutionRecord } from '../execution/results.ts'
import { type Moment, NodeHistory } from './node-history.ts'

/** Histories kept. Clients choose the ids and may send any number of them. */
export const maxHistories = 1_000

/** Orders of executions that end in the same millisecond. */
const ordersPerMs = 1_024

/** Whose executions to show: those of one tenant, of several tenants together, or all (null). */
export type Selection = string | ReadonlySet<string> | null

/**
 * The executions of all nodes: one history per node, and one per node and tenant. When there is no more room, the
 * least recently updated history is dropped.
 */
export class Statistics {
  /** The most recently updated history comes last. */
  readonly #histories = new Map<string, NodeHistory>()
  #order = 0

  /** Counts an execution, unless its node has no id. Takes the time from the record. */
  record(record: ExecutionRecord): void {
    const { nodeId, tenant } = record
    if (nodeId === null) return
    const at = record.acceptedAt.getTime() + record.durationMs
    this.#order = Math.max(this.#order + 1, at * ordersPerMs)
    const moment = { at, order: this.#order }
    if (tenant !== null) this.#touch(nodeId, tenant, moment).add(record, moment)
    this.#touch(nodeId, null, moment).add(record, moment)
  }

  /**
   * The totals of one tenant; of each of several tenants and of these together; or of all. Sorted by node, totals of
   * several tenants first. `others` are histories of other instances.
   */
  list(selection: Selection = null, others: readonly NodeHistory[] = []): NodeTotals[] {
    const selected = [...this.#histories.values(), ...others].filter(({ tenant }) =>
      isSelected(tenant, selection),
    )
    const pairs = others.length === 0 ? selected : mergeByPair(selected)
    const together = selection instanceof Set ? mergeByNode(selected) : []
    return [...together, ...pairs].map((history) => history.totals()).sort(byNodeAndTenant)
  }

  /**
   * Null if the node was not executed, or its history was dropped. `others` are histories of the node by other instances, of the
   * same selection.
   */
  of(
    nodeId: string,
    selection: Selection,
    now: number,
    others: readonly NodeHistory[] = [],
  ): CountedNode | null {
    const tenants = listTenants(selection)
    const own = tenants.flatMap((tenant) => this.#histories.get(composeKey(nodeId, tenant)) ?? [])
    const [first, ...rest] = [...own, ...others]
    if (first === undefined) return null
    const [tenant = null] = tenants
    return NodeHistory.merge(selection instanceof Set ? null : tenant, first, rest).statistics(now)
  }

  /** All histories, the least recently updated one first. */
  histories(): ReadonlyMap<string, NodeHistory> {
    return this.#histories
  }

  #touch(nodeId: string, tenant: string | null, moment: Moment): NodeHistory {
    const key = composeKey(nodeId, tenant)
    const history = this.#histories.get(key) ?? NodeHistory.begin(nodeId, tenant, moment)
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

/** Whose histories of a node are asked for. Null: that of all executions. */
export function listTenants(selection: Selection): readonly (string | null)[] {
  return selection === null || typeof selection === 'string' ? [selection] : [...selection]
}

/** Merges the histories of each node, of all tenants. */
function mergeByNode(histories: readonly NodeHistory[]): NodeHistory[] {
  const byNode = Map.groupBy(histories, ({ nodeId }) => nodeId)
  return [...byNode.values()].flatMap(([first, ...others]) =>
    first ? NodeHistory.merge(null, first, others) : [],
  )
}

/** Merges the histories of each node and tenant, of all instances. Those that were updated last are kept. */
function mergeByPair(histories: readonly NodeHistory[]): NodeHistory[] {
  const byPair = Map.groupBy(histories, ({ nodeId, tenant }) => composeKey(nodeId, tenant))
  return [...byPair.values()]
    .flatMap(([first, ...others]) => (first ? NodeHistory.merge(first.tenant, first, others) : []))
    .sort((a, b) => b.lastAt - a.lastAt)
    .slice(0, maxHistories)
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
