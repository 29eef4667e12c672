import type { Arrow, Duration } from './tree.ts'

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

/** What stands between the parentheses of a call, in Liquid. */
export type Argument = Written | Duration | Arrow<string>

/** The time of the call, which has no format yet. */
export const now: Written = { kind: 'path', value: '"now"', isDate: true }
