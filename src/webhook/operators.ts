import { defaultOperators, toValue } from 'liquidjs'
import { isTrue } from './truth.ts'

type Operator = (left: unknown, right: unknown, context: unknown) => unknown

/** JavaScript takes null as zero, as the text "null", and as another thing than what is missing. Liquid does not. */
export const operators = {
  ...defaultOperators,
  '==': equality(true),
  '!=': equality(false),
  '<': ordering('<'),
  '>': ordering('>'),
  '<=': ordering('<='),
  '>=': ordering('>='),
  contains: (left: unknown, right: unknown, context: unknown) => {
    const isInText = typeof toValue(left as never) === 'string'
    return isInText && isNothing(right) ? false : standard('contains')(left, right, context)
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

/** Nothing is neither more nor less than anything, and an empty text is no number. */
function ordering(name: string): Operator {
  const judge = standard(name)
  return (left, right, context) =>
    isNothing(left) || isNothing(right) || isEmptyText(left) || isEmptyText(right)
      ? false
      : judge(left, right, context)
}

function isNothing(value: unknown): boolean {
  const plain: unknown = toValue(value as never)
  return plain === undefined || plain === null
}

function isEmptyText(value: unknown): boolean {
  return toValue(value as never) === ''
}
