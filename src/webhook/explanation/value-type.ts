import type { NamedValue } from '../request/compiled-body.ts'
import { findNearNumber } from '../template/near-number.ts'
import { quoteName } from '../values/text.ts'
import type { Situation } from './situation.ts'

/** A type of JSON that a target wants, by its words, where the node sends another one. */
interface WantedType {
  readonly words: RegExp
  /** What to do about the value that was sent; null if it is of the type, or if nothing is certain. */
  advise(situation: Situation, field: NamedValue): string | null
}

const number = /^-?\d{1,15}(?:\.\d{1,15})?$/
const truth = /^(?:true|false)$/i

const wantedTypes: readonly WantedType[] = [
  {
    words:
      /\b(?:one of|(?:should|must) be|allowed|accepted|expected|valid values?|choices|supported|permitted)\b/i,
    advise: adviseOnCase,
  },
  {
    words:
      /\b(?:int|integer|(?:System\.|Edm\.)?(?:Int32|Int64|Double|Decimal)|numeric|float|[iuf](?:8|16|32|64)|(?:a|valid|expected|type|must be) (?:number|long)|INVALID_LONG)\b/i,
    advise(situation, field) {
      const text = situation.textOf(field)
      if (text === null) return null
      if (number.test(text.trim()))
        return `${asText(situation, field, 'a number')}: ${unquote(field, '| plus: 0')}`
      return ofType.test(situation.words)
        ? `${asText(situation, field, 'a number')}: ${adviseOnNumber(text, field)}`
        : null
    },
  },
  {
    words: /\bbool(?:ean)?\b/i,
    advise(situation, field) {
      const text = situation.textOf(field)
      if (text === null) return null
      const beginning = asText(situation, field, 'true or false')
      if (!truth.test(text)) return `${beginning}: send one of these, without quotation marks.`
      return `${beginning}: ${unquote(field, `== '${text}'`)}`
    },
  },
  {
    words: /\b(?:a|expected|type|be|not) (?:valid )?(?:string|str)\b/i,
    advise: (situation, field) =>
      situation.isSentAsNumber(field)
        ? `The node sends ${situation.quoteField(field)} as a number, and the target wants a text: ${quote(field)}`
        : null,
  },
  {
    words:
      /\bfrom Object value\b|\b(?:a|expected|type|be|not) (?:valid )?(?:string|number|integer|boolean)\b/i,
    advise(situation, field) {
      const inner = situation.findTypedValue(field)
      return inner === null
        ? null
        : `The node sends ${situation.quoteField(field)} as an object with ${quoteName(inner)} and its type, as Camunda writes variables, and the target wants the value alone: send it without the object around it.`
    },
  },
  {
    words: /\b(?:an|expected|type|be|not|valid) (?:valid )?(?:array|list)\b/i,
    advise: (situation, field) =>
      situation.textOf(field) !== null || situation.isSentAsNumber(field)
        ? `The node sends ${situation.quoteField(field)} as a single value, and the target wants a list: ${enlist(field)}`
        : null,
  },
]

/** What to do about a text that is no number. */
function adviseOnNumber(text: string, field: NamedValue): string {
  if (ofDate.test(text)) return dateAsNumber
  const near = findNearNumber(text)
  if (near === null || near.filters.includes("'")) return 'correct its value.'
  return `it has ${near.has}; ${unquote(field, `${near.filters.replaceAll('"', "'")} | plus: 0`)}`
}

/** What to do about a word that the target lists in another case. */
function adviseOnCase(situation: Situation, field: NamedValue): string | null {
  const text = situation.textOf(field)
  if (text === null || !/^[\w-]{2,40}$/.test(text)) return null
  const listed: readonly string[] = situation.words.slice(0, maxRead).match(/[\w-]+/g) ?? []
  const meant = listed.find((word) => word !== text && word.toLowerCase() === text.toLowerCase())
  const quote = meant === undefined || listed.includes(text) ? null : situation.quoted(meant)
  return quote === null
    ? null
    : `The node sends ${situation.quoteField(field)} in another case than the target lists it: write ${quote}.`
}

const maxRead = 2_000

/** Words for types, and not for numbers of telephones or orders. */
const ofType = /\b(?:int|integer|long|numeric|float|double|decimal|Int32|Int64)\b|INVALID_LONG/i
const ofDate = /^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:[T ]|$)/
const dateAsNumber =
  'the number of a date is most often that of the milliseconds since 1970, or of the seconds.'

/** What to do about a value of another type of JSON than the target wants; null if its type is not the cause. */
export function adviseOnType(situation: Situation, field: NamedValue): string | null {
  for (const { words, advise } of wantedTypes) {
    const advice = words.test(situation.words) ? advise(situation, field) : null
    if (advice !== null) return advice
  }
  return null
}

function asText(situation: Situation, field: NamedValue, wanted: string): string {
  return `The node sends ${situation.quoteField(field)} as a text, and the target wants ${wanted}`
}

/** How to send a text as what it is the text of. `operation` makes that of a value. */
function unquote({ path, origin }: NamedValue, operation: string): string {
  const written = origin === undefined ? null : `"{{ ${origin} ${operation} }}"`
  if (path.startsWith(ofFields))
    return written === null ? 'write it as "literal", without quotation marks.' : `write "value": ${written}.`
  if (path === ofContent) return 'leave the quotation marks around it out in "content".'
  if (!path.startsWith(`${ofContent}/`)) return ofPayload
  return written === null ? 'leave the quotation marks out in "content".' : `write ${written}.`
}

/** How to send a number as a text. */
function quote({ path, origin }: NamedValue): string {
  if (path === ofContent || (origin === undefined && path.startsWith(`${ofContent}/`)))
    return 'put it between quotation marks in "content".'
  if (path.startsWith(ofFields))
    return origin === undefined
      ? 'put it between quotation marks.'
      : `write "value": "{{ ${origin} | append: '' }}".`
  return path.startsWith(`${ofContent}/`) ? `write "{{ ${origin} | append: '' }}".` : ofPayload
}

/** How to send a value as a list. */
function enlist({ path, origin }: NamedValue): string {
  if (path.startsWith(ofContent)) return 'put it between [ and ] in "content".'
  if (!path.startsWith(ofFields)) return ofPayload
  return origin === undefined
    ? 'write it as "literal", between [ and ].'
    : `write "value": "{{ ${origin} | split: ',' }}".`
}

const ofContent = '/node/body/content'
const ofFields = '/node/body/fields/'
const ofPayload = 'the engine has to send it so in the payload.'
