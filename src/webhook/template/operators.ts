import { defaultOperators, toValue } from 'liquidjs'
import { compareNumbers } from '../values/long-number.ts'
import { isNothing, isTrue } from './truth.ts'

type Operator = (left: unknown, right: unknown, context: unknown) => unknown

/** The comparisons of Liquid. Unlike in JavaScript, null equals a missing value, and is neither zero nor the text "null". */
export const operators = {
  ...defaultOperators,
  '==': equality(true),
  '!=': equality(false),
  '<': ordering((order) => order < 0),
  '>': ordering((order) => order > 0),
  '<=': ordering((order) => order <= 0),
  '>=': ordering((order) => order >= 0),
  contains: (left: unknown, right: unknown, context: unknown) => {
    const isInText = typeof toValue(left as never) === 'string'
    const isEmpty = isNothing(right) || toValue(right as never) === ''
    return isInText && isEmpty ? false : standard('contains')(left, right, context)
  },
  not: (value: unknown) => !isTrue(value),
  and: (left: unknown, right: unknown) => isTrue(left) && isTrue(right),
  or: (left: unknown, right: unknown) => isTrue(left) || isTrue(right),
} as typeof defaultOperators

function standard(name: string): Operator {
  return defaultOperators[name] as Operator
}

function equality(isWanted: boolean): Operator {
  const judge = standard(isWanted ? '==' : '!=')
  return (left, right, context) =>
    isNothing(left) && isNothing(right) ? isWanted : judge(left, right, context)
}

/** Only numbers and texts have an order. A text that is not a number has no order relative to a number. */
function ordering(judge: (order: number) => boolean): Operator {
  return (left, right) => judge(compare(toValue(left as never), toValue(right as never)))
}

/** Compares two values; `NaN` if they have no order. */
function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (left === '' || right === '') return Number.NaN
  if (typeof left !== 'string' || typeof right !== 'string') return compareNumbers(left, right)
  return left === right ? 0 : left < right ? -1 : 1
}
