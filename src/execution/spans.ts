import type { AttemptEntry } from '../contract/execution.ts'
import type { Method } from '../contract/method.ts'
import { isPreparation, listCalls } from '../contract/purpose.ts'
import type { Span } from '../tracing/span.ts'
import { newSpanId, type Trace } from '../tracing/trace.ts'
import type { Timings } from '../webhook/wire/outcome.ts'
import type { Executed, ExecutionRecord } from './results.ts'

/**
 * The spans of an execution and of its attempts, if its trace is recorded, by OpenTelemetry's conventions for HTTP.
 * They contain ids, names, codes and times, and the masked URL without its query: no header, no body, no query value.
 */
export function createSpans(
  { record, trace, tracedUrl, attemptsElsewhere }: Executed,
  occasion: Occasion = 'request',
): readonly Span[] {
  if (trace === null || !trace.isSampled) return []
  const call = { record, trace, url: tracedUrl }
  const spanIds = trace.attemptSpanIds
  const attempts = record.attempts.slice(attemptsElsewhere).map((attempt, index) =>
    // An attempt that ended before a call has no id yet.
    spanOfAttempt(attempt, spanIds[index] ?? newSpanId(), describeAttempt(call, attemptsElsewhere + index)),
  )
  return [spanOfExecution(call, occasion), ...attempts]
}

/** Why a node is executed: a client waits for it, it was stored, or it tells of an end. */
type Occasion = 'request' | 'stored' | 'callback'

/** The span of a request whose executions were stored, if its trace is recorded. */
export function createSubmissionSpans(
  trace: Trace,
  startedAt: Date,
  executionIds: readonly string[],
): readonly Span[] {
  if (!trace.isSampled) return []
  return [
    {
      kind: 'server',
      name: `${ownMethod} /v1/executions`,
      context: trace.context,
      parentSpanId: trace.parentSpanId,
      startedAt,
      durationMs: Date.now() - startedAt.getTime(),
      hasFailed: false,
      attributes: {
        ...describeRequest('/v1/executions', 202),
        'webhook_node.execution_id': executionIds.length === 1 ? (executionIds[0] ?? null) : null,
        'webhook_node.executions': executionIds.length,
      },
    },
  ]
}

interface TracedCall {
  readonly record: ExecutionRecord
  readonly trace: Trace
  readonly url: string | null
}

interface TracedAttempt extends TracedCall {
  readonly method: Method
}

/** The URL of a redirect is not kept, nor that of a request for a token. Behind a 303 the method is GET. */
function describeAttempt(call: TracedCall, index: number): TracedAttempt {
  const { attempts, method } = call.record
  const own = attempts[index]
  if (own?.purpose === 'token') return { ...call, url: null, method: 'POST' }
  // A challenge is asked for with method and URL of the request that follows.
  if (own?.purpose === 'challenge' && index + 1 < attempts.length) return describeAttempt(call, index + 1)
  const begun = attempts.slice(0, index + 1)
  const start = begun.findLastIndex(({ purpose }) => purpose === 'call')
  const ofCall = listCalls(begun.slice(Math.max(0, start)))
  if (!ofCall.some(({ purpose }) => purpose === 'redirect')) return { ...call, method }
  const isGet = ofCall.slice(0, -1).some(({ status }) => status === 303)
  return { ...call, url: null, method: isGet ? 'GET' : method }
}

const ownMethod = 'POST'
const route = '/v1/execute'

const names: Readonly<Record<Occasion, string>> = {
  request: `${ownMethod} ${route}`,
  stored: 'execute node',
  callback: 'call back',
}

function describeRequest(path: string, status: number) {
  return {
    'http.request.method': ownMethod,
    'http.response.status_code': status,
    'http.route': path,
    'url.path': path,
    'url.scheme': 'http',
  }
}

function spanOfExecution({ record, trace }: TracedCall, occasion: Occasion): Span {
  return {
    kind: occasion === 'request' ? 'server' : 'consumer',
    name: names[occasion],
    context: trace.context,
    parentSpanId: trace.parentSpanId,
    startedAt: record.acceptedAt,
    durationMs: record.durationMs,
    // The service did its work, whatever the target did.
    hasFailed: false,
    attributes: {
      ...(occasion === 'request' && describeRequest(route, 200)),
      'webhook_node.branch': record.branch,
      'webhook_node.code': record.code,
      'webhook_node.connection': record.connection,
      'webhook_node.correlation_id': record.correlationId,
      'webhook_node.delivered': record.delivered,
      'webhook_node.execution_id': record.executionId,
      'webhook_node.node_id': record.nodeId,
      'webhook_node.succeeded': record.succeeded,
      'webhook_node.tenant': record.tenant,
    },
  }
}

function spanOfAttempt(
  attempt: AttemptEntry,
  spanId: string,
  { record, trace, url, method }: TracedAttempt,
): Span {
  const { purpose, number, startedAt, durationMs, status, failure } = attempt
  const resends = isPreparation(attempt) ? 0 : listCalls(record.attempts.slice(0, number - 1)).length
  const hasFailed = failure !== null || (status ?? 0) >= 400
  return {
    kind: 'client',
    name: method,
    context: { ...trace.context, spanId },
    parentSpanId: trace.context.spanId,
    startedAt: new Date(startedAt),
    durationMs,
    hasFailed,
    attributes: {
      'error.type': hasFailed ? (failure ?? String(status)) : null,
      'http.request.method': method,
      'http.request.resend_count': resends > 0 ? resends : null,
      'http.response.status_code': status,
      'network.protocol.version': '1.1',
      'server.address': attempt.host ?? record.host,
      'server.port': attempt.port ?? record.port,
      'url.full': url,
      'webhook_node.purpose': purpose,
      'webhook_node.connection_reused': attempt.connectionReused,
      'webhook_node.delivered': attempt.delivered,
      ...phases(attempt.timings),
    },
  }
}

function phases({ queueMs, dnsMs, connectMs, tlsMs, firstByteMs, downloadMs }: Timings) {
  return {
    'webhook_node.queue_ms': queueMs,
    'webhook_node.dns_ms': dnsMs,
    'webhook_node.connect_ms': connectMs,
    'webhook_node.tls_ms': tlsMs,
    'webhook_node.first_byte_ms': firstByteMs,
    'webhook_node.download_ms': downloadMs,
  }
}
