/** An expression of another tool that cannot be written with filters. */
export class NotRewritten extends Error {}

/** A value in Liquid. */
export interface Written {
  /** `piped` has filters, `truth` operators; `markup` is text with placeholders and tags. */
  readonly kind: 'path' | 'text' | 'number' | 'piped' | 'truth' | 'markup'
  readonly value: string
  /** The text itself, which is not shown. */
  readonly text?: string
  /** Whether it is a time that has no format yet. */
  readonly isDate?: true
}

/** What stands between the parentheses of a call. */
export type Argument =
  | Written
  | { readonly kind: 'duration'; readonly seconds: number }
  | {
      readonly kind: 'arrow'
      readonly item: string
      readonly path: string
      readonly sign: string | null
      readonly operand: string | null
    }

/** The seconds of a unit such as `days`. */
export function lengthOf(unit: string): number {
  const seconds = lengths.get(unit.toLowerCase().replace(/s$/, ''))
  if (seconds === undefined) throw new NotRewritten()
  return seconds
}

// Months and years have no fixed length.
const lengths: ReadonlyMap<string, number> = new Map([
  ['second', 1],
  ['minute', 60],
  ['hour', 3_600],
  ['day', 86_400],
  ['week', 604_800],
])
