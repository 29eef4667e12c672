import type { Type as TypeBox } from 'typebox'

type Schema = Readonly<Record<string, unknown>>
type Build = (options?: Schema) => Schema

/** The schemas of members that are not required. */
const optional = new WeakSet<Schema>()

const anything: Build = (options) => ({ ...options })

const ofType =
  (type: string): Build =>
  (options) => ({ type, ...options })

const builders = {
  Any: anything,
  Array: (items: Schema, options?: Schema) => ({ type: 'array', items, ...options }),
  Boolean: ofType('boolean'),
  Enum: (values: readonly unknown[], options?: Schema) => ({ enum: values, ...options }),
  Integer: ofType('integer'),
  Number: ofType('number'),
  Object: (properties: Readonly<Record<string, Schema>>, options?: Schema) => {
    const names = Object.entries(properties).flatMap(([name, schema]) => (optional.has(schema) ? [] : [name]))
    const required = names.length > 0 ? { required: names } : {}
    return { type: 'object', ...required, properties, ...options }
  },
  Optional: (schema: Schema) => {
    const copy = { ...schema }
    optional.add(copy)
    return copy
  },
  Record: ({ pattern }: { readonly pattern: string }, values: Schema, options?: Schema) => ({
    type: 'object',
    patternProperties: { [pattern]: values },
    ...options,
  }),
  Ref: ($ref: string) => ({ $ref }),
  String: ofType('string'),
  Union: (anyOf: readonly Schema[], options?: Schema) => ({ anyOf, ...options }),
  Unknown: anything,
  Unsafe: (schema: Schema) => ({ ...schema }),
}

/**
 * The builders of TypeBox that the schemas use. They have the types of TypeBox and build the same schemas. TypeBox itself
 * is a devDependency: loading its 370 files would slow the start of the service down.
 */
export const Type = builders as unknown as Pick<typeof TypeBox, keyof typeof builders>
