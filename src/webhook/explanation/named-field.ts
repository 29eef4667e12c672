import type { NamedValue } from '../request/compiled-body.ts'
import type { Statement } from '../statement/statement.ts'
import { FieldPaths } from './field-path.ts'
import {
  areNear,
  haveSameLetters,
  isOneSlip,
  isOtherSpelling,
  isPartOf,
  lacksLetter,
  lastName,
  splitWords,
  withoutMarks,
} from './name-likeness.ts'
import { saysMissing, unknownField } from './named-field-words.ts'
import { findTranslated } from './translated-names.ts'
import { findElement } from './xml-schema-words.ts'

/** A field that the target complains about. */
export interface NamedField {
  /** The name that the target uses. */
  readonly said: string
  /** The field of the node that is meant; null if the node sends none of a similar name. */
  readonly sent: NamedValue | null
  /** Whether the node sends it under the name that the target uses. */
  readonly isSame: boolean
  /** Whether the target marks the word as a name, and the node has the same name in another spelling. */
  readonly isSpelling?: boolean
}

/** Fields that are explained at most. */
const maxExplained = 3

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
  const missing = findRequiredName(text.slice(0, maxText).replace(/ \([^()]*\)/g, ''))
  const named = [...listEither(text), ...listMissing(text), ...(missing === null ? [] : [lastName(missing)])]
  return [...new Set(named)].map((said) => ({ said, sent: null, isSame: false }))
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

