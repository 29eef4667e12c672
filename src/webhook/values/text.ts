import { writeJson } from './json.ts'
import { LongNumber } from './long-number.ts'

/** A value as text within a longer text. Lists and objects become JSON. Missing values and null become the empty text. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return value.toWellFormed()
  if (value === undefined || value === null) return ''
  if (typeof value === 'object' && !(value instanceof LongNumber)) return writeJson(value)
  return String(value)
}

const shownCharacters = 80

/** Quotes a name for a message. A long name is cut. */
export function quoteName(name: string): string {
  return name.length > shownCharacters ? `"${name.slice(0, shownCharacters)}…"` : `"${name}"`
}

/** Lists words in a sentence: `a, b or c`. */
export function listWords(words: readonly string[], conjunction: 'and' | 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`
}
