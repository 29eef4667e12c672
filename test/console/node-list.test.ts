import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filterNodes, limitCalls, nodeKey, sortOrders } from '../../src/console/node-list.js'

const node = (nodeId: string, change = {}) => ({
  nodeId,
  tenant: null,
  since: '',
  lastAt: '2026-11-30T10:00:00.000Z',
  passedThrough: 1,
  succeeded: 1,
  failed: 0,
  failingSince: null,
  ...change,
})
const nodes = [
  node('a', { passedThrough: 5 }),
  node('B', { tenant: 'acme' }),
  node('c', { failingSince: '2026-11-30T09:00:00.000Z' }),
  node('d', { lastAt: '2026-11-30T11:00:00.000Z' }),
]

describe('the list of nodes', () => {
  it.each([
    ['failing', 'cdaB'],
    ['last', 'daBc'],
    ['most', 'aBcd'],
    ['name', 'aBcd'],
  ])('can be in the order "%s"', (order, due) => {
    expect(
      filterNodes(nodes, '', order)
        .map(({ nodeId }) => nodeId)
        .join(''),
    ).toBe(due)
    expect(sortOrders.map(([name]) => name)).toContain(order)
  })

  it('is searched by id and tenant, in any case', () => {
    expect(filterNodes(nodes, ' b ', 'name')).toEqual([nodes[1]])
    expect(filterNodes(nodes, 'ACM', 'name')).toEqual([nodes[1]])
    expect(filterNodes(nodes, 'x', 'name')).toEqual([])
  })

  it('tells a node of one tenant from that of all', () => {
    expect(new Set(nodes.map(nodeKey)).size).toBe(4)
    expect(nodeKey(node('a', { tenant: 'b' }))).not.toBe(nodeKey(node('a,b')))
  })
})

it('calls for all items, and for no more than some at the same time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat()), fc.integer({ min: 1, max: 5 }), async (items, limit) => {
      const done: number[] = []
      let running = 0
      await limitCalls(items, limit, async (item) => {
        running++
        expect(running).toBeLessThanOrEqual(limit)
        await null
        running--
        done.push(item)
      })
      expect(done.toSorted()).toEqual(items.toSorted())
    }),
  )
})
