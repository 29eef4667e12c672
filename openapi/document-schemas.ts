import { namedSchemas } from '../src/contract/schemas.ts'
import type { JsonSchema } from '../src/http/problems/json-schema.ts'
import { isObject } from '../src/webhook/values/json.ts'

type Schemas = Readonly<Record<string, DocumentSchema>>

/** A schema of the service, and the keywords that stand in the document only. */
interface DocumentSchema extends JsonSchema {
  readonly title?: string
  readonly default?: unknown
}

/**
 * The schemas of the service, written so that generators of clients read them right. They accept the same values.
 * The service itself validates, and explains errors, with the simpler form.
 */
export function describeSchemas(schemas: Schemas): Schemas {
  const named = Object.entries(schemas).flatMap(([name, schema]) =>
    nameBranches(name, restrictNames(name, schema)),
  )
  return Object.fromEntries(named.map(([name, schema]) => [name, rewrite(schema)]))
}

/** @fastify/swagger leaves out which names `patternProperties` allows. */
function restrictNames(name: string, schema: DocumentSchema): DocumentSchema {
  const schemas: readonly object[] = namedSchemas
  const own = (schemas as readonly JsonSchema[]).find(({ $id }) => $id === name)
  const [pattern] = Object.keys(own?.patternProperties ?? {})
  return pattern === undefined ? schema : ({ ...schema, propertyNames: { pattern } } as DocumentSchema)
}

type NamedSchema = readonly [name: string, schema: DocumentSchema]

/**
 * Gives each branch of a union a name, such as `BearerAuth` or `AttributeField`, by its value of the discriminator or
 * its title. No value follows two branches, which `oneOf` says.
 */
function nameBranches(name: string, schema: DocumentSchema): readonly NamedSchema[] {
  const { anyOf = [], discriminator, ...rest } = schema
  const branches = anyOf.flatMap((branch: DocumentSchema) => {
    const word = discriminator === undefined ? branch.title : tagOf(branch, discriminator.propertyName)
    if (word === undefined) return []
    return { word, name: capitalized(word) + name, schema: branch }
  })
  if (branches.length === 0 || branches.length < anyOf.length) return [[name, schema]]
  const referenceTo = (branch: string) => `#/components/schemas/${branch}`
  const mapping = Object.fromEntries(branches.map((branch) => [branch.word, referenceTo(branch.name)]))
  const union = {
    ...rest,
    oneOf: branches.map((branch) => ({ $ref: referenceTo(branch.name) })),
    ...(discriminator && { discriminator: { ...discriminator, mapping } }),
  }
  return [[name, union], ...branches.map((branch): NamedSchema => [branch.name, branch.schema])]
}

function tagOf({ properties }: JsonSchema, tag: string): string | undefined {
  const word = properties?.[tag]?.enum?.[0]
  return typeof word === 'string' ? word : undefined
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** Rewrites a schema and the schemas within it. */
function rewrite(schema: DocumentSchema): DocumentSchema {
  const within = Object.entries(schema).map(([keyword, value]) => [keyword, rewriteWithin(keyword, value)])
  return tellDefault(Object.fromEntries(within))
}

function rewriteWithin(keyword: string, value: unknown): unknown {
  if (keyword === 'items' || keyword === 'additionalProperties')
    return isObject(value) ? rewrite(value) : value
  if (keyword === 'anyOf') return (value as readonly DocumentSchema[]).map(rewrite)
  if (keyword !== 'properties') return value
  const members = Object.entries(value as Schemas).map(([name, member]) => [name, rewrite(member)])
  return Object.fromEntries(members)
}

/**
 * Tells a default in words. Generators take a member with the keyword for one that is always there, also in a request
 * (openapi-typescript), or send the default of their own day with every request.
 */
function tellDefault(schema: DocumentSchema): DocumentSchema {
  const { default: value, description = '', ...rest } = schema
  if (value === undefined) return schema
  const sentence = description.endsWith('.') ? description : `${description}.`
  return { ...rest, description: `${sentence} Default: \`${JSON.stringify(value)}\`.` }
}
