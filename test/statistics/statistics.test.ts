import fc from 'fast-check'
import Value from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { readId } from '../../src/contract/builders.ts'
import { reasonCodes } from '../../src/contract/execution.ts'
import { branchNames, isBranchName } from '../../src/contract/node.ts'
import { namedSchemas } from '../../src/contract/schemas.ts'
import { type CountedNode, instanceExample } from '../../src/contract/statistics.ts'
import type { ExecutionRecord } from '../../src/execution/results.ts'
import { keptFailures } from '../../src/statistics/node-history.ts'
import { maxHistories, Statistics } from '../../src/statistics/statistics.ts'
import { execution, failedExecution, start } from './support/executions.ts'

const second = 1_000
const minute = 60 * second

describe('the statistics of a node', () => {
  it('count what has passed through by branch, code and status', () => {
    const found = computeStatistics([
      execution(start, { durationMs: 20 }),
      execution(start + 1, { status: 201, durationMs: 40 }),
      failedExecution(start + 2, { durationMs: 30, branch: 'exit' }),
      failedExecution(start + 3, { code: 'connect_refused', status: null, attempts: [], durationMs: 10 }),
    ])

    expect(found).toMatchObject({
      nodeId: 'crm-lead',
      tenant: null,
      since: '2026-03-01T12:00:00.000Z',
      lastAt: '2026-03-01T12:00:00.003Z',
      passedThrough: 4,
      succeeded: 2,
      failed: 2,
      branches: { success: 2, error: 1, exit: 1 },
      codes: { expectation_met: 2, expectation_unmet: 1, connect_refused: 1 },
      statuses: { 200: 1, 201: 1, 500: 1 },
      latencyMs: { p50: 20, p95: 40, p99: 40 },
      attempts: 3,
    })
  })

  it('count what a case decided by its branch, beside the branch that it may be', () => {
    const found = computeStatistics([
      execution(start, { branch: 'exists', isCase: true, code: 'case_met' }),
      execution(start + 1, { branch: 'exit', isCase: true, code: 'case_met' }),
      execution(start + 2, { branch: '__proto__', isCase: true, code: 'connect_refused' }),
      execution(start + 3),
    ])

    expect(found).toMatchObject({ branches: { success: 1, error: 0, exit: 1 }, otherCases: 0 })
    expect(Object.entries(found.cases)).toEqual([
      ['exists', 1],
      ['exit', 1],
      ['__proto__', 1],
    ])
    expect(found.codes).toEqual({ case_met: 2, connect_refused: 1, expectation_met: 1 })
  })

  it('count the first 20 branches of cases by name, and all others together', () => {
    const cases = Array.from({ length: 25 }, (_, index) => ({ branch: `case-${index}`, isCase: true }))
    const found = computeStatistics([...cases, ...cases].map((each) => execution(start, each)))

    expect(Object.keys(found.cases)).toEqual(cases.slice(0, 20).map(({ branch }) => branch))
    expect(new Set(Object.values(found.cases))).toEqual(new Set([2]))
    expect(found.otherCases).toBe(10)
    expectToFollow('NodeStatistics', { ...instanceExample, ...found })
  })

  it('call a miss of the expectation a failure whatever its branch', () => {
    const found = computeStatistics([failedExecution(start, { branch: 'success' })])

    expect(found).toMatchObject({ failed: 1, succeeded: 0, branches: { success: 1, error: 0, exit: 0 } })
    expect(found.lastFailures).toHaveLength(1)
  })

  it('date an execution to its end', () => {
    const found = computeStatistics([failedExecution(start, { durationMs: 10 * minute })])

    expect(found.failingSince).toBe('2026-03-01T12:00:00.000Z')
    expect(found.perMinute.at(-1)).toMatchObject({ failed: 1 })
  })

  it.each([
    ['nothing has failed', 'ss', null, 1],
    ['all have failed', 'fff', 0, null],
    ['the latest one has failed', 'ssf', 2, 1],
    ['a run of failures goes on', 'sffff', 1, 0],
    ['a run of failures has ended', 'ffs', null, 2],
    ['another run has begun', 'ffsff', 3, 2],
  ])('say since when it fails and when it last succeeded where %s', (_when, calls, failing, succeeded) => {
    const found = computeStatistics(
      Array.from(calls, (call, index) =>
        (call === 's' ? execution : failedExecution)(start + index * second),
      ),
    )

    expect(found.failingSince).toBe(isoAt(failing))
    expect(found.lastSucceededAt).toBe(isoAt(succeeded))
  })

  it('show a spike among quiet minutes', () => {
    const quiet = Array.from({ length: 50 }, (_, index) => execution(start + index * minute))
    const spike = Array.from({ length: 30 }, (_, index) => failedExecution(start + 50 * minute + index))

    const { perMinute } = computeStatistics([...quiet, ...spike], start + 52 * minute)

    expect(perMinute.map(({ failed }) => failed)).toEqual([...Array(57).fill(0), 30, 0, 0])
    expect(perMinute.slice(7, 58).map(({ passedThrough }) => passedThrough)).toEqual([
      ...Array(50).fill(1),
      30,
    ])
  })

  it('list the latest twenty failures, newest first', () => {
    const found = computeStatistics([
      ...Array.from({ length: 30 }, (_, index) => failedExecution(start + index)),
      execution(start + 30),
    ])

    expect(keptFailures).toBe(20)
    expect(found.lastFailures.map(({ executionId }) => executionId)).toEqual(
      Array.from({ length: 20 }, (_, index) => `execution-${start + 29 - index}`),
    )
  })

  it('count by connection, and from the fifty-first on together', () => {
    const names = ['crm', 'crm', ...Array.from({ length: 52 }, (_, index) => `c${index}`)]

    const found = computeStatistics([
      execution(start),
      ...names.map((connection) => execution(start, { connection })),
    ])

    expect(found.connections).toMatchObject({ crm: 2, c0: 1, c48: 1, '*': 3 })
    expect(Object.keys(found.connections)).toHaveLength(51)
  })

  it('say what is known of a failure, and nothing of what was sent or came', () => {
    const found = computeStatistics([
      failedExecution(start, {
        executionId: '01a2001a-3e12-7cbc-a9fe-3a94ca28fe46',
        correlationId: 'instance-4711',
        host: 'secret-host',
      }),
    ])

    expect(found.lastFailures).toEqual([
      {
        executionId: '01a2001a-3e12-7cbc-a9fe-3a94ca28fe46',
        correlationId: 'instance-4711',
        connection: null,
        at: '2026-03-01T12:00:00.000Z',
        code: 'expectation_unmet',
        status: 500,
        message: 'The node expects 200 and got 500.',
        hint: 'Ask its operator.',
        path: '/node/url',
      },
    ])
    expect(JSON.stringify(found)).not.toContain('secret')
  })

  it('survive a clock that is set back', () => {
    const found = computeStatistics(
      [failedExecution(start), failedExecution(start - 90 * minute), execution(start - 89 * minute)],
      start - 89 * minute,
    )

    expect(found).toMatchObject({ passedThrough: 3, failed: 2, failingSince: null })
    expect(found.lastSucceededAt).toBe('2026-03-01T10:31:00.000Z')
    expect(found.perMinute.slice(-2)).toEqual([
      { minute: '2026-03-01T10:30:00.000Z', passedThrough: 1, failed: 1 },
      { minute: '2026-03-01T10:31:00.000Z', passedThrough: 1, failed: 0 },
    ])
  })

  it('follow the documented schema and add up, whatever has passed', () => {
    fc.assert(
      fc.property(fc.array(anyExecution, { minLength: 1 }), (records) => {
        const found = computeStatistics(records)

        expectToFollow('NodeStatistics', { ...instanceExample, ...found })
        expect(found.passedThrough).toBe(records.length)
        expect(found.succeeded + found.failed).toBe(records.length)
        for (const counts of [{ ...found.branches, ...found.cases }, found.codes])
          expect(sum(Object.values(counts))).toBe(records.length)
        expect(sum(Object.values(found.statuses))).toBe(
          records.filter(({ status }) => status !== null).length,
        )
        expect(found.failingSince === null).toBe(records.at(-1)?.succeeded)
      }),
    )
  })
})

