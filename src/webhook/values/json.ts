import { endOfString } from './json-string.ts'
import { describeSyntaxError, findSyntaxError, type JsonSyntaxError } from './json-syntax.ts'
import { LongNumber } from './long-number.ts'

/** Parsed JSON, or the reason why a text is not JSON. */
export type ParsedJson =
  | {
      readonly ok: true
      /** The result of `JSON.parse`. */
      readonly plain: unknown
      /** The same value with a `LongNumber` for each number that lost digits; `plain` itself if none did. */
      readonly exact: unknown
    }
  | {
      readonly ok: false
      readonly problem: 'syntax' | 'too_deep'
      readonly detail: string
      /** Null if the problem has no single place in the text. */
      readonly error: JsonSyntaxError | null
    }

export type JsonObject = Readonly<Record<string, unknown>>

/** Whether a value is a JSON object, which an array is not. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value is a list or an object. A `LongNumber` is neither. */
export function isListOrObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof LongNumber)
}

/** The limit of nesting for all JSON, incoming and outgoing. `JSON.stringify` recurses, so deep JSON would overflow the stack. */
export const maxJsonDepth = 100

/** Parses JSON without losing digits. Does not throw. */
export function parseJson(text: string, { maxDepth }: { readonly maxDepth: number }): ParsedJson {
  if (text.length > shortCharacters && opensTooMany(text, maxDepth)) return tooDeep(maxDepth)
  let plain: unknown
  try {
    plain = JSON.parse(text)
  } catch {
    const error = findSyntaxError(text)
    const detail =
      error === null ? 'The text is empty where JSON is expected.' : describeSyntaxError(error, text)
    return { ok: false, problem: 'syntax', detail, error }
  }
  if (isTooDeep(plain, maxDepth)) return tooDeep(maxDepth)
  return { ok: true, plain, exact: mayHaveLongNumbers.test(text) ? parseExactly(text, plain) : plain }
}

/** Up to this length JSON is parsed at once. `JSON.parse` takes 0.3 s for a mebibyte of nested lists. */
const shortCharacters = 131_072

function tooDeep(maxDepth: number): ParsedJson {
  const detail = `The JSON is nested deeper than ${maxDepth} levels.`
  return { ok: false, problem: 'too_deep', detail, error: null }
}

/** Whether a text opens more than `maxDepth` lists and objects before its first syntax error. */
function opensTooMany(text: string, maxDepth: number): boolean {
  const at = findLevel(text, maxDepth + 1)
  const error = at === -1 ? null : findSyntaxError(text.slice(0, at + 1))
  return error !== null && error.at > at
}

/** The index at which a text opens the list or object of a level, counted from one; -1 if it opens none. */
function findLevel(text: string, level: number): number {
  let open = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') at = endOfString(text, at)
    else if (character === ']' || character === '}') open -= 1
    else if (character === '[' || character === '{') {
      open += 1
      if (open === level) return at
    }
  }
  return -1
}

/**
 * Matches 16 digits in a row, with or without a point, or an exponent of three digits: a double holds every shorter number.
 * It may also match within a string, which only costs time.
 */
const mayHaveLongNumbers = /[\d.]{16}|\d[eE][+-]?\d{3}/

function parseExactly(text: string, plain: unknown): unknown {
  let found = false
  const exact = JSON.parse(text, (_name, value: unknown, { source }) => {
    if (typeof value !== 'number' || source === undefined || LongNumber.fits(source)) return value
    found = true
    return new LongNumber(source)
  })
  return found ? exact : plain
}

/** Writes JSON. Lone surrogates, which UTF-8 cannot carry, become U+FFFD. */
export function writeJson(value: unknown): string {
  return replaceLoneEscapes(JSON.stringify(value))
}

/** Replaces escapes of lone surrogates by U+FFFD in a text that `JSON.stringify` wrote. */
export function replaceLoneEscapes(text: string): string {
  if (!text.includes('\\ud')) return text
  return text.replace(/\\(?:u(d[89a-f][\da-f]{2})|.)/g, (escaped, surrogate) =>
    surrogate ? '\ufffd' : escaped,
  )
}

/**
 * The minimum length of the JSON of a value, without escapes. Stops counting beyond `limit`, because a value may contain
 * the same large part many times.
 */
export function measureJson(value: unknown, limit: number): number {
  if (typeof value === 'string') return value.length + 2
  if (!isListOrObject(value)) return String(value).length
  let length = 2
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && length <= limit; index++)
      length += 1 + measureJson(value[index], limit - length)
    return length
  }
  const members = value as Readonly<Record<string, unknown>>
  for (const name in members) {
    length += name.length + 4 + measureJson(members[name], limit - length)
    if (length > limit) break
  }
  return length
}

/** Whether a value nests deeper than `left` levels. `JSON.parse` does not recurse, but writing and reviving do. */
export function isTooDeep(value: unknown, left = maxJsonDepth): boolean {
  if (!isListOrObject(value)) return false
  if (left === 0) return true
  // Every request body passes here, so the loops allocate neither lists of members nor closures.
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (isTooDeep(value[index], left - 1)) return true
  } else {
    const members = value as Readonly<Record<string, unknown>>
    for (const name in members) if (isTooDeep(members[name], left - 1)) return true
  }
  return false
}
