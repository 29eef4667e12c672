import { secretNamePattern } from '../../contract/names.ts'
import { suggest } from '../../webhook/values/suggest.ts'
import { listWords } from '../../webhook/values/text.ts'
import { findHeldWord, findMeantShape, type MeantShape, writeTime } from './expected-shapes.ts'
import { writeMembers } from './foreign-words/example-text.ts'
import { admitsType, follows, type JsonSchema, listTypes, nameType } from './json-schema.ts'
import { adviseWord, fold } from './member-advice.ts'

/** Words listed at most. */
const maxWords = 12

/** Characters of a word that are compared at most. */
const maxWordCharacters = 64

const typeNames: Readonly<Record<string, string>> = {
  array: 'an array',
  boolean: 'a boolean',
  integer: 'an integer',
  null: 'null',
  number: 'a number',
  object: 'an object',
  string: 'a string',
}

/** What a schema demands, as the predicate of a sentence. */
function mustBe(schema: JsonSchema): string {
  return `must be ${wanted(schema)}`
}

/** The error of a required member that is missing, with what to write. */
export function missing(schema: JsonSchema, { as, write }: MeantShape, name: string): string {
  const [example] = schema.examples ?? []
  const isShown = example === undefined || as?.includes('such as')
  const written = write ?? (isShown ? null : `write ${writeMembers({ [name]: example })}`)
  return `missing; ${as === null ? mustBe(schema) : `must be ${as}`}${asIn(written)}`
}

/** The error of a missing word that the other members tell. */
export function missingWord(schema: JsonSchema, word: unknown): string {
  return `missing; ${mustBe(schema)}; with these members it is ${JSON.stringify(word)}`
}

/** The error of a value of the wrong type or shape. */
export function wrongType(schema: JsonSchema, value: unknown, { as, write }: MeantShape): string {
  const must = as === null ? mustBe(schema) : `must be ${as}`
  const not = admitsType(schema, value) ? '' : `, not ${given(value, schema)}`
  return must + not + asIn(write ?? quotesHint(schema, value))
}

/** The error of a list or object with too many parts. */
export function tooMany(most: number, count: number): string {
  return `must have at most ${most} of them, not ${count}`
}

const nothingLikeIt = 'there is nothing of this name or meaning here; leave it out'

/** The error of a member that the schema does not know: with advice, else with the members that it knows. */
export function unknownMember(advice: string | null, known: string, example: string | null): string {
  if (advice !== null) return `unknown member; ${advice}`
  if (known === '') return `unknown member; ${nothingLikeIt}`
  return `unknown member; ${nothingLikeIt}; the members here are ${known}${example === null ? '' : `, as in ${example}`}`
}

/** A message whose end is a list that another one of the same reply has already. */
export function sayListOnce(message: string, said: Set<string>): string {
  const [, begin, , list] = /^(.*?)(; the members here are|; codes are)(.*)$/s.exec(message) ?? []
  if (begin === undefined || list === undefined) return message
  if (!said.has(list)) {
    said.add(list)
    return message
  }
  return begin
}

function asIn(write: string | null): string {
  return write === null ? '' : `; ${write}`
}

/** Only texts are templates. */
const noTemplate = 'it is no template: write'
const maxTemplate = 1_000

/** What to do where a value has quotes too many or too few. */
function quotesHint(schema: JsonSchema, value: unknown): string | null {
  const [type, other] = listTypes(schema)
  const isGivenText = typeof value === 'string'
  if (other !== undefined || schema.enum !== undefined || typeof value === 'object') return null
  if (type !== 'string' && isGivenText && /\{[{%]/.test(value.slice(0, maxTemplate)))
    return type === 'boolean' ? `${noTemplate} true or false` : `${noTemplate} the number itself`
  if ((type === 'integer' || type === 'number') && isGivenText)
    return 'write the number without quotes and unit'
  if (type === 'boolean') return 'write true or false, without quotes'
  return type === 'string' ? 'write it in quotes' : null
}

/** The error of a member whose name has the wrong form. */
export function unknownName(form: string): string {
  const words = form === `^${secretNamePattern}$` ? ': letters, digits and "_", no digit first' : ''
  return `the name must be of the form ${form}${words}`
}

/**
 * Describes the given value: a number if the schema demands one, else only the type, because the value may be a
 * misplaced secret.
 */
function given(value: unknown, schema: JsonSchema): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number beyond 1.8e308'
  const asksForNumber = listTypes(schema).some((type) => type === 'number' || type === 'integer')
  if (typeof value === 'number' && asksForNumber) return `the number ${value}`
  return typeNames[nameType(value)] ?? 'nothing'
}

/** The error of a string, number, boolean or null of the right type, or null without one. */
export function scalarMismatch(schema: JsonSchema, value: unknown, place: string): string | null {
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    const { as } = findMeantShape(place, value)
    const isLong = as !== null && schema.enum.length > maxWords
    return (isLong ? `must be ${as}` : mustBe(schema)) + meantWord(value, schema.enum, place)
  }
  if (typeof value === 'string') return textMismatch(schema, value, findMeantShape(place, value))
  return typeof value === 'number' && !isWithin(schema, value)
    ? `${mustBe(schema)}, not ${given(value, schema)}${unitHint(schema, value, place)}`
    : null
}

