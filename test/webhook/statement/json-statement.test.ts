import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readJsonStatement, reportsError } from '../../../src/webhook/statement/json-statement.ts'
import { cpuMs } from '../../support/cpu-time.ts'
import { errorShapes } from './support/error-shapes.ts'

describe('the statement of JSON', () => {
  it.each(errorShapes)('is what $api says', ({ body, statement }) => {
    expect(readJsonStatement(body)).toEqual(statement)
  })

  it.each<[body: unknown, text: string, fields: readonly string[]]>([
    [{ message: 'No column x.', hint: 'Perhaps y.' }, 'No column x: Perhaps y', []],
    [
      { error: { message: 'Invalid parameter', error_user_msg: 'The audience was deleted.' } },
      'Invalid parameter: The audience was deleted',
      [],
    ],
    [
      { Fault: { Error: [{ Message: 'Required param missing', Detail: 'Line is missing' }] } },
      'Required param missing: Line is missing',
      [],
    ],
    [
      { Message: 'Not valid', Elements: [{ ValidationErrors: [{ Message: 'Name must be specified' }] }] },
      'Not valid; Name must be specified',
      [],
    ],
    [
      {
        errors: [{ message: 'must NOT have additional properties', params: { additionalProperty: 'foo' } }],
      },
      'must NOT have additional properties: "foo"',
      ['foo'],
    ],
  ])('has the cure that %j names', (body, text, fields) => {
    expect(readJsonStatement(body)).toEqual({ text, fields })
  })

  it.each([{}, [], 5, null, true, { id: 7, name: 'Ada' }, { error: {} }, { errors: [] }, { message: ' ' }])(
    'is not there where nothing is said: %j',
    (body) => {
      expect(readJsonStatement(body)).toBeNull()
    },
  )

  it('is found whatever JSON comes, and is short', () => {
    const names = fc.constantFrom(
      'error',
      'errors',
      'message',
      'detail',
      'field',
      'loc',
      'details',
      'code',
      'data',
      'x',
    )
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof({ maxDepth: 8 }, fc.jsonValue({ maxDepth: 2 }), tie('object'), fc.array(tie('json'))),
      object: fc.dictionary(names, tie('json')),
    }))

    fc.assert(
      fc.property(json, (body) => {
        const statement = readJsonStatement(body)
        reportsError(body)
        expect(statement?.text.length ?? 0).toBeLessThan(10_000)
        expect(statement?.fields.length ?? 0).toBeLessThanOrEqual(5)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['a wide list', { errors: Array.from({ length: 200_000 }, (_, index) => ({ message: `m${index}` })) }],
    [
      'a wide map',
      { errors: Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`f${index}`, ['no']])) },
    ],
    ['deep JSON', JSON.parse(`${'{"error":'.repeat(90)}{"message":"deep"}${'}'.repeat(90)}`)],
    ['lists in lists', JSON.parse(`{"errors":${'['.repeat(90)}"deep"${']'.repeat(90)}}`)],
    ['a long text', { message: 'x'.repeat(1_000_000) }],
  ])('takes a bounded time for %s', (_what, body) => {
    const before = cpuMs()
    for (let count = 0; count < 5; count++) readJsonStatement(body)

    expect(cpuMs() - before).toBeLessThan(1_500)
  })
})

describe('JSON of a success', () => {
  it.each([
    { ok: false, error: 'invalid_auth' },
    { success: false },
    { errors: [{ message: 'no' }] },
    { error: 'no' },
    { error: { message: 'no' } },
    { status: 'error' },
    { status: 'Failed' },
  ])('reports an error: %j', (body) => {
    expect(reportsError(body)).toBe(true)
  })

  it.each([
    {},
    [],
    'error',
    null,
    { ok: true },
    { errors: [] },
    { error: null },
    { error: '' },
    { error: false },
    { status: 'ok' },
    { message: 'created' },
  ])('reports none: %j', (body) => {
    expect(reportsError(body)).toBe(false)
  })
})
