import { isListOrObject, isObject } from '../values/json.ts'
import { LongNumber } from '../values/long-number.ts'
import { memberAt, namesIn } from '../values/lookup.ts'
import { suggest } from '../values/suggest.ts'
import { headerValue } from '../wire/headers.ts'
import type { ReadableResponse } from './readable-response.ts'
import { showName } from './show-name.ts'

/** A value of a response that an author may have meant by a path which leads to none. */
export interface Elsewhere {
  /** As it is written in a template: `response.json.data.status`. */
  readonly path: string
  readonly value: unknown
  /** Whether it is spelt as the author has it. */
  readonly isSame: boolean
}

/** Names of a body that are looked at. The nearest ones to its root come first. */
const maxNames = 2_000
const maxDepth = 8

/**
 * Finds where the end of a path stands in a response, for a path that leads to nothing: its last two names, else its last one, within
 * other objects of the body, in the same spelling or in another one; else the header or the status of that name. Null if it stands
 * nowhere, may not be shown, or stands in several places of which none is nearer to the root.
 */
export function findElsewhere(response: ReadableResponse, names: readonly string[]): Elsewhere | null {
  const [root, source, ...path] = names
  if (root !== 'response' || source !== 'json') return null
  const made = path.length > 1 && madeNames.has(path.at(-1) ?? '') ? path.at(-1) : undefined
  const wanted = made === undefined ? path : path.slice(0, -1)
  const [last, parent] = wanted.filter((name) => !index.test(name)).toReversed()
  if (last === undefined) return null
  const inBody = findInBody(response, last, parent)
  if (inBody === null) return made === undefined && path.length === 1 ? findInHead(response, last) : null
  return made === undefined || !Array.isArray(inBody.value)
    ? inBody
    : { ...inBody, path: `${inBody.path}.${made}`, value: pickMade(inBody.value, made) }
}

/**
 * Follows a path by the nearest names, and into the first item of a list that it does not expect. Null if that leads to no value either.
 */
export function followNearest(response: ReadableResponse, names: readonly string[]): Elsewhere | null {
  const [root, source, ...path] = names
  if (root !== 'response' || source !== 'json') return null
  const steps: (string | number)[] = []
  let value: unknown = response.seenJson
  for (const name of path) {
    if (Array.isArray(value) && !index.test(name)) {
      steps.push(0)
      value = value[0]
    }
    const own = memberAt(value, name) === undefined ? suggestMember(value, name) : name
    if (own === null) return null
    steps.push(Array.isArray(value) ? Number(own) : own)
    value = memberAt(value, own)
  }
  const written = value === undefined ? null : writePath(response, steps)
  return written === null ? null : { path: written, value, isSame: false }
}

function suggestMember(value: unknown, name: string): string | null {
  return isObject(value) && !(value instanceof LongNumber) ? suggest(name, namesIn(value)) : null
}

/** Names that Liquid has for any list. */
const madeNames: ReadonlySet<string> = new Set(['size', 'first', 'last'])
const index = /^-?\d+$/

function pickMade(list: readonly unknown[], made: string): unknown {
  return made === 'size' ? list.length : list.at(made === 'first' ? 0 : -1)
}

interface Place {
  readonly names: readonly (string | number)[]
  readonly value: unknown
}

interface Found extends Place {
  readonly hasParent: boolean
  readonly isSame: boolean
}

function findInBody(response: ReadableResponse, last: string, parent: string | undefined): Elsewhere | null {
  const found = listFound(response.seenJson, last, parent)
  const best = Math.max(...found.map(rankOf))
  const [only, ...others] = found.filter((one) => rankOf(one) === best)
  if (only === undefined || others.length > 0) return null
  const path = writePath(response, only.names)
  return path === null ? null : { path, value: only.value, isSame: only.isSame }
}

/** The last two names tell more than the last one, its spelling more than its depth. */
function rankOf({ names, hasParent, isSame }: Found): number {
  return (hasParent ? 1_000 : 0) + (isSame ? 100 : 0) - names.length
}

function listFound(root: unknown, last: string, parent: string | undefined): readonly Found[] {
  const found: Found[] = []
  const queue: Place[] = [{ value: root, names: [] }]
  const folded = foldName(last)
  const isNear = (own: string) => Math.abs(own.length - last.length) <= maxMarks && foldName(own) === folded
  let left = maxNames
  // The queue grows while it is read.
  for (const { value, names } of queue) {
    if (Array.isArray(value)) {
      // Items of a list are alike: what the first one has stands for all.
      if (value.length > 0 && names.length < maxDepth) queue.push({ value: value[0], names: [...names, 0] })
      continue
    }
    if (!isObject(value) || value instanceof LongNumber) continue
    const above = names.findLast((one) => typeof one === 'string')
    for (const name of namesIn(value)) {
      if (left-- <= 0) return found
      if (ofOther.test(name)) continue
      const place: Place = { value: value[name], names: [...names, name] }
      if (name === last || isNear(name))
        found.push({ ...place, hasParent: parent !== undefined && above === parent, isSame: name === last })
      if (isListOrObject(place.value) && place.names.length < maxDepth) queue.push(place)
    }
  }
  return found
}

/** Underscores and hyphens by which two spellings of a name may differ. */
const maxMarks = 4

/** Members that tell of a failure, of the request or of other addresses. */
const ofOther = /^(?:errors?|fault|exception|warnings?|request|debug|trace|_?links)$/i
const maxFolded = 100

function foldName(name: string): string {
  return name.replace(/[-_ ]/g, '').toLowerCase()
}

function writePath(response: ReadableResponse, names: readonly (string | number)[]): string | null {
  const parts: string[] = []
  for (const name of names) {
    if (typeof name === 'number') parts.push(`[${name}]`)
    else if (showName(response, name) === null || name.length > maxFolded || /["\\]/.test(name)) return null
    else parts.push(/^[A-Za-z_][\w-]*$/.test(name) ? `.${name}` : `["${name}"]`)
  }
  return `response.json${parts.join('')}`
}

/** A header or the status, which are no part of the body. */
function findInHead(response: ReadableResponse, name: string): Elsewhere | null {
  if (/^(?:http_?)?status(?:_?code)?$/i.test(name))
    return { path: 'response.status', value: response.status, isSame: true }
  const header = name.replaceAll('_', '-').toLowerCase()
  const value = headerName.test(header) ? headerValue(response.seenHeaders, header) : undefined
  return value === undefined ? null : { path: `response.headers.${header}`, value, isSame: true }
}

const headerName = /^[a-z][\w-]{1,60}$/
