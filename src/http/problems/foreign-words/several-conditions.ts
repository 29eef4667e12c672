import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { writeMembers } from './example-text.ts'
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
export function showText(value: unknown): string {
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
