import { isObject } from '../../../webhook/values/json.ts'

/** Members as they stand in a request: `"a": { "b": 1 }`. */
export function writeMembers(members: Readonly<Record<string, unknown>>): string {
  return Object.entries(members)
    .map(([name, value]) => `${JSON.stringify(name)}: ${writeValue(value)}`)
    .join(', ')
}

/** A value as it stands in a request, in one line. */
export function writeValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeValue).join(', ')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const members = writeMembers(value)
  return members === '' ? '{}' : `{ ${members} }`
}
