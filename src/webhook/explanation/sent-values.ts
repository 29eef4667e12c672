import { readPointer } from '../../contract/config-error.ts'
import { mask } from '../masking/mask.ts'
import type { NamedValue } from '../request/compiled-body.ts'
import { listContentNames } from '../request/content-names.ts'
import { parseJson } from '../values/json.ts'
import { valueAt } from '../values/lookup.ts'
import type { SentRequest } from './explained-node.ts'
import { listXmlValues, type XmlValue } from './xml-values.ts'

/** A scalar that went out under a name. */
export interface SentValue {
  readonly name: string
  readonly value: string
  /** JSON Pointer into the body, if that is JSON. */
  readonly path?: string
  /** Whether it is a text of JSON. */
  readonly isText?: boolean
}

const maxValues = 200
/** A larger body is not parsed again for its values. */
const maxParsed = 65_536

/** Lists the scalars of a request with their names: those of its body first, then those of its query. */
export function listSentValues({ request }: SentRequest): readonly SentValue[] {
  if (request === null) return []
  const { target, body } = request
  const text = body === null || body.length > maxParsed ? '' : body.toString('utf8')
  const query = target.indexOf('?')
  return [...listTextValues(text), ...(query === -1 ? [] : listParameters(target.slice(query + 1)))].slice(
    0,
    maxValues,
  )
}

/** Lists the values of the text of a body: JSON, XML or a form. */
export function listTextValues(text: string): readonly SentValue[] {
  if (/^\s*[[{]/.test(text)) return listMembers(text)
  if (/^\s*</.test(text)) return listXmlValues(text).filter(hasValue)
  return listParameters(/\s/.test(text.trim()) ? '' : text.trim())
}

function hasValue(one: XmlValue): one is SentValue {
  return one.value !== null
}

function listParameters(text: string): readonly SentValue[] {
  if (!text.includes('=')) return []
  return [...new URLSearchParams(text.slice(0, maxParsed))].map(([name, value]) => ({ name, value }))
}

function listMembers(text: string): readonly SentValue[] {
  const parsed = parseJson(text, { maxDepth: 20 })
  if (!parsed.ok) return []
  return listContentNames(parsed.plain, '').flatMap(({ name, path }) => {
    const value = valueAt(parsed.plain, readPointer(path))
    const isScalar = typeof value === 'string' || typeof value === 'number'
    return isScalar ? [{ name, path, value: String(value), isText: typeof value === 'string' }] : []
  })
}

/**
 * Finds the field whose value the words have between quotation marks, at their end behind a colon, or as a word that is no common one:
 * `The model 'gpt-44' does not exist`, `bad value for restricted picklist field: demo`. Null if several fields have it.
 */
export function findValueIn(
  words: string,
  values: readonly SentValue[],
  names: readonly NamedValue[],
): NamedValue | null {
  const quoted = listMentioned(words)
  const found = new Set(
    values.filter(({ value }) => value.length > 1 && quoted.has(value)).map(({ name }) => name),
  )
  const sent = names.filter(({ name }) => found.has(name))
  return found.size === 1 && sent.length === 1 ? (sent[0] ?? null) : null
}

/** What words have between quotation marks, behind a colon at their end, and as a word with a digit or a mark, such as an address or an id. */
export function listMentioned(words: string): ReadonlySet<string> {
  const text = words.slice(0, maxRead)
  const quoted = Array.from(text.matchAll(marked).take(maxMarked), ([, one = '']) => one)
  const [, last = ''] = /: ([^"'`:;]{2,80})$/.exec(text) ?? []
  const labelled = Array.from(text.matchAll(behindLabel).take(maxMarked), ([, one = '']) =>
    one.replace(/[.,;:]$/, ''),
  )
  const distinctive = text.split(/[\s"'`(),;]+/).filter((word) => /^(?=\D*\d|[^@]*@)\S{5,80}$/.test(word))
  return new Set([
    ...quoted,
    ...labelled,
    last.trim(),
    ...distinctive.map((word) => word.replace(/[.:]$/, '')),
  ])
}

const behindLabel = /\b(?:ids?|keys?|names?|named|codes?|number|values?):? ([^\s"'`]{3,80})/gi
const maxRead = 2_000
const maxMarked = 20
const marked = /(?<![\w])["'`\u2018\u201c]([^"'`\u2018\u2019\u201c\u201d]{2,80})["'`\u2019\u201d](?!\w)/g

/** Finds the field that the words name together with its value: `name "email" is reserved`. */
export function findNamedValueIn(
  words: string,
  values: readonly SentValue[],
  names: readonly NamedValue[],
): NamedValue | null {
  const parts = words.slice(0, maxRead).split(quotationMarks).slice(0, maxMarked)
  for (const [index, value] of parts.entries()) {
    const name = lastWord(parts[index - 1] ?? '')
    const isSent = values.some((one) => one.value === value && one.name.toLowerCase() === name)
    if (isSent) return names.find((one) => one.name.toLowerCase() === name) ?? null
  }
  return findBeforeValue(words, values, names)
}

/** The same without quotation marks, also with a value that is hidden: `PIN ••• is wrong`. */
function findBeforeValue(
  words: string,
  values: readonly SentValue[],
  names: readonly NamedValue[],
): NamedValue | null {
  const text = ` ${words.slice(0, maxRead).toLowerCase()} `
  const stands = (name: string, value: string) =>
    value !== '' && text.includes(` ${name} ${value} `.toLowerCase())
  const shown = values.find(({ name, value }) => value.length <= 80 && stands(name, value))
  const found = shown?.name ?? names.find(({ name }) => stands(name, mask))?.name
  return found === undefined ? null : (names.find(({ name }) => name === found) ?? null)
}

const quotationMarks = /["'`\u2018\u2019\u201c\u201d]/

function lastWord(text: string): string {
  return text.trim().replace(/:$/, '').toLowerCase().split(/\s/).at(-1) ?? ''
}

/** Finds the one field that refers to the kind of thing in the words: `list_id` for `List not found`. */
export function findReferenceIn(words: string, names: readonly NamedValue[]): NamedValue | null {
  const said = new Set(
    words
      .slice(0, maxRead)
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u),
  )
  const found = names.filter(({ name }) => {
    const thing = name.slice(0, 60).replace(reference, '').toLowerCase()
    return said.has(thing) || (thing.endsWith('s') && said.has(thing.slice(0, -1)))
  })
  return found.length === 1 ? (found[0] ?? null) : null
}

const reference = /(?:[_-](?:id|ids|key|code|number|slug|ref)|I[dD]s?)$/
