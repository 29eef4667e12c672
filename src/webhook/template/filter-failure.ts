import { LiquidError, toValue } from 'liquidjs'
import { LongNumber } from '../values/long-number.ts'
import { BudgetExceeded, TextTooLong } from './render-budget.ts'

/** Thrown by a filter that cannot work with what it was given. The message names the kinds of values, and no value. */
export class FilterFailed extends Error {}

/** The kind of a value, in the words of the author of a template. */
export function describeKind(given: unknown): string {
  const value: unknown = toValue(given as never)
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'number' || value instanceof LongNumber) return 'a number'
  if (typeof value === 'boolean') return 'true or false'
  return typeof value === 'string' ? (value === '' ? 'an empty text' : 'a text') : 'an object'
}

/** What was thrown first: LiquidJS wraps what it catches. */
export function unwrapError(error: unknown): unknown {
  const { originalError } = error as { originalError?: unknown }
  return LiquidError.is(error) && originalError !== undefined ? unwrapError(originalError) : error
}

/** What to say of something that a filter has thrown, of which nobody else will tell. */
export function explainFailure(filter: string, given: unknown, error: unknown): unknown {
  const cause = unwrapError(error)
  const isTold = [FilterFailed, BudgetExceeded, TextTooLong].some((known) => cause instanceof known)
  // What encodes a value for its place is a filter without a name.
  if (isTold || !/^\w+$/.test(filter)) return error
  return new FilterFailed(
    `The filter "${filter}" cannot work with the value that it was given, which is ${describeKind(given)}.`,
  )
}

/** Refuses what no filter may make, whatever it is called: JSON has no such number, and a text would only say so. */
export function refuseNoNumber(filter: string, given: unknown, result: unknown): void {
  if (typeof result !== 'number' || Number.isFinite(result)) return
  const byZero = divisions.has(filter) ? ' Nothing can be divided by zero.' : ''
  throw new FilterFailed(
    `The filter "${filter}" made no finite number of the value that it was given, which is ${describeKind(given)}.${byZero}`,
  )
}

const divisions: ReadonlySet<string> = new Set(['divided_by', 'modulo'])
