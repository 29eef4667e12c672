import { sources } from '../../../contract/payload.ts'
import { isObject } from '../../../webhook/values/json.ts'

/** Members that are compared with the parts of the payload. */
const maxMembers = 20

/** Whether a value is what a workflow knows: it has a part of the payload, in any case. */
export function isPayloadLike(value: unknown): boolean {
  if (!isObject(value)) return false
  const names = Object.keys(value).slice(0, maxMembers)
  return names.some((name) => sources.some((source) => source === name.toLowerCase()))
}

/** Whether a value has a part of the payload under its own name. */
export function isPayload(value: unknown): boolean {
  return isObject(value) && sources.some((source) => Object.hasOwn(value, source))
}
