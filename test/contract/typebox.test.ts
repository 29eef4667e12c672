import { Type as TypeBox } from 'typebox'
import { describe, expect, it } from 'vitest'
import { Type } from '../../src/contract/typebox.ts'

type Builders = typeof Type
const options = { description: 'what it is', examples: ['one'] }

const uses: readonly (readonly [what: string, build: (type: Builders) => object])[] = [
  ['anything', (type) => type.Any(options)],
  ['anything, checked later', (type) => type.Unknown()],
  ['a string', (type) => type.String({ minLength: 1, ...options })],
  ['a boolean', (type) => type.Boolean(options)],
  ['an integer', (type) => type.Integer({ minimum: 1 })],
  ['a number', (type) => type.Number({ default: 0.5 })],
  ['an array', (type) => type.Array(type.String(), { minItems: 1 })],
  ['one of some values', (type) => type.Enum(['a', 'b'], { type: 'string' })],
  ['a union', (type) => type.Union([type.String(), type.Integer()], options)],
  ['a record', (type) => type.Record(type.String({ pattern: '^a' }), type.String(), { $id: 'Record' })],
  ['a reference', (type) => type.Ref('Other')],
  ['an object without members', (type) => type.Object({})],
  ['an object of members that may be missing', (type) => type.Object({ a: type.Optional(type.String()) })],
  [
    'an object with options',
    (type) =>
      type.Object(
        { a: type.String(), b: type.Optional(type.Integer(options)), c: type.Unsafe({ type: 'null' }) },
        { additionalProperties: false, ...options },
      ),
  ],
  [
    'a member that may be missing and has a schema of its own',
    (type) => type.Object({ a: type.Optional(type.Unsafe({ type: ['string', 'null'] })), b: type.Any() }),
  ],
]

describe('the builders of schemas', () => {
  it.each(uses)('make of %s what TypeBox makes, in the same order', (_what, build) => {
    expect(JSON.stringify(build(Type))).toBe(JSON.stringify(build(TypeBox)))
  })

  it('are the same where a schema is used twice, once as a member that may be missing', () => {
    const shared = Type.String()

    expect(Type.Object({ a: shared, b: Type.Optional(shared) })).toMatchObject({ required: ['a'] })
  })
})
