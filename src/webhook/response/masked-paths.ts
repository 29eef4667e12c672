import { containsMask } from '../masking/masked-value.ts'
import type { ResponsePaths } from '../template/response-paths.ts'
import { valueAt } from '../values/lookup.ts'
import type { ReadableResponse } from './readable-response.ts'

/** Whether a template reads a part of the response that has a mask in place of a secret. */
export function readsMask(response: ReadableResponse, paths: ResponsePaths): boolean {
  return paths === null || paths.some((path) => hasMaskAt(response, path))
}

function hasMaskAt(response: ReadableResponse, path: readonly string[]): boolean {
  // A body can fail to be JSON because all of it is masked.
  if (path[0] === 'json' && response.seenJson === undefined) return hasMask(response.seenText)
  let value: unknown = response.variables
  for (const name of path) {
    const next = valueAt(value, [name])
    // `size`, `first` and `last` depend on the whole value that they belong to.
    if (next === undefined) return madeNames.test(name) && hasMask(value)
    value = next
  }
  return hasMask(value)
}

const madeNames = /^(?:size|length|first|last|-\d+)$/

const maskedContainers = new WeakMap<object, boolean>()

/** Cached, because many expectations may look at the same large value. */
function hasMask(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return containsMask(value)
  const known = maskedContainers.get(value)
  if (known !== undefined) return known
  const found = containsMask(value)
  maskedContainers.set(value, found)
  return found
}
