import { suggest } from '../../webhook/values/suggest.ts'
import { listWords, quoteName } from '../../webhook/values/text.ts'

/** What a query parameter may be. */
export interface KnownParameter {
  /** The predicate of a sentence about its value. */
  readonly must: string
  readonly fits: (text: string) => boolean
  /** Its words, if it has a list of them. */
  readonly words?: readonly string[]
  /** Its names elsewhere, and words that stand for its own, in lower case and without what parts words. */
  readonly elsewhere?: readonly string[]
}

/** Parameters that are looked at. */
const maxParameters = 20

/** What is wrong with the first wrong parameter of a query, or null. Quotes names, and no values. */
export function describeQueryMistake(
  query: Readonly<Record<string, unknown>>,
  known: Readonly<Record<string, KnownParameter>>,
  advice: Readonly<Record<string, string>> = {},
): string | null {
  for (const [name, value] of Object.entries(query).slice(0, maxParameters)) {
    const parameter = Object.hasOwn(known, name) ? known[name] : undefined
    if (parameter === undefined) return describeUnknown(name, known, advice)
    if (typeof value !== 'string')
      return `The query parameter "${name}" stands there more than once: give it once.`
    if (!parameter.fits(value))
      return `The query parameter "${name}" ${parameter.must}${nearWord(value, parameter.words ?? [])}.`
  }
  return null
}

function describeUnknown(
  name: string,
  known: Readonly<Record<string, KnownParameter>>,
  advice: Readonly<Record<string, string>>,
): string {
  const folded = fold(name)
  const told = Object.hasOwn(advice, folded) ? advice[folded] : undefined
  const names = Object.keys(known)
  const near =
    names.find((each) => fold(each) === folded || known[each]?.elsewhere?.includes(folded) === true) ??
    suggest(name.slice(0, 64), names)
  const meant = told ?? (near === null ? 'leave it out' : `write "${near}", which ${known[near]?.must}`)
  return `There is no query parameter ${quoteName(name)}: ${meant}.`
}

function nearWord(value: string, words: readonly string[]): string {
  const folded = fold(value)
  const near = words.find((word) => fold(word) === folded) ?? suggest(value.slice(0, 64), [...words])
  return near === null || near === undefined ? '' : `: write "${near}"`
}

function fold(word: string): string {
  return word
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
}

/** The predicate for one of several words. */
export function mustBeOneOf(words: readonly string[]): string {
  return `must be ${listWords(
    words.map((word) => `"${word}"`),
    'or',
  )}`
}
