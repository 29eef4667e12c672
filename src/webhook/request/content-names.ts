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
      if (isObject(value)) found.push({ name, path: place })
      visit((value as Readonly<Record<string, unknown>>)[name], place, depth + 1)
    }
  }
  visit(content, path, 0)
  return found
}
