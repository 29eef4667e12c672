import { readId } from '../../contract/builders.ts'
import type { ConfigError } from '../../contract/config-error.ts'
import type { Node } from '../../contract/node.ts'
import { namedSchemas } from '../../contract/schemas.ts'
import { compileNode } from '../../webhook/compile.ts'
import { bringsHost } from '../../webhook/request/brought-url.ts'
import { isObject, type JsonObject } from '../../webhook/values/json.ts'
import { quoteName } from '../../webhook/values/text.ts'
import { dereference, type JsonSchema } from './json-schema.ts'
import { isMemberOfNode, readRoleInNode } from './member-advice.ts'
import type { Place } from './place.ts'
import { sayListOnce } from './schema-error-text.ts'
import { findSchemaErrors } from './schema-errors.ts'

// TypeBox's types do not declare the keywords of JSON Schema that its schemas have.
const named = new Map(namedSchemas.map((schema) => [readId(schema), schema as JsonSchema]))
const dereferenced = new Map(Array.from(named, ([name, schema]) => [name, dereference(schema, named)]))

/**
 * The mistakes of a body: first its schema errors, then the mistakes that compiling finds in the valid parts of the
 * node. The schema of the route is a reference to a named one. `undefined` means no body.
 */
export function* explainInvalidBody(routeSchema: unknown, body: unknown): Generator<ConfigError> {
  if (body === undefined) return yield { path: '', message: 'missing; must be a JSON object' }
  const schema = isObject(routeSchema) ? dereferenced.get(String(routeSchema.$ref)) : undefined
  if (schema === undefined) throw new TypeError('a route needs a named schema for its body')
  if (!takesNode(schema)) return yield* explain(schema, body)
  const wrapper = findWrapper(body)
  if (wrapper !== null)
    return yield {
      path: '/node',
      message: `missing; the request stands within ${quoteName(wrapper)}: send what is in it alone`,
    }
  const moved = moveIntoNode(schema, body)
  if (moved === null) return yield* explain(schema, body)
  yield { path: '/node', message: `missing; ${describeMoved(moved.names)}` }
  for (const error of explain(schema, moved.body)) yield withGivenPath(error, moved.names)
}

/** Whether a body has a node, as all but that of a redrive. */
function takesNode({ properties = {} }: JsonSchema): boolean {
  return Object.hasOwn(properties, 'node')
}

function* explain(schema: JsonSchema, body: unknown): Generator<ConfigError> {
  const offenders: string[] = []
  const said = new Set<string>()
  for (const schemaError of findSchemaErrors(schema, body, '', placeOfBody(schema))) {
    offenders.push(schemaError.path)
    yield { ...schemaError, message: sayListOnce(schemaError.message, said) }
  }
  if (offenders.length === 0 || !takesNode(schema) || !isObject(body) || !isObject(body.node)) return
  yield* explainSoundParts(body.node, offenders)
}

/** The place of a body: that of every request with a node, and those of durable executions. */
function placeOfBody({ $id }: JsonSchema): Place {
  if ($id === 'SubmitRequest') return 'Submission'
  return $id === 'RedriveRequest' ? 'Redrive' : 'Request'
}

/** The member that has the whole request, as where a client puts a body into another one; null if there is none. */
function findWrapper(body: unknown): string | null {
  if (!isObject(body) || Object.hasOwn(body, 'node')) return null
  const holds = ([, value]: readonly [string, unknown]) => isObject(value) && isObject(value.node)
  return Object.entries(body).slice(0, maxMoved).find(holds)?.[0] ?? null
}

/** A body whose members of the node stand at the top, in its right form. */
interface MovedBody {
  readonly body: JsonObject
  readonly names: ReadonlySet<string>
}

/** Members of a body that are looked at. More are in no request that a person wrote. */
const maxMoved = 1_000

/** Puts the members of the node into a node, if the body has no node and they stand at the top. */
function moveIntoNode({ properties = {} }: JsonSchema, body: unknown): MovedBody | null {
  if (!isObject(body) || Object.hasOwn(body, 'node')) return null
  const known = Object.keys(body).slice(0, maxMoved)
  const names = new Set(
    known.filter((name) => !Object.hasOwn(properties, name) && isMemberOfNode(name, body[name])),
  )
  if (names.size === 0) return null
  const rest = { ...body }
  const node: Record<string, unknown> = {}
  for (const name of names) {
    node[name] = body[name]
    delete rest[name]
  }
  return { body: { ...rest, node }, names }
}

/** The path in the body as it was given. A missing member keeps the path that it should have. */
function withGivenPath({ path, message }: ConfigError, names: ReadonlySet<string>): ConfigError {
  const [, root, step = ''] = path.split('/', 3)
  const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
  return { path: root === 'node' && names.has(name) ? path.slice('/node'.length) : path, message }
}

/** What to put into the node. What it does not need has an error of its own. */
function describeMoved(names: ReadonlySet<string>): string {
  const members = new Set([...names].filter((name) => readRoleInNode(name) === 'member'))
  const wrappers = new Set([...names].filter((name) => readRoleInNode(name) === 'wrapper'))
  const parts = [
    ...(members.size === 0 ? [] : [listNames(members)]),
    ...(wrappers.size === 0 ? [] : [`what is in ${listNames(wrappers)}`]),
  ]
  return parts.length === 0
    ? 'write "node": { "method": "POST", "url": "https://host/path" }'
    : `put ${parts.join(' and ')} into it: "node": { … }`
}

/** Names in a message at most. */
const maxNames = 5

function listNames(names: ReadonlySet<string>): string {
  const shown = [...names].slice(0, maxNames).map((name) => JSON.stringify(name))
  return shown.join(', ') + (names.size > maxNames ? ' and others' : '')
}

/** Valid members without which a node cannot be compiled. */
const harmless = { method: 'POST', url: 'https://host.invalid/' }
const harmlessWithConnection = { method: 'POST', url: '/' }
const harmlessField = { name: 'x', literal: null }

function explainSoundParts(node: JsonObject, offenders: readonly string[]): readonly ConfigError[] {
  const sound = Object.entries(node).flatMap(([name, value]) => {
    const part = isHalf(name, node, offenders) ? undefined : soundPart(name, value, offenders)
    return part === undefined ? [] : [[name, part]]
  })
  // Every part with schema errors is left out or replaced.
  const rest = sound.some(([name]) => name === 'connection') ? harmlessWithConnection : harmless
  const compiled = compileNode({ ...rest, ...Object.fromEntries(sound) } as Node, {
    maxTimeoutMs: Number.POSITIVE_INFINITY,
  })
  return compiled.ok ? [] : compiled.errors
}

/**
 * Whether a member depends on another one with schema errors: a URL from a value depends on its hosts, and the
 * reverse; any URL depends on the connection.
 */
function isHalf(name: string, { url, templates }: JsonObject, offenders: readonly string[]): boolean {
  const isBroken = (member: string) =>
    offenders.some((offender) => `${offender}/`.startsWith(`/node/${member}/`))
  if (name === 'hosts') return isBroken('url')
  if (name === 'url' && isBroken('connection')) return true
  if (name !== 'url' || typeof url !== 'string' || !isBroken('hosts')) return false
  return bringsHost({ url, templates: templates === 'none' ? 'none' : 'liquid' })
}

/** The valid part of a member: of a list, the valid fields; of anything else, all or nothing. */
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
