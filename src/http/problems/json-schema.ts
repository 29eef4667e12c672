import { isObject } from '../../webhook/values/json.ts'

/** The part of JSON Schema that the contract uses. */
export interface JsonSchema {
  readonly $ref?: string
  readonly $id?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly examples?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  /** Set if one member tells the branches of `anyOf` apart. */
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

/** The type of a value in JSON Schema. */
export function nameType(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** Whether a schema allows the type of a value. */
export function admitsType(schema: JsonSchema, value: unknown): boolean {
  if (schema.anyOf !== undefined) return schema.anyOf.some((branch) => admitsType(branch, value))
  const types = listTypes(schema)
  // JSON may contain 1e400, which JSON.parse reads as infinity.
  if (typeof value === 'number' && !Number.isFinite(value)) return types.length === 0
  return (
    types.length === 0 || types.includes(nameType(value)) || (types.includes('integer') && isInteger(value))
  )
}

/** The types that a schema allows. Empty: every type. */
export function listTypes({ type }: JsonSchema): readonly string[] {
  if (type === undefined) return []
  return typeof type === 'string' ? [type] : type
}

/** Replaces the references of a schema. It must not refer to itself, directly or indirectly. */
export function dereference(schema: JsonSchema, named: ReadonlyMap<string, JsonSchema>): JsonSchema {
  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace)
    if (!isObject(value)) return value
    const target = typeof value.$ref === 'string' ? named.get(value.$ref) : undefined
    if (target !== undefined) return replace(target)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replace(member)]))
  }
  // Replacing references keeps a schema a schema.
  return replace(schema) as JsonSchema
}

const compiled = new Map<string, RegExp>()

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
