import { sources } from '../../../contract/payload.ts'
import { listWords } from '../../values/text.ts'

/** Where an expression stands, as far as the advice depends on it. */
export interface ForeignPlace {
  /** Whether it is written without braces. */
  readonly isCondition: boolean
  /** Whether it can use the response. */
  readonly hasResponse: boolean
}

/** What to write instead: the end of a sentence. `path` is the nearest variable for the names of the expression. */
export type Advice = (path: string, place: ForeignPlace, isGuess: boolean) => string

const otherParts = listWords(
  [...sources].filter((source) => source !== 'profile'),
  'or',
)

/** Advice to write a path for the place. */
export function write(path: string, { isCondition }: ForeignPlace): string {
  return isCondition ? `write ${path}` : `write {{ ${path} }}`
}

/** A value whose part of the payload is guessed. */
export function writeValue(path: string, place: ForeignPlace, isGuess: boolean): string {
  return write(path, place) + orOther(path, isGuess)
}

/** The other parts of the payload, where the part is guessed. */
export function orOther(written: string, isGuess: boolean): string {
  return isGuess && /\bprofile\b/.test(written) ? `, or ${otherParts} in place of profile` : ''
}

/** Advice where values are made elsewhere, such as random ones. */
export const noMaker = (what: string) =>
  `the service makes no ${what}: the engine sends it in the payload, as {{ vars.NAME }}`

/** The time, in the form of an example. */
export const now =
  (format: string): Advice =>
  (_path, { isCondition }) =>
    isCondition ? `write ("now" | date: "${format}")` : `write {{ "now" | date: "${format}" }}`

export const isoTime = now('%Y-%m-%dT%H:%M:%SZ')
