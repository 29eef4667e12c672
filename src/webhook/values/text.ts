import { writeJson } from './json.ts'
import { LongNumber } from './long-number.ts'

/** The text of a value within a longer one: arrays and objects are JSON, missing and null are nothing. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return value.toWellFormed()
  if (value === undefined || value === null) return ''
  if (typeof value === 'object' && !(value instanceof LongNumber)) return writeJson(value)
  return String(value)
}

const shownCharacters = 80

/** A name of an author within a sentence of ours: the beginning of a long one tells which it is. */
export function quoteName(name: string): string {
  return name.length > shownCharacters ? `"${name.slice(0, shownCharacters)}…"` : `"${name}"`
}
