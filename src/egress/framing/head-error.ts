import { EgressError, type EgressErrorCode } from '../call/egress-error.ts'
import type { HeadExcess } from './progress-limit.ts'
import type { HeadRule } from './response-head.ts'

/** What is known of a head that was refused. */
export interface RefusedHead {
  /** Null where it is only too large. */
  readonly rule: HeadRule | null
  /** Null where it breaks a rule. */
  readonly excess: HeadExcess | null
  /** Null where its line did not come whole, or made no sense. */
  readonly status: number | null
  /** Whether all of it came. */
  readonly isWhole: boolean
}

export class HeadError extends EgressError {
  readonly head: RefusedHead

  constructor(code: EgressErrorCode, head: RefusedHead) {
    super(code)
    this.head = head
  }
}
