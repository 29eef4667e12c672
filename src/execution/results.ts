import type { ConfigError } from '../contract/config-error.ts'
import type { AttemptEntry, ExecuteReply, PreviewReply, Reason } from '../contract/execution.ts'
import type { Delivered } from '../contract/failure.ts'
import type { Method } from '../contract/method.ts'
import type { Trace } from '../tracing/trace.ts'
import type { SecretBinding } from '../webhook/template/secret-lookup.ts'
import type { Postponed } from './continuation.ts'

/** The node has mistakes that can be seen without a payload. */
export interface Refused {
  readonly kind: 'refused'
  readonly errors: readonly ConfigError[]
}

/** The service had no memory left for the rendered request. Nothing was sent. */
export interface Unaffordable {
  readonly kind: 'unaffordable'
}

/** What an execution met, in words of the service: what the target says is left out, whatever the reply shows. */
export type Explained = Pick<Reason, 'message' | 'hint' | 'path'>

/** An execution for log, metrics and statistics: ids, names and numbers, but no values of a request. */
export interface ExecutionRecord {
  readonly executionId: string
  readonly correlationId: string | null
  readonly nodeId: string | null
  readonly tenant: string | null
  /** The name of the connection, or null. */
  readonly connection: string | null
  readonly acceptedAt: Date
  readonly method: Method
  /** Null if the URL comes from a value and that value is not a URL that may be called. */
  readonly host: string | null
  readonly port: number | null
  readonly status: number | null
  /** The branch by its own name, not by the engine's: `success`, `error`, `exit`, or that of a case. */
  readonly branch: string
  /** Whether a case decided. */
  readonly isCase: boolean
  readonly succeeded: boolean
  /** The code of the failure, even if a case decided on it; else that of the reason. */
  readonly code: Reason['code']
  readonly blame: Reason['blame']
  /** Why it failed, masked as in the reply. Null for a success, and for a node without an id. */
  readonly explained: Explained | null
  readonly delivered: Delivered
  readonly attempts: readonly AttemptEntry[]
  /** From acceptance to the reply. */
  readonly durationMs: number
  /** Names of the secrets in the request, sent or not. */
  readonly secrets: readonly string[]
  /** Why a secret could not be used. */
  readonly secretRefusal: SecretBinding | 'missing' | null
}

/** The node was executed, on any branch. */
export interface Executed {
  readonly kind: 'executed'
  readonly reply: ExecuteReply
  readonly record: ExecutionRecord
  /** How many of the attempts were made before, elsewhere. */
  readonly attemptsElsewhere: number
  /** Not null: another attempt follows, and this is how things stand. */
  readonly postponed: Postponed | null
  /** Null without a trace. */
  readonly trace: Trace | null
  /** The URL of the request without its query, masked. Null unless the trace is recorded. */
  readonly tracedUrl: string | null
}

/** The node was rendered and nothing was sent. */
export interface Previewed {
  readonly kind: 'previewed'
  readonly reply: PreviewReply
}
