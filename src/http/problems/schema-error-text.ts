import { suggest } from '../../webhook/values/suggest.ts'
import { listWords } from '../../webhook/values/text.ts'
import { follows, type JsonSchema, listTypes, nameType } from './json-schema.ts'

/** Words listed at most. */
const maxWords = 12

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
export function mustBe(schema: JsonSchema): string {
  return `must be ${wanted(schema)}`
}

/** The error of a required member that is missing. */
export function missing(schema: JsonSchema): string {
  return `missing; ${mustBe(schema)}`
}

/** The error of a member that the schema does not know. */
export function unknownMember(name: string, known: readonly string[]): string {
  return `unknown member${didYouMean(name, known)}`
}

/** The error of a member whose name has the wrong form. */
export function unknownName(form: string): string {
  return `the name must be of the form ${form}`
}

/**
 * Describes the given value: a number if the schema demands one, else only the type, because the value may be a
 * misplaced secret.
 */
export function given(value: unknown, schema: JsonSchema): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number beyond 1.8e308'
  const asksForNumber = listTypes(schema).some((type) => type === 'number' || type === 'integer')
  if (typeof value === 'number' && asksForNumber) return `the number ${value}`
  return typeNames[nameType(value)] ?? 'nothing'
}

/** The error of a string, number, boolean or null of the right type, or null without one. */
export function scalarMismatch(schema: JsonSchema, value: unknown): string | null {
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return mustBe(schema) + didYouMean(value, schema.enum)
  if (typeof value === 'string') return textMismatch(schema, value)
  return typeof value === 'number' && !isWithin(schema, value)
    ? `${mustBe(schema)}, not ${given(value, schema)}`
    : null
}

function textMismatch({ minLength = 0, maxLength, pattern, description }: JsonSchema, text: string) {
  const length = countCharacters(text)
  if (length < minLength)
    return minLength === 1 ? 'must not be empty' : `must have at least ${minLength} characters, not ${length}`
  if (maxLength !== undefined && length > maxLength)
    return `must have at most ${maxLength} characters, not ${length}`
  if (pattern !== undefined && !follows(pattern, text))
    return `does not match its description: ${description ?? pattern}`
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
    ? `one of ${words.length} words that the OpenAPI document lists`
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
