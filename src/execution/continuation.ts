import type { AttemptEntry } from '../contract/execution.ts'
import type { RetrySafety } from '../contract/failure.ts'
import type { Permission } from '../egress/guarded-calls.ts'

/** An execution that has a past: it has an id, and perhaps attempts, from before it was given to this process. */
export interface Continuation {
  readonly executionId: string
  /** Attempts of earlier executions under this id. The reply does not show them; its attempts are numbered from there. */
  readonly attemptsBefore: number
  /** When it was accepted, in milliseconds since the epoch: `deadlineMs` and the duration count from there. */
  readonly acceptedAt: number
  /** Null if nothing was attempted yet. */
  readonly progress: Progress | null
  /** Asked before the first byte of each request to a target. Undefined if each of them may be sent. */
  readonly permission?: Permission | undefined
  /** Whether a further attempt is left to a later call, in place of a pause. */
  readonly postpones: boolean
}

/** What an execution has to know of its attempts so far. Plain data: it is written as JSON. */
export interface Progress {
  /** The attempts so far, as the reply shows them. */
  readonly attempts: readonly AttemptEntry[]
  /** How many count for `retry.attempts`. */
  readonly calls: number
  readonly repeat: RetrySafety
  /** When the first attempt began, in milliseconds since the epoch: `totalMs` counts from there. */
  readonly beganAt: number
}

/** Another attempt follows. */
export interface Postponed {
  /** Milliseconds from now. */
  readonly ms: number
  /** Whether nothing was sent, because a limit or a pause held the call back. It uses up no attempt. */
  readonly wasHeldBack: boolean
  readonly progress: Progress
}
