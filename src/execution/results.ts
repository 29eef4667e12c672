import type { ConfigError } from '../contract/config-error.ts'
import type { AttemptEntry, ExecuteReply, PreviewReply, Reason } from '../contract/execution.ts'
import type { Delivered } from '../contract/failure.ts'
import type { Method } from '../contract/method.ts'
import type { BranchName } from '../contract/node.ts'
import type { Trace } from '../tracing/trace.ts'
import type { SecretBinding } from '../webhook/template/secret-lookup.ts'

/** The config cannot be executed: what is wrong can be seen without the payload. */
export interface Refused {
  readonly kind: 'refused'
  readonly errors: readonly ConfigError[]
}

/** The service has no memory left for what the node was rendered to. Nothing was sent. */
export interface Unaffordable {
  readonly kind: 'unaffordable'
}

/** What those who watch the service are told of an execution: ids, names and numbers, and no value of a request. */
export interface ExecutionRecord {
  readonly executionId: string
  readonly correlationId: string | null
  readonly nodeId: string | null
  readonly tenant: string | null
  readonly acceptedAt: Date
  readonly method: Method
  /** Null where a value was to bring the URL, and brought none that may be called. */
  readonly host: string | null
  readonly port: number | null
  readonly status: number | null
  /** The output under its own name, not the engine's. */
  readonly branch: BranchName
  readonly succeeded: boolean
  readonly code: Reason['code']
  readonly blame: Reason['blame']
  readonly delivered: Delivered
  readonly attempts: readonly AttemptEntry[]
  /** From acceptance to the reply. */
  readonly durationMs: number
  /** Names of the secrets that the request carried, or would have carried. */
  readonly secrets: readonly string[]
  /** Why a secret could not be used. */
  readonly secretRefusal: SecretBinding | 'missing' | null
}

/** The node was executed, whatever came of it. */
export interface Executed {
  readonly kind: 'executed'
  readonly reply: ExecuteReply
  readonly record: ExecutionRecord
  /** Null where it is part of none. */
  readonly trace: Trace | null
  /** The URL of the request up to its query, masked, for a trace that is recorded. */
  readonly tracedUrl: string | null
}

/** The node was rendered and nothing was sent. */
export interface Previewed {
  readonly kind: 'previewed'
  readonly reply: PreviewReply
}
