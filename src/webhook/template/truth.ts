import { toValue } from 'liquidjs'

/** Whether a value is missing or null. */
export function isNothing(value: unknown): boolean {
  const plain: unknown = toValue(value as never)
  return plain === undefined || plain === null
}

/** Whether a condition takes a value as true. False are missing values, null, false and the empty text. */
export function isTrue(value: unknown): boolean {
  const plain: unknown = toValue(value as never)
  return plain !== undefined && plain !== null && plain !== false && plain !== ''
}
