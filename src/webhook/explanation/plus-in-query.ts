import { mask } from '../masking/mask.ts'
import { percentDecode } from '../values/percent-decode.ts'
import { quoteName } from '../values/text.ts'
import type { Explanation } from './explained-node.ts'
import type { Situation } from './situation.ts'

/** A parameter that the URL has as it was written there. */
interface WrittenParameter {
  readonly name: string
  /** As it stands in the URL. */
  readonly written: string
  /** As a target reads it. */
  readonly read: string
}

const maxQuery = 8_192
const maxParameters = 200

/**
 * Explains a "+" that the author wrote into the query of the URL, and that a target reads as a blank: in the offset of a time, a number
 * of a telephone, or an address. Null if the target complains about something else.
 */
export function explainPlusInQuery(situation: Situation): Explanation | null {
  const { status, words, answer, sent, fields, quote } = situation
  if (!ofValue.has(status) || quote === null || sent.request === null || sent.redirectedTo) return null
  const found = listMeant(sent.request.target)
  const isNamed = (one: WrittenParameter) => fields.some((field) => field.sent?.name === one.name)
  const isAlone = fields.every((field) => field.sent === null) && situation.isOfValues && ofForm.test(words)
  const meant =
    found.find((one) => words.includes(one.read.trim()) || (situation.isOfValues && isNamed(one))) ??
    (isAlone ? found[0] : undefined)
  if (meant === undefined || situation.response.maskers.display(meant.written) !== meant.written) return null
  const shown = situation.quoted(meant.written, maxShown)
  if (shown === null || shown.includes(mask)) return null
  return {
    hint: `${answer} The URL has ${shown} as ${quoteName(meant.name)}, and a "+" in a query is read as a blank: write %2B in its place, or move the parameter to "query", which does that.`,
    path: '/node/url',
    blame: 'node',
  }
}

const maxShown = 60
const ofValue: ReadonlySet<number> = new Set([400, 404, 409, 422])

/** Words about the form of a value. */
const ofForm =
  /\b(?:invalid|not (?:a )?valid|format|parse|malformed|incorrect|wrong|could not|cannot)\b|\bis not an? /i

function listMeant(target: string): readonly WrittenParameter[] {
  const start = target.indexOf('?')
  if (start === -1) return []
  const parts = target.slice(start + 1, start + maxQuery).split('&')
  return parts.slice(0, maxParameters).flatMap((part) => {
    const [pair] = new URLSearchParams(part)
    const text = part.slice(part.indexOf('=') + 1)
    const written = percentDecode(text)
    return pair !== undefined && text.includes('+') && written !== null && isMeant(written)
      ? [{ name: pair[0], written, read: pair[1] }]
      : []
  })
}

/** Whether the plus sign of a value is one: offsets of times, numbers of telephones, addresses with a tag. */
function isMeant(value: string): boolean {
  return value.length <= maxValue && meanings.some((meaning) => meaning.test(value))
}

const maxValue = 200
const meanings = [
  /\d{1,2}:\d\d(?::\d\d(?:\.\d{1,9})?)?\+\d\d(?::?\d\d)?$/,
  /^(?:UTC|GMT)\+\d{1,2}(?::\d\d)?$/i,
  /^\+\d[\d ()./-]{5,24}$/,
  /^[^@\s+]{1,64}\+[^@\s]{1,64}@[^@\s]{1,100}$/,
]
