import { readId } from '../../contract/builders.ts'
import type { ConfigError } from '../../contract/config-error.ts'
import type { SubmitRequest } from '../../contract/durable.ts'
import type { ExecuteRequest } from '../../contract/execution.ts'
import { namedSchemas } from '../../contract/schemas.ts'
import { bringsHost } from '../../webhook/request/brought-url.ts'
import { isObject, type JsonObject } from '../../webhook/values/json.ts'
import { quoteName } from '../../webhook/values/text.ts'
import { dereference, type JsonSchema } from './json-schema.ts'
import { findMeantValue } from './meant-value.ts'
import { fold, isMemberOfNode, readRoleInNode } from './member-advice.ts'
import type { Place } from './place.ts'
import { sayListOnce } from './schema-error-text.ts'
import { findSchemaErrors } from './schema-errors.ts'

// TypeBox's types do not declare the keywords of JSON Schema that its schemas have.
const named = new Map(namedSchemas.map((schema) => [readId(schema), schema as JsonSchema]))
const dereferenced = new Map(Array.from(named, ([name, schema]) => [name, dereference(schema, named)]))

/** What is checked of a request that follows its schema. */
export interface LaterChecks {
  checkRequest(request: Pick<ExecuteRequest, 'node' | 'tenant'>): readonly ConfigError[]
  checkSubmission(request: SubmitRequest): readonly ConfigError[]
}

/**
 * The mistakes of a body: first its schema errors, then those that later checks find in what it was meant to be. The schema of the route is a reference to a named one. `undefined` means no body.
 */
export function* explainInvalidBody(
  routeSchema: unknown,
  body: unknown,
  checks: LaterChecks,
): Generator<ConfigError> {
  if (body === undefined) return yield { path: '', message: 'missing; must be a JSON object' }
  const schema = isObject(routeSchema) ? dereferenced.get(String(routeSchema.$ref)) : undefined
  if (schema === undefined) throw new TypeError('a route needs a named schema for its body')
  if (!takesNode(schema)) return yield* explain(schema, body, checks)
  const wrapper = findWrapper(body)
  if (wrapper !== null)
    return yield {
      path: '/node',
      message: `missing; the request stands within ${quoteName(wrapper)}: send what is in it alone`,
    }
  const moved = moveIntoNode(schema, body)
  if (moved === null) return yield* explain(schema, body, checks)
  yield { path: '/node', message: `missing; ${describeMoved(moved.names)}` }
  for (const error of explain(schema, moved.body, checks)) yield withGivenPath(error, moved.names)
}

/** Whether a body has a node, as all but that of a redrive. */
function takesNode({ properties = {} }: JsonSchema): boolean {
  return Object.hasOwn(properties, 'node')
}

function* explain(schema: JsonSchema, body: unknown, checks: LaterChecks): Generator<ConfigError> {
  const said = new Set<string>()
  let isSound = true
  for (const schemaError of findSchemaErrors(schema, body, '', placeOfBody(schema))) {
    isSound = false
    yield { ...schemaError, message: sayListOnce(schemaError.message, said) }
  }
  if (!isSound && takesNode(schema) && isObject(body)) yield* explainMeant(schema, body, checks)
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
  if (!isObject(body)) return null
  const given = Object.keys(body).slice(0, maxMoved)
  if (given.some((name) => fold(name) === 'node')) return null
  const known = new Set(Object.keys(properties).map(fold))
  const names = new Set(given.filter((name) => !known.has(fold(name)) && isMemberOfNode(name, body[name])))
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

/** The mistakes that only a request without schema errors shows, in what it would be without these. */
function* explainMeant(schema: JsonSchema, body: unknown, checks: LaterChecks): Generator<ConfigError> {
  const meant = findMeantValue(schema, body, placeOfBody(schema))
  if (meant === null || !isObject(meant.value)) return
  const { node, ...rest } = meant.value
  const apart = isObject(node) ? withoutHalves(node, meant.replaced) : null
  if (apart === null) return
  // It follows the schema of the route.
  const request = { ...rest, node: apart.node } as unknown as SubmitRequest & ExecuteRequest
  const errors =
    placeOfBody(schema) === 'Submission' ? checks.checkSubmission(request) : checks.checkRequest(request)
  for (const { path, message } of errors)
    if (!apart.halves.has(path) && !isOfExample(path, meant.replaced))
      yield { path: meant.findGiven(path), message }
}

/** Whether an error is that of an example. That a member of the node is there at all is no fault of an example. */
function isOfExample(path: string, replaced: ReadonlySet<string>): boolean {
  if (replaced.has('/node') && path.startsWith('/node')) return true
  return replaced.has(path) && !/^\/node\/[^/]+$/.test(path)
}

/**
 * A node without what depends on a member that is not as it was given: a URL from a value depends on its hosts, and the
 * reverse; any URL depends on the connection.
 */
function withoutHalves(
  { connection, hosts, ...node }: JsonObject,
  replaced: ReadonlySet<string>,
): { readonly node: JsonObject; readonly halves: ReadonlySet<string> } {
  const isReplaced = (name: string) => [...replaced].some((path) => `${path}/`.startsWith(`/node/${name}/`))
  const { url, templates } = node
  const isBrought =
    typeof url === 'string' && bringsHost({ url, templates: templates === 'none' ? 'none' : 'liquid' })
  const isUrlHalf = isReplaced('connection') || isReplaced('url') || (isBrought && isReplaced('hosts'))
  const own = {
    ...node,
    ...(connection === undefined || isReplaced('connection') ? {} : { connection }),
    ...(hosts === undefined || isUrlHalf || isReplaced('hosts') ? {} : { hosts }),
  }
  return isUrlHalf
    ? { node: { ...own, url: 'https://host.invalid/' }, halves: new Set(['/node/url']) }
    : { node: own, halves: new Set() }
}
