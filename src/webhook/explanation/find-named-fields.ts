import type { NamedValue } from '../request/compiled-body.ts'
import type { Statement } from '../statement/statement.ts'
import { FieldPaths } from './field-path.ts'
import { findMissedNames } from './missed-names.ts'
import {
  areNear,
  foldName,
  haveSameLetters,
  isOneSlip,
  isOtherSpelling,
  isPartOf,
  lacksLetter,
  lastName,
  splitWords,
  withoutMarks,
} from './name-likeness.ts'
import type { NamedField } from './named-field.ts'
import { maxText, saysMissing, unknownField } from './named-field-words.ts'
import {
  findMarkedNames,
  findQuotedNames,
  identifier,
  listCandidates,
  readMentions,
  readWords,
} from './said-names.ts'
import { preferPlace, settleShared } from './shared-names.ts'
import { findTranslated } from './translated-names.ts'
import { findElement } from './xml-schema-words.ts'

/** Fields that are explained at most. */
const maxExplained = 3
const maxCandidates = 30

/**
 * Finds the fields of a node that the target complains about, in the order of the complaint. A field that the target names by
 * a member of its own is certain; a name within a text counts only without one that the node sends, and `asides`, the names around the text, after that.
 */
export function findNamedFields(
  { text, fields, paths = [] }: Statement,
  sentNames: readonly NamedValue[],
  asides: readonly string[] = [],
): readonly NamedField[] {
  const names = withoutAbove(sentNames, [...paths, ...readWords(text).slice(0, maxCandidates)])
  const element = findElement(text, names)
  if (element !== null) return [element]
  const placed = preferPlace(names, text)
  const near = [...settleShared(placed, text), ...placed]
  const told = matchFields([...new Set(fields)], near, () => true)
  const atPaths = findAtPaths(names, [...paths, ...readChains(text)], text)
  if (atPaths.length > 0) {
    const others = told.filter((field) => !atPaths.some((found) => isTold(found, field)))
    const missing = others.filter(({ sent }) => sent === null)
    if (others.every(({ sent }) => sent === null || atPaths.some((found) => isInside(sent, found.sent))))
      return [...atPaths, ...missing].slice(0, maxExplained)
  }
  if (told.some(({ sent }) => sent !== null)) return findUnknownBelow(told, near, text) ?? told
  const inText = listCandidates(text, []).slice(0, maxCandidates)
  const marked = new Set(findMarkedNames(text))
  const isMarked = (said: string) => marked.has(said)
  const same = matchFields(inText, near, isMarked).filter(({ isSame }) => isSame)
  const below = same.length === 1 && saysMissing.test(text) ? findBelow(same[0], near, text) : null
  if (below !== null) return [below]
  if (same.length > 0) return withoutContainers(same)
  const isMentioned = readMentions(text, fields)
  const mentioned = near.find(({ name }) => isMentioned(name))
  if (mentioned !== undefined) return [{ said: mentioned.name, sent: mentioned, isSame: true }]
  const spelt = findSpeltOut(text, near)
  if (spelt !== null) return [spelt]
  const beside = findBeside(asides, near)
  if (beside !== null) return [beside]
  if (told.length > 0) return told
  const translated = findTranslated(text, near)
  if (translated !== null) return [{ said: translated.name, sent: translated, isSame: true }]
  const similar = matchFields(inText, near, isMarked, maxCandidates)
    .filter(({ said, sent }) => sent !== null && (marked.has(said) || isMeant(said, sent.name, text)))
    .slice(0, 1)
  if (similar.length > 0) return similar
  return findMissedNames(text).map((said) => ({ said, sent: null, isSame: false }))
}

/** The fields to which paths lead: those that the target gives as such, then those in its text. */
function findAtPaths(
  names: readonly NamedValue[],
  paths: readonly string[],
  text: string,
): readonly NamedField[] {
  const places = new FieldPaths(names)
  const isMissing = saysMissing.test(text)
  const words = readWords(text.slice(0, maxText).replace(/[[\]]+/g, '.')).slice(0, maxCandidates)
  const found = [
    ...paths.map((path) => nameAt(path, places.find(path, true), isMissing)),
    ...words.map((path) => nameAt(path, places.find(path, false), isMissing)),
  ]
  const known = found.filter((field) => field !== null)
  return known
    .filter(({ sent }, index) => known.findIndex((one) => one.sent === sent) === index)
    .slice(0, maxExplained)
}

