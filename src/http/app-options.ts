import type { RouteOptions } from 'fastify'
import type { CallbackStore } from '../connections/callback-store.ts'
import type { ConnectionStore } from '../connections/connection-store.ts'
import type { LimitStore } from '../connections/limit-store.ts'
import type { ExecutionStore } from '../durability/store/execution-store.ts'
import type { EgressClient } from '../egress/egress-client.ts'
import type { Log } from '../logging/logger.ts'
import type { SecretStore } from '../secrets/secret-store.ts'
import type { SpanExporter } from '../tracing/span.ts'
import type { ClientStore } from './clients/client-store.ts'
import type { ShareLimits } from './limits/shares.ts'

/** What the HTTP application is made of. */
export interface AppOptions extends ShareLimits {
  readonly egressClient: EgressClient
  readonly secrets: SecretStore
  readonly connections: ConnectionStore
  /** The store of executions, and what durable executions may be. Null or left out: none. */
  readonly durable?: DurableOptions | null
  /** The limits by host. Default: none. */
  readonly hostLimits?: LimitStore
  /** Exports the spans of executions. Null if spans are not exported. */
  readonly spanExporter: SpanExporter | null
  /** The clients. Null: the service asks for no key. */
  readonly clients: ClientStore | null
  readonly log: Log
  readonly maxTimeoutMs: number
  readonly maxPaused: number
  readonly maxRequestBytes: number
  readonly maxEchoBytes: number
  /** Where the pages of codes are. Empty for paths instead of addresses. */
  readonly docsBaseUrl: string
  readonly maxRenderMs: number
  readonly maxRenderedBytes: number
  readonly maxCapturedBytes: number
  /** The name of this instance. */
  readonly instance: string
  /** Whether the OpenAPI document, Swagger UI and all documents are served, or only those of codes and alerts. */
  readonly docs: boolean
  /** Whether the console is served. */
  readonly console: boolean
  /** Called for each route. */
  readonly onRoute?: (route: RouteOptions) => void
  /** Limit for open connections of clients. */
  readonly maxConnections: number
  /** Time until the first byte on a new connection. Default: 5 s. */
  readonly firstByteTimeoutMs?: number
  /** Time limit for the head of a request. Default: 10 s. */
  readonly headTimeoutMs?: number
  /** Time limit for a whole request. Default: 30 s. */
  readonly requestTimeoutMs?: number
  /** Time limit for a connection between two requests. Default: 72 s. */
  readonly idleTimeoutMs?: number
  /** Time limit for a client that reads nothing of its reply. Default: 10 s. */
  readonly replyTimeoutMs?: number
  /** The grace period: time limit for closing. */
  readonly shutdownGraceMs: number
  /** Least time that closing takes. */
  readonly shutdownDelayMs: number
}

export interface DurableOptions {
  readonly store: ExecutionStore
  /** Whether the store cannot come back before the next start. */
  readonly isStoreLost: () => boolean
  /** Calls the listener for each operation of the store that could not be done. */
  readonly onStoreFailure: (listener: () => void) => void
  readonly callbacks: CallbackStore
  /** Whether secrets of requests may be stored. */
  readonly storesSecrets: boolean
  /** How long an execution waits at most, in milliseconds. */
  readonly maxAgeMs: number
  /** Executions of a tenant that have not ended, at most. */
  readonly maxBacklog: number
  /** Where clients reach the service. Empty for paths. */
  readonly publicUrl: string
  /** Calls to one host and port under way at most. */
  readonly maxPerHost: number
}
