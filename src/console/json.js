// @ts-check

/**
 * JSON without the loss of digits: a number that JavaScript would round keeps its text.
 * @typedef {{ rawJSON?: (text: string) => unknown, isRawJSON?: (value: unknown) => boolean }} RawJson
 */
const raw = /** @type {RawJson} */ (/** @type {unknown} */ (JSON))

/**
 * Throws a SyntaxError if the text is no JSON.
 * @param {string} text @returns {any}
 */
export function parseJson(text) {
  const keep = raw.rawJSON
  if (keep === undefined) return JSON.parse(text)
  return /** @type {any} */ (JSON.parse)(
    text,
    (
      /** @type {string} */ _name,
      /** @type {unknown} */ value,
      /** @type {{ source?: string }} */ { source },
    ) =>
      typeof value === 'number' && source !== undefined && String(value) !== source
        ? keep.call(JSON, source)
        : value,
  )
}

/** @param {unknown} value */
export function writeJson(value) {
  return JSON.stringify(value, null, 2) ?? ''
}

/**
 * A text of JSON in lines; null if it is none, or if a member would be lost that stands twice.
 * @param {string} text
 */
export function formatJson(text) {
  const read = readJson(text)
  return read.ok && findTwice(text) === null ? writeJson(read.value) : null
}

/**
 * A value as text: a text as it is, anything else as JSON.
 * @param {unknown} value
 */
export function asText(value) {
  if (typeof value === 'string') return value
  return value === undefined ? '' : (JSON.stringify(value) ?? '')
}

/**
 * Whether a value is an object with members, not a list and not a number that kept its text.
 * @param {unknown} value @returns {value is Record<string, unknown>}
 */
export function isObject(value) {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && raw.isRawJSON?.(value) !== true
  )
}

/**
 * @param {string} text
 * @returns {{ ok: true, value: any } | { ok: false, message: string }}
 */
export function readJson(text) {
  try {
    return { ok: true, value: parseJson(text) }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}

/**
 * The first member that stands twice in the same object, of which JSON keeps the last alone; null if there is none.
 * @param {string} text JSON.
 */
export function findTwice(text) {
  /** @type {(Set<string> | null)[]} The names of the objects around a place; null for a list. */
  const around = []
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"(?:\s*:)?|\\?$)|[[\]{}]/g)) {
    if (token === '{') around.push(new Set())
    else if (token === '[') around.push(null)
    else if (token === '}' || token === ']') around.pop()
    else if (token.endsWith(':')) {
      const name = String(JSON.parse(token.slice(0, -1)))
      const names = around.at(-1)
      if (names?.has(name)) return name
      names?.add(name)
    }
  }
  return null
}

/**
 * @param {string} text
 * @returns {{ ok: true, value: Record<string, unknown> } | { ok: false, message: string }}
 */
export function readObject(text) {
  const read = readJson(text)
  if (!read.ok) return read
  return isObject(read.value) ? read : { ok: false, message: 'Write a JSON object: { … }.' }
}
