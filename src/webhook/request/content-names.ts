import { pointer } from '../../contract/config-error.ts'
import { isObject } from '../values/json.ts'
import type { NamedValue } from './compiled-body.ts'

const maxNames = 200
const maxDepth = 20

/** The names within JSON, each with its JSON Pointer below `path`: 200 of them at most, to a depth of 20. */
export function listContentNames(content: unknown, path: string): readonly NamedValue[] {
  const found: NamedValue[] = []
  const visit = (value: unknown, at: string, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > maxDepth) return
    for (const name in value) {
      if (found.length >= maxNames) return
      const place = pointer(at, name)
      const own = (value as Readonly<Record<string, unknown>>)[name]
      if (isObject(value)) found.push({ name, path: place, ...findOrigin(own) })
      visit(own, place, depth + 1)
    }
  }
  visit(content, path, 0)
  return found
}

/** The attribute of a text that is one placeholder, with filters or without. That of a secret is none. */
export function findOrigin(value: unknown): Pick<NamedValue, 'origin'> {
  const [, origin] =
    typeof value === 'string' && value.length < maxLength ? (placeholder.exec(value.trim()) ?? []) : []
  return origin === undefined || /^secrets\b/.test(origin) ? {} : { origin }
}

/**
 * The attribute that stands alone as a value behind its name in the text of a body: JSON, XML or a form. Undefined where the name stands
 * there several times with different values, or very often.
 */
export function findOriginInText(content: string, name: string): string | undefined {
  const text = content.slice(0, maxText)
  const found = new Set<string | undefined>()
  let left = maxOccurrences
  for (let at = text.indexOf(name); name !== '' && at !== -1; at = text.indexOf(name, at + 1)) {
    if (left-- === 0) return undefined
    if (/[\w/-]/.test(text[at - 1] ?? '')) continue
    behindName.lastIndex = at + name.length
    if (!behindName.test(text)) continue
    valueBehind.lastIndex = at + name.length
    const [, value] = valueBehind.exec(text) ?? []
    found.add(findOrigin(value).origin)
  }
  const [origin, ...others] = found
  return others.length > 0 ? undefined : origin
}

const behindName = /["']?\s{0,8}[:=>]/y
const maxText = 65_536
/** Each is looked at, for each of many names. */
const maxOccurrences = 1_000
/** One placeholder between the name of a value and the end of the value. */
const valueBehind = /["']?\s{0,8}[:=>]\s{0,40}["']?(\{\{[^{}]{1,500}\}\})["']?(?=\s{0,40}(?:[<&,}\]]|$))/y

const maxLength = 500
const placeholder = /^\{\{-?\s*([A-Za-z_]\w*(?:\.[\w-]+|\[\d+\]){1,8})\s*(?:\|[^{}]*)?\}\}$/
