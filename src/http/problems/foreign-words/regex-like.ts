import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { writeValue } from './example-text.ts'
import { showText } from './several-conditions.ts'

/** Members that are looked at. */
const maxMembers = 20

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
