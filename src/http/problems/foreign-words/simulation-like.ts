import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { isStatusLike } from './expectation-like.ts'

const maxMembers = 5

/** The response to simulate that a value was meant to be, with the names of its body. */
export function simulationOf(value: unknown): JsonObject {
  if (!isObject(value)) return { status: toStatus(value) }
  const given = isObject(value.response) ? value.response : value
  const { statusCode, code = statusCode, status = code, body } = given
  return { status: toStatus(status), ...(body === undefined ? {} : { body: bodyText(body) }) }
}

function toStatus(value: unknown): number {
  return isStatusLike(value) ? Number(value) || 200 : 200
}

/** The text of a body: JSON with its names, of whose values numbers and switches are shown. */
function bodyText(body: unknown): string {
  if (Array.isArray(body)) return '["…"]'
  if (!isObject(body)) return '…'
  const shown = Object.entries(body)
    .slice(0, maxMembers)
    .map(([name, value]) => [name.slice(0, 40), isShort(value) ? value : '…'])
  return JSON.stringify(Object.fromEntries(shown))
}

function isShort(value: unknown): boolean {
  return typeof value === 'boolean' || (typeof value === 'number' && Math.abs(value) < 1_000)
}
