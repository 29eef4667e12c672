import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasRepeatedMembers, repeatedMembers } from '../../../src/webhook/values/repeated-members.ts'

/** The pointers of what is repeated. Both ways to ask must agree. */
function repeatedIn(json: string): string[] {
  const found = [...repeatedMembers(json)].map((steps) => `/${steps.join('/')}`)
  expect(hasRepeatedMembers(json, JSON.parse(json)), json).toBe(found.length > 0)
  return found
}

describe('the repeated members of JSON', () => {
  it.each<[json: string, repeated: readonly string[]]>([
    ['{"a":1,"a":1}', ['/a']],
    ['{"a":1,"\\u0061":2}', ['/a']],
    ['{"a/~":1,"a\\/~":2}', ['/a/~']],
    ['{"\\"":1,"\\u0022":2}', ['/"']],
    ['{"\\\\":1,"\\u005c":2}', ['/\\']],
    ['{"":1,"":2}', ['/']],
    ['{"__proto__":1,"__proto__":2}', ['/__proto__']],
    ['{"1":1,"1":2}', ['/1']],
    ['{ "a" \t\r\n : 1 , "a" \n : 2 }', ['/a']],
    ['{"a":1,"a":2,"a":3}', ['/a']],
    ['{"a":{"b":1,"b":2},"c":{"b":1}}', ['/a/b']],
    ['{"a":[1,{"x":1},{"b":1,"b":2},[{"c":1,"c":2}]]}', ['/a/2/b', '/a/3/0/c']],
    ['[[],{},[{"a":1,"a":2}]]', ['/2/0/a']],
    ['{"a":{"x":1},"b":1,"a":{"y":1,"y":2}}', ['/a', '/a/y']],
  ])('of %s are %j', (json, repeated) => {
    expect(repeatedIn(json)).toEqual(repeated)
  })

  it.each([
    '{"a":"a","b":"a"}',
    '{"a":"\\"a\\":1","b":"{\\"a\\":1,\\"a\\":1}"}',
    '{"a":1,"A":2,"a ":3,"\\u00e4":4,"a\\u0308":5}',
    '[{"a":1},{"a":1},{"b":{"a":1}}]',
    '{"a":["a","a"],"b":"\\\\","c":"\\\\\\""}',
    '"a"',
    '1',
    'null',
  ])('are none in %s', (json) => {
    expect(repeatedIn(json)).toEqual([])
  })

  it('are those that a reader without objects finds, under any names', () => {
    const names = fc.oneof(fc.constantFrom('a', 'b', '"', '\\', ':', '{', '__proto__', '1'), fc.string())
    const { value } = fc.letrec<{ value: Tree }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue().map((leaf): Tree => ({ kind: 'leaf', json: JSON.stringify(leaf) })),
        fc.array(tie('value'), { maxLength: 4 }).map((items): Tree => ({ kind: 'list', items })),
        fc
          .array(fc.tuple(names, tie('value')), { maxLength: 4 })
          .map((members): Tree => ({ kind: 'object', members })),
      ),
    }))

    fc.assert(
      fc.property(value, (tree) => {
        expect(repeatedIn(written(tree)).length > 0).toBe(isRepeating(tree))
      }),
    )
  })
})

/** JSON as it is written, in which a name may come again. */
type Tree =
  | { readonly kind: 'leaf'; readonly json: string }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [name: string, value: Tree])[] }

function written(tree: Tree): string {
  if (tree.kind === 'leaf') return tree.json
  if (tree.kind === 'list') return `[${tree.items.map(written).join(' , ')}]`
  return `{${tree.members.map(([name, value]) => `${JSON.stringify(name)} : ${written(value)}`).join()}}`
}

function isRepeating(tree: Tree): boolean {
  if (tree.kind === 'leaf') return false
  if (tree.kind === 'list') return tree.items.some(isRepeating)
  const names = tree.members.map(([name]) => name)
  return new Set(names).size < names.length || tree.members.some(([, value]) => isRepeating(value))
}
