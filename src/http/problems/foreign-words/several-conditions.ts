import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { writeMembers, writeValue } from './example-text.ts'
import { expectationLike, statusExpectation } from './expectation-like.ts'

/** Members that are looked at. */
const maxMembers = 20

const kinds = [
  ['status', /^(?:expected_?)?(?:http_?)?(?:status|code)(?:_?codes?|es)?$|^codes?$/i],
  [
    'text',
    /^(?:(?:response_?)?(?:body|text|content)|string|(?:body_?|response_?)?(?:contains|includes)|substring)$/i,
  ],
  ['header', /^(?:response_?)?headers?$/i],
  ['condition', /^(?:condition|expression)$/i],
] as const

/** The expectations of an object without a type that has several of them, one for each member. */
function listConditions(value: JsonObject): readonly JsonObject[] {
  if (Object.hasOwn(value, 'type')) return []
  const names = Object.keys(value).slice(0, maxMembers)
  // Its other members are about that header.
  if (names.some((name) => /^headers?$/i.test(name) && typeof value[name] === 'string')) return []
  return kinds.flatMap(([kind, words]) => {
    const name = names.find((each) => words.test(each))
    return name === undefined ? [] : [conditionOf(kind, value[name])]
  })
}

function conditionOf(kind: (typeof kinds)[number][0], value: unknown): JsonObject {
  if (kind === 'status') return statusExpectation(value) ?? { type: 'status', value: '2xx' }
  if (kind === 'header') return expectationLike({ headers: value })
  if (kind === 'text') return { type: 'string', value: showText(value) }
  return { type: 'condition', value: 'response.json.ok == true' }
}

/** A text that is too short to be a secret, also within an object such as `{ "contains": "ok" }`. */
function showText(value: unknown): string {
  const [only] = isObject(value) ? Object.values(value) : [value]
  return typeof only === 'string' && /^[\w.-]{1,3}$/.test(only) ? only : '…'
}

/** Whether an object has several conditions, which are a list here. */
export function hasSeveralConditions(value: unknown): value is JsonObject {
  return isObject(value) && listConditions(value).length > 1
}

/** What to write for an object with several conditions. */
export function describeSeveral(value: JsonObject): string {
  return `each condition is one of a list: write ${writeMembers({ expect: listConditions(value) })}`
}

/** Whether an expectation has a regular expression. */
export function isRegex(value: unknown): value is JsonObject {
  if (!isObject(value)) return false
  const { type } = value
  if (type !== undefined)
    return typeof type === 'string' && /^(?:reg_?ex(?:p|_?match)?|pattern|matches)$/i.test(type)
  return Object.keys(value)
    .slice(0, maxMembers)
    .some((name) => /^(?:reg_?exp?|pattern|matches)$/i.test(name))
}

/** What to write for an expectation with a regular expression: the text that it has, or a condition. */
export function describeRegex(value: JsonObject): string {
  const { pattern = value.value ?? value.regex ?? value.regexp ?? value.matches, flags } = value
  const own =
    typeof pattern === 'string' && pattern.length < 20 ? pattern.replaceAll(/^\^|\.\*|\$$/g, '') : ''
  const ignoresCase = typeof flags === 'string' && flags.slice(0, 10).includes('i')
  const text = { type: 'string', value: showText(own), ...(ignoresCase ? { ignoreCase: true } : {}) }
  return `there are no regular expressions: write ${writeValue(text)} for a text that the body contains, or ${writeValue({ type: 'condition', value: 'response.json.ok == true' })}, without anything else`
}
