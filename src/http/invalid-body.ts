import { compileNode } from '../webhook/compile.ts'
import type { Node } from '../webhook/config.ts'
import type { ConfigError } from '../webhook/config-error.ts'
import { idOf } from '../webhook/schema.ts'
import { namedSchemas } from './contract.ts'
import { dereference, isObject, type JsonObject, type JsonSchema } from './json-schema.ts'
import { mismatches } from './mismatch.ts'

// TypeBox's types know nothing of JSON Schema's keywords, its schemas are made of them.
const named = new Map(namedSchemas.map((schema) => [idOf(schema), schema as JsonSchema]))
const dereferenced = new Map(Array.from(named, ([name, schema]) => [name, dereference(schema, named)]))

/**
 * What is wrong with a body: what the schema of its route, a reference to a named one, has against it, and then
 * what else is wrong with those members of the node that the schema has nothing against. `undefined` is no body.
 */
export function* explainInvalidBody(routeSchema: unknown, body: unknown): Generator<ConfigError> {
  if (body === undefined) return yield { path: '', message: 'missing; must be a JSON object' }
  const schema = isObject(routeSchema) ? dereferenced.get(String(routeSchema.$ref)) : undefined
  if (schema === undefined) throw new TypeError('a route needs a named schema for its body')
  const offenders = new Set<string>()
  for (const mismatch of mismatches(schema, body)) {
    offenders.add(mismatch.path.split('/', 3).join('/'))
    yield mismatch
  }
  if (isObject(body) && isObject(body.node)) yield* explainSoundMembers(body.node, offenders)
}

/** Stand in for what a node cannot be compiled without, and have nothing wrong. */
const harmless = { method: 'POST', url: 'https://host.invalid/' }

function explainSoundMembers(node: JsonObject, offenders: ReadonlySet<string>): readonly ConfigError[] {
  const sound = Object.entries(node).filter(([name]) => !offenders.has(`/node/${name}`))
  // Every member that is not as the schema says is left out, and so are members that it does not know.
  const compiled = compileNode({ ...harmless, ...Object.fromEntries(sound) } as Node, {
    maxTimeoutMs: Number.POSITIVE_INFINITY,
  })
  return compiled.ok ? [] : compiled.errors
}
