import { isObject, type JsonObject } from '../../../webhook/values/json.ts'

/** Statuses of a list that an example shows. */
const maxStatuses = 2

const anySuccess: JsonObject = { type: 'status', value: '2xx' }

/** The expectation that a value was meant to be. Without a text or status in it, it is `otherwise`. */
export function expectationLike(value: unknown, otherwise: JsonObject = anySuccess): JsonObject {
  if (isObject(value) && 'value' in value) return expectationLike(value.value, otherwise)
  if (isStatusLike(value)) return { type: 'status', value }
  if (isListOfStatuses(value)) return { type: 'status', value: value.slice(0, maxStatuses) }
  return typeof value === 'string' && otherwise === anySuccess ? { type: 'string', value: '…' } : otherwise
}

export function isListOfStatuses(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0 && value.every(isStatusLike)
}

/** A status is too short to be a secret. */
export function isStatusLike(value: unknown): boolean {
  return /^[1-9](?:\d\d|xx)$/i.test(
    typeof value === 'number' || typeof value === 'string' ? String(value) : '',
  )
}
