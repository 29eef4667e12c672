import type { Warning } from '../../contract/warning.ts'
import { mask } from '../masking/mask.ts'
import type { NamedValue } from '../request/compiled-body.ts'
import type { FieldPlace } from '../statement/statement.ts'
import { listWords, quoteName } from '../values/text.ts'
import { saysExisting } from './existing.ts'
import type { Explanation } from './explained-node.ts'
import { isIndex, isRoot, splitPath } from './field-path.ts'
import { isOfBody } from './likely-warning.ts'
import { haveSameWords, lacksLetter, lastName, withoutMarks } from './name-likeness.ts'
import type { NamedField } from './named-field.ts'
import { ofType, saysMissing, unknownField, unknownSomething } from './named-field-words.ts'
import type { Situation } from './situation.ts'
import { adviseOnType } from './value-type.ts'

const nameLength = 60
const ofThing = /^[\w :-]{0,60}\b(?:not found|does not exist|doesn't exist)\b/i

/** The target names the cause: a value that a warning is about, or another field that the node sends. */
export function explainNamed(situation: Situation): Explanation | null {
  const { fields, words, answer } = situation
  // What `Chat not found` misses is the thing that chat_id refers to.
  if (fields.every(({ isSame }) => !isSame) && situation.fieldOfReference !== null && ofThing.test(words))
    return null
  const { named, likely } = situation.suspects
  const sent = fields.filter((field) => field.sent !== null)
  const [first, second] = named
  if (first !== undefined) {
    const others = sent.filter((field) => !named.some(({ path }) => path === field.sent?.path))
    const more = others.length === 0 ? '' : ` ${adviseOnFields(situation, others)}`
    const also = second === undefined || second.path === first.path ? '' : ` ${second.message}`
    return blameWarning(situation, first, `${answer}${also}${more}`)
  }
  if (sent.length === 0) return null
  // A target that has read no field of a body misses them all.
  if (likely !== null && isOfBody(likely) && saysMissing.test(words)) return null
  const explained = explainFields(situation, fields)
  const own = sent.find((field) => field.sent?.path === likely?.path)?.sent
  if (likely === null || !own || explained === null) return explained
  // Several values stand at this place, as in a raw body.
  return own.isEmpty ? null : { ...explained, hint: `${explained.hint} ${likely.message}` }
}

/** The warning names the cause, and its place is the part to change. */
export function blameWarning({ status, missed }: Situation, warning: Warning, more: string): Explanation {
  const { message, path } = warning
  const answered = more === '' ? `The target answers ${status}.` : more
  return { hint: `${message}${adviseOnLabel(warning)} ${answered}`, path: path ?? missed.path, blame: 'node' }
}

/** What helps against a header that labels the body wrongly, with a space before it; empty for another warning. */
function adviseOnLabel(warning: Warning): string {
  if (!isOfBody(warning) || !warning.path?.startsWith('/node/headers')) return ''
  return /\bboundary\b/.test(warning.message)
    ? ' Remove this header: the service writes it with the boundary.'
    : ' Remove this header, or write the body in the form that it names.'
}

/** Explains the fields that the target names; null if nothing can be said about them. */
export function explainFields(situation: Situation, fields: readonly NamedField[]): Explanation | null {
  const [first] = fields
  const advice = adviseOnFields(situation, fields)
  if (first === undefined || advice === '') return null
  return { hint: `${situation.answer} ${advice}`, path: first.sent?.path ?? pathOfMissing(situation, first) }
}

/** The place of a field that the node lacks, as far as the target says where it looks for it. */
function pathOfMissing(situation: Situation, { said }: NamedField): string {
  const { places, text = '' } = situation.statement ?? {}
  const place = places?.get(said) ?? findPlace(situation, text)
  const turned = situation.names.find(({ name }) => haveSameWords(name, said))
  return place === undefined ? (turned?.path ?? situation.pathOfValues) : `/node/${place}`
}

function findPlace({ node }: Situation, text: string): FieldPlace | undefined {
  if (/\bheader\b/i.test(text)) return 'headers'
  // Google names parameters so.
  if (/^(?:[A-Z_]+: )?["'`]\w{1,60}["'`] is required but not specified/.test(text)) return 'query'
  // Spring calls those of a form and those of the URL so.
  const isOfQuery = /\b(?:request|query(?: string)?|url) param(?:eter)?s?\b/i.test(text)
  return isOfQuery && node.body?.form !== 'form' ? 'query' : undefined
}

/** What to do about the fields, in sentences; empty if nothing can be said. */
export function adviseOnFields(situation: Situation, fields: readonly NamedField[]): string {
  const { words, status } = situation
  const keepsName = unknownField.test(words) || status === 409
  const checked: (NamedField & { readonly sent: NamedValue })[] = []
  const sentences: string[] = []
  const missing: string[] = []
  for (const { said, sent, isSame, isSpelling } of fields) {
    const name = isSame ? null : situation.quoted(said, nameLength)
    if (sent === null) missing.push(...(name === null || name.includes(mask) ? [] : [name]))
    else if (isSame && !keepsName && isOtherCase(said, sent) && saysOnlyMissing(words))
      sentences.push(compareNames(sent.name, situation.quoted(lastName(said), nameLength), true, words))
    else if (isSame || keepsName) checked.push({ said, sent, isSame })
    else sentences.push(compareNames(sent.name, name, isSpelling ?? false, words))
  }
  const lacks = situation.lacksBody ? ' The node sends no body at all.' : ''
  if (missing.length === 1) sentences.push(`${adviseOnMissing(situation, fields, missing[0] ?? '')}${lacks}`)
  else if (missing.length === 2 && /\S or \S+ (?:is|are|must be|has to be) /i.test(words))
    sentences.push(`The node sends neither ${missing.join(' nor ')}: add one of them.${lacks}`)
  else if (missing.length > 1)
    sentences.push(`The node sends no fields ${listWords(missing, 'and')}: add them.${lacks}`)
  if (checked.length > 0) {
    const values = checked.map(({ sent }) => sent)
    const sends = keepsName ? '' : situation.describeAllSent(values)
    sentences.unshift(`${askToCheck(situation, values, readComplaints(situation, checked))}${sends}`)
    if (saysExisting(words)) sentences.push(adviseOnExisting(situation, checked))
  }
  return sentences.join(' ')
}

/** A value of which the target has one only is taken, most often by the record that is meant. */
function adviseOnExisting(situation: Situation, fields: readonly NamedField[]): string {
  const taken = fields.filter((field) => saysExisting(readComplaints(situation, [field])))
  const [only, ...others] = taken
  const isNamed = only !== undefined && situation.words.toLowerCase().includes(only.said.toLowerCase())
  const which =
    only?.sent == null || others.length > 0 || !isNamed ? '' : ` with this ${quoteName(only.sent.name)}`
  return `The target may have the record${which} already: update that one instead, or expect ${situation.status} as well where that is a normal end.`
}

/** Whether a value went out under the name in another case. A sentence begins with a capital letter, and headers are the same in any case. */
function isOtherCase(said: string, { name, path, isEmpty = false }: NamedValue): boolean {
  const own = lastName(said)
  return own !== name && /^[a-z]/.test(own) && !isEmpty && !path.startsWith('/node/headers')
}

/** Names those that may be meant: fields that have the missing name as a part, or the parts of a multipart body. */
function adviseOnMissing(situation: Situation, fields: readonly NamedField[], missing: string): string {
  const { node, names } = situation
  const said = fields.find(({ sent }) => sent === null)?.said.toLowerCase() ?? ''
  const own = names.filter(({ path }) => path.startsWith('/node/body'))
  const near = own.filter(({ name }) => name.toLowerCase().includes(said) && said.length > 2)
  const list = near.length === 0 && node.body?.form === 'multipart' ? own : near
  if (list.length === 0 && node.body?.form === 'json' && wrappers.has(said))
    return `The target reads the fields from an object ${missing}: put those of the body into one, as in {${missing}: {…}}.`
  const ofWords = own.find(({ name }) =>
    haveSameWords(name, fields.find(({ sent }) => sent === null)?.said ?? ''),
  )
  if (ofWords !== undefined)
    return `The node sends ${quoteName(ofWords.name)}, and the target knows ${missing}: rename it.`
  if (list.length === 0 && isOfPath(situation, said))
    return `The path of the URL is about a ${missing}, and the target reads its fields from an object of that name: put those of the body into one, as in {${missing}: {…}}.`
  const members = list.length === 0 ? listMembers(situation) : []
  if (
    node.body?.form === 'json' &&
    members.length > 1 &&
    fields.length === 1 &&
    records.has(withoutMarks(said))
  )
    return `The node sends no field ${missing}. If the target reads the fields from an object of that name, put them into one, as in {${missing}: {${members.slice(0, 2).map(quoteName).join(': …, ')}: …}}; if not, add it.`
  if (list.length === 0 || list.length > maxNear) {
    const said = fields.find(({ sent }) => sent === null)?.said ?? ''
    const place = situation.statement?.places?.get(said) ?? findPlace(situation, situation.words)
    if (place === 'url')
      return `The target calls a part of the path of the URL ${missing}: check the value there.`
    if (place === 'query') return `The node sends no parameter ${missing}: add it to "query".`
    const around = quoteAround(situation, said)
    if (around !== null)
      return `The node sends no object ${around}, in which the target looks for ${missing}: add it, as in ${around}: {${missing}: …}.`
    return `The node sends no field ${missing}: add it.`
  }
  const sent = listWords(
    list.map(({ name }) => quoteName(name)),
    'and',
  )
  return `The node sends no field ${missing}, and it sends ${sent}: if that is meant, rename it; if not, add ${missing}.`
}

const maxNear = 4

/** What is around a field by the path that the target gives it, where the body lacks that as well. Null if it has it, or is no JSON. */
function quoteAround(situation: Situation, said: string): string | null {
  const { statement, names, node } = situation
  if (statement?.places?.has(said)) return null
  const path = statement?.paths?.find((one) => lastName(one) === said)
  const [around, own] = path === undefined ? [] : splitPath(path).slice(-2)
  const isSent = around !== undefined && names.some(({ name }) => withoutMarks(name) === withoutMarks(around))
  if (node.body?.form !== 'json' || around === undefined || own !== said || isSent || isRoot(around))
    return null
  const quote = isIndex(around) ? null : situation.quoted(around, nameLength)
  return quote === null || !/^"[\w$-]+"$/.test(quote) ? null : quote
}

/** The names at the top level of the body. */
function listMembers({ names, node }: Situation): readonly string[] {
  const path = node.body?.valuesPath ?? ''
  return names.flatMap((one) =>
    one.path.lastIndexOf('/') <= path.length && one.path.startsWith(path) ? [one.name] : [],
  )
}

/** What APIs have records of: objects with fields, and seldom a field of their own. */
const records: ReadonlySet<string> = new Set([
  ...['contact', 'lead', 'customer', 'user', 'person', 'member', 'subscriber', 'profile', 'account'],
  ...['order', 'product', 'item', 'deal', 'opportunity', 'ticket', 'issue'],
  ...['task', 'event', 'message', 'invoice', 'payment', 'subscription', 'campaign', 'booking', 'employee'],
  ...['payload', 'body', 'params', 'request', 'object', 'entity', 'resource', 'model', 'dto', 'variables'],
])

/** Names of objects around the fields of a record. */
const wrappers: ReadonlySet<string> = new Set([
  'data',
  'attributes',
  'properties',
  'fields',
  'record',
  'input',
])

/** Whether the last part of the path is the plural of a name, as `/tickets.json` is of `ticket`: Rails and others wrap the fields of a record so. */
export function isOfPath({ node, sent }: Situation, said: string): boolean {
  if (node.body?.form !== 'json' || said.length < 3) return false
  const [path = ''] = (sent.request?.target ?? '').split(/[?#]/, 1)
  const last = path.split('/').findLast((part) => /[a-z]{3}/i.test(part)) ?? ''
  const [plural] = last.toLowerCase().split('.', 1)
  return plural === `${said}s` || plural === `${said}es` || plural === `${said.slice(0, -1)}ies`
}

/** What to do about a field that the target names in another way. A value that it complains about has arrived. */
function compareNames(own: string, said: string | null, isSpelling: boolean, words: string): string {
  const [sent, name] = [quoteName(own), said ?? 'another name']
  const lacks =
    saysOnlyMissing(words) ||
    isOfSchema(words) ||
    lacksLetter(withoutMarks(own), withoutMarks(said ?? '').replace(/^"|"$/g, ''))
  if (isSpelling && lacks) return `The node sends ${sent}: rename it to ${name}.`
  if (lacks)
    return `The node sends no field ${name}; the nearest is ${sent}. If that is meant, rename it; if not, add ${name}.`
  const isMarked = /["'`\u201c]/.test(words) || /[_.]|[a-z][A-Z]/.test(name)
  return isMarked
    ? `Check the value of ${sent}, which is the nearest to ${name}. If the target knows that name alone, rename it.`
    : `Check the value of ${sent}, which the target probably calls ${name}.`
}

/** Words of a validator of XML that knows the element by this name alone. */
function isOfSchema(words: string): boolean {
  return /\belement\b/i.test(words) && /\bexpected\b/i.test(words)
}

/** Whether words complain that a field is not there, and of no value: a value that is there has arrived. */
function saysOnlyMissing(words: string): boolean {
  return (
    (saysMissing.test(words) && !ofType.test(words)) ||
    /_required\b|\brequired_|missing|^no_\w+$/i.test(words)
  )
}

/** The parts of the statement that mention one of the fields, or all of it. */
export function readComplaints({ words }: Situation, fields: readonly NamedField[]): string {
  const names = fields.map(({ said }) => said.toLowerCase())
  const own = words
    .split(/; |, |\. /)
    .filter((part) => names.some((name) => part.toLowerCase().includes(name)))
  return own.length === 0 ? words : own.join('; ')
}

function askToCheck(situation: Situation, values: readonly NamedValue[], words: string): string {
  const names = listWords(
    values.map((value) => situation.quoteField(value)),
    'and',
  )
  const check = `Check ${choosePart(words, values.length > 1)} of ${names}`
  const [first] = values
  const [empty] = values.filter((value) => situation.isSentEmpty(value))
  if (empty !== undefined && values.length === 1 && saysMissing.test(words))
    return `The value of ${situation.quoteField(empty)} is empty: give it one.`
  const isThere = first !== undefined && saysMissing.test(words) && !values.some(({ isEmpty }) => isEmpty)
  const it = values.length > 1 ? 'them' : 'it'
  const type = values.length === 1 && first !== undefined ? adviseOnType(situation, first) : null
  if (type !== null) return type
  if (isThere && ofType.test(words))
    return `${check}: the target wants another type or form than the node sends.`
  return isThere
    ? `${check}: the node sends ${it} ${describePlace(situation, first)}, and the target may look for ${it} elsewhere or in another form.`
    : `${check}.`
}

function describePlace({ node: { body } }: Situation, { path }: NamedValue): string {
  if (path.startsWith('/node/headers')) return 'as a header'
  return path.startsWith('/node/body') && body !== null
    ? `in the body, as ${body.contentType.slice(0, nameLength)}`
    : 'in the URL'
}

/** The part of fields to check, by the words of the target. */
function choosePart(text: string, isPlural: boolean): string {
  const s = isPlural ? 's' : ''
  if (unknownField.test(text)) return `the name${s}`
  return unknownSomething.test(text) ? `name${s} and value${s}` : `the value${s}`
}
