import type { UndefinedVariable } from '../template/render-result.ts'
import { isListOrObject } from '../values/json.ts'
import { LongNumber } from '../values/long-number.ts'
import { memberAt, namesIn } from '../values/lookup.ts'
import { suggest } from '../values/suggest.ts'
import { quoteName } from '../values/text.ts'
import { type Elsewhere, findElsewhere, followNearest } from './elsewhere.ts'
import type { ReadableResponse } from './readable-response.ts'
import { showName } from './show-name.ts'

/** A value that a response does not have. */
export interface MissingValue {
  /** A sentence that names the level at which its path ends. */
  readonly what: string
  /** The name that the author may have meant; null if no name is near, or if the name may not be shown. */
  readonly meant: string | null
  /** Where the end of the path stands; null if it stands nowhere else. */
  readonly elsewhere: Elsewhere | null
}

/** Finds the level at which a path into a response ends. */
export function findMissing(
  response: ReadableResponse,
  { path: names, meant }: UndefinedVariable,
): MissingValue {
  const { container, path, missing } = findEnd(response.variables, names)
  if (path === 'response' && missing === 'json') return { ...nothingNear, what: describeNoJson(response) }
  if (Array.isArray(container)) return { ...nothingNear, what: describeList(container, path, missing) }
  if (typeof container !== 'object' || container === null || container instanceof LongNumber)
    return { ...nothingNear, what: `${quoteLine(path)} is ${nameKind(container)}.` }
  const what =
    path === 'response.headers'
      ? `the response has no header ${quoteLine(missing)}.`
      : `${quoteLine(path)} has no ${quoteLine(missing)}.`
  const elsewhere = findElsewhere(response, names)
  if (elsewhere?.isSame && missing === names.at(-1)) return { what, meant: null, elsewhere }
  // The budget is not checked here: the search for `meant` of the variable has counted already.
  const near = meant === null ? null : suggest(missing, namesIn(container))
  const shown = near === null ? null : showName(response, near)
  const followed = shown === null || missing === names.at(-1) ? null : followNearest(response, names)
  if (followed !== null) return { what, meant: null, elsewhere: followed }
  return { what, meant: shown, elsewhere: shown === null ? elsewhere : null }
}

const nothingNear = { meant: null, elsewhere: null } as const

/** Control characters, line breaks and bidirectional controls. */
const allOddCharacters = /[\p{C}\p{Zl}\p{Zp}]/gu

/** Quotes a name that may come from the target. */
function quoteLine(name: string): string {
  return quoteName(name.replace(allOddCharacters, '?'))
}

/** The place where a path ends. */
export interface PathEnd {
  /** The last existing value on the path. */
  readonly container: unknown
  /** The path to the container. */
  readonly path: string
  /** The name that the container does not have. */
  readonly missing: string
}

/** Finds the last existing value on a path. */
export function findEnd(root: unknown, [start = '', ...names]: readonly string[]): PathEnd {
  let container = root
  let path = start
  for (const name of names) {
    const next = memberAt(container, name)
    if (next === undefined) return { container, path, missing: name }
    path = Array.isArray(container) && index.test(name) ? `${path}[${name}]` : `${path}.${name}`
    container = next
  }
  return { container, path, missing: '' }
}

const index = /^-?\d+$/

function describeNoJson(response: ReadableResponse): string {
  if (response.ending === 'undecoded')
    return 'the body did not end in time, and is decoded only when all of it has come.'
  if (response.body.length === 0) return 'the response has no body.'
  if (!response.isWhole) return 'only a part of the body was read, which is not JSON.'
  const { jsonProblem } = response
  return `the body of the response is not JSON${jsonProblem === null ? '' : `: ${jsonProblem}`}.`
}

function describeList({ length }: readonly unknown[], path: string, missing: string): string {
  const list = `${quoteLine(path)} is a list of ${length} ${length === 1 ? 'item' : 'items'}`
  if (length === 0 || index.test(missing) || !/^[\w-]+$/.test(missing)) return `${list}.`
  return `${list}: name one of them, as in ${path.length > 60 ? '…' : path}[0].${missing.length > 40 ? '…' : missing}.`
}

/** The kind of a value, in words. */
export function nameKind(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'a text'
  if (Array.isArray(value)) return 'a list'
  if (isListOrObject(value)) return 'an object'
  return typeof value === 'boolean' ? 'a truth value' : 'a number'
}

/** Says of a response without a body whether it could have had one (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5). */
export function describeNoBody({ status }: ReadableResponse): string {
  const isNever = status === 204 || status === 205 || status === 304
  return isNever
    ? `A response with status ${status} never has a body: expect the status alone.`
    : `The target sent an empty body with status ${status}: expect the status alone, or let the target send a body.`
}
