import { isListOrObject, isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { hasPlaceholder } from './nested-value.ts'

/** Names that an example takes from a value at most, and how long they are at most. */
const maxNames = 2
const maxNameCharacters = 40

/** A header or a parameter in one text: `A: b`, `a=1&b=2`. Nothing that could be a whole credential matches. */
const textOfPair = /(?:^|[&\n?])\s?([A-Za-z][\w-]{0,39})(?:: \S|=[^=&\s])/g

/** The names of an object, or in the text of headers or parameters. */
export function listNames(value: unknown): readonly string[] {
  if (typeof value === 'string')
    return Array.from(value.slice(0, 500).matchAll(textOfPair).take(maxNames), ([, name = '']) => name)
  if (!isObject(value)) return []
  const names: string[] = []
  for (const name in value) {
    if (names.length === maxNames) break
    const [start = ''] = name.split(/:\s*\S/, 1)
    names.push(start.length > maxNameCharacters ? `${start.slice(0, maxNameCharacters)}…` : start)
  }
  return names
}

/** Attributes with the names of an object. */
export function asAttributes(value: unknown, otherwise = 'email'): JsonObject {
  const names = listNames(value)
  return Object.fromEntries((names.length === 0 ? [otherwise] : names).map((name) => [name, '…']))
}

/** The names of what is in a list: of fields, as in `[{ "name": "email" }]`, or of attributes, as in `["email"]`. */
export function listNamesWithin(value: unknown): readonly string[] {
  const [only, other] = isObject(value) ? Object.values(value) : []
  const list = Array.isArray(only) && other === undefined ? only : value
  if (!Array.isArray(list)) return []
  return list
    .slice(0, maxNames)
    .map((each) => (isObject(each) ? readShownName(each.name ?? each.key) : readAttribute(each)))
    .filter((name) => name !== null)
}

/** A value that is the name of a field, a header or a branch, or null: with digits between its letters it may be a credential. */
export function readShownName(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > maxNameCharacters) return null
  return /^_?[A-Za-z]+(?:[-_.][A-Za-z]+)*[-_]?\d{0,2}$/.test(value) ? value : null
}

/** The attribute that a text in the place of a field names, or null: any other text may be a value. */
export function readAttribute(text: unknown): string | null {
  const [, name = null] =
    (typeof text === 'string' &&
      text.length <= maxNameCharacters &&
      /^(?:(?:profile|event)\.)?([a-z]+(?:_[a-z]+|[A-Z][a-z]+)*\d?)$/.exec(text)) ||
    []
  return name
}

/** Fields with the attributes that a value lists, or a common one. */
export function fieldsNamed(value: unknown): readonly JsonObject[] {
  const within = listNamesWithin(value)
  const names = within.length > 0 ? within : isObject(value) ? listNames(value) : []
  return (names.length === 0 ? ['email'] : names).map((name) => ({ name, source: 'profile', field: name }))
}

/** Fields with the names of an object, unless it is a field itself. */
export function pairs(value: unknown): readonly JsonObject[] {
  const first = Array.isArray(value) && typeof value[0] === 'string' ? value[0] : value
  const names = isObject(value) && ('name' in value || 'key' in value) ? [] : listNames(first)
  if (names.length === 0) return [{ name: '…', value: '…' }]
  const values = isObject(value) ? value : {}
  return names.flatMap((name) => fieldsOf(name, values[name]))
}

/** A field with a value, without its text. In a list with placeholders each value has a field. */
function fieldsOf(name: string, value: unknown): readonly JsonObject[] {
  const text = { name, value: '…' }
  if (!isListOrObject(value)) return [text]
  if (!hasPlaceholder(value))
    return [{ name, literal: Array.isArray(value) ? ['…'] : asAttributes(value, '…') }]
  return Array.isArray(value) ? [text, text] : [text]
}
