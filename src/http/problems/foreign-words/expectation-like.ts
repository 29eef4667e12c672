import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { readShownName } from './list-names.ts'

/** Statuses of a list that an example shows. */
const maxStatuses = 10

const anySuccess: JsonObject = { type: 'status', value: '2xx' }

/** The expectation that a value was meant to be. Without a text or status in it, it is `otherwise`. */
export function expectationLike(value: unknown, otherwise: JsonObject = anySuccess): JsonObject {
  if (isHeaderExpectation(value)) return headerCondition(value)
  const status = statusExpectation(value)
  if (status !== null) return status
  if (isObject(value)) {
    if (typeof value.type === 'string' && /^(?:string|text|body|contains)/i.test(value.type)) return anyText
    const meant = ['value', 'code', 'status', 'statusCode'].find((name) => Object.hasOwn(value, name))
    return meant === undefined ? otherwise : expectationLike(value[meant], otherwise)
  }
  if (typeof value !== 'string') return otherwise
  return conditionLike(value) ?? (otherwise === anySuccess ? anyText : otherwise)
}

/** Whether a text is a word such as `OK`, which says that a call succeeded. */
export function isWordOfSuccess(value: unknown): boolean {
  return typeof value === 'string' && value.length <= maxText && words.has(value.trim().toLowerCase())
}

