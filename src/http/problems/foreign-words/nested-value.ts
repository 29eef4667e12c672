import { isListOrObject } from '../../../webhook/values/json.ts'
import { writeMembers } from './example-text.ts'

/** What to write for a list or an object in the place of a text, in a list of fields. */
export function describeNested(
  value: unknown,
  list: 'fields' | 'headers' | 'parts' | 'query',
): string | null {
  if (!isListOrObject(value)) return null
  if (!hasPlaceholder(value)) return 'write "literal" in place of "value": it takes any JSON'
  return Array.isArray(value) && !value.some(isListOrObject) ? ofList[list] : ofObject[list]
}

/** Whether a text of a value has a placeholder or a tag. */
export function hasPlaceholder(value: unknown): boolean {
  if (typeof value === 'string') return /\{[{%]/.test(value)
  return isListOrObject(value) && Object.values(value).some(hasPlaceholder)
}

/** Whether a value is a list or an object with a placeholder. */
export function isNestedTemplate(value: unknown): boolean {
  return isListOrObject(value) && hasPlaceholder(value)
}

/** Why a field cannot have such a value. */
export const onlyJson = 'only a body of "structure": "json" has placeholders within a value'

const inJson = `${onlyJson}: write "structure": "json" and, in place of "fields", "content" with all fields as its members`
const asText = `an object with placeholders is a text of JSON: write ${writeMembers({ value: '{"city": {{ profile.city | json }} }' })}`
const oneForEach = (what: string) =>
  `a list with placeholders is one ${what} of the same name for each of its values: write { "name": "…", "value": "…" }, { "name": "…", "value": "…" }`

const ofList = {
  fields: inJson,
  headers: 'a list with placeholders is one text: write "value": "a, {{ profile.name }}"',
  parts: oneForEach('part'),
  query: oneForEach('parameter'),
} as const

const ofObject = {
  fields: inJson,
  headers: asText,
  parts:
    'an object with placeholders is one part for each of its members: write { "name": "address[city]", "value": "{{ profile.city }}" }',
  query: asText,
} as const