describe('tenants', () => {
  const statistics = statisticsAfter([
    execution(start, { tenant: 'acme' }),
    failedExecution(start + 1, { tenant: 'globex' }),
    execution(start + 2, { tenant: 'acme', nodeId: 'newsletter' }),
    execution(start + 3),
  ])

  it('have statistics of their own, and share those of all', () => {
    const passedThrough = (tenant: string | null) => statistics.of('crm-lead', tenant, start)?.passedThrough

    expect(['acme', 'globex', null].map(passedThrough)).toEqual([1, 1, 3])
    expect(passedThrough('initech')).toBeUndefined()
  })

  it('are listed by node, after the totals of all', () => {
    const rows = statistics
      .list()
      .map(({ nodeId, tenant, passedThrough, failed }) => [nodeId, tenant, passedThrough, failed])

    expect(rows).toEqual([
      ['crm-lead', null, 3, 1],
      ['crm-lead', 'acme', 1, 0],
      ['crm-lead', 'globex', 1, 1],
      ['newsletter', null, 1, 0],
      ['newsletter', 'acme', 1, 0],
    ])
  })

  it('can be listed one by one', () => {
    const nodes = statistics.list('acme')

    expect(nodes.map(({ nodeId, tenant }) => [nodeId, tenant])).toEqual([
      ['crm-lead', 'acme'],
      ['newsletter', 'acme'],
    ])
    for (const node of nodes) expectToFollow('NodeTotals', node)
  })

  it('are never mistaken for nodes', () => {
    const twins = statisticsAfter([
      execution(start, { tenant: 'a', nodeId: 'b' }),
      execution(start, { nodeId: 'ab' }),
      execution(start, { nodeId: 'a/b' }),
      execution(start, { nodeId: '/a/b' }),
    ])

    expect(twins.of('b', 'a', start)?.passedThrough).toBe(1)
    expect(twins.of('a/b', null, start)?.passedThrough).toBe(1)
    expect(twins.of('/a/b', null, start)?.passedThrough).toBe(1)
    expect(twins.list()).toHaveLength(5)
  })
})

