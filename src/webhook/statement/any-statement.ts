import { isObject, type JsonObject } from '../values/json.ts'
import { withoutMarkup } from './markup-statement.ts'

/** A text within JSON that may say what is wrong, whatever its member is called. */
export interface FoundText {
  /** The text, behind the name of its member where that is no word for a message: `consent: not a boolean`. */
  readonly text: string
  /** Names that stand beside the text in a member that is called like a field. */
  readonly fields: readonly string[]
}

/** A text at its place. */
interface PlacedText {
  readonly text: string
  readonly object: JsonObject | null
  /** The names that lead to it. */
  readonly names: readonly string[]
  readonly rank: number
}

const maxVisits = 400
const maxDepth = 8
/** Members of an object, or entries of a list, that are looked at. */
const maxEntries = 30
const maxTextLength = 4_096
const maxTexts = 3
const maxAsides = 20

/**
 * Finds the texts of JSON that most likely say what is wrong, by being a sentence and by the name of their member, in any
 * nesting. Null if there is none. The work is bounded whatever the JSON is.
 */
export function findAnyText(json: unknown): FoundText | null {
  const texts = listTexts(json)
  const [best] = texts.toSorted((one, other) => other.rank - one.rank)
  if (best === undefined || best.rank <= 0) return null
  // Complaints of one kind stand in members of one name.
  const own = best.names.at(-1)
  const alike = texts.filter((one) => one === best || (one.names.at(-1) === own && one.rank >= best.rank - 1))
  const told = (best.names.length === 0 ? texts : alike).slice(0, maxTexts)
  return {
    text: [...new Set(told.map(label))].join('; '),
    fields: [...new Set(told.flatMap(listFields))].slice(0, maxTexts),
  }
}

/** Finds a number that is called like a wait, as in `{"retryAfterSeconds":30}`: its name and the number. Null if there is none. */
export function findWait(json: unknown): readonly [name: string, wait: number] | null {
  let visits = 0
  const visit = (value: unknown, depth: number): readonly [string, number] | null => {
    if (!isObject(value) || depth > maxDepth) return null
    for (const name in value) {
      if (visits++ > maxVisits) return null
      const own = value[name]
      if (typeof own === 'number' && own >= 0 && ofWait.test(name)) return [name, own]
      const inner = visit(own, depth + 1)
      if (inner !== null) return inner
    }
    return null
  }
  return visit(json, 0)
}

const ofWait = /^[a-z_-]{0,20}(?:retry_?after|retry_?in|reset_?(?:in|after)|wait|cool_?down)[a-z_-]{0,20}$/i

/** The names that stand beside the texts which say what is wrong, and that lead to them: one of them may be the field that is meant. */
export function findAsides(json: unknown, words: string): readonly string[] {
  const found = listTexts(json).filter(({ text }) => text.length > 2 && words.includes(text))
  return [...new Set(found.slice(0, maxTexts).flatMap(listAsides))].slice(0, maxAsides)
}

function listTexts(json: unknown): readonly PlacedText[] {
  const found: PlacedText[] = []
  let visits = 0
  const visit = (value: unknown, object: JsonObject | null, names: readonly string[]): void => {
    if (visits++ > maxVisits || names.length > maxDepth) return
    if (typeof value === 'string') {
      const text = readText(value)
      if (text !== null) found.push({ text, object, names, rank: rankOf(text, names) })
    } else if (Array.isArray(value)) {
      for (const item of value.slice(0, maxEntries)) visit(item, null, names)
    } else if (isObject(value)) {
      for (const name of firstNames(value)) visit(value[name], value, [...names, name])
    }
  }
  visit(json, null, [])
  return found
}

function readText(value: string): string | null {
  const text = withoutMarkup(value.slice(0, maxTextLength))
    .trim()
    .replace(/[.;:,]$/, '')
  return text.length < 2 || noText.test(text) ? null : text
}

/** Addresses, times, numbers, and ids. */
const noText = /^(?:https?:\/\/\S*|[\d\W_]+|[\da-f-]{16,}|\d{4}-\d\d-\d\dT\S*)$/i