/** A field under the name at the end of its path. In another spelling it is the same, unless the target misses it. */
function nameAt(path: string, sent: NamedValue | null, isMissing: boolean): NamedField | null {
  if (sent === null) return null
  const said = lastName(path)
  const own = lastName(sent.name)
  const isSame = foldName(said) === foldName(own) || (!isMissing && withoutMarks(said) === withoutMarks(own))
  return { said: isSame ? sent.name : said, sent, isSame, isSpelling: !isSame }
}

/** The path in the words of Jackson: `(through reference chain: a.b.Order["items"]->java.util.ArrayList[0]->a.b.Item["sku"])`. */
function readChains(text: string): readonly string[] {
  const start = text.indexOf(ofChain)
  if (start === -1) return []
  const chain = text.slice(start, start + maxChain)
  const steps = Array.from(
    chain.matchAll(/\[(?:["']([\w$-]{1,60})["']|(\d{1,4}))\]/g),
    ([, name, index]) => name ?? index,
  )
  return steps.length === 0 ? [] : [`/${steps.join('/')}`]
}

const ofChain = 'through reference chain:'
const maxChain = 500

/** Whether a field that is told by its name is the one at a path. */
function isTold(found: NamedField, { said }: NamedField): boolean {
  return withoutMarks(lastName(said)) === withoutMarks(lastName(found.said))
}

/** Whether a value is another one or contains it. */
function isInside(outer: NamedValue, inner: NamedValue | null): boolean {
  return inner !== null && (inner.path === outer.path || inner.path.startsWith(`${outer.path}/`))
}

/** A path such as `Email.email` is about what is inside `Email`, which is no other spelling of `email`. */
function withoutAbove(names: readonly NamedValue[], paths: readonly string[]): readonly NamedValue[] {
  const above = new Set(
    paths.flatMap((path) => {
      const parts = path.split(/[./[\]]+/).filter((part) => part !== '')
      const last = parts.at(-1) ?? ''
      return parts.slice(0, -1).filter((part) => part !== last && withoutMarks(part) === withoutMarks(last))
    }),
  )
  return above.size === 0 ? names : names.filter(({ name }) => !above.has(name))
}

/** The one field whose words follow each other in the text: `a valid email address` is about `email_address`. */
function findSpeltOut(text: string, names: readonly NamedValue[]): NamedField | null {
  const words = ` ${text
    .slice(0, maxText)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_./-]+/gu, ' ')} `
  const found = names.filter(({ name }) => {
    const own = splitWords(lastName(name))
    return own.length > 1 && own.join('').length > 5 && words.includes(` ${own.join(' ')} `)
  })
  const [only, ...others] = found
  return only === undefined || others.some(({ name }) => name !== only.name)
    ? null
    : { said: only.name, sent: only, isSame: true }
}

/** The one field whose name stands beside the text. Of several none is certain, and neither is a word that answers have anyway. */
function findBeside(asides: readonly string[], names: readonly NamedValue[]): NamedField | null {
  const plain = new Set(
    asides.map((name) => withoutMarks(lastName(name))).filter((name) => !ofAnswer.test(name)),
  )
  const [only, ...others] = names.filter(({ name }) => plain.has(withoutMarks(lastName(name))))
  return only === undefined || others.some(({ name }) => name !== only.name)
    ? null
    : { said: only.name, sent: only, isSame: true }
}

const ofAnswer =
  /^(?:status|statuscode|code|type|message|msg|error|errors|detail|details|title|text|description|reason|id|name|path|data|value|result|results|success|ok|level|severity|category|method|body|event|action|source|service|version|url|body|request|response|meta|info)$/

/** `Unknown name "emial" at "contact"`, where the target names the object that has it as the field. */
function findUnknownBelow(
  told: readonly NamedField[],
  names: readonly NamedValue[],
  text: string,
): readonly NamedField[] | null {
  if (!unknownField.test(text)) return null
  const inside = names.filter(({ path }) => told.some(({ sent }) => path.startsWith(`${sent?.path}/`)))
  const found = matchFields(findQuotedNames(text), inside, () => true).filter(({ isSame }) => isSame)
  return found.length === 0 ? null : found
}

/** `data: Missing input. name` names the object of a field that the node sends under nearly the same name. */
function findBelow(
  container: NamedField | undefined,
  names: readonly NamedValue[],
  text: string,
): NamedField | null {
  const path = container?.sent?.path
  const inside = path === undefined ? [] : names.filter((name) => name.path.startsWith(`${path}/`))
  if (inside.length === 0) return null
  for (const said of readWords(text).filter((word) => identifier.test(word) && word.length > 3)) {
    const sent = inside.find(({ name }) => isOneSlip(withoutMarks(said), withoutMarks(lastName(name))))
    if (sent !== undefined) return { said, sent, isSame: said === sent.name, isSpelling: said !== sent.name }
  }
  return null
}

/** `Unknown name "emial" at "contact"` complains about the one, and not about the object around it. */
function withoutContainers(fields: readonly NamedField[]): readonly NamedField[] {
  const paths = fields.map(({ sent }) => sent?.path ?? '')
  return fields.filter((_field, index) => !paths.some((path) => path.startsWith(`${paths[index]}/`)))
}

/**
 * Whether a word of a sentence, which nothing marks as a name, means a field with a name like it: the field has it as a part (`zip` of
 * `zipCode`), a letter is lacking in it (`nam`), or the target misses what it calls so. `Invalid rate` does not mean `date`.
 */
function isMeant(said: string, name: string, text: string): boolean {
  const [own, sent] = [withoutMarks(lastName(said)), withoutMarks(lastName(name))]
  return (
    saysMissing.test(text) ||
    lacksLetter(sent, own) ||
    (own.length > 3 && haveSameLetters(sent, own)) ||
    isPartOf(splitWords(lastName(said)), splitWords(lastName(name)))
  )
}

function matchFields(
  candidates: readonly string[],
  names: readonly NamedValue[],
  isMarked: (said: string) => boolean,
  most = maxExplained,
): readonly NamedField[] {
  const byName = new Map(names.toReversed().map((sent) => [foldName(sent.name), sent]))
  // A header is called without its hyphens in the name of an error.
  for (const sent of names)
    if (sent.path.startsWith('/node/headers')) byName.set(sent.name.toLowerCase().replaceAll('-', '_'), sent)
  const found: NamedField[] = []
  const taken = new Set<NamedValue>()
  for (const said of candidates) {
    const same = byName.get(foldName(said))
    const sent = same ?? findSimilar(said, names)
    if (sent !== null && taken.has(sent)) continue
    if (sent !== null) taken.add(sent)
    found.push({
      said: same === undefined ? lastName(said) : said,
      sent,
      isSame: same !== undefined,
      isSpelling: sent !== null && isMarked(said) && isOtherSpelling(lastName(said), lastName(sent.name)),
    })
  }
  return found.toSorted((one, other) => Number(other.isSame) - Number(one.isSame)).slice(0, most)
}

/** A field with nearly the same name, or with one that has the other one as a word: `email` and `email_address`. */
function findSimilar(said: string, names: readonly NamedValue[]): NamedValue | null {
  const own = lastName(said)
  const plain = withoutMarks(own)
  const alike = names.find(({ name }) => withoutMarks(lastName(name)) === plain)
  if (alike !== undefined) return alike
  const words = splitWords(own)
  const near = names.find(({ name }) => areNear(words, splitWords(lastName(name))))
  if (near !== undefined) return near
  const longer = names.filter(({ name }) => isPartOf(words, splitWords(lastName(name))))
  // Of several, such as first_name and last_name for name, none is certain.
  return longer.length === 1 ? (longer[0] ?? null) : null
}
