import type { UndefinedVariable } from '../template/render-context.ts'
import { LongNumber } from '../values/long-number.ts'
import { memberAt, namesIn } from '../values/lookup.ts'
import { suggest } from '../values/suggest.ts'
import { quoteName } from '../values/text.ts'
import type { ReadableResponse } from './readable-response.ts'

/** What a response does not have. */
export interface MissingValue {
  /** At which level the path to it has ended, in a sentence. */
  readonly what: string
  /** What its author may have meant there; null where nothing is near, or may not be shown. */
  readonly meant: string | null
}

/** Finds where a path into a response ends too early. */
export function findMissing(
  response: ReadableResponse,
  { path: names, meant }: UndefinedVariable,
): MissingValue {
  const { container, path, missing } = findEnd(response.variables, names)
  if (path === 'response' && missing === 'json') return { what: describeNoJson(response), meant: null }
  if (Array.isArray(container)) return { what: describeList(container, path, missing), meant: null }
  if (typeof container !== 'object' || container === null || container instanceof LongNumber)
    return { what: `${quoteLine(path)} is ${nameKind(container)}.`, meant: null }
  const what =
    path === 'response.headers'
      ? `the response has no header ${quoteLine(missing)}.`
      : `${quoteLine(path)} has no ${quoteLine(missing)}.`
  // Whoever looked for the variable has counted how often names were gone through.
  const near = meant === null ? null : suggest(missing, namesIn(container))
  return { what, meant: near === null ? null : showName(response, near) }
}

/** A name that a target gave, where people may see it; null elsewhere. */
export function showName({ mayBeQuoted, maskers }: ReadableResponse, name: string): string | null {
  return mayBeQuoted && !oddCharacters.test(name) && maskers.display(name) === name ? name : null
}

/** Controls, and what turns the direction of a line or breaks it. */
const oddCharacters = /[\p{C}\p{Zl}\p{Zp}]/u
const allOddCharacters = /[\p{C}\p{Zl}\p{Zp}]/gu

/** A name that may be computed of what a target sent. */
function quoteLine(name: string): string {
  return quoteName(name.replace(allOddCharacters, '?'))
}

interface PathEnd {
  /** The last value on the way. */
  readonly container: unknown
  /** The way to it. */
  readonly path: string
  /** What it does not have. */
  readonly missing: string
}

function findEnd(root: unknown, [start = '', ...names]: readonly string[]): PathEnd {
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
  return response.isWhole
    ? 'the body of the response is not JSON.'
    : 'only a part of the body was read, which is not JSON.'
}

function describeList({ length }: readonly unknown[], path: string, missing: string): string {
  const list = `${quoteLine(path)} is a list of ${length} ${length === 1 ? 'item' : 'items'}`
  if (length === 0 || index.test(missing) || !/^[\w-]+$/.test(missing)) return `${list}.`
  return `${list}: name one of them, as in ${path.length > 60 ? '…' : path}[0].${missing.length > 40 ? '…' : missing}.`
}

function nameKind(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'a text'
  return typeof value === 'boolean' ? 'a truth value' : 'a number'
}