describe('several tenants together', () => {
  const own = new Set(['acme', 'globex', 'quiet'])
  const statistics = statisticsAfter([
    execution(start, { tenant: 'acme' }),
    failedExecution(start + 1, { tenant: 'globex' }),
    failedExecution(start + 2, { tenant: 'initech' }),
    execution(start + 3, { tenant: 'initech', nodeId: 'newsletter' }),
    execution(start + 4, { tenant: 'acme', nodeId: 'invoice' }),
    failedExecution(start + 5),
  ])

  it('are counted without those of others, and without executions that have no tenant', () => {
    expect(statistics.of('crm-lead', own, start)).toMatchObject({
      tenant: null,
      passedThrough: 2,
      failed: 1,
      lastAt: '2026-03-01T12:00:00.001Z',
      lastFailures: [{ executionId: `execution-${start + 1}` }],
    })
    expect(statistics.of('newsletter', own, start)).toBeNull()
    expect(statistics.of('crm-lead', new Set(['quiet']), start)).toBeNull()
  })

  it('are listed before each of them', () => {
    const rows = statistics
      .list(own)
      .map(({ nodeId, tenant, passedThrough }) => [nodeId, tenant, passedThrough])

    expect(rows).toEqual([
      ['crm-lead', null, 2],
      ['crm-lead', 'acme', 1],
      ['crm-lead', 'globex', 1],
      ['invoice', null, 1],
      ['invoice', 'acme', 1],
    ])
    for (const node of statistics.list(own)) expectToFollow('NodeTotals', node)
  })

  it('leave the history of each as it was', () => {
    const before = statistics.of('crm-lead', 'acme', start)

    statistics.of('crm-lead', own, start)

    expect(statistics.of('crm-lead', 'acme', start)).toEqual(before)
  })

  it('have one order, also where a clock is set back or two end in the same millisecond', () => {
    const found = statisticsAfter([
      execution(start + minute, { tenant: 'acme' }),
      failedExecution(start, { tenant: 'globex', executionId: 'first' }),
      failedExecution(start, { tenant: 'acme', executionId: 'second' }),
      failedExecution(start, { tenant: 'globex', executionId: 'third' }),
    ]).of('crm-lead', own, start)

    expect(found).toMatchObject({
      failingSince: isoAt(0),
      lastSucceededAt: isoAt(60),
      lastAt: isoAt(0),
      since: isoAt(60),
    })
    expect(found?.lastFailures.map(({ executionId }) => executionId)).toEqual(['third', 'second', 'first'])
  })

  it('fail since the earliest failure that is known behind the latest success of any of them', () => {
    const failures = Array.from({ length: 100 }, (_, index) =>
      failedExecution(start + index * second, { tenant: 'acme' }),
    )
    const sinceWhen = (successAt: number) => {
      const success = execution(start + successAt * second, { tenant: 'globex' })
      const records = [...failures.slice(0, successAt), success, ...failures.slice(successAt)]
      return statisticsAfter(records).of('crm-lead', own, start)?.failingSince
    }

    expect([0, 90, 100].map(sinceWhen)).toEqual([isoAt(0), isoAt(90), null])
    // The first of them, at 50, is no longer known.
    expect(sinceWhen(50)).toBe(isoAt(100 - keptFailures))
  })

  it('equal one history with all of their records', () => {
    fc.assert(
      fc.property(anyDay, fc.subarray([...tenants], { minLength: 1 }), (records, chosen) => {
        const theirs = records.filter(({ tenant }) => chosen.some((name) => name === tenant))
        const { acceptedAt, durationMs } = records.at(-1) ?? execution(start)
        const now = acceptedAt.getTime() + durationMs

        const merged = statisticsAfter(records).of('crm-lead', new Set(chosen), now)

        const expected = statisticsAfter(theirs.map((record) => ({ ...record, tenant: null })))
        expect(merged).toEqual(withKnownFailure(expected.of('crm-lead', null, now), merged))
        if (merged !== null) expectToFollow('NodeStatistics', { ...instanceExample, ...merged })
      }),
    )
  })
})

