// @ts-check

/** @typedef {import('../contract/statistics.ts').NodeTotals} NodeTotals */

/** The orders of the list of nodes. */
export const sortOrders = [
  ['failing', 'failing first'],
  ['last', 'latest first'],
  ['most', 'most executions first'],
  ['name', 'by id'],
]

/** @type {Record<string, (one: NodeTotals, other: NodeTotals) => number>} */
const comparisons = {
  failing: (one, other) =>
    Number(other.failingSince !== null) - Number(one.failingSince !== null) || latest(one, other),
  last: latest,
  most: (one, other) => other.passedThrough - one.passedThrough,
  name: () => 0,
}

/** @param {NodeTotals} one @param {NodeTotals} other */
function latest(one, other) {
  return one.lastAt < other.lastAt ? 1 : one.lastAt > other.lastAt ? -1 : 0
}

/**
 * The nodes whose id or tenant contains the text, in an order. What is equal stays in the order of ids.
 * @param {readonly NodeTotals[]} nodes @param {string} search @param {string} order @returns {NodeTotals[]}
 */
export function filterNodes(nodes, search, order) {
  const text = search.trim().toLowerCase()
  const found = nodes.filter(
    ({ nodeId, tenant }) => nodeId.toLowerCase().includes(text) || tenant?.toLowerCase().includes(text),
  )
  return found.sort(comparisons[order] ?? (() => 0))
}

/** @param {Pick<NodeTotals, 'nodeId' | 'tenant'>} node */
export function nodeKey({ nodeId, tenant }) {
  return JSON.stringify([nodeId, tenant])
}

/**
 * Does something for each item, for `limit` of them at the same time.
 * @template T
 * @param {readonly T[]} items @param {number} limit @param {(item: T) => Promise<void>} act
 */
export async function limitCalls(items, limit, act) {
  const rest = items[Symbol.iterator]()
  const work = async () => {
    for (const item of rest) await act(item)
  }
  await Promise.all(Array.from({ length: limit }, work))
}
