import type { TraceContext } from './trace-context.ts'

export interface Span {
  /** `server`: a request of a client was answered. `client`: a request was sent. `consumer`: what had been stored was done. */
  readonly kind: 'server' | 'client' | 'consumer'
  readonly name: string
  readonly context: TraceContext
  readonly parentSpanId: string | null
  readonly startedAt: Date
  readonly durationMs: number
  readonly hasFailed: boolean
  /** With the names of OpenTelemetry, and own names under `webhook_node.`. Null values are left out. */
  readonly attributes: Readonly<Record<string, string | number | boolean | null>>
}

export interface SpanExporter {
  /** Takes spans and returns at once. Spans that cannot be delivered are lost. */
  record(spans: readonly Span[]): void
  /** Delivers the remaining spans within a short time limit. */
  close(): Promise<void>
}