describe('an execution of a node without an id', () => {
  it('is not counted', () => {
    expect(statisticsAfter([execution(start, { nodeId: null, tenant: 'acme' })]).list()).toEqual([])
  })
})

describe('a hundred thousand ids', () => {
  it('take no more room than a thousand', () => {
    const statistics = new Statistics()
    for (let index = 0; index < 100_000; index++)
      statistics.record(execution(start + index, { nodeId: `made-up-${index}` }))

    const nodes = statistics.list()

    expect(nodes).toHaveLength(maxHistories)
    expect(nodes).toContainEqual(expect.objectContaining({ nodeId: 'made-up-99999' }))
  })

  it('push out what is not used, and nothing that is', () => {
    const statistics = statisticsAfter([execution(start, { nodeId: 'idle' })])
    for (let index = 0; index < 10 * maxHistories; index++) {
      statistics.record(execution(start, { nodeId: 'busy', tenant: 'acme' }))
      statistics.record(execution(start, { nodeId: `made-up-${index}`, tenant: `tenant-${index}` }))
    }

    expect(statistics.of('busy', 'acme', start)?.passedThrough).toBe(10 * maxHistories)
    expect(statistics.of('busy', null, start)?.passedThrough).toBe(10 * maxHistories)
    expect(statistics.of('idle', null, start)).toBeNull()
    expect(statistics.list()).toHaveLength(maxHistories)
  })

  it('are not kept by asking for them', () => {
    const statistics = statisticsAfter([execution(start, { nodeId: 'idle' })])
    for (let index = 0; index < maxHistories; index++) {
      statistics.of('idle', null, start)
      statistics.record(execution(start, { nodeId: `made-up-${index}` }))
    }

    expect(statistics.of('idle', null, start)).toBeNull()
  })

  it('let a node that comes back begin anew', () => {
    const statistics = statisticsAfter([failedExecution(start)])
    for (let index = 0; index < maxHistories; index++)
      statistics.record(execution(start, { nodeId: `made-up-${index}` }))
    statistics.record(execution(start + second))

    expect(statistics.of('crm-lead', null, start)).toMatchObject({
      passedThrough: 1,
      failed: 0,
      since: '2026-03-01T12:00:01.000Z',
    })
  })
})

const anyExecution: fc.Arbitrary<ExecutionRecord> = fc
  .record({
    executionId: fc.uuid(),
    correlationId: fc.option(fc.string({ unit: 'binary', maxLength: 128 })),
    tenant: fc.option(fc.constantFrom('acme', 'globex')),
    acceptedAt: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
    status: fc.option(fc.integer({ min: 100, max: 999 })),
    branch: fc.constantFrom(...branchNames, 'exists', 'later'),
    succeeded: fc.boolean(),
    code: fc.constantFrom(...reasonCodes),
    durationMs: fc.nat(),
  })
  .map((members) => execution(start, { ...members, isCase: !isBranchName(members.branch) }))

const tenants = ['acme', 'globex', 'initech'] as const

/** Executions of three tenants and of none, in the order of their ends. */
const anyDay: fc.Arbitrary<ExecutionRecord[]> = fc
  .array(fc.tuple(anyExecution, fc.nat(10 * minute), fc.option(fc.constantFrom(...tenants))), {
    maxLength: 90,
  })
  .map((drawn) => {
    let at = start
    return drawn.map(([record, step, tenant]) => {
      at += step
      return { ...record, tenant, acceptedAt: new Date(at - record.durationMs) }
    })
  })

/** Where more failures followed the latest success than are kept, a later one of them may stand for the first. */
function withKnownFailure(expected: CountedNode | null, merged: CountedNode | null): CountedNode | null {
  const { failingSince = null, lastFailures = [] } = expected ?? {}
  const known = merged?.failingSince ?? null
  if (expected === null || failingSince === null || known === null) return expected
  if (lastFailures.length < keptFailures || known < failingSince) return expected
  return { ...expected, failingSince: known }
}

function statisticsAfter(records: readonly ExecutionRecord[]): Statistics {
  const statistics = new Statistics()
  for (const record of records) statistics.record(record)
  return statistics
}

function computeStatistics(records: readonly ExecutionRecord[], now = start): CountedNode {
  const found = statisticsAfter(records).of('crm-lead', null, now)
  if (found === null) throw new TypeError('nothing has passed')
  return found
}

function isoAt(index: number | null): string | null {
  return index === null ? null : new Date(start + index * second).toISOString()
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

const schemas = Object.fromEntries(namedSchemas.map((schema) => [readId(schema), schema]))

function expectToFollow(name: string, value: unknown): void {
  const schema = schemas[name]
  if (schema === undefined) throw new TypeError(`there is no schema ${name}`)
  expect(Value.Errors(schemas, schema, value)).toEqual([])
}
