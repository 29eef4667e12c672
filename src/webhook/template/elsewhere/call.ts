import { NotRewritten } from './not-rewritten.ts'
import type { Argument, Written } from './written.ts'

/** What a call writes with. */
export interface Pen {
  /** A value with one more filter. */
  readonly pipe: (written: Written, filter: string) => Written
  /** A value as the argument of a filter. */
  readonly operand: (written: Written) => string
}

/** What a call of another tool is in Liquid. */
export type Call = (subject: Written, given: readonly Argument[], pen: Pen) => Written

/** Names that mean the same. */
export const named = (names: string, call: Call): readonly (readonly [string, Call])[] =>
  names.split(' ').map((name) => [name, call])

/** An argument as that of a filter. */
export function operandOf(given: Argument | undefined, { operand }: Pen): string {
  if (given === undefined || given.kind === 'arrow' || given.kind === 'duration') throw new NotRewritten()
  // A regular expression in a text.
  if (given.kind === 'text' && /^\/.+\/[a-z]{0,5}$/.test(given.text ?? '')) throw new NotRewritten()
  return operand(given)
}

/** An argument that is a whole number. */
export function numberOf(given: Argument | undefined): number {
  if (given?.kind !== 'number' || !/^\d+$/.test(given.value)) throw new NotRewritten()
  return Number(given.value)
}
