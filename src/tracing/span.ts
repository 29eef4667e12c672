import type { TraceContext } from './trace-context.ts'

/** What was done, when, and as a part of what. */
export interface Span {
  /** `server`: a caller's request was answered; `client`: a request was sent. */
  readonly kind: 'server' | 'client'
  readonly name: string
  readonly context: TraceContext
  readonly parentSpanId: string | null
  readonly startedAt: Date
  readonly durationMs: number
  readonly hasFailed: boolean
  /** By the names of OpenTelemetry, our own ones under `webhook_node.`; what is null is left out. */
  readonly attributes: Readonly<Record<string, string | number | boolean | null>>
}

/** Where spans go. */
export interface SpanExporter {
  /** Takes spans and returns at once; what cannot be delivered is lost. */
  record(spans: readonly Span[]): void
  /** Delivers what is left, as far as that can be done at once. */
  close(): Promise<void>
}
