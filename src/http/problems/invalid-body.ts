import { readId } from '../../contract/builders.ts'
import type { ConfigError } from '../../contract/config-error.ts'
import type { Node } from '../../contract/node.ts'
import { namedSchemas } from '../../contract/schemas.ts'
import { compileNode } from '../../webhook/compile.ts'
import { bringsHost } from '../../webhook/request/brought-url.ts'
import { dereference, isObject, type JsonObject, type JsonSchema } from './json-schema.ts'
import { findSchemaErrors } from './schema-errors.ts'

// TypeBox's types know nothing of JSON Schema's keywords, its schemas are made of them.
const named = new Map(namedSchemas.map((schema) => [readId(schema), schema as JsonSchema]))
const dereferenced = new Map(Array.from(named, ([name, schema]) => [name, dereference(schema, named)]))

/**
 * What is wrong with a body: what the schema of its route, a reference to a named one, has against it, and then
 * what else is wrong with those parts of the node that the schema has nothing against. `undefined` is no body.
 */
export function* explainInvalidBody(routeSchema: unknown, body: unknown): Generator<ConfigError> {
  if (body === undefined) return yield { path: '', message: 'missing; must be a JSON object' }
  const schema = isObject(routeSchema) ? dereferenced.get(String(routeSchema.$ref)) : undefined
  if (schema === undefined) throw new TypeError('a route needs a named schema for its body')
  const offenders: string[] = []
  for (const schemaError of findSchemaErrors(schema, body)) {
    offenders.push(schemaError.path)
    yield schemaError
  }
  if (offenders.length > 0 && isObject(body) && isObject(body.node))
    yield* explainSoundParts(body.node, offenders)
}

/** Stand in for what a node cannot be compiled without, and have nothing wrong. */
const harmless = { method: 'POST', url: 'https://host.invalid/' }
const harmlessField = { name: 'x', literal: null }

function explainSoundParts(node: JsonObject, offenders: readonly string[]): readonly ConfigError[] {
  const sound = Object.entries(node).flatMap(([name, value]) => {
    const part = isHalf(name, node, offenders) ? undefined : soundPart(name, value, offenders)
    return part === undefined ? [] : [[name, part]]
  })
  // Every part that is not as the schema says is left out or replaced.
  const compiled = compileNode({ ...harmless, ...Object.fromEntries(sound) } as Node, {
    maxTimeoutMs: Number.POSITIVE_INFINITY,
  })
  return compiled.ok ? [] : compiled.errors
}

/** Whether a member says nothing without another one that is not sound: a URL that a value brings, and its hosts. */
function isHalf(name: string, { url, templates }: JsonObject, offenders: readonly string[]): boolean {
  const isBroken = (member: string) =>
    offenders.some((offender) => `${offender}/`.startsWith(`/node/${member}/`))
  if (name === 'hosts') return isBroken('url')
  if (name !== 'url' || typeof url !== 'string' || !isBroken('hosts')) return false
  return bringsHost({ url, templates: templates === 'none' ? 'none' : 'liquid' })
}

/** A member as far as it is sound: of a list of fields, those that are; of anything else, all or nothing. */
function soundPart(name: string, value: unknown, offenders: readonly string[]): unknown {
  const path = `/node/${name}`
  const within = offenders.filter((offender) => offender === path || offender.startsWith(`${path}/`))
  if (within.length === 0) return value
  if (name === 'query' || name === 'headers') return soundFields(value, path, within)
  if (name !== 'body' || !isObject(value)) return undefined
  const isOnlyInFields = within.every((offender) => offender.startsWith(`${path}/fields/`))
  const fields = isOnlyInFields ? soundFields(value.fields, `${path}/fields`, within) : undefined
  return fields === undefined ? undefined : { ...value, fields }
}

function soundFields(fields: unknown, path: string, offenders: readonly string[]): unknown {
  if (!Array.isArray(fields) || offenders.includes(path)) return undefined
  const broken = new Set(offenders.map((offender) => offender.slice(path.length + 1).split('/', 1)[0]))
  return fields.map((field, index) => (broken.has(String(index)) ? harmlessField : field))
}
