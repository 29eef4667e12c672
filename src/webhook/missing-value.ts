import { LongNumber } from './long-number.ts'
import { didYouMean, nearest } from './nearest.ts'
import { namesIn, valueAt } from './payload.ts'
import { quoteName } from './plain-text.ts'
import type { UndefinedVariable } from './render-context.ts'
import type { ReadableResponse } from './response.ts'

/** Says at which level of a response a path has ended, and what its author may have meant there. */
export function describeMissing(response: ReadableResponse, { name, meant }: UndefinedVariable): string {
  const { container, path, missing } = findEnd(response.variables, name)
  if (path === 'response' && missing === 'json') return describeNoJson(response)
  if (Array.isArray(container)) return describeList(container, path, missing)
  if (typeof container !== 'object' || container === null || container instanceof LongNumber)
    return `${quoteName(path)} is ${kindOf(container)}.`
  // Whoever looked for the variable has counted how often names were gone through.
  const guess = meant === null ? null : nearest(missing, namesIn(container))
  const what =
    path === 'response.headers'
      ? `the response has no header ${quoteName(missing)}.`
      : `${quoteName(path)} has no ${quoteName(missing)}.`
  return what + didYouMean(guess === null ? null : showName(response, guess))
}

/** A name that a target gave, where people may see it; null elsewhere. */
export function showName({ mayBeQuoted, maskers }: ReadableResponse, name: string): string | null {
  return mayBeQuoted && !oddCharacters.test(name) && maskers.shown(name) === name ? name : null
}

/** Controls, and what turns the direction of a line or breaks it. */
const oddCharacters = /[\p{C}\p{Zl}\p{Zp}]/u

interface PathEnd {
  /** The last value on the way. */
  readonly container: unknown
  /** The way to it. */
  readonly path: string
  /** What it does not have. */
  readonly missing: string
}

function findEnd(root: object, name: string): PathEnd {
  const [start = '', ...names] = name.split('.')
  let container: unknown = root
  let path = start
  for (let at = 0; at < names.length; ) {
    const step = findStep(container, names, at)
    if (step === null) return { container, path, missing: names[at] ?? '' }
    container = step.value
    path = `${path}.${step.key}`
    at += step.names
  }
  return { container, path, missing: '' }
}

/** A name may have dots itself. */
const maxDottedNames = 4

function findStep(container: unknown, names: readonly string[], at: number) {
  for (let count = 1; count <= Math.min(maxDottedNames, names.length - at); count++) {
    const key = names.slice(at, at + count).join('.')
    const value =
      Array.isArray(container) && key in ends ? container.at(ends[key] ?? 0) : valueAt(container, [key])
    if (value !== undefined) return { key, value, names: count }
  }
  return null
}

/** What Liquid calls the items at the ends of a list. */
const ends: Readonly<Record<string, number>> = { first: 0, last: -1 }

function describeNoJson(response: ReadableResponse): string {
  if (response.body.length === 0) return 'the response has no body.'
  return response.isWhole
    ? 'the body of the response is not JSON.'
    : 'only a part of the body was read, which is not JSON.'
}

function describeList({ length }: readonly unknown[], path: string, missing: string): string {
  const list = `${quoteName(path)} is a list of ${length} ${length === 1 ? 'item' : 'items'}`
  if (/^\d+$/.test(missing) || length === 0) return `${list}.`
  return `${list}: name one of them, as in ${path.length > 60 ? '…' : path}[0].${missing.length > 40 ? '…' : missing}.`
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'a text'
  return typeof value === 'boolean' ? 'a truth value' : 'a number'
}
