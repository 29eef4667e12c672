import {
  evalToken,
  type FilterImplOptions,
  type Liquid,
  filters as standardFilters,
  Tokenizer,
  toValue,
} from 'liquidjs'
import { isListOrObject, replaceLoneEscapes } from '../values/json.ts'
import { isDecimal, LongNumber } from '../values/long-number.ts'
import { plainText } from '../values/text.ts'
import { checkExpression, formOfCondition } from './expression-syntax.ts'
import { describeKind, FilterFailed } from './filter-failure.ts'
import { findNearNumber } from './near-number.ts'
import type { RenderContext } from './render-context.ts'
import { isNothing, isTrue } from './truth.ts'

type FilterHandler = Extract<FilterImplOptions, (...parts: never[]) => unknown>
type FilterThis = ThisParameterType<FilterHandler>
type Replace = (standard: FilterHandler, name: string) => FilterHandler

/** Replaces the filters of LiquidJS that silently accept input of the wrong kind. */
export function registerFilters(liquid: Liquid): void {
  const names = new Set(Object.keys(liquid.filters))
  const replace = (names: readonly string[], by: Replace) => {
    for (const name of names) liquid.registerFilter(name, by(findHandler(liquid, name), name))
  }
  replace(['default'], () => defaultValue)
  replace(['size'], () => measure)
  replace(['to_integer'], () => (value: unknown) => Number(toValue(value as never) ?? 0))
  replace(numberFilters, needingNumbers)
  replace(['truncatewords'], () => truncateWords)
  replace(['sum'], () => sumNumbers)
  replace(['slice', 'sample', 'first', 'last'], refusingObjects)
  replace(Object.keys(countedArguments), countingByNumbers)
  replace(['url_encode', 'cgi_escape', 'uri_escape'], readingWholeCharacters)
  replace(['json', 'jsonify', 'inspect'], writingWholeCharacters)
  replace(textFilters, writingObjects)
  replace(dateFilters, needingDates)
  for (const [name, filter] of Object.entries(truthFilters))
    liquid.registerFilter(name, filter(standard(name)))
  replace(conditionFilters, judgingItems)
  replace(['group_by_exp', ...conditionFilters], (...filter) => forgivingExpression(...filter, names))
  replace(listFilters, givingNothingForNothing)
}

function findHandler({ filters }: Liquid, name: string): FilterHandler {
  return filters[name] as FilterHandler
}

function standard(name: string): FilterHandler {
  return standardFilters[name] as FilterHandler
}

/** The filter `default`: replaces a value that is missing, null, false, an empty text or an empty list. */
function defaultValue(this: FilterThis, given: unknown, instead: unknown, ...options: unknown[]): unknown {
  const value: unknown = toValue(given as never)
  const isKept = value === false && options.some(allowsFalse)
  const isGiven = isKept || (isTrue(value) && !(Array.isArray(value) && value.length === 0))
  const result = isGiven ? value : instead
  // The default accounts for an undefined variable.
  if (result !== undefined) (this.context as RenderContext).forgive()
  return result
}

function allowsFalse(option: unknown): boolean {
  return Array.isArray(option) && option[0] === 'allow_false' && isTrue(option[1])
}

/** The filter `size`, also for objects: LiquidJS counts their members for `.size` only. */
function measure(given: unknown): number {
  const value: unknown = toValue(given as never)
  if (typeof value === 'string' || Array.isArray(value)) return value.length
  return isListOrObject(value) ? Object.keys(value).length : 0
}

const numberFilters = [
  ...['abs', 'at_least', 'at_most', 'ceil', 'divided_by', 'floor'],
  ...['minus', 'modulo', 'plus', 'round', 'times'],
]

/** Refuses values that are not numbers. LiquidJS would take them as zero. */
function needingNumbers(filter: FilterHandler, name: string): FilterHandler {
  return function (this: FilterThis, ...values: [unknown, ...unknown[]]) {
    // A third argument is not a number: whether `divided_by` rounds down.
    const wrong = values.slice(0, 2).findIndex((value) => !isNumeric(value))
    if (wrong !== -1) throw notNumeric(name, values[wrong], wrong)
    return filter.call(this, ...values)
  }
}

function notNumeric(name: string, given: unknown, position: number): FilterFailed {
  const what = position === 0 ? 'the value that it was given' : `its argument ${position}`
  const value: unknown = toValue(given as never)
  const near = typeof value === 'string' ? findNearNumber(value) : null
  const message = `The filter "${name}" needs numbers, and ${what} is ${describeNoNumber(value)}`
  if (near === null) return new FilterFailed(`${message}.`)
  const place = position === 0 ? `before "| ${name}"` : 'in an {% assign %} before it'
  return new FilterFailed(
    `${message}: it has ${near.has}.`,
    `Write ${near.filters} behind the value, ${place}. Or correct the value in the payload.`,
  )
}

