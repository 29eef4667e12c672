import { LiquidError, toValue } from 'liquidjs'
import { LongNumber } from '../values/long-number.ts'
import { BudgetExceeded, TextTooLong } from './render-budget.ts'

/** Thrown by a filter that cannot process its input. The message names kinds of values, but no value. */
export class FilterFailed extends Error {
  /** What to write in the template; null if that depends on what is meant. */
  readonly hint: string | null
  constructor(message: string, hint: string | null = null) {
    super(message)
    this.hint = hint
  }
}

/** The kind of a value, in words. */
export function describeKind(given: unknown): string {
  const value: unknown = toValue(given as never)
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'number' || value instanceof LongNumber) return 'a number'
  if (typeof value === 'boolean') return 'true or false'
  return typeof value === 'string' ? (value === '' ? 'an empty text' : 'a text') : 'an object'
}

/** The original error: LiquidJS wraps errors that it catches. */
export function unwrapError(error: unknown): unknown {
  const { originalError } = error as { originalError?: unknown }
  return LiquidError.is(error) && originalError !== undefined ? unwrapError(originalError) : error
}

/** Turns an error of a filter into a `FilterFailed`, unless the error already explains itself. */
export function explainFailure(filter: string, given: unknown, error: unknown): unknown {
  const cause = unwrapError(error)
  const isTold = [FilterFailed, BudgetExceeded, TextTooLong].some((known) => cause instanceof known)
  // The encoder of a placeholder is a filter without a name.
  if (isTold || !/^\w+$/.test(filter)) return error
  return new FilterFailed(
    `The filter "${filter}" cannot work with the value that it was given, which is ${describeKind(given)}.`,
  )
}

/** Refuses NaN and infinity as the result of a filter: JSON does not have these numbers. */
export function refuseNoNumber(filter: string, given: unknown, result: unknown): void {
  if (typeof result !== 'number' || Number.isFinite(result)) return
  const byZero = divisions.has(filter) ? ' Nothing can be divided by zero.' : ''
  throw new FilterFailed(
    `The filter "${filter}" has no number as its result for the value that it was given, which is ${describeKind(given)}.${byZero}`,
  )
}

const divisions: ReadonlySet<string> = new Set(['divided_by', 'modulo'])
