import { LongNumber } from './long-number.ts'
import { plainText } from './plain-text.ts'

/** A name and its text, as a query or form has them. */
export type TextPair = readonly [name: string, text: string]

/** A query parameter: an array of scalars repeats the name, anything else nested is JSON text. */
export function* queryPairs(name: string, value: unknown): Generator<TextPair> {
  if (isListOfScalars(value)) yield* scalarPairs(name, value)
  else yield [name, plainText(value)]
}

/** A header: arrays are joined by a comma, anything else nested is JSON text. */
export function headerText(value: unknown): string {
  return Array.isArray(value) ? value.map(plainText).join(', ') : plainText(value)
}

/** Form fields: arrays of scalars repeat the name, nested values are written `a[b]=c` and `a[0][b]=c`. */
export function* formPairs(name: string, value: unknown): Generator<TextPair> {
  if (isListOfScalars(value) || !isNested(value)) yield* scalarPairs(name, value)
  else for (const key in value) yield* formPairs(`${name}[${key}]`, (value as Record<string, unknown>)[key])
}

function* scalarPairs(name: string, value: unknown): Generator<TextPair> {
  if (Array.isArray(value)) for (const item of value) yield [name, plainText(item)]
  else yield [name, plainText(value)]
}

function isListOfScalars(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && !value.some(isNested)
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof LongNumber)
}