/** Whether Liquid can calculate with a value. Missing values and the empty text count as zero. */
export function isNumeric(given: unknown): boolean {
  const value: unknown = toValue(given as never)
  if (typeof value === 'string')
    return value.trim() === '' || (isDecimal(value) && Number.isFinite(Number(value)))
  return value === undefined || value === null || typeof value === 'number' || value instanceof LongNumber
}

/** Refuses items that are not numbers. LiquidJS would ignore them. */
function* sumNumbers(
  this: FilterThis,
  given: unknown,
  property: unknown,
): Generator<unknown, number, unknown> {
  const name: unknown = toValue(property as never)
  const { context } = this
  let sum = 0
  for (const item of toList(given)) {
    const value = name ? yield context._getFromScope(item as object, plainText(name), false) : item
    if (!isNumeric(value))
      throw new FilterFailed(`The filter "sum" needs numbers, and an item is ${describeNoNumber(value)}.`)
    sum += Number(toValue(value as never) ?? 0)
  }
  return sum
}

function describeNoNumber(value: unknown): string {
  return `${describeKind(value)}${typeof value === 'string' ? ' that is no number' : ''}`
}

/** The filter `truncatewords`. LiquidJS adds the ellipsis even if it removes no word. */
function truncateWords(this: FilterThis, given: unknown, limit: unknown = 15, end: unknown = '...'): unknown {
  const text = plainText(toValue(given as never))
  const ending = plainText(toValue(end as never))
  this.context.memoryLimit.use(text.length + ending.length)
  const words = text.trim().split(/\s+/)
  const count = Math.max(1, Number(limit))
  return words.length <= count ? text : words.slice(0, count).join(' ') + ending
}

/** Refuses objects, which LiquidJS would write as `[object Object]` or drop. */
function refusingObjects(filter: FilterHandler, name: string): FilterHandler {
  return function (this: FilterThis, given: unknown, ...rest: unknown[]) {
    const value: unknown = toValue(given as never)
    if (isListOrObject(value) && !Array.isArray(value))
      throw new FilterFailed(
        `The filter "${name}" needs a list or a text, and the value that it was given is an object.`,
      )
    return filter.call(this, given, ...rest)
  }
}

/** The number of arguments of a filter that count characters or items. */
const countedArguments: Readonly<Record<string, number>> = {
  slice: 2,
  sample: 1,
  truncate: 1,
  truncatewords: 1,
}

/** Converts counts to numbers. LiquidJS would concatenate texts: `slice: "1", "2"` would end at 12. An empty count is left out. */
function countingByNumbers(filter: FilterHandler, name: string): FilterHandler {
  const counted = countedArguments[name] ?? 0
  return function (this: FilterThis, given: unknown, ...rest: unknown[]) {
    const counts = rest.slice(0, counted)
    const wrong = counts.findIndex((count) => !isNumeric(count))
    if (wrong !== -1) throw notNumeric(name, counts[wrong], wrong + 1)
    return filter.call(this, given, ...counts.map(readCount), ...rest.slice(counted))
  }
}

function readCount(count: unknown): number | undefined {
  const value: unknown = toValue(count as never)
  return isNothing(value) || value === '' ? undefined : Number(value)
}

const textFilters = [
  ...[
    'append',
    'prepend',
    'capitalize',
    'downcase',
    'upcase',
    'escape',
    'escape_once',
    'xml_escape',
    'strip',
  ],
  ...['lstrip', 'rstrip', 'strip_html', 'strip_newlines', 'newline_to_br', 'normalize_whitespace', 'squish'],
  ...[
    'remove',
    'remove_first',
    'remove_last',
    'replace',
    'replace_first',
    'replace_last',
    'split',
    'slugify',
  ],
  ...['truncate', 'truncatewords', 'number_of_words', 'url_encode', 'url_decode', 'cgi_escape', 'uri_escape'],
  ...['base64_encode', 'base64_decode', 'sha256', 'hmac_sha256', 'join', 'array_to_sentence_string'],
]

/** Writes objects as JSON, as placeholders do, and not as `[object Object]`. */
function writingObjects(filter: FilterHandler): FilterHandler {
  return function (this: FilterThis, ...values: [unknown, ...unknown[]]) {
    const { memoryLimit } = this.context
    const written = values.map((value) => (isOrHasObject(value) ? withoutObjects(value, memoryLimit) : value))
    return filter.call(this, ...(written as typeof values))
  }
}

function isOrHasObject(given: unknown): boolean {
  const value: unknown = toValue(given as never)
  return Array.isArray(value) ? value.some(isListOrObject) : isListOrObject(value)
}

function withoutObjects(given: unknown, memoryLimit: { use(count: number): void }): unknown {
  const value: unknown = toValue(given as never)
  if (Array.isArray(value)) return value.map((item) => withoutObjects(item, memoryLimit))
  if (!isListOrObject(value)) return value
  const text = plainText(value)
  memoryLimit.use(text.length)
  return text
}

const dateFilters = ['date', 'date_to_xmlschema', 'date_to_rfc822', 'date_to_string', 'date_to_long_string']

