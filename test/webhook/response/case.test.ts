import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FailureCode, failureCodes } from '../../../src/contract/failure.ts'
import type { Case, Expectation, When } from '../../../src/contract/node.ts'
import type { CompiledNode } from '../../../src/webhook/compile.ts'
import { type Decision, decideOnFailure, decideOnResponse } from '../../../src/webhook/decide.ts'
import { compiled } from '../support/nodes.ts'
import { createResponse, createScope } from '../support/responses.ts'
import { SpentBudget } from '../support/spent-budget.ts'

function respond(node: CompiledNode, status: number, body = ''): Decision {
  const response = createResponse({ status, body })
  return decideOnResponse(node, response, createScope(response, { profile: {} }))
}

/** Texts are looked at only while there is time. */
function respondTooLate(cases: readonly Case[]): Decision {
  const response = createResponse({ status: 200 })
  const budget = new SpentBudget(0)
  return decideOnResponse(compiled({ cases }), response, { ...createScope(response), budget })
}

function fail(node: CompiledNode, code: FailureCode): Decision {
  return decideOnFailure(node, { code, detail: 'It failed.', path: '/node/url' })
}

const byStatus = (branch: string, value: number | string | (number | string)[]): Case => ({
  branch,
  when: { type: 'status', value },
})

const text: Case = { branch: 'a', when: { type: 'string', value: 'x' } }

describe('a response', () => {
  it.each<[what: string, when: When, status: number, body: string, holds: boolean]>([
    ['a status', { type: 'status', value: 409 }, 409, '', true],
    ['a status as text', { type: 'status', value: '409' }, 409, '', true],
    ['another status', { type: 'status', value: 409 }, 410, '', false],
    ['a class', { type: 'status', value: '4XX' }, 499, '', true],
    ['a list', { type: 'status', value: [201, '4xx'] }, 201, '', true],
    ['a text', { type: 'string', value: 'dup' }, 200, 'a dup', true],
    ['a text that is missing', { type: 'string', value: 'dup' }, 200, 'a DUP', false],
    ['a text in any case', { type: 'string', value: 'dup', ignoreCase: true }, 200, 'a DUP', true],
    ['no such text', { type: 'string', value: 'dup', match: 'notContains' }, 200, 'a', true],
    ['a condition', { type: 'condition', value: 'response.json.n > 1' }, 200, '{"n":2}', true],
    ['a condition that is false', { type: 'condition', value: 'response.json.n > 1' }, 200, '{}', false],
    ['a failure', { type: 'failure', value: 'response_timeout' }, 200, '', false],
  ])('is a case or not by %s', (_what, when, status, body, holds) => {
    const { branch, reason } = respond(compiled({ cases: [{ branch: 'own', when }] }), status, body)

    expect(branch === 'own').toBe(holds)
    expect(reason.code === 'case_met').toBe(holds)
  })

  it('has the warnings of the cases that did not hold, too', () => {
    const node = compiled({
      cases: [
        { branch: 'a', when: { type: 'condition', value: 'response.status == profile.nmae' } },
        { branch: 'b', when: { type: 'condition', value: '(1 | divided_by: response.json.n) > 0' } },
        byStatus('c', 409),
      ],
    })
    const codes = ({ warnings }: Decision) => warnings.map(({ code, path }) => [code, path])
    const own = [
      ['template_undefined', '/node/cases/0/when/value'],
      ['condition_failed', '/node/cases/1/when/value'],
    ]

    expect(codes(respond(node, 409, '{"n":0}'))).toEqual(own)
    expect(codes(respond(node, 200, '{"n":0}'))).toEqual(own)
    expect(respond(node, 200, '{"n":0}')).toMatchObject({ branch: 'success', output: 'success' })
    expect(respond(node, 404, '{"n":0}').reason).toMatchObject({ code: 'expectation_unmet' })
  })

  it('cannot be judged where a case takes more time than there is', () => {
    expect(respondTooLate([text, byStatus('b', 200)])).toMatchObject({
      branch: 'error',
      reason: { code: 'judging_failed', path: '/node/cases/0/when' },
    })
  })

  it('that cannot be judged may be a case as well', () => {
    const unclear: Case = { branch: 'unclear', when: { type: 'failure', value: 'judging_failed' } }

    expect(respondTooLate([text, unclear])).toMatchObject({
      branch: 'unclear',
      reason: { code: 'case_met', failure: 'judging_failed', blame: 'node' },
    })
  })
})

