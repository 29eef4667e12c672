import { describeSyntaxError, findSyntaxError, type JsonSyntaxError } from './json-syntax.ts'
import { LongNumber } from './long-number.ts'

/** JSON that was read, or why it could not be. */
export type ParsedJson =
  | {
      readonly ok: true
      /** What `JSON.parse` gives. */
      readonly plain: unknown
      /** The same with a `LongNumber` wherever `plain` has lost digits; `plain` itself where it has not. */
      readonly exact: unknown
    }
  | {
      readonly ok: false
      readonly problem: 'syntax' | 'too_deep'
      readonly detail: string
      /** Null where that is no single place of the text. */
      readonly error: JsonSyntaxError | null
    }

/** Whether a value has others in it; a `LongNumber` is one value. */
export function isListOrObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof LongNumber)
}

/** JSON deeper than this is refused wherever it comes from or goes to: `JSON.stringify` recurses. */
export const maxJsonDepth = 100

/** Reads JSON without losing a digit. Never throws. */
export function parseJson(text: string, { maxDepth }: { readonly maxDepth: number }): ParsedJson {
  let plain: unknown
  try {
    plain = JSON.parse(text)
  } catch {
    const error = findSyntaxError(text)
    const detail =
      error === null ? 'The text is empty where JSON is expected.' : describeSyntaxError(error, text)
    return { ok: false, problem: 'syntax', detail, error }
  }
  if (isTooDeep(plain, maxDepth)) {
    const detail = `The JSON is nested deeper than ${maxDepth} levels.`
    return { ok: false, problem: 'too_deep', detail, error: null }
  }
  return { ok: true, plain, exact: mayHaveLongNumbers.test(text) ? parseExactly(text, plain) : plain }
}

/**
 * Sixteen digits in a row, a point among them or not, or an exponent of three digits: a double holds every
 * shorter number. It may also match within a string, which costs time and nothing else.
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

/** JSON as `JSON.stringify` writes it, in which escapes of lone surrogates become U+FFFD. */
export function replaceLoneEscapes(text: string): string {
  if (!text.includes('\\ud')) return text
  return text.replace(/\\(?:u(d[89a-f][\da-f]{2})|.)/g, (escaped, surrogate) =>
    surrogate ? '\ufffd' : escaped,
  )
}

/**
 * How many characters the JSON of a value has at the least, its escapes aside. Stops counting beyond a limit: a value may
 * refer to the same large part any number of times.
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

/** Whether a value nests deeper than so many levels. `JSON.parse` does not recurse, but writing and reviving do. */
export function isTooDeep(value: unknown, left = maxJsonDepth): boolean {
  if (!isListOrObject(value)) return false
  if (left === 0) return true
  // Every body goes through here: no list of members is made, and no function for each value.
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (isTooDeep(value[index], left - 1)) return true
  } else {
    const members = value as Readonly<Record<string, unknown>>
    for (const name in members) if (isTooDeep(members[name], left - 1)) return true
  }
  return false
}