/** What conditions begin with, behind marks of other tools. */
const roots =
  /^(?:[={$@.\s!]|not\b)*(?:response|res|resp|result|status|statuscode|httpcode|code|body|json|headers?|data|payload|\d{1,9}\.\w+)\b/i
/** What no text begins with that a response may contain. */
const markedRoots = /^\s*(?:[=$@]|\{\{|response\.|status\b.{0,20}\d\d\d)/i
const markedComparison = /[=!<>]=|[<>=]|\b(?:contains|is|eq|equals|ne|gt|gte|lt|lte|matches|in)\b/i
const comparison = /[=!<>]=|\s[<>]\s/
const ownPath = /^\W*response\.(?:json|headers|body|status)\b/
const anyComparison = /^\$?[\w.[\]"']{1,80}\s?(?:[=!<>]==?|[<>])\s/
const comparedStatus =
  /(?:status|code)(?:_?code)?[\s\])}"']{0,5}(===?|!==?|[<>]=?|=|\b(?:is|eq|equals)\b)\s{0,3}["']?([1-9]\d\d)(?!\d)/gi
const assertedStatus = /\bstatus(?:Code)?\)?(?:\.to)?(?:\.(?:be|eql?|toBe|equal))?\(["']?([1-9]\d\d)["']?\)/

/** A condition in another place or language, or null. Of the author's text it has the statuses only. */
function conditionLike(text: string): JsonObject | null {
  const start = text.slice(0, maxCondition)
  const [, asserted] = assertedStatus.exec(start) ?? []
  if (asserted !== undefined) return ofStatus(Number(asserted))
  const isCondition =
    ownPath.test(start) ||
    anyComparison.test(start) ||
    (roots.test(start) && (markedRoots.test(start) ? markedComparison : comparison).test(start))
  if (!isCondition) return null
  const compared = Array.from(start.matchAll(comparedStatus).take(2), ([, operator = '', status]) => {
    const written = /^[!<>]/.test(operator) ? operator.slice(0, 2) : '=='
    return `response.status ${written} ${status}`
  })
  const joined = compared.join(/\|\||\bor\b/i.test(start) ? ' or ' : ' and ')
  return { type: 'condition', value: joined === '' ? 'response.json.ok == true' : joined }
}

const maxCondition = 200

/** Whether an expectation is about a header, which is a condition here. */
export function isHeaderExpectation(value: unknown): value is JsonObject {
  if (!isObject(value)) return false
  const { type } = value
  if (type !== undefined) return typeof type === 'string' && /^(?:response[-_ ]?)?headers?$/i.test(type)
  return Object.hasOwn(value, 'header') || Object.hasOwn(value, 'headers')
}

/** The condition on a header, with its name. A text of it is shown if it is too short to be a secret. */
function headerCondition(value: JsonObject): JsonObject {
  const { type: _type, header, headers = header, name, key, field, property, ...compared } = value
  const [pair] = isObject(headers) ? Object.entries(headers) : []
  const named = [name, key, field, property].map(readShownName)
  const given = [...named, pair?.[0], readShownName(headers)].find(isHeaderName)
  const path = `response.headers.${given?.toLowerCase() ?? 'x-state'}`
  const { match, exists: _exists, ignoreCase: _ignoreCase, ...texts } = compared
  const [how, own] = Object.entries(texts)[0] ?? ['value', pair?.[1]]
  if (own === undefined) return { type: 'condition', value: `${path} != nil` }
  const text = typeof own === 'string' && /^[\w.-]{1,3}$/.test(own) ? own : '…'
  return { type: 'condition', value: compareHeader(path, `${how} ${match}`.toLowerCase(), text) }
}

function compareHeader(path: string, how: string, text: string): string {
  const isPart = /contain|includ|match|regex|pattern|with|like/.test(how)
  if (!/not|exclud|except/.test(how)) return `${path} ${isPart ? 'contains' : '=='} '${text}'`
  return isPart ? `not ${path} contains '${text}'` : `${path} != '${text}'`
}

function isHeaderName(name: unknown): name is string {
  return typeof name === 'string' && /^[a-z][a-z\d-]{0,60}$/i.test(name)
}

const anyText: JsonObject = { type: 'string', value: '…' }

export function isListOfStatuses(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0 && value.every(isStatusLike)
}

/** A status is too short to be a secret. */
export function isStatusLike(value: unknown): boolean {
  return /^[1-9](?:\d\d|xx)$/i.test(asText(value))
}

/** A number or a text as a text, and nothing for any other value: an object of JSON may have no text. */
function asText(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : ''
}

/** The class of a status, such as `2xx`. */
export function statusClass(status: unknown): string {
  const [first = ''] = asText(status)
  return /[1-9]/.test(first) ? `${first}xx` : '2xx'
}

/** The expectation of a status, a list or a range of them in the form of another tool, or null. */
export function statusExpectation(value: unknown): JsonObject | null {
  if (isStatusLike(value)) return ofStatus(value)
  if (isListOfStatuses(value)) return ofStatus(value.slice(0, maxStatuses))
  if (isObject(value))
    return ofRange(
      readBound(value, ['min', 'from', 'gte', 'start']),
      readBound(value, ['max', 'to', 'lte', 'end']),
    )
  if (typeof value === 'number') return value >= 1 && value <= 9 ? ofStatus(statusClass(value)) : null
  return typeof value === 'string' && value.length <= maxText ? readStatusText(value.trim()) : null
}

const maxText = 60

function ofStatus(value: unknown): JsonObject {
  return { type: 'status', value }
}

function readBound(range: JsonObject, names: readonly string[]): number | null {
  const bound = names.map((name) => range[name]).find(isStatusLike)
  return bound === undefined ? null : Number(bound)
}

/** Classes, if the range consists of whole ones; else a condition. */
function ofRange(from: number | null, to: number | null): JsonObject | null {
  if (from === null || to === null || from > to) return null
  if (from % 100 > 0 || to % 100 < 99)
    return { type: 'condition', value: `response.status >= ${from} and response.status <= ${to}` }
  const classes: string[] = []
  for (let status = from; status <= to; status += 100) classes.push(statusClass(status))
  return ofStatus(classes.length === 1 ? classes[0] : classes)
}

const words: ReadonlySet<string> = new Set(['ok', 'success', 'successful', 'succeeded', 'any'])

function readStatusText(text: string): JsonObject | null {
  const [, from, to] = /^([1-9]\d\d)\s?(?:-|\.\.|to|–)\s?([1-9]\d\d)$/.exec(text) ?? []
  if (from !== undefined) return ofRange(Number(from), Number(to))
  const list = text.split(/\s?(?:[,;|/]|\bor\b)\s?|\s/).filter((part) => part !== '')
  if (list.length > 1 && list.every(isStatusLike)) return ofStatus(list.slice(0, maxStatuses).map(toNumber))
  const [, operator, status] = /^([<>]=?|!=?)\s?([1-9]\d\d)$/.exec(text) ?? []
  if (operator !== undefined)
    return { type: 'condition', value: `response.status ${operator === '!' ? '!=' : operator} ${status}` }
  if (/^[1-9](?:\*{1,2}|\d?x|\.\.|\d\*)?$/i.test(text) || /^\^?[1-9](?:\\d|\[0-9\])/.test(text))
    return ofStatus(statusClass(text.replace('^', '')))
  const [, own] = /^([1-9]\d\d) [A-Za-z ]+$/.exec(text) ?? []
  if (own !== undefined) return ofStatus(Number(own))
  return words.has(text.toLowerCase()) ? ofStatus('2xx') : null
}

function toNumber(status: string): unknown {
  return /x/i.test(status) ? status : Number(status)
}
