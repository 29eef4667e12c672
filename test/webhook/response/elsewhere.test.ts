import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findElsewhere } from '../../../src/webhook/response/elsewhere.ts'
import { compileTemplate } from '../../../src/webhook/template/template.ts'
import { createResponse, createScope } from '../support/responses.ts'

function find(body: unknown, path: string, headers: readonly (readonly [string, string])[] = []) {
  const response = createResponse({ status: 201, body: JSON.stringify(body), headers })
  return findElsewhere(response, ['response', 'json', ...path.split('.')])?.path ?? null
}

describe('the place of a name that stands elsewhere in a response', () => {
  it.each([
    ['one level below', 'status', { data: { status: 'ok' } }, 'response.json.data.status'],
    ['one level above', 'data.status', { status: 'ok' }, 'response.json.status'],
    ['in the items of a list', 'id', { results: [{ id: 1 }, { id: 2 }] }, 'response.json.results[0].id'],
    [
      'below the same object, rather than below another one',
      'customer.id',
      { id: 1, data: { customer: { id: 2 }, order: { id: 3 } } },
      'response.json.data.customer.id',
    ],
    ['nearer to the root', 'id', { data: { id: 1, owner: { id: 2 } } }, 'response.json.data.id'],
    ['in another spelling', 'orderId', { data: { order_id: 1 } }, 'response.json.data.order_id'],
    [
      'in the same spelling, though deeper',
      'orderId',
      { order_id: 1, data: { orderId: 2 } },
      'response.json.data.orderId',
    ],
    ['behind a name that is no identifier', 'id', { 'my data': { id: 1 } }, 'response.json["my data"].id'],
    [
      'as a list whose size is asked for',
      'items.size',
      { data: { items: [1] } },
      'response.json.data.items.size',
    ],
    ['behind an index', '0.id', { data: [{ id: 1 }] }, 'response.json.data[0].id'],
    ['twice at one depth', 'id', { lead: { id: 1 }, owner: { id: 2 } }, null],
    ['in an error', 'id', { error: { id: 'E-1' } }, null],
    ['nowhere', 'id', { data: { uuid: 1 } }, null],
    ['behind a name that cannot be written', 'id', { 'a"b': { id: 1 } }, null],
  ])('is told where it stands %s', (_where, path, body, expected) => {
    expect(find(body, path)).toBe(expected)
  })

  it('is the head of the response for a status and a header', () => {
    expect(find({}, 'statusCode')).toBe('response.status')
    expect(find({}, 'location', [['Location', '/leads/7']])).toBe('response.headers.location')
    expect(find({}, 'data.location', [['Location', '/leads/7']])).toBeNull()
  })

  it('is a path that leads to its value, whatever the body is', () => {
    const name = fc.oneof(fc.constantFrom('a', 'id', 'first', 'my key', '0'), fc.string({ maxLength: 4 }))
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.integer(),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(name, tie('tree'), { maxKeys: 4 }),
      ),
    }))
    fc.assert(
      fc.property(tree, fc.constantFrom('a', 'id', 'my key'), (body, wanted) => {
        const response = createResponse({ status: 200, body: JSON.stringify(body) })
        const found = findElsewhere(response, ['response', 'json', 'x', wanted])
        if (found === null) return
        const compiled = compileTemplate(`{{ ${found.path} }}`, null)
        if (!compiled.ok) throw new Error(`${found.path}: ${compiled.problem}`)
        expect(compiled.template.value(createScope(response))).toMatchObject({ ok: true, value: found.value })
      }),
    )
  })

  it('is looked for in a bounded part of a large body', () => {
    const wide = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`k${at}`, { a: 1 }]))
    const body = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`k${at}`, wide]))
    const response = createResponse({ status: 200, body: JSON.stringify(body) })
    expect(response.seenJson).toBeDefined()
    const start = performance.now()

    for (let round = 0; round < 50; round++) findElsewhere(response, ['response', 'json', 'nope'])

    expect(performance.now() - start).toBeLessThan(5_000)
  })
})
