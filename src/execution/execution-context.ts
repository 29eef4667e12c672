import type { EgressClient } from '../egress/egress-client.ts'
import type { SecretStore } from '../secrets/secret-store.ts'
import type { TraceContext } from '../tracing/trace-context.ts'
import type { Continuation } from './continuation.ts'
import type { HeldResources } from './held-resources.ts'
import type { LoopTurns } from './loop-turns.ts'
import type { MaskerCache } from './maskers.ts'
import type { NodeCache } from './node-cache.ts'
import type { NonceCache } from './nonce-cache.ts'
import type { RenderQuota } from './render-quota.ts'
import type { TokenCache } from './token-cache.ts'

/** What all executions share. */
export interface ExecutionContext {
  readonly egressClient: EgressClient
  readonly secrets: SecretStore
  readonly nodes: NodeCache
  readonly maskers: MaskerCache
  readonly tokens: TokenCache
  readonly nonces: NonceCache
  readonly quota: RenderQuota
  readonly turns: LoopTurns
  /** Processor time for all templates and conditions of a request, in milliseconds. */
  readonly maxRenderMs: number
  /** Limit for a body to send, in bytes. */
  readonly maxRenderedBytes: number
  /** Limit for all captured values of a request together, as JSON. */
  readonly maxCapturedBytes: number
  /** Bytes of a body to show in a reply. */
  readonly maxEchoBytes: number
  /** Where the pages of codes are. Empty for paths instead of addresses. */
  readonly docsBaseUrl: string
  readonly userAgent: string
  /** Whether a call without a trace context begins a trace. */
  readonly startsTraces: boolean
}

/** What belongs to one execution beside its request. */
export interface CallContext {
  /** Aborted when the client has gone or the service stops. What has begun still runs to its end. */
  readonly signal: AbortSignal
  readonly resources: HeldResources
  /** The trace context that the client sent. */
  readonly trace: TraceContext | null
  /** The name of the client. Null if the service asks for no key. */
  readonly client: string | null
  /** The past of the execution. Default: it begins here. */
  readonly continuation?: Continuation
}
