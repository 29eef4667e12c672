import {
  type Context,
  evalToken,
  Filter,
  type Liquid,
  Tokenizer,
  TypeGuards,
  toValue,
  type ValueToken,
} from 'liquidjs'
import { LongNumber } from '../values/long-number.ts'
import { explainFailure, FilterFailed, refuseNoNumber } from './filter-failure.ts'
import { isNumeric } from './filters.ts'

/**
 * The version of LiquidJS that the patches were written for. They replace methods of its prototypes, so check these methods
 * before a change of the version.
 */
export const patchedVersion = '10.30.1'

/** Applies the patches, once per process. */
export function patchLiquid(engine: Liquid): void {
  readNegatedGroups()
  boundRanges(engine)
  readSpacedProperties()
  watchFilters(engine)
  keepDigits()
}

/** LiquidJS reads `not` right after a parenthesis as the name of a variable. harttle/liquidjs#575 added `not`. */
function readNegatedGroups(): void {
  const read = Tokenizer.prototype.readGroupOrRange
  Tokenizer.prototype.readGroupOrRange = function (this: Tokenizer) {
    const begin = this.p
    this.skipBlank()
    this.p++
    const isNegated = this.input[this.p - 1] === '(' && this.readOperator()?.operator === 'not'
    this.p = begin
    if (!isNegated) return read.call(this)
    this.readTo('(')
    const token = this.readFilteredValue()
    this.skipBlank()
    this.assert(this.read() === ')', 'unbalanced parentheses')
    return Object.assign(token, { begin, end: this.p }) as unknown as ReturnType<typeof read>
  }
}

/**
 * LiquidJS increments a range by one, which has no effect beyond 2^53, so the loop would not end. harttle/liquidjs#776 added
 * its memory limit. The patch is in the tokenizer, because all ranges pass there, also those in arguments of filters.
 */
function boundRanges(engine: Liquid): void {
  const read = Tokenizer.prototype.readGroupOrRange
  Tokenizer.prototype.readGroupOrRange = function (this: Tokenizer) {
    const token = read.call(this)
    if (token !== undefined && TypeGuards.isRangeToken(token)) {
      token.lhs = bound(token.lhs, engine)
      token.rhs = bound(token.rhs, engine)
    }
    return token
  }
  engine.registerFilter('range_bound', (given: unknown) => {
    if (!isNumeric(given)) throw new FilterFailed('A range of the template has a bound that is no number.')
    // Whole numbers, as in Liquid, so that a range does not pass its bound.
    const whole = Math.trunc(Number(toValue(given as never) ?? 0))
    if (Math.abs(whole) > Number.MAX_SAFE_INTEGER)
      throw new FilterFailed('A range of the template has a bound beyond 9007199254740991.')
    return whole
  })
}

/** LiquidJS ends a path at a blank: it would read `profile .email` as the whole profile. */
function readSpacedProperties(): void {
  const tokenizer = Tokenizer.prototype as unknown as { readProperties(isBegin?: boolean): ValueToken[] }
  const read = tokenizer.readProperties
  tokenizer.readProperties = function (this: Tokenizer, isBegin = true) {
    const names = read.call(this, isBegin)
    while (names.length > 0 || !isBegin) {
      const start = this.p
      this.skipBlank()
      const more = this.p === start ? [] : read.call(this, false)
      if (more.length > 0) names.push(...more)
      else {
        this.p = start
        break
      }
    }
    return names
  }
}

/** Runs filters like LiquidJS, but refuses NaN and infinity, and names the filter that failed. */
function watchFilters(engine: Liquid): void {
  interface Parts {
    readonly handler: (...all: unknown[]) => unknown
    readonly token: unknown
  }
  Filter.prototype.render = function* (this: Filter, value: unknown, context: Context) {
    const { handler, token } = this as unknown as Parts
    const values: unknown[] = [value]
    for (const arg of this.args)
      values.push(
        Array.isArray(arg) ? [arg[0], yield evalToken(arg[1], context)] : yield evalToken(arg, context),
      )
    try {
      const result: unknown = yield handler.apply({ context, token, liquid: engine }, values)
      refuseNoNumber(this.name, value, result)
      return result
    } catch (error) {
      throw explainFailure(this.name, value, error)
    }
  }
}

/** A number in a template keeps its digits like one in the payload, so that both compare by all digits. */
function keepDigits(): void {
  const read = Tokenizer.prototype.readNumber
  Tokenizer.prototype.readNumber = function (this: Tokenizer) {
    const token = read.call(this)
    const text = token?.getText().replace(/^\+/, '') ?? ''
    if (token !== undefined && !LongNumber.fits(text)) Object.assign(token, { content: new LongNumber(text) })
    return token
  }
}

function bound(end: ValueToken, engine: Liquid): ValueToken {
  const text = `(${end.getText()} | range_bound)`
  return new Tokenizer(text, engine.options.operators, undefined, undefined, true).readValueOrThrow()
}
