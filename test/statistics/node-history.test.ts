import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reasonCodes } from '../../src/contract/execution.ts'
import { branchNames, isBranchName } from '../../src/contract/node.ts'
import type { ExecutionRecord } from '../../src/execution/results.ts'
import { keptFailures, NodeHistory } from '../../src/statistics/node-history.ts'
import { Statistics } from '../../src/statistics/statistics.ts'
import { execution, failedExecution, start } from './support/executions.ts'

const minute = 60_000

describe('a history', () => {
  it('is the same after it was written and read', () => {
    fc.assert(
      fc.property(anyDay, (records) => {
        const history = historyOf(records)
        const { summary, details } = history.write()

        expect(show(NodeHistory.read(summary, details))).toEqual(show(history))
        expect(NodeHistory.read(summary, null).totals()).toEqual(history.totals())
      }),
    )
  })

  it('goes on after it was read, and does not change what was read', () => {
    const history = historyOf([execution(start)])
    const { summary, details } = history.write()

    const merged = NodeHistory.merge(null, NodeHistory.read(summary, details), [history])

    expect(merged.totals().passedThrough).toBe(2)
    expect(show(history)).toEqual(show(historyOf([execution(start)])))
  })

  it('is read with what each failure met, and from its summary without', () => {
    const explained = { message: 'It met nothing.', hint: null, path: '/node/url' }
    const history = historyOf([failedExecution(start), failedExecution(start + 1, { explained })])
    const { summary, details } = history.write()

    const read = NodeHistory.read(summary, details).statistics(start).lastFailures

    expect(read).toEqual(history.statistics(start).lastFailures)
    expect(read[0]).toMatchObject(explained)
    expect(summary).not.toContain('It met nothing.')
    expect(NodeHistory.read(summary, null).totals()).toEqual(history.totals())
  })

  it('keeps a bounded part of what a failure met', () => {
    const long = '🙂'.repeat(50_000)
    const explained = { message: long, hint: long, path: long }
    const history = historyOf(
      Array.from({ length: 50 }, (_, index) => failedExecution(start + index, { explained })),
    )

    const { lastFailures } = history.statistics(start)

    expect(lastFailures).toHaveLength(20)
    for (const { message, hint, path } of lastFailures)
      expect([message.length, hint?.length, path?.length]).toEqual([300, 600, 200])
    expect(JSON.stringify(history.write()).length).toBeLessThan(60_000)
  })
})

describe('merging histories', () => {
  it('of one leaves it as it is', () => {
    fc.assert(
      fc.property(anyDay, (records) => {
        const history = historyOf(records)

        expect(show(NodeHistory.merge(null, history, []))).toEqual(show(history))
      }),
    )
  })

  it('does not depend on their order, however many failures and names there are', () => {
    const failures = Array.from({ length: 3 * keptFailures }, (_, index) =>
      failedExecution(start + index, { connection: `c${index}`, branch: `b${index}`, isCase: true }),
    )
    fc.assert(
      fc.property(anyDay, anyDay, anyDay, (one, two, three) => {
        const [a, b, c] = [
          historyOf([...failures, ...one]),
          historyOf(two),
          historyOf([...three, ...failures]),
        ]

        const merged = show(NodeHistory.merge(null, a, [b, c]))

        expect(show(NodeHistory.merge(null, c, [a, b]))).toEqual(merged)
        expect(show(NodeHistory.merge(null, b, [c, a]))).toEqual(merged)
      }),
    )
  })

  it('can be done in parts', () => {
    fc.assert(
      fc.property(anyDay, anyDay, anyDay, (...days) => {
        const [a, b, c] = days.map((records) => historyOf(records.slice(0, 6))) as [
          NodeHistory,
          NodeHistory,
          NodeHistory,
        ]
        const ab = NodeHistory.merge(null, a, [b])
        const bc = NodeHistory.merge(null, b, [c])

        expect(show(NodeHistory.merge(null, ab, [c]))).toEqual(show(NodeHistory.merge(null, a, [bc])))
      }),
    )
  })

  it('equals counting all in one place', () => {
    fc.assert(
      fc.property(anyDay, fc.array(fc.nat(2), { minLength: 20, maxLength: 20 }), (records, places) => {
        const instances = [0, 1, 2].map((place) => records.filter((_, index) => places[index] === place))
        const [own = [], ...others] = instances
        const now = endOf(records)

        const found = statisticsAfter(own).of(
          'crm-lead',
          null,
          now,
          others.filter(({ length }) => length > 0).map(historyOf),
        )

        expect(found).toEqual(statisticsAfter(records).of('crm-lead', null, now))
      }),
    )
  })

  it('lists each node and tenant once, over all instances', () => {
    const one = statisticsAfter([execution(start, { tenant: 'acme' }), execution(start, { nodeId: 'a' })])
    const other = statisticsAfter([
      failedExecution(start + 1, { tenant: 'acme' }),
      failedExecution(start + 2, { tenant: 'globex' }),
    ])
    const others = [...other.histories().values()]
    const list = (selection: ReadonlySet<string> | string | null) =>
      one
        .list(selection, others)
        .map(({ nodeId, tenant, passedThrough, failed }) => [nodeId, tenant, passedThrough, failed])

    expect(list(null)).toEqual([
      ['a', null, 1, 0],
      ['crm-lead', null, 3, 2],
      ['crm-lead', 'acme', 2, 1],
      ['crm-lead', 'globex', 1, 1],
    ])
    expect(list('acme')).toEqual([['crm-lead', 'acme', 2, 1]])
    expect(list(new Set(['globex', 'acme']))).toEqual(list(null).slice(1))
    expect(list(new Set(['globex']))).toEqual([
      ['crm-lead', null, 1, 1],
      ['crm-lead', 'globex', 1, 1],
    ])
  })
})

const anyExecution: fc.Arbitrary<ExecutionRecord> = fc
  .record({
    executionId: fc.uuid(),
    correlationId: fc.option(fc.string({ unit: 'binary', maxLength: 20 })),
    connection: fc.option(fc.constantFrom('crm', 'erp')),
    status: fc.option(fc.integer({ min: 100, max: 999 })),
    branch: fc.constantFrom(...branchNames, 'exists', '__proto__'),
    succeeded: fc.boolean(),
    code: fc.constantFrom(...reasonCodes),
    durationMs: fc.nat(100_000),
  })
  .map((members) => execution(start, { ...members, isCase: !isBranchName(members.branch) }))

/** Executions in the order of their ends, no two at the same time, and no more than failures are kept. */
const anyDay: fc.Arbitrary<ExecutionRecord[]> = fc
  .array(fc.tuple(anyExecution, fc.integer({ min: 1, max: 10 * minute })), {
    minLength: 1,
    maxLength: keptFailures,
  })
  .map((drawn) => {
    let at = start
    return drawn.map(([record, step]) => {
      at += step
      return { ...record, acceptedAt: new Date(at - record.durationMs) }
    })
  })

function statisticsAfter(records: readonly ExecutionRecord[]): Statistics {
  const statistics = new Statistics()
  for (const record of records) statistics.record(record)
  return statistics
}

function historyOf(records: readonly ExecutionRecord[]): NodeHistory {
  const [history] = statisticsAfter(records).histories().values()
  if (history === undefined) throw new TypeError('nothing was executed')
  return history
}

function show(history: NodeHistory) {
  return { ...history.statistics(start + 60 * minute), lastAtMs: history.lastAt }
}

function endOf(records: readonly ExecutionRecord[]): number {
  const { acceptedAt, durationMs } = records.at(-1) ?? execution(start)
  return acceptedAt.getTime() + durationMs
}
