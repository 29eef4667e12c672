import { EncodedText } from '../template/encoders.ts'
import { isListOrObject } from '../values/json.ts'
import { plainText } from '../values/text.ts'

/** A name and a text, as in a query or form. */
export type TextPair = readonly [name: string, text: string | EncodedText]

/** Writes a value as query parameters. A list of scalars repeats the name. Other nested values are JSON. */
export function* queryPairs(name: string, value: unknown): Generator<TextPair> {
  if (isListOfScalars(value)) yield* scalarPairs(name, value)
  else yield textPair(name, value)
}

/** Writes a value as a header value. Lists are joined by commas. Other nested values are JSON. */
export function headerText(value: unknown): string {
  return Array.isArray(value) ? value.map(plainText).join(', ') : plainText(value)
}

/**
 * Writes a value as form fields. A list of scalars repeats the name, followed by `[]` if the list is part of another value.
 * Other nested values become `a[b]=c` and `a[0][b]=c`. An empty list or object yields no field.
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
