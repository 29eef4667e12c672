/** The part of JSON Schema that our contract is written in. */
export interface JsonSchema {
  readonly $ref?: string
  readonly $id?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  /** Where the branches of `anyOf` are told apart by one member. */
  readonly discriminator?: { readonly propertyName: string }
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: boolean | JsonSchema
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxProperties?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
}

/** A value of JSON that has members. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether JSON calls a value an object: arrays are none. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The name that JSON Schema has for the type of a value. */
export function nameType(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** Whether a schema takes values of this type, whatever else it asks of them. */
export function admitsType(schema: JsonSchema, value: unknown): boolean {
  if (schema.anyOf !== undefined) return schema.anyOf.some((branch) => admitsType(branch, value))
  const types = listTypes(schema)
  // A JSON text may say 1e400, which is no number that anybody calculates with.
  if (typeof value === 'number' && !Number.isFinite(value)) return types.length === 0
  return (
    types.length === 0 || types.includes(nameType(value)) || (types.includes('integer') && isInteger(value))
  )
}

/** The types that a schema names; none where it takes every type. */
export function listTypes({ type }: JsonSchema): readonly string[] {
  if (type === undefined) return []
  return typeof type === 'string' ? [type] : type
}

/** A schema without references. It must not refer to itself, however indirectly. */
export function dereference(schema: JsonSchema, named: ReadonlyMap<string, JsonSchema>): JsonSchema {
  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace)
    if (!isObject(value)) return value
    const target = typeof value.$ref === 'string' ? named.get(value.$ref) : undefined
    if (target !== undefined) return replace(target)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replace(member)]))
  }
  // A schema whose references are replaced is a schema.
  return replace(schema) as JsonSchema
}

const compiled = new Map<string, RegExp>()

/** Whether a text follows a pattern of a schema. */
export function follows(pattern: string, text: string): boolean {
  let regExp = compiled.get(pattern)
  if (regExp === undefined) {
    // recheck: one of the patterns of our schemas, all of which stand in validators.cjs too
    regExp = new RegExp(pattern, 'u')
    compiled.set(pattern, regExp)
  }
  return regExp.test(text)
}

function isInteger(value: unknown): boolean {
  return Number.isInteger(value)
}
