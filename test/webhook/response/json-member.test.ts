import { expect, it } from 'vitest'
import { findMemberCondition } from '../../../src/webhook/response/json-member.ts'

it.for<[text: string, json: unknown, condition: string | null]>([
  ['"success":true', { success: true }, 'response.json.success == true'],
  ['"status" : "ok"', { a: 1, status: 'ok' }, 'response.json.status == "ok"'],
  ['“status”:“ok”', { status: 'ok' }, 'response.json.status == "ok"'],
  ['{"id":7}', { data: [{ id: 6 }, { id: 7 }] }, 'response.json.data[1].id == 7'],
  ['"id":7', { id: 7, data: { id: 7 } }, 'response.json.id == 7'],
  ['"a":null', { b: { a: null } }, 'response.json.b.a == nil'],
  ['"id":7', { id: '7' }, null],
  ['"id":7', [], null],
  ['"id":7', { 'a b': { id: 7 } }, null],
  ['"a":1,"b":2', { a: 1, b: 2 }, null],
  ['success', { success: true }, null],
  ['"__proto__":null', {}, null],
])('a member of JSON that is looked for as a text is a condition: %s', ([text, json, condition]) => {
  expect(findMemberCondition(text, json)).toBe(condition)
})

it('is looked for in a bounded number of members', () => {
  const wide = { list: Array.from({ length: 100_000 }, () => ({ a: 1 })), last: { id: 7 } }
  expect(findMemberCondition('"id":7', wide)).toBe('response.json.last.id == 7')
  expect(findMemberCondition('"id":7', { list: [...wide.list, { id: 7 }] })).toBeNull()
})