/** A time that is too short was probably meant in seconds. */
function unitHint({ minimum = 0 }: JsonSchema, value: number, place: string): string {
  if (place === 'Retry.attempts' && value < minimum) return '; leave out "retry" for one attempt'
  if (place === 'Node.timeoutMs' && value <= 0) return '; there is always a limit: leave it out for 10000'
  if (!place.endsWith('Ms') || value <= 0 || value >= minimum) return ''
  const meantMs = Math.round(value * 1_000)
  const time = writeTime(meantMs, place)
  const most = time === String(meantMs) ? '' : `; write ${time}`
  return `; it is in milliseconds: ${value} s are ${meantMs}${most}`
}

function meantWord(word: unknown, candidates: readonly unknown[], place: string): string {
  const same = candidates.find(
    (candidate) => fold(String(candidate)) === fold(String(word).slice(0, maxWordCharacters)),
  )
  if (same !== undefined) return `; did you mean ${JSON.stringify(same)}?`
  const held = findHeldWord(place, word)
  if (held !== null) return `; ${held}`
  const foreign = adviseWord(place, word)
  if (foreign?.says !== undefined) return `; ${foreign.says}`
  if (foreign?.is !== undefined) return `; did you mean ${JSON.stringify(foreign.is)}?`
  const near = didYouMean(word, candidates)
  return near === '' && candidates.length > maxWords ? `; codes are ${nearCodes(word, candidates)}` : near
}

/** The words of a long list that share a part with a given one, else the first of each kind. */
function nearCodes(word: unknown, candidates: readonly unknown[]): string {
  const codes = candidates.map(String)
  const parts = String(word)
    .slice(0, maxWordCharacters)
    .toLowerCase()
    .split(/[^a-z]+/)
  const sharing = codes.filter((code) =>
    code.split('_').some((part) => part.length > 2 && parts.includes(part)),
  )
  if (sharing.length > 0) return listWords(sharing.slice(0, maxWords), 'or')
  const kinds = Map.groupBy(codes, (code) => code.split('_', 1)[0] ?? code)
  return `${listWords(
    Array.from(kinds.values(), ([first = '', ...others]) =>
      others.length === 0 ? first : `${first} (${others.length} more)`,
    ),
    'and',
  )}; GET /errors lists them all`
}

function textMismatch(
  { minLength = 0, maxLength, pattern, description }: JsonSchema,
  text: string,
  { as, write }: MeantShape,
) {
  const length = countCharacters(text)
  if (length < minLength)
    return minLength === 1 ? 'must not be empty' : `must have at least ${minLength} characters, not ${length}`
  if (maxLength !== undefined && length > maxLength)
    return `must have at most ${maxLength} characters, not ${length}`
  if (pattern !== undefined && !follows(pattern, text))
    return as === null
      ? `does not match its description: ${description ?? pattern}`
      : `must be ${as}${asIn(write)}`
  return null
}

/** JSON Schema counts characters, not UTF-16 code units. */
function countCharacters(text: string): number {
  let length = 0
  for (const _character of text) length++
  return length
}

function isWithin({ minimum = -Infinity, maximum = Infinity }: JsonSchema, value: number): boolean {
  return value >= minimum && value <= maximum
}

function wanted(schema: JsonSchema): string {
  if (schema.anyOf !== undefined) return wantedOfUnion(schema, schema.anyOf)
  if (schema.enum !== undefined) return wantedWords(schema.enum)
  const types = listTypes(schema).map((type) => typeNames[type] ?? type)
  return (types.length === 0 ? 'any JSON value' : listWords(types, 'or')) + range(schema)
}

function wantedOfUnion({ discriminator, description }: JsonSchema, branches: readonly JsonSchema[]): string {
  if (discriminator === undefined) return description ?? listWords(branches.map(wanted), 'or')
  const tag = discriminator.propertyName
  const words = branches.flatMap((branch) => branch.properties?.[tag]?.enum ?? [])
  return `an object whose "${tag}" is ${wantedWords(words)}`
}

function wantedWords(words: readonly unknown[]): string {
  return words.length > maxWords
    ? `one of ${words.length} words`
    : listWords(
        words.map((word) => JSON.stringify(word)),
        'or',
      )
}

function range({ minimum, maximum }: JsonSchema): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  if (minimum !== undefined) return ` of at least ${minimum}`
  return maximum === undefined ? '' : ` of at most ${maximum}`
}

function didYouMean(word: unknown, candidates: readonly unknown[]): string {
  if (typeof word !== 'string') return ''
  const meant = suggest(
    word,
    candidates.filter((candidate) => typeof candidate === 'string'),
  )
  return meant === null ? '' : `; did you mean "${meant}"?`
}
