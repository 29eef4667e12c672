import { EncodedText } from '../template/encoders.ts'
import { isListOrObject } from '../values/json.ts'
import { plainText } from '../values/text.ts'

/** A name and its text, as a query or form has them. */
export type TextPair = readonly [name: string, text: string | EncodedText]

/** A query parameter: an array of scalars repeats the name, anything else nested is JSON text. */
export function* queryPairs(name: string, value: unknown): Generator<TextPair> {
  if (isListOfScalars(value)) yield* scalarPairs(name, value)
  else yield textPair(name, value)
}

/** A header: arrays are joined by a comma, anything else nested is JSON text. */
export function headerText(value: unknown): string {
  return Array.isArray(value) ? value.map(plainText).join(', ') : plainText(value)
}

/**
 * Form fields: a list of scalars repeats the name, with `[]` behind it where it is part of another value; other nested values
 * are written `a[b]=c` and `a[0][b]=c`. A list or object without members is nothing.
 */
export function* formPairs(name: string, value: unknown, isPart = false): Generator<TextPair> {
  if (!isNested(value)) yield textPair(name, value)
  else if (isListOfScalars(value)) yield* scalarPairs(isPart ? `${name}[]` : name, value)
  else
    for (const key in value)
      yield* formPairs(`${name}[${key}]`, (value as Record<string, unknown>)[key], true)
}

function* scalarPairs(name: string, value: readonly unknown[]): Generator<TextPair> {
  for (const item of value) yield textPair(name, item)
}

function textPair(name: string, value: unknown): TextPair {
  return [name, value instanceof EncodedText ? value : plainText(value)]
}

function isListOfScalars(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && !value.some(isNested)
}

function isNested(value: unknown): value is object {
  return isListOrObject(value) && !(value instanceof EncodedText)
}
