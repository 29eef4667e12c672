import { expect, it } from 'vitest'
import { nothingYet, takeAnswer } from '../../src/console/latest.js'

const failed = (status: number) => ({
  ok: false as const,
  problem: { status, code: null, title: '', detail: '', errors: [] },
})
const first = takeAnswer(nothingYet, { ok: true, value: 1 }, 5)

it.each([0, 429, 500, 502, 503])('what was read stays, with its age, while the service says %d', (status) => {
  expect(takeAnswer(first, failed(status), 9)).toMatchObject({ value: 1, at: 5, problem: { status } })
})

it.each([400, 401, 403, 404, 501])('what was read goes when the service refuses with %d', (status) => {
  expect(takeAnswer(first, failed(status), 9)).toMatchObject({ value: null, problem: { status } })
})

it('a call that was given up changes nothing, and the next value takes the place of a problem', () => {
  const problem = takeAnswer(first, failed(0), 9)

  expect(takeAnswer(problem, { ok: null }, 9)).toBe(problem)
  expect(takeAnswer(problem, { ok: true, value: 2 }, 11)).toEqual({ value: 2, at: 11, problem: null })
})
