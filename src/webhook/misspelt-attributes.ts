import { type ConfigError, pointer } from '../contract/config-error.ts'
import type { Field, Node } from '../contract/node.ts'
import type { Payload } from '../contract/payload.ts'
import { attribute, nearestAttribute, nearestPath, valueAt } from './values/lookup.ts'
import { quoteName } from './values/text.ts'

/** Attributes without a value that are compared with those of the payload. */
const maxCompared = 20
const maxDepth = 20

/** A member of a node, with its JSON Pointer. */
type Placed<Value> = readonly [path: string, value: Value]

/**
 * Finds attributes that the payload of a request has under nearly the same name. They are no mistake of the node, so only a request that is
 * refused anyway is told of them: else the values go out empty, with warnings.
 */
export function findMisspeltAttributes(node: Node, payload: Payload): readonly ConfigError[] {
  const { query = [], headers = [], body } = node
  const fields: readonly Placed<Field>[] = [
    ...place(query, '/node/query'),
    ...place(headers, '/node/headers'),
    ...(body !== undefined && 'fields' in body ? place(body.fields, '/node/body/fields') : []),
  ]
  const taken = findInFields(fields, payload)
  if (node.templates === 'none') return taken
  const content = body !== undefined && 'content' in body ? listTexts('/node/body/content', body.content) : []
  const values = fields.flatMap(([path, field]) =>
    listTexts(`${path}/value`, 'value' in field ? field.value : null),
  )
  return [...taken, ...findInTexts([['/node/url', node.url], ...values, ...content], payload)]
}

function place(fields: readonly Field[], path: string): readonly Placed<Field>[] {
  return fields.map((field, index) => [pointer(path, index), field])
}

/** The texts within JSON. */
function listTexts(path: string, value: unknown, depth = 0): readonly Placed<string>[] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value !== 'object' || value === null || depth > maxDepth) return []
  return Object.entries(value).flatMap(([name, inner]) => listTexts(pointer(path, name), inner, depth + 1))
}

function findInFields(fields: readonly Placed<Field>[], payload: Payload): readonly ConfigError[] {
  const empty = fields.flatMap(([path, field]) => {
    const attributes = 'source' in field ? payload[field.source] : undefined
    return 'source' in field && attributes !== undefined && attribute(attributes, field.field) === undefined
      ? [{ path, source: field.source, name: field.field, attributes }]
      : []
  })
  return empty.slice(0, maxCompared).flatMap(({ path, source, name, attributes }) => {
    const meant = nearestAttribute(attributes, name, source)
    return meant === null ? [] : [{ path: `${path}/field`, message: complain(source, name, meant) }]
  })
}

/** A path into the payload that is the beginning of a placeholder. */
const placeholder =
  /\{\{-?\s{0,9}((?:profile|event|instance|flow|vars)(?:\.[A-Za-z_]\w{0,60}){1,6})(?=\s{0,9}(?:\||-?\}\}))/g

function findInTexts(texts: readonly Placed<string>[], payload: Payload): readonly ConfigError[] {
  const empty = texts.flatMap(([path, text]) =>
    Array.from(text.matchAll(placeholder), ([, name = '']) => ({ path, names: name.split('.') })).filter(
      ({ names }) => valueAt(payload, names) === undefined,
    ),
  )
  return empty.slice(0, maxCompared).flatMap(({ path, names }) => {
    const meant = nearestPath(payload, names)
    const [source = '', ...rest] = names
    return meant === null ? [] : [{ path, message: complain(source, rest.join('.'), meant) }]
  })
}

function complain(source: string, name: string, meant: string): string {
  return `would be empty, too: the ${source} of this request has no ${quoteName(name)}; did you mean ${quoteName(meant)}?`
}