describe('what follows', () => {
  it('are no further attempts after a response, and maybe some after a failure', () => {
    const cases: Case[] = [
      { ...byStatus('busy', 503), succeeded: false },
      { branch: 'later', when: { type: 'failure', value: 'connect_refused' } },
    ]
    const node = compiled({ cases })

    expect(respond(node, 503)).toMatchObject({ endsAttempts: true, succeeded: false })
    expect(respond(node, 500)).toMatchObject({ endsAttempts: false, succeeded: false })
    expect(fail(node, 'connect_refused')).toMatchObject({ endsAttempts: false, succeeded: true })
  })

  it('keeps hint and blame of the failure', () => {
    const cases: Case[] = [{ branch: 'later', when: { type: 'failure', value: 'connect_refused' } }]
    const plain = fail(compiled({}), 'connect_refused').reason

    expect(fail(compiled({ cases }), 'connect_refused').reason).toEqual({
      code: 'case_met',
      failure: 'connect_refused',
      message: `The case "later" holds, which is for connect_refused: ${plain.message}`,
      hint: plain.hint,
      blame: plain.blame,
      path: '/node/cases/0',
      expected: 'connect_refused',
      actual: 'connect_refused',
    })
  })
})

const statusPattern = fc.oneof(
  fc.integer({ min: 100, max: 999 }),
  fc.integer({ min: 398, max: 412 }),
  fc.integer({ min: 398, max: 412 }).map(String),
  fc.integer({ min: 1, max: 9 }).map((first) => `${first}xx`),
)
const statusValue = fc.oneof(statusPattern, fc.array(statusPattern, { minLength: 1, maxLength: 4 }))
const someCodes = failureCodes.slice(0, 6)
const code = fc.constantFrom(...someCodes)
const when: fc.Arbitrary<When> = fc.oneof(
  statusValue.map((value) => ({ type: 'status' as const, value })),
  fc.constantFrom('a', 'b').map((value) => ({ type: 'string' as const, value })),
  fc
    .integer({ min: 399, max: 411 })
    .map((bound) => ({ type: 'condition' as const, value: `response.status > ${bound}` })),
  fc
    .oneof(code, fc.array(code, { minLength: 1, maxLength: 3 }))
    .map((value) => ({ type: 'failure' as const, value })),
)
const cases = fc
  .array(fc.tuple(when, fc.boolean()), { maxLength: 6 })
  .map((list) => list.map(([each, succeeded], index) => ({ branch: `c${index}`, succeeded, when: each })))

/** What the manual says, in the simplest words. */
function holds(each: When, status: number, body: string): boolean {
  switch (each.type) {
    case 'status':
      return [each.value].flat().some((pattern) => matches(String(pattern), status))
    case 'string':
      return body.includes(each.value)
    case 'condition':
      return status > Number(each.value.split('> ')[1])
    case 'failure':
      return false
  }
}

function matches(pattern: string, status: number): boolean {
  return pattern.endsWith('xx') ? pattern[0] === String(status)[0] : pattern === String(status)
}

const anyStatus = fc.oneof(fc.integer({ min: 100, max: 999 }), fc.integer({ min: 398, max: 412 }))

describe('of several cases', () => {
  it('the first that holds decides on a response, else the expectation', () => {
    const expectation: Expectation = { type: 'status', value: '2xx' }
    fc.assert(
      fc.property(cases, anyStatus, fc.constantFrom('', 'a', 'b', 'ab'), (list, status, body) => {
        const decision = respond(compiled({ cases: list, expect: expectation }), status, body)

        const first = list.find((each) => holds(each.when, status, body))
        const isExpected = status >= 200 && status <= 299
        expect(decision.branch).toBe(first?.branch ?? (isExpected ? 'success' : 'error'))
        expect(decision.succeeded).toBe(first?.succeeded ?? isExpected)
        if (first !== undefined) expect(decision.reason.path).toBe(`/node/cases/${list.indexOf(first)}`)
      }),
    )
  })

  it('the first that holds decides on a failure, else onError', () => {
    fc.assert(
      fc.property(cases, code, (list, failure) => {
        const decision = fail(compiled({ cases: list, onError: 'exit' }), failure)

        const first = list.find(
          (each) => each.when.type === 'failure' && [each.when.value].flat().includes(failure),
        )
        expect(decision.branch).toBe(first?.branch ?? 'exit')
        expect(decision.reason.failure).toBe(first === undefined ? undefined : failure)
      }),
    )
  })

  it('one that is said never to hold never does, and of statuses alone every such one is named', () => {
    const onlyStatuses = fc
      .array(statusValue, { maxLength: 6 })
      .map((list) => list.map((value, index) => byStatus(`c${index}`, value)))
    const statuses = Array.from({ length: 900 }, (_, index) => 100 + index)
    fc.assert(
      fc.property(onlyStatuses, (list) => {
        const node = compiled({ cases: list })
        const idle = new Set(node.warnings.map(({ path }) => path))

        const deciding = new Set(
          statuses.map((status) => list.findIndex((each) => holds(each.when, status, ''))),
        )
        for (const index of list.keys()) expect(idle.has(`/node/cases/${index}`)).toBe(!deciding.has(index))
      }),
      { numRuns: 50 },
    )
  })

  it('one that repeats an earlier one is said never to hold', () => {
    const twice = (each: When) =>
      compiled({
        cases: [
          { branch: 'a', when: each },
          { branch: 'b', when: each },
        ],
      }).warnings
    fc.assert(
      fc.property(when, (each) => {
        expect(twice(each)).toMatchObject([{ code: 'case_never_holds', path: '/node/cases/1' }])
      }),
    )
  })
})
