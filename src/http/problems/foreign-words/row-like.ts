import { isObject } from '../../../webhook/values/json.ts'
import { writeValue } from './example-text.ts'
import { readShownName } from './list-names.ts'

const namesOfRow = /^(?:field|attribute|path)(?:[-_ ]?name)?$/i
const valuesOfRow = /^(?:val|value|v|content|text|data|(?:field|attribute)[-_ ]?val(?:ue)?)$/i
/** Members that make it something else than a name and its value. */
const othersOfField = /^(?:name|key|source|literal)$/i

/** Members of a row at most. */
const maxMembers = 10

/** What to write for a name and its value under words that mean an attribute here: `{ "field": "a", "val": "b" }`. */
export function describeRow(value: unknown): string | null {
  if (!isObject(value)) return null
  const members = Object.keys(value).slice(0, maxMembers)
  const named = members.find((member) => namesOfRow.test(member))
  const valued = members.find((member) => valuesOfRow.test(member))
  if (named === undefined || valued === undefined || members.some((member) => othersOfField.test(member)))
    return null
  const shown = readShownName(value[named]) ?? '…'
  return `${JSON.stringify(named)} is its "name" and ${JSON.stringify(valued)} its "value": write ${writeValue({ name: shown, value: '…' })}`
}
