import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderBody } from '../support/nodes.ts'

const contentType = 'application/x-www-form-urlencoded'
const fullForm = (vars: Readonly<Record<string, unknown>>) =>
  renderBody({ body: { structure: 'full', source: 'vars', contentType } }, { payload: { vars } })
const renderPairs = (vars: Readonly<Record<string, unknown>>) => decodeURIComponent(fullForm(vars))

describe('a form', () => {
  it.each<[vars: Readonly<Record<string, unknown>>, pairs: string]>([
    [{ tags: ['a', 'b'] }, 'tags=a&tags=b'],
    [{ data: { rates: ['t1', 't2'] } }, 'data[rates][]=t1&data[rates][]=t2'],
    [{ data: { rates: ['t1'] } }, 'data[rates][]=t1'],
    [{ a: { b: [{ c: 1 }, { c: [2, 3] }] } }, 'a[b][0][c]=1&a[b][1][c][]=2&a[b][1][c][]=3'],
    [{ a: [{ b: 1 }] }, 'a[0][b]=1'],
    [{ a: [[1, 2], [3]] }, 'a[0][]=1&a[0][]=2&a[1][]=3'],
    [{ a: { b: [[1, 2], [3]] } }, 'a[b][0][]=1&a[b][0][]=2&a[b][1][]=3'],
    [{ a: { b: [1, { c: 2 }] } }, 'a[b][0]=1&a[b][1][c]=2'],
    [{ a: { b: [null, true] } }, 'a[b][]=&a[b][]=true'],
    [{ a: { b: null, c: '' } }, 'a[b]=&a[c]='],
    [{ a: [], b: { c: [], d: {} }, e: {}, f: 1 }, 'f=1'],
  ])('of %j is %s', (vars, pairs) => {
    expect(renderPairs(vars)).toBe(pairs)
  })

  it('is what PHP, Rack and qs read back as it was', () => {
    const key = fc.string({
      unit: fc.constantFrom('a', 'b', 'ü', ' ', '&', '=', '+'),
      minLength: 1,
      maxLength: 3,
    })
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'grapheme', maxLength: 4 }),
        fc.array(tie('value'), { minLength: 1, maxLength: 3 }),
        fc.dictionary(key, tie('value'), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
      ),
    }))
    const data = fc.dictionary(key, value, { minKeys: 1, noNullPrototype: true })

    fc.assert(
      fc.property(data, (given) => {
        expect(readNested(fullForm({ data: given }))).toEqual({ data: given })
      }),
      { numRuns: 1000 },
    )
  })
})

type Nested = string | Nested[] | { [name: string]: Nested }

/** As these three read a form: `[name]` is a member, `[]` the next item, and members from 0 on are a list. */
function readNested(form: string): Nested {
  const root: { [name: string]: Nested } = {}
  for (const [name, text] of new URLSearchParams(form)) put(root, listParts(name), text)
  return withLists(root)
}

function listParts(name: string): string[] {
  const [first = '', ...rest] = name.split('[')
  return [first, ...rest.map((part) => part.slice(0, -1))]
}

function put(container: { [name: string]: Nested }, [part = '', ...rest]: string[], text: string): void {
  const own = part === '' ? String(Object.keys(container).length) : part
  if (rest.length === 0) container[own] = text
  else {
    container[own] ??= {}
    put(container[own] as { [name: string]: Nested }, rest, text)
  }
}

function withLists(value: Nested): Nested {
  if (typeof value === 'string') return value
  const entries = Object.entries(value)
  const isList = entries.every(([name], index) => name === String(index))
  if (isList) return entries.map(([, item]) => withLists(item))
  return Object.fromEntries(entries.map(([name, item]) => [name, withLists(item)]))
}
