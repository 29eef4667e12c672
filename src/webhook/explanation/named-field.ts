import type { NamedValue } from '../request/compiled-body.ts'
import { listContentNames } from '../request/content-names.ts'
import type { Statement } from '../statement/statement.ts'
import { parseJson } from '../values/json.ts'
import { suggest } from '../values/suggest.ts'
import type { ExplainedNode, SentRequest } from './explained-node.ts'

/** A field that the target complains about. */
export interface NamedField {
  /** The name that the target uses. */
  readonly said: string
  /** The field of the node that is meant; null if the node sends none of a similar name. */
  readonly sent: NamedValue | null
  /** Whether the node sends it under the name that the target uses. */
  readonly isSame: boolean
}

/** Names of a request that are compared at most. */
const maxNames = 200
/** A larger body of a payload is not parsed again for its names. */
const maxParsed = 65_536

/** Lists the names that a node sends: fields of the body first, then parameters, then headers. */
export function listSentNames(
  { body, query, headers }: ExplainedNode,
  { request }: SentRequest,
): readonly NamedValue[] {
  const own =
    body === null ? [] : (body.listNames() ?? listPayloadNames(body.valuesPath, request?.body ?? null))
  return [...own.slice(0, maxNames), ...query.slice(0, maxNames), ...headers]
}

/** The names of a body that the payload or a text gives: they stand at one place of the node. */
function listPayloadNames(path: string, body: Buffer | null): readonly NamedValue[] {
  if (body === null || body.length > maxParsed) return []
  const parsed = parseJson(body.toString('utf8'), { maxDepth: 20 })
  return parsed.ok ? listContentNames(parsed.plain, '').map(({ name }) => ({ name, path })) : []
}

/** Finds the field of a node that the target complains about; null if the target names none. */
export function findNamedField({ text, fields }: Statement, names: readonly NamedValue[]): NamedField | null {
  const candidates = listCandidates(text, fields)
  const byName = new Map(names.toReversed().map((sent) => [foldName(sent.name), sent]))
  for (const said of candidates) {
    const sent = byName.get(foldName(said))
    if (sent !== undefined) return { said, sent, isSame: true }
  }
  const isMentioned = readMentions(text, fields)
  const mentioned = names.find(({ name }) => isMentioned(name))
  if (mentioned !== undefined) return { said: mentioned.name, sent: mentioned, isSame: true }
  for (const said of candidates) {
    const sent = findSimilar(said, names)
    if (sent !== null) return { said, sent, isSame: false }
  }
  return fields[0] === undefined ? null : { said: fields[0], sent: null, isSame: false }
}

/** Reads once what the target complains about. Returns whether it complains about a field of a name. */
export function readMentions(text: string, fields: readonly string[]): (name: string) => boolean {
  const named = new Set(listCandidates(text, fields).map(foldName))
  const words = new Set(readWords(text).map(foldName))
  // A name of one plain word may be any word of a sentence.
  const isDistinctive = (name: string) => /[_\d-]|[a-z][A-Z]/.test(name)
  return (name) => {
    const folded = foldName(name)
    return named.has(folded) || (isDistinctive(name) && words.has(folded))
  }
}

function listCandidates(text: string, fields: readonly string[]): readonly string[] {
  return [...fields, ...findQuotedNames(text), ...findNamesInWords(text), ...findNamesOfValues(text)]
}

/** Names with the same result are the same. */
function foldName(name: string): string {
  return lastName(name).toLowerCase()
}

function lastName(name: string): string {
  return name.split(/[.[\]/]/).findLast((part) => part !== '' && !/^\d+$/.test(part)) ?? name
}

/** A field with nearly the same name, or with one that has the other one as a word: `email` and `email_address`. */
function findSimilar(said: string, names: readonly NamedValue[]): NamedValue | null {
  const own = lastName(said)
  const plain = own.toLowerCase().replace(/[-_ ]/g, '')
  const alike = names.find(({ name }) => lastName(name).toLowerCase().replace(/[-_ ]/g, '') === plain)
  if (alike !== undefined) return alike
  const near = suggest(
    own,
    names.map(({ name }) => lastName(name)),
  )
  const found = near === null ? undefined : names.find(({ name }) => lastName(name) === near)
  if (found !== undefined) return found
  const words = splitWords(own)
  return (
    names.find(({ name }) => {
      const others = splitWords(lastName(name))
      const [few, many] = words.length < others.length ? [words, others] : [others, words]
      return few.length < many.length && few.join('').length > 2 && few.every((word) => many.includes(word))
    }) ?? null
  )
}

function splitWords(name: string): readonly string[] {
  return name
    .slice(0, 100)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[-_ ]+/)
}

const maxText = 2_000
const maxFound = 10

/** Names between quotation marks, as in `Unknown name "emial"`. */
function findQuotedNames(text: string): readonly string[] {
  const quoted = text
    .slice(0, maxText)
    .matchAll(/(["'`\u2018\u201c])([A-Za-z_$][\w.$[\]/-]{0,60})["'`\u2019\u201d]/g)
  return Array.from(quoted.take(maxFound), ([, , name = '']) => name)
}

/** Names before a value between quotation marks: `The plan "gold" does not exist`. */
function findNamesOfValues(text: string): readonly string[] {
  const parts = text.slice(0, maxText).split(/["'`\u2018\u201c]/)
  const names = parts.slice(0, maxFound).map((part) => readWords(part).at(-1) ?? '')
  return names.filter(
    (name) =>
      identifier.test(name) && !before.test(name) && !/^names?$/i.test(name) && !commonWords.test(name),
  )
}

const before = /^(?:params?|parameters?|fields?|propert(?:y|ies)|attributes?|arguments?|columns?|keys?)$/i
const behind =
  /^(?:is|are|was|must|can|cannot|can't|should|has|have|does|doesn't|isn't|required|missing|invalid|may|not|field|parameter|attribute|property)$/i
const identifier = /^[/A-Za-z_$][\w.$/-]{0,60}$/

/** Names that the words around them make one: `Missing required param: currency`, `email is invalid`. */
function findNamesInWords(text: string): readonly string[] {
  const words = readWords(text)
  const found: string[] = []
  words.forEach((word, index) => {
    const isName = before.test(words[index - 1] ?? '') || behind.test(words[index + 1] ?? '')
    if (isName && identifier.test(word) && !commonWords.test(word) && found.length < maxFound)
      found.push(word)
  })
  return found
}

const commonWords =
  /^(?:the|this|that|it|a|an|which|what|there|and|or|but|request|field|parameter|property|attribute|value|body|is|are|not|required|be|must|was|been|has|no|of|for)$/i

function readWords(text: string): readonly string[] {
  return text
    .slice(0, maxText)
    .split(/[\s"'`\u2018\u2019\u201c\u201d(),;:=<>[\]{}]+/)
    .map((word) => (word.endsWith('.') ? word.slice(0, -1) : word))
    .filter((word) => word !== '')
}
