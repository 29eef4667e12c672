import { setTimeout as pause } from 'node:timers/promises'
import { createTraceState, type HrTime, type SpanContext, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter as SdkExporter,
} from '@opentelemetry/sdk-trace'
import type { Span, SpanExporter } from './span.ts'
import { type SpanLoss, SpanLosses } from './span-losses.ts'
import type { TraceContext } from './trace-context.ts'

export interface OtlpTarget {
  /** The collector; spans go to `/v1/traces` below it. */
  readonly endpoint: string
  /** Sent with every delivery. */
  readonly headers: Readonly<Record<string, string>>
  readonly serviceName: string
}

export interface OtlpOptions extends OtlpTarget {
  readonly serviceVersion: string
  /** The name of this instance, as in statistics. */
  readonly instanceId: string
  readonly onLoss: (loss: SpanLoss) => void
}

/**
 * Time limit for the last delivery. A graceful shutdown leaves less than a second for it, and losses must be logged
 * within that time.
 */
const closeMs = 500

/** Spans that may wait for delivery: OpenTelemetry's default. */
const maxWaiting = 2_048

/** Sends spans by OTLP over HTTP, in batches. */
export function createOtlpExporter(options: OtlpOptions): SpanExporter {
  const { endpoint, headers, onLoss } = options
  const losses = new SpanLosses(onLoss)
  const exporter = new OTLPTraceExporter({ url: tracesUrl(endpoint), headers: { ...headers } })
  const processor = new BatchSpanProcessor({
    exporter: watched(exporter, settle),
    maxQueueSize: maxWaiting,
  })
  const origin = describeOrigin(options)
  let waiting = 0

  return {
    record(spans) {
      if (waiting + spans.length > maxWaiting) {
        losses.add({ spans: spans.length, cause: 'queue_full' })
        return
      }
      waiting += spans.length
      for (const span of spans) processor.onEnd(readable(span, origin))
    },
    async close() {
      // A rejection has been counted as a loss.
      const delivered = processor.shutdown().catch(() => undefined)
      await Promise.race([delivered, pause(closeMs, undefined, { ref: false })])
      settle(waiting, waiting === 0 ? null : 'closing')
      losses.flush()
    },
  }

  function settle(spans: number, failure: string | null): void {
    const settled = Math.min(spans, waiting)
    waiting -= settled
    if (failure !== null) losses.add({ spans: settled, cause: failure })
  }
}

function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint)
  url.pathname = url.pathname.replace(/\/?$/, '/v1/traces')
  return url.href
}

/** An exporter that reports the result of each batch: null, or the code of the failure. */
function watched(
  exporter: SdkExporter,
  settle: (spans: number, failure: string | null) => void,
): SdkExporter {
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        settle(spans.length, result.error === undefined ? null : readCode(result.error))
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
  }
}

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER } as const

/** A system error code or an HTTP status. Messages may quote the collector. */
function readCode({ code, name }: NodeJS.ErrnoException): string {
  return String(code ?? name)
}

type Origin = Pick<ReadableSpan, 'resource' | 'instrumentationScope'>

function describeOrigin({ serviceName, serviceVersion, instanceId }: OtlpOptions): Origin {
  return {
    resource: resourceFromAttributes({
      'service.name': serviceName,
      'service.version': serviceVersion,
      'service.instance.id': instanceId,
    }),
    instrumentationScope: { name: 'webhook-node', version: serviceVersion },
  }
}

function readable(span: Span, origin: Origin): ReadableSpan {
  const { kind, name, context, parentSpanId, startedAt, durationMs, hasFailed, attributes } = span
  const startMs = startedAt.getTime()
  const spanContext = toSpanContext(context)
  const parent =
    parentSpanId === null
      ? {}
      : { parentSpanContext: { ...spanContext, spanId: parentSpanId, isRemote: kind !== 'client' } }
  const known = Object.entries(attributes).flatMap(([key, value]) => (value === null ? [] : [[key, value]]))
  return {
    name,
    kind: kinds[kind],
    spanContext: () => spanContext,
    ...parent,
    startTime: hrTime(startMs),
    endTime: hrTime(startMs + durationMs),
    duration: hrTime(durationMs),
    status: { code: hasFailed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: Object.fromEntries(known),
    ...nothingMore,
    ...origin,
  }
}

const nothingMore = {
  ended: true,
  links: [],
  events: [],
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
}

function toSpanContext({ traceId, spanId, flags, state }: TraceContext): SpanContext {
  const traceState = state === null ? {} : { traceState: createTraceState(state) }
  return { traceId, spanId, traceFlags: flags, ...traceState }
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): HrTime {
  return [Math.floor(ms / 1_000), (ms % 1_000) * 1_000_000]
}
