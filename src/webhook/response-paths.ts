import type { VariablePath } from './expression.ts'
import { containsMask } from './masking/masked-value.ts'
import { valueAt } from './payload.ts'
import type { ReadableResponse } from './response.ts'

/** What of a response templates read: names behind `response`. Null where that cannot be told. */
export type ResponsePaths = readonly (readonly string[])[] | null

/** For what reads no response. */
export const noPaths: ResponsePaths = []

/** What a well-formed expression reads. */
interface Reading {
  readonly variables: readonly VariablePath[]
  /** Whether a text that is known at run time only is read as a condition. */
  readonly readsMore: boolean
}

/** What expressions read of a response. A path ends before a name that is computed. */
export function findResponsePaths(readings: readonly Reading[]): ResponsePaths {
  const paths: (readonly string[])[] = []
  for (const { variables, readsMore } of readings) {
    if (readsMore) return null
    for (const { root, members } of variables) {
      const path = root === 'response' ? constantStart(members) : []
      if (root === null || (root === 'response' && path.length === 0)) return null
      if (root === 'response') paths.push(path)
    }
  }
  return paths.length === 0 ? noPaths : paths
}

function constantStart(members: readonly (string | null)[]): readonly string[] {
  const path: string[] = []
  for (const name of members) {
    if (name === null) return path
    path.push(name)
  }
  return path
}

/** Whether the body of a response can be a part of what is read. */
export function mayReadBody(paths: ResponsePaths): boolean {
  return paths === null || paths.some(([name]) => name !== 'status' && name !== 'headers')
}

/** Whether a mask stands for a secret somewhere in what is read of a response. */
export function readsMask(response: ReadableResponse, paths: ResponsePaths): boolean {
  return paths === null || paths.some((path) => hasMaskAt(response, path))
}

function hasMaskAt(response: ReadableResponse, path: readonly string[]): boolean {
  // What is no JSON may be none since all of it is masked.
  if (path[0] === 'json' && response.seenJson === undefined) return hasMask(response.seenText)
  let value: unknown = response.variables
  for (const name of path) {
    const next = valueAt(value, [name])
    // Sizes and ends are made of all that they belong to.
    if (next === undefined) return madeNames.test(name) && hasMask(value)
    value = next
  }
  return hasMask(value)
}

const madeNames = /^(?:size|length|first|last|-\d+)$/

const maskedContainers = new WeakMap<object, boolean>()

/** Many expectations may look at the same large value. */
function hasMask(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return containsMask(value)
  const known = maskedContainers.get(value)
  if (known !== undefined) return known
  const found = containsMask(value)
  maskedContainers.set(value, found)
  return found
}
