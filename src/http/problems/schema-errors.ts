import { type ConfigError, pointer } from '../../contract/config-error.ts'
import { isObject, type JsonObject } from '../../webhook/values/json.ts'
import { admitsType, follows, type JsonSchema } from './json-schema.ts'
import { given, missing, mustBe, scalarMismatch, unknownMember, unknownName } from './schema-error-text.ts'

/**
 * Finds the schema errors of a value, one per wrong member. `schema` has no references. A validator has already
 * refused the body: this explains why. Of a union it reports only the branch that was meant, where Ajv reports all.
 * It is a generator, so a hostile body costs no more than the errors that are listed.
 */
export function* findSchemaErrors(schema: JsonSchema, value: unknown, path = ''): Generator<ConfigError> {
  if (schema.anyOf !== undefined) yield* inUnion(schema, schema.anyOf, value, path)
  else if (!admitsType(schema, value))
    yield { path, message: `${mustBe(schema)}, not ${given(value, schema)}` }
  else if (Array.isArray(value)) yield* inArray(schema, value, path)
  else if (isObject(value)) yield* inObject(schema, value, path)
  else yield* inScalar(schema, value, path)
}

function* inScalar(schema: JsonSchema, value: unknown, path: string): Generator<ConfigError> {
  const message = scalarMismatch(schema, value)
  if (message !== null) yield { path, message }
}

function* inArray(schema: JsonSchema, value: readonly unknown[], path: string): Generator<ConfigError> {
  const { items, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema
  if (value.length < minItems) yield { path, message: `must have at least ${minItems} of them` }
  if (value.length > maxItems) return yield { path, message: tooMany(maxItems, value.length) }
  if (items === undefined) return
  for (const [index, item] of value.entries()) yield* findSchemaErrors(items, item, pointer(path, index))
}

function tooMany(most: number, count: number): string {
  return `must have at most ${most} of them, not ${count}`
}

function* inObject(schema: JsonSchema, value: JsonObject, path: string): Generator<ConfigError> {
  const count = Object.keys(value).length
  const { maxProperties = Number.POSITIVE_INFINITY } = schema
  if (count > maxProperties) return yield { path, message: tooMany(maxProperties, count) }
  for (const name of missingNames(schema, value))
    yield { path: pointer(path, name), message: missing(schema.properties?.[name] ?? {}) }
  if (!restrictsMembers(schema)) return
  for (const name of Object.keys(value)) {
    const member = memberSchema(schema, name)
    if (member !== null) yield* findSchemaErrors(member, value[name], pointer(path, name))
    else if (schema.additionalProperties === false)
      yield { path: pointer(path, name), message: describeRefusal(name, schema) }
  }
}

function describeRefusal(name: string, { properties, patternProperties }: JsonSchema): string {
  const [form] = Object.keys(patternProperties ?? {})
  return form === undefined ? unknownMember(name, Object.keys(properties ?? {})) : unknownName(form)
}

function* inUnion(
  union: JsonSchema,
  branches: readonly JsonSchema[],
  value: unknown,
  path: string,
): Generator<ConfigError> {
  const candidates = branches.filter((branch) => admitsType(branch, value))
  const [only] = candidates
  if (only === undefined) yield { path, message: `${mustBe(union)}, not ${given(value, union)}` }
  else if (isObject(value) && union.discriminator !== undefined)
    yield* inTaggedUnion(branches, union.discriminator.propertyName, value, path)
  else if (isObject(value) && candidates.length > 1) yield* inClosest(union, candidates, value, path)
  else if (isObject(value) || Array.isArray(value)) yield* findSchemaErrors(only, value, path)
  else if (!candidates.some((branch) => fits(branch, value))) yield { path, message: mustBe(union) }
}

/** The errors of the branch that the tag names, or of the tag itself. */
function* inTaggedUnion(
  branches: readonly JsonSchema[],
  tag: string,
  value: JsonObject,
  path: string,
): Generator<ConfigError> {
  const tags = branches.map((branch) => branch.properties?.[tag] ?? {})
  const meant = Object.hasOwn(value, tag)
    ? branches.find((_branch, index) => tags[index]?.enum?.includes(value[tag]))
    : undefined
  if (meant !== undefined) return yield* findSchemaErrors(meant, value, path)
  const anyTag = { type: 'string', enum: tags.flatMap((schema) => schema.enum ?? []) }
  yield* inObject({ properties: { [tag]: anyTag }, required: [tag] }, value, path)
}

/** The errors of the branch whose members match best, unless the value mixes several branches. */
function* inClosest(
  union: JsonSchema,
  candidates: readonly JsonSchema[],
  value: JsonObject,
  path: string,
): Generator<ConfigError> {
  if (candidates.some((branch) => fits(branch, value))) return
  const names = Object.keys(value)
  const strangers = (branch: JsonSchema) => names.filter((name) => memberSchema(branch, name) === null)
  const distance = (branch: JsonSchema) => strangers(branch).length + missingNames(branch, value).length
  const [closest, next] = candidates
    .map((branch) => ({ branch, distance: distance(branch) }))
    .toSorted((a, b) => a.distance - b.distance)
  const isMixed = (branch: JsonSchema) =>
    strangers(branch).some((name) => candidates.some((other) => memberSchema(other, name) !== null))
  if (closest === undefined || closest.distance === next?.distance || isMixed(closest.branch))
    yield { path, message: mustBe(union) }
  else yield* findSchemaErrors(closest.branch, value, path)
}

function fits(schema: JsonSchema, value: unknown): boolean {
  return findSchemaErrors(schema, value).next().done === true
}

function restrictsMembers({ properties, patternProperties, additionalProperties }: JsonSchema): boolean {
  return properties !== undefined || patternProperties !== undefined || additionalProperties !== undefined
}

function missingNames({ required = [] }: JsonSchema, value: JsonObject): readonly string[] {
  return required.filter((name) => !Object.hasOwn(value, name))
}

/** The schema of a member, or null for an unknown name. */
function memberSchema(schema: JsonSchema, name: string): JsonSchema | null {
  const { properties = {}, patternProperties = {}, additionalProperties } = schema
  if (Object.hasOwn(properties, name)) return properties[name] ?? null
  for (const [pattern, member] of Object.entries(patternProperties)) if (follows(pattern, name)) return member
  return typeof additionalProperties === 'object' ? additionalProperties : null
}
