import { writeJson } from './json.ts'
import { LongNumber } from './long-number.ts'

/** The text of a value within a longer one: arrays and objects are JSON, missing and null are nothing. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return value.toWellFormed()
  if (value === undefined || value === null) return ''
  if (typeof value === 'object' && !(value instanceof LongNumber)) return writeJson(value)
  return String(value)
}