/** Refuses values that are not dates. LiquidJS would read true as a moment in 1970, and a list as a text. */
function needingDates(filter: FilterHandler, name: string): FilterHandler {
  return function (this: FilterThis, given: unknown, ...rest: unknown[]) {
    const value: unknown = toValue(given as never)
    if (typeof value === 'boolean' || Array.isArray(value) || isListOrObject(value))
      throw new FilterFailed(
        `The filter "${name}" needs a date, and the value that it was given is ${describeKind(value)}.`,
      )
    return filter.call(this, value instanceof LongNumber ? Number(value) : value, ...rest)
  }
}

/** Replaces lone surrogates by U+FFFD. LiquidJS would throw. */
function readingWholeCharacters(filter: FilterHandler): FilterHandler {
  return function (this: FilterThis, given: unknown) {
    return filter.call(this, withWholeCharacters(given))
  }
}

function withWholeCharacters(given: unknown): unknown {
  const value: unknown = toValue(given as never)
  if (typeof value === 'string') return value.toWellFormed()
  return Array.isArray(value) ? value.map(withWholeCharacters) : value
}

function writingWholeCharacters(filter: FilterHandler): FilterHandler {
  return function (this: FilterThis, given: unknown, ...options: unknown[]) {
    const text: unknown = filter.call(this, given, ...options)
    return typeof text === 'string' ? replaceLoneEscapes(text) : text
  }
}

type Judge = (list: readonly unknown[], truths: readonly boolean[]) => unknown

/** The filters that use the truth of a property if they have no value to compare it with. */
const truthFilters: Readonly<Record<string, (filter: FilterHandler) => FilterHandler>> = {
  where: judging((list, truths) => list.filter((_, index) => truths[index])),
  reject: judging((list, truths) => list.filter((_, index) => !truths[index])),
  has: judging((_, truths) => truths.includes(true)),
  find: judging((list, truths) => list[truths.indexOf(true)]),
  find_index: judging((_, truths) => (truths.includes(true) ? truths.indexOf(true) : undefined)),
}

function judging(judge: Judge): (filter: FilterHandler) => FilterHandler {
  return (filter) =>
    function* (
      this: FilterThis,
      given: unknown,
      property: unknown,
      ...rest: unknown[]
    ): Generator<unknown, unknown, unknown> {
      if (rest.length > 0 && !isNothing(rest[0])) return yield filter.call(this, given, property, ...rest)
      const holds = rest.length > 0 ? isNothing : isTrue
      const list = toList(given)
      const { context } = this
      context.memoryLimit.use(list.length)
      const token = new Tokenizer(String(toValue(property as never) ?? '')).readScopeValue()
      const truths: boolean[] = []
      for (const item of list) truths.push(holds(yield evalToken(token, context.spawn(item as object))))
      return judge(list, truths)
    } as FilterHandler
}

function toList(given: unknown): readonly unknown[] {
  const value: unknown = toValue(given as never)
  if (Array.isArray(value)) return value
  return value === undefined || value === null ? [] : [value]
}

const conditionFilters = ['where_exp', 'reject_exp', 'has_exp', 'find_exp', 'find_index_exp']

/** Makes the condition a boolean. LiquidJS keeps only items whose condition is exactly `true`. */
function judgingItems(filter: FilterHandler): FilterHandler {
  return function (this: FilterThis, given: unknown, item: unknown, condition: unknown) {
    return filter.call(this, given, item, `(${String(toValue(condition as never) ?? '')}) and true`)
  }
}

/** Undefined variables in the condition of a filter are allowed. A computed condition is checked like all others. */
function forgivingExpression(filter: FilterHandler, name: string, names: ReadonlySet<string>): FilterHandler {
  return function* (this: FilterThis, given: unknown, item: unknown, condition: unknown) {
    const context = this.context as RenderContext
    if (!checkExpression(String(toValue(condition as never) ?? ''), formOfCondition(name), names).ok)
      throw new FilterFailed(`The filter "${name}" was given a condition that is not well formed.`)
    const { noticed } = context
    const result: unknown = yield filter.call(this, given, item, condition)
    context.forgive(noticed)
    return result
  } as FilterHandler
}

const listFilters = [
  ...['first', 'last', 'slice', 'sample', 'pop', 'shift', 'push', 'unshift', 'concat', 'split', 'compact'],
  ...['map', 'reverse', 'sort', 'sort_natural', 'uniq', 'where', 'reject', 'find', 'find_index', 'group_by'],
  ...['where_exp', 'reject_exp', 'find_exp', 'find_index_exp', 'group_by_exp'],
]

/** Keeps missing values. LiquidJS would turn them into an empty list, which a text would show as `[]`. */
function givingNothingForNothing(filter: FilterHandler): FilterHandler {
  return function (this: FilterThis, given: unknown, ...rest: unknown[]) {
    const value: unknown = toValue(given as never)
    return value === undefined || value === null ? value : filter.call(this, value, ...rest)
  }
}
