import type { Static, TSchema } from 'typebox'
import { Type } from './typebox.ts'

/** A reference to a schema with an `$id`. It has the type of that schema. */
export function named<T extends TSchema>(schema: T) {
  return Type.Unsafe<Static<T>>(Type.Ref(readId(schema)))
}

/** The `$id` of a schema, which TypeBox keeps out of its types. */
export function readId(schema: TSchema): string {
  const { $id } = schema as { $id?: string }
  if ($id === undefined) throw new TypeError('a schema that others refer to needs an $id')
  return $id
}

/** Any JSON value. */
export function anyJson(description: string) {
  return Type.Unsafe<unknown>(Type.Any({ description }))
}

/** A schema that accepts null beside the values of the given one. */
export function nullable<T>(schema: Record<string, unknown>) {
  return Type.Unsafe<T | null>({ ...schema, type: [schema.type, 'null'] })
}

/** An object with members of any name. `Type.Record` of TypeBox does not check members with a line break in the name. */
export function recordSchema<T extends TSchema>(values: T, options: Record<string, unknown>) {
  return Type.Unsafe<Record<string, Static<T>>>({ type: 'object', additionalProperties: values, ...options })
}

/** A string that is one of `words`. */
export function oneOfWords<const T extends string>(words: readonly T[], options: Record<string, unknown>) {
  return Type.Unsafe<T>(Type.Enum([...words], { type: 'string', ...options }))
}

const closed = { additionalProperties: false } as const

/** An object that refuses unknown members. */
export function closedObject<T extends Record<string, TSchema>, O extends Record<string, unknown>>(
  properties: T,
  options: O,
) {
  return Type.Object(properties, { ...closed, ...options })
}