/** How much a text is a message: above 0 if it is one. */
function rankOf(text: string, names: readonly string[]): number {
  const [own = '', ...around] = names.filter((name) => !/^\d+$/.test(name)).toReversed()
  const words = text.slice(0, 300).match(/\p{L}{2,}/gu)?.length ?? 0
  const isSentence = (words > 1 && /\s/.test(text)) || /[\u3040-\u9fff\uac00-\ud7af]{4}/.test(text)
  const isNamed = ofMessage.test(own)
  if (!isSentence && !(isNamed && words > 0))
    return isCode.test(text) && !ofEcho.test(around[0] ?? '') ? 0.5 : 0
  const isAway =
    ofOther.test(own) || ofId.test(own) || around.some((name) => ofEcho.test(name)) || ofEcho.test(own)
  return (isSentence ? 3 : 0) + (isNamed ? 2 : 0) + Math.min(words, 10) / 10 - (isAway ? 6 : 0)
}

/** The name of an error, such as `INVALID_SCORE`. */
const isCode =
  /^(?=.*(?:ERR|INVALID|MISSING|REQUIRED|UNKNOWN|BAD|WRONG|NOT_|FORMAT|LIMIT|DENIED|EXPIRED|DUPLICATE))[A-Z][A-Z\d]*(?:[_-][A-Z\d]+)+$/

/** Names of members with a message, in some of the languages in which APIs are written. */
const ofMessage =
  /mess?age|msg|meldung|mensa|messagg|hinweis|nachricht|bericht|melding|err|fehler|fault|fail|problem|issue|reason|grund|causa|cause|why|because|motiv|text|detail|desc|explan|narrative|remark|comment|note|notice|info|hint|title|summary|warn|diagnos|complain|violat|invalid|reject|feedback|response|outcome|komunikat|konflikt|fout|blad|erro/i

/** Names of members that lead elsewhere, or say who, when and where. */
const ofOther =
  /^(?:@?id|uuid|guid|.*(?:url|uri|link|href)s?|docs?|documentation|more_?info|help|support|contact|trace.*|stack.*|(?:time|date).*|host(?:name)?|server|instance|method|version|service|user_?agent|lang(?:uage)?|locale|class|file|route|copyright|.*token|generated.*)$/i

const ofId = /(?:_id|-id|[a-z]I[dD])$/

/** Names of members that repeat the request. */
const ofEcho =
  /^(?:request|input|payload|received|echo|sent|submitted|original|config|headers|params|context)$/i

function label({ text, names }: PlacedText): string {
  const own = names.at(-1)
  if (own === undefined || ofMessage.test(own) || text.toLowerCase().includes(own.toLowerCase())) return text
  return `${own}: ${text}`
}

const identifier = /^[\w$@/[][\w$./[\]'"@#-]{0,99}$/

/** What stands beside a text and one level below, and the names that lead to it. */
function listAsides({ text, object, names }: PlacedText): readonly string[] {
  const beside = object === null ? [] : listScalars(object, 1)
  const leading = names.slice(-4).toReversed()
  return [...beside, ...leading.filter((name) => !/^\d+$/.test(name))].filter(
    (name) => identifier.test(name) && name !== text,
  )
}

function listScalars(value: unknown, depth: number): readonly string[] {
  if (typeof value === 'string') return [value]
  if (depth < 0 || typeof value !== 'object' || value === null) return []
  const object = value as JsonObject
  return firstNames(object).flatMap((name) => listScalars(object[name], depth - 1))
}

/** `Object.keys` would list all of an object that may have a hundred thousand. */
function firstNames(object: JsonObject): readonly string[] {
  const names: string[] = []
  for (const name in object) {
    if (names.length === maxEntries) break
    names.push(name)
  }
  return names
}

function listFields({ text, object }: PlacedText): readonly string[] {
  if (object === null) return []
  return firstNames(object).flatMap((name) => {
    const value = object[name]
    const isField =
      typeof value === 'string' && value !== text && ofField.test(name) && identifier.test(value)
    return isField ? [value] : []
  })
}

/** Names of members with the name of a field. */
const ofField =
  /^(?:.*(?:field|feld|campo|champ|veld|param|attribut|propert|column|element).{0,6}|.*pointer|json_?path|locator|location)$/i
