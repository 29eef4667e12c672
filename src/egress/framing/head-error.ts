import { EgressError, type EgressErrorCode } from '../call/egress-error.ts'
import type { HeadExcess } from './progress-limit.ts'
import type { HeadRule } from './response-head.ts'

export interface RefusedHead {
  /** Null if the head is only too large. */
  readonly rule: HeadRule | null
  /** Null if the head breaks a rule. */
  readonly excess: HeadExcess | null
  /** Null if the status line is incomplete or malformed. */
  readonly status: number | null
  /** Whether the head is complete. */
  readonly isWhole: boolean
}

export class HeadError extends EgressError {
  readonly head: RefusedHead

  constructor(code: EgressErrorCode, head: RefusedHead) {
    super(code)
    this.head = head
  }
}
