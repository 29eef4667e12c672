import { isObject, type JsonObject } from '../../../webhook/values/json.ts'

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
export function asAttributes(value: unknown): JsonObject {
  const names = listNames(value)
  return Object.fromEntries((names.length === 0 ? ['email'] : names).map((name) => [name, '…']))
}

/** Fields with the names of an object, unless it is a field itself. */
export function pairs(value: unknown): readonly JsonObject[] {
  const first = Array.isArray(value) && typeof value[0] === 'string' ? value[0] : value
  const names = isObject(value) && ('name' in value || 'key' in value) ? [] : listNames(first)
  return names.length === 0 ? [{ name: '…', value: '…' }] : names.map((name) => ({ name, value: '…' }))
}
