import type { BranchName } from '../webhook/config.ts'
import type { ConfigError } from '../webhook/config-error.ts'
import type { FailureCode } from '../webhook/failure.ts'
import type { Method } from '../webhook/outbound-request.ts'
import type { ExecuteReply, PreviewReply } from './contract.ts'

/** The config cannot be executed: what is wrong can be seen without the payload. */
export interface Refused {
  readonly kind: 'refused'
  readonly errors: readonly ConfigError[]
}

/** What one line of the log says of an execution: no URL, no header, no body, no value. */
export interface ExecutionSummary {
  readonly host: string | null
  readonly method: Method
  readonly status: number | null
  /** The output under its own name, not the engine's. */
  readonly branch: BranchName
  readonly code: 'expectation_met' | 'expectation_unmet' | FailureCode
}

/** The node was executed, whatever came of it. */
export interface Executed {
  readonly kind: 'executed'
  readonly reply: ExecuteReply
  readonly summary: ExecutionSummary
}

/** The node was rendered and nothing was sent. */
export interface Previewed {
  readonly kind: 'previewed'
  readonly reply: PreviewReply
}