/** How a sentence begins that says that a field is missing, up to the name. A name has a small letter at its beginning, or stands in quotation marks. */
const requiredNames: readonly RegExp[] = [
  /\bparam is missing or the value is empty(?: or invalid)?: ([A-Za-z_]\w{1,60})/,
  /(?<=^|[:;] )["'`\u2018\u201c]?([a-z][\w.-]{1,60})["'`\u2019\u201d]? (?:is|are) (?:an? )?(?:required|missing|mandatory)\b/,
  /(?<=^|[:;] )["'`\u2018\u201c]?([a-z][\w.-]{1,60})["'`\u2019\u201d]? (?:must be (?:present|provided|given|specified|supplied)|should be defined)\b/,
  /(?<=^|[:;,] )["'`\u2018\u201c]?([A-Za-z_][\w.-]{1,60})["'`\u2019\u201d]?: (?:(?:this )?field (?:is )?required|(?:is )?(?:a )?required|missing|(?:cannot|can't|can not|must not|should not|may not) be (?:blank|empty|null))\b/i,
  /\b(?:missing|required|mandatory) (?:the )?(?:required |mandatory )?["'`\u2018\u201c]([A-Za-z_][\w.-]{1,60})["'`\u2019\u201d] (?:field|param(?:eter)?|property|attribute|key)\b/i,
  /\b(?:param(?:eter)?|field|property|attribute|argument|key|column)s? ["'`\u2018\u201c]([A-Za-z_][\w.-]{1,60})["'`\u2019\u201d] (?:is|are|was) (?:required|missing|mandatory|not (?:present|provided|set|specified))\b/i,
  /(?<=^|[;:] )([a-z]\w{1,60}) must be (?:an? )?(?:string|number|integer|boolean|object|array|valid )/,
  /\b(?:invalid|missing|no|bad) (?:value|input) for ["'`]?([A-Za-z_]\w{1,60})/,
  /\bnull value in column ["'`]([A-Za-z_]\w{1,60})["'`]/,
  /^(?:the )?(?:element|field|parameter|property|attribute|column|key) ([A-Za-z_][\w.-]{1,60}) (?:is|are|was) (?:required|missing|mandatory|not (?:present|provided|set|specified))\b/i,
  /(?<=^|[.;:] )["'`\u2018\u201c]([A-Za-z_][\w.-]{1,60})["'`\u2019\u201d] (?:was|is)(?:n't| not) (?:supplied|provided|given|specified|set|sent)\b/,
  /\bthe ["'`\u2018\u201c]([A-Za-z_][\w.-]{1,60})["'`\u2019\u201d] (?:key|field|param(?:eter)?|property|attribute) (?:is|are|was) (?:required|missing|mandatory)\b/i,
  /\bpropert(?:y|ies) (?:is|are) missing from object: ([A-Za-z_][\w.-]{1,60})/i,
  /^(?:no|missing)_([a-z]\w{1,60})$/,
  /^([a-z]\w{1,60})_(?:required|missing)$/,
]

/** The name that a target misses, where its sentence makes it one. */
function findRequiredName(text: string): string | null {
  const before = text.slice(0, Math.max(0, text.search(requiredParameter))).trimEnd()
  const found = [before.split(' ').at(-1), ...requiredNames.map((pattern) => pattern.exec(text)?.[1])]
  const [, labelled] = missingInput.exec(text) ?? []
  return labelled ?? found.find((name) => name && !ofCall.test(name) && !commonWords.test(name)) ?? null
}

/** `data: Missing input` is about a member that is called so, and not about data in general. */
const missingInput =
  /^["'`]?([A-Za-z_]\w{1,60})["'`]?: (?:missing|required)(?: (?:input|field|value|property))?$/i

/** What follows the name of a parameter in `The api-version query parameter is required`. */
const requiredParameter = / (?:query|url) parameter (?:is|was) (?:required|missing|mandatory)\b/

const ofCall =
  /^(?:auth\w*|credentials?|tokens?|signature|permissions?|scopes?|payload|content|json|data|input|query|https|login|payment|registration|confirmation|approval|verification|subscription|access|upgrade|header|error|\w*_error|team|service|account|active_hooks|\w*_hooks|value|required|request|this|following|query|url)$/

/** The beginning of `Missing required fields: email, plan` and `must have required property 'email'`, up to the first name. */
const missesField =
  /\b(?:missing|required)(?: (?:required|mandatory|request|body|query))? (?:propert(?:y|ies)|fields?|param(?:eter)?s?|arguments?|keys?|attributes?|elements?|headers?|parts?|inputs?)(?: (?:were|was|are|is) (?:not (?:set|provided|given|present|specified)|missing))?(?:: ?| ?(?=["'`\u2018\u201c[]))/i

/** The next name of a list, without what stands around it, and what joins it to another one. */
const listed =
  /["'`\u2018\u201c[]{0,2}([A-Za-z_][\w$-]{0,60})["'`\u2019\u201d\]]{0,2}(,? (?:and|or) |, ?(?=["'`\u2018\u201cA-Za-z_]))?/y

/** `Summary or Text is required`. */
function listEither(text: string): readonly string[] {
  const [, one, other] = either.exec(text.slice(0, maxText)) ?? []
  const names = [one, other].filter((name) => name !== undefined && !ofCall.test(name.toLowerCase()))
  return names.length === 2 ? names.filter((name) => name !== undefined) : []
}

const either =
  /(?:^|: )(?:either )?["'`]?([A-Za-z]\w{1,40})["'`]? or ["'`]?([A-Za-z]\w{1,40})["'`]? (?:is|are|must be|has to be) (?:required|missing|provided|present|given|set)\b/i

/** The names that a target misses, where its sentence says that they are names. */
function listMissing(text: string): readonly string[] {
  const start = missesField.exec(text.slice(0, maxText))
  if (start === null) return []
  const names: string[] = []
  listed.lastIndex = start.index + start[0].length
  while (names.length < maxExplained) {
    const [whole = '', name, joint] = listed.exec(text) ?? []
    if (name === undefined || (commonWords.test(name) && whole.startsWith(name))) break
    names.push(name)
    if (joint === undefined) break
  }
  return [...new Set(names)]
}

const maxCandidates = 30

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

/** The place that words name: `Query parameter 'plan' is invalid`. */
const places: readonly (readonly [pattern: RegExp, place: RegExp])[] = [
  [/\b(?:query|url|request)(?: string)? param/i, /^\/node\/(?:query|url)/],
  [/\bheader\b/i, /^\/node\/headers/],
  [/\b(?:request )?body\b/i, /^\/node\/body/],
]

/**
 * Of several fields with one name, those come first that stand where the words say: at the place, or below the object that they
 * name before it, as in `contact.email: invalid`.
 */
function preferPlace(names: readonly NamedValue[], text: string): readonly NamedValue[] {
  const words = text.slice(0, maxText).toLowerCase()
  const place = places.find(([pattern]) => pattern.test(words))?.[1]
  const { first = [], others = [] } = Object.groupBy(names, (field) =>
    place?.test(field.path) || isPlaced(field, words) ? 'first' : 'others',
  )
  return [...first, ...others]
}

/** Whether words in lower case name what is around a field before it. */
function isPlaced({ path }: NamedValue, words: string): boolean {
  const [own = '', parent = ''] = path.toLowerCase().split('/').toReversed()
  return parent !== '' && parentJoints.some((joint) => words.includes(`${parent}${joint}${own}`))
}

/**
 * Of several fields with one name and no word for their place, the one that is meant: the only empty one where the target misses it, or
 * the one at the root. Else none is certain, and what is around all of them stands for it.
 */
function settleShared(names: readonly NamedValue[], text: string): readonly NamedValue[] {
  const own = names.filter(({ path }) => path.startsWith(`${content}/`))
  const shared = [...Map.groupBy(own, ({ name }) => foldName(name)).values()].filter(
    ({ length }) => length > 1,
  )
  const isMissing = saysMissing.test(text)
  const words = text.slice(0, maxText).toLowerCase()
  return shared.flatMap((fields) => {
    const [first] = fields
    if (first === undefined || isPlaced(first, words)) return []
    const empty = isMissing ? fields.filter(({ isEmpty }) => isEmpty) : []
    const [only, other] = empty.length > 0 ? empty : fields.filter(isOfRoot)
    if (only !== undefined && other === undefined) return [only]
    return [{ name: first.name, path: findCommon(fields.map(({ path }) => path)) }]
  })
}

const content = '/node/body/content'

function isOfRoot({ path }: NamedValue): boolean {
  return path.lastIndexOf('/') === content.length
}

function findCommon(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('/'))
  const end = first.findIndex((step, index) => others.some((other) => other[index] !== step))
  return first.slice(0, end).join('/')
}

const parentJoints = [' ', '.', '/', '[', "']['", '"]["', '->']

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
  return [
    ...fields,
    ...findQuotedNames(text),
    ...findLabels(text),
    ...findNamesInWords(text),
    ...findNamesOfValues(text),
    ...findNamesInCodes(text),
    ...listMissing(text),
    ...findNamesOfKinds(text),
  ]
}

/** Names before a colon, as in `Validation failed: emails: Expected array`. */
function findLabels(text: string): readonly string[] {
  const found = Array.from(text.slice(0, maxText).matchAll(label).take(maxFound), ([, name = '']) => name)
  return found.filter((name) => !splitWords(name).some((word) => ofErrors.test(word)))
}

const label = /(?<=^|[:;,.] )["'`\u2018\u201c]?([A-Za-z_][\w.[\]$-]{0,60})["'`\u2019\u201d]?:(?= \S)/g

/** Names with the same result are the same. */
function foldName(name: string): string {
  return lastName(name).toLowerCase()
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

const maxText = 2_000
const maxFound = 10

/** Names between quotation marks, as in `Unknown name "emial"`. */
function findQuotedNames(text: string): readonly string[] {
  const quoted = text
    .slice(0, maxText)
    .matchAll(/(["'`\u2018\u201c])([A-Za-z_$][\w.$[\]/-]{0,60})["'`\u2019\u201d]/g)
  return Array.from(quoted.take(maxFound), ([, , name = '']) => name)
}

/** Names that stand between quotation marks, behind `param:`, or are written like a name of a program: `first_name`, `firstName`. */
function findMarkedNames(text: string): readonly string[] {
  const tokens = readTokens(text)
  return [
    ...findQuotedNames(text),
    ...listMissing(text),
    ...Array.from(text.slice(0, maxText).matchAll(beginning).take(maxFound), ([, name = '']) => name),
    ...tokens.filter(
      (token, index) =>
        identifier.test(token) &&
        (/[_$]|[a-z][A-Z]|\w[./]\w/.test(token) || before.test(tokens[index - 1] ?? '')),
    ),
  ]
}

/** A sentence begins with a capital letter, unless it begins with a name. */
const beginning = /(?:^|[.;:,] )([a-z][\w-]{1,60}) (?:is|are|must|should|cannot|can't|may|has|field)\b/g

/** Names before a value between quotation marks: `The plan "gold" does not exist`. */
function findNamesOfValues(text: string): readonly string[] {
  const parts = text.slice(0, maxText).split(/["'`\u2018\u201c]/)
  const names = parts.slice(0, maxFound).map((part) => readWords(part).at(-1) ?? '')
  return names.filter(
    (name) =>
      identifier.test(name) && !before.test(name) && !/^names?$/i.test(name) && !commonWords.test(name),
  )
}

/** `Invalid email address` is about `email`. */
function findNamesOfKinds(text: string): readonly string[] {
  const found = text.slice(0, maxText).matchAll(ofKind).take(maxFound)
  return Array.from(found, ([, name = '']) => name)
}

const ofKind = /\b(?:in)?valid ([A-Za-z]\w{1,40}) (?:address|number|format|value|code|id)\b/gi

const before =
  /^(?:params?|parameters?|fields?|elements?|tags?|propert(?:y|ies)|attributes?|arguments?|columns?|keys?|feld(?:es)?|eigenschaft|attributs?|spalte|champs?|param[eè]tres?|campos?|kolom|pole|par[aá]metros?|atributos?|veld|parametri?)$/i
const behind =
  /^(?:is|are|was|must|can|cannot|can't|should|has|have|does|doesn't|isn't|required|missing|invalid|may|not|field|parameter|attribute|property)$/i
const identifier = /^[/A-Za-z_$][\w.$/-]{0,60}$/

/**
 * Names that the words around them make one: `Missing required param: currency`, `email is invalid`, and lists of them:
 * `email and plan are required`.
 */
function findNamesInWords(text: string): readonly string[] {
  const words = readTokens(text)
  const isWord = (word: string | undefined) =>
    word !== undefined && identifier.test(word) && !commonWords.test(word)
  const isName = words.map(
    (word, index) =>
      isWord(word) && (before.test(words[index - 1] ?? '') || behind.test(words[index + 1] ?? '')),
  )
  const spread = (index: number, step: 1 | -1) => {
    if (!isName[index] || !joints.has(words[index + step]?.toLowerCase() ?? '')) return
    const next = joints.has(words[index + 2 * step]?.toLowerCase() ?? '')
      ? index + 3 * step
      : index + 2 * step
    if (isWord(words[next])) isName[next] = true
  }
  for (let index = 0; index < words.length; index++) spread(index, 1)
  for (let index = words.length - 1; index >= 0; index--) spread(index, -1)
  return words.filter((_word, index) => isName[index]).slice(0, maxFound)
}

const joints: ReadonlySet<string> = new Set([',', 'and', 'or', '&'])

/** Names within the name of an error: `missing_email`, `EMAIL_REQUIRED`, `invalidEmail`. */
function findNamesInCodes(text: string): readonly string[] {
  const found: string[] = []
  for (const word of readWords(text)) {
    if (found.length >= maxFound) break
    // Not a name of a program: `E-Mail-Adresse`.
    if (/[a-z]-[A-Z]/.test(word)) continue
    const words = splitWords(word)
    const start = words.findIndex((part) => !ofErrors.test(part))
    const end = words.findLastIndex((part) => !ofErrors.test(part)) + 1
    if (start === -1 || end - start === words.length) continue
    const own = words.slice(start, end)
    if (!own.every((part) => /^[a-z\d]+$/.test(part)) || commonWords.test(own.join('_'))) continue
    found.push(own.join('_'))
    if (own.length > 1) found.push(own.join(''))
  }
  return found
}

const ofErrors =
  /^(?:missing|invalid|required|empty|blank|bad|wrong|unknown|malformed|incorrect|duplicate|unsupported|no|not|is|found|exists?|already|taken|null|error|failed|format|must|be|too|long|short|err|e|code|value|val)$/

const commonWords =
  /^(?:the|this|that|it|a|an|which|what|there|and|or|but|requests?|fields?|parameters?|propert(?:y|ies)|attributes?|values?|body|is|are|not|required|be|must|was|been|has|no|of|for)$/i

function readWords(text: string): readonly string[] {
  return readTokens(text).filter((word) => word !== ',')
}

/** Words, and the commas between them. */
function readTokens(text: string): readonly string[] {
  return text
    .slice(0, maxText)
    .replaceAll(',', ' , ')
    .split(/[\s"'`\u2018\u2019\u201c\u201d();:=<>[\]{}]+/)
    .map((word) => (word.endsWith('.') ? word.slice(0, -1) : word))
    .filter((word) => word !== '')
}
