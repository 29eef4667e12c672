import type { NamedValue } from '../request/compiled-body.ts'

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
