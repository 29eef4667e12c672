import Registry from '@prometheus-io/client/lib/registry.js'
import type { Load } from '../egress/egress-client.ts'
import type { ExecutionRecord } from '../execution/results.ts'
import { measureEventLoop } from './event-loop.ts'
import { countExecutions } from './execution-metrics.ts'
import { describeProcess } from './process-metrics.ts'
import { count, gauge, tally } from './series.ts'

/** What the metrics are read from, beside what they are told. */
export interface MetricsSources {
  readonly version: string
  /** Every code that a request can be refused with. */
  readonly problemCodes: readonly string[]
  /** Every limit that can turn something away. */
  readonly limitNames: readonly string[]
  readonly limits: {
    readonly maxInFlight: number
    readonly maxPaused: number
    readonly maxBytesInFlight: number
  }
  /** What is under way at this moment. */
  readonly usage: () => { readonly active: number; readonly paused: number; readonly bytes: number }
  /** How busy the egress is at this moment. */
  readonly load: () => Load
  /** Whether the service keeps to older secrets than its files have. */
  readonly areSecretsStale: () => boolean
  /** How many lines of the log could not be written so far. */
  readonly logLinesLost: () => number
  readonly maxConnections: number
  /** Connections of clients that are open at this moment. */
  readonly connections: () => number
}

/** What the service counts and measures, for Prometheus. Every series is there from the start, and no other comes. */
export interface Metrics {
  /** Counts an execution that has ended. */
  executed(record: ExecutionRecord): void
  /** Counts a request that was answered with a problem. */
  refused(code: string): void
  /** Counts a connection of a client that was closed at once. */
  connectionRefused(): void
  /** Counts a reply that its client did not read. */
  replyNotRead(): void
  /** Counts what a limit has turned away: a request, a pause, or the rest of a response. */
  limited(limit: string): void
  /** All series, in the text format of Prometheus. */
  exposition(): Promise<string>
  /** Ends what measures by itself. */
  close(): void
}

/** The content type of what `exposition` gives. */
export const expositionType = Registry.PROMETHEUS_CONTENT_TYPE

/** The metrics of one app. Nothing is shared with another one of the same process. */
export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry()
  const executed = countExecutions(registry)
  const problems = countProblems(registry, sources.problemCodes)
  const clients = countConnections(registry, sources)
  const limits = countLimits(registry, sources.limitNames)
  describeUsage(registry, sources)
  describeLoad(registry, sources)
  describeSecrets(registry, sources)
  describeProcess(registry, sources.version)
  tally(
    registry,
    'webhook_node_log_lines_lost_total',
    'Lines of the log that could not be written.',
    sources.logLinesLost,
  )
  const stopMeasuring = measureEventLoop(registry)

  return {
    executed,
    refused: (code) => problems.inc({ code }),
    connectionRefused: () => clients.refused.inc(),
    replyNotRead: () => clients.repliesNotRead.inc(),
    limited: (reason) => limits.inc({ reason }),
    exposition: () => registry.metrics(),
    close: stopMeasuring,
  }
}

function countProblems(registry: Registry, codes: readonly string[]) {
  return count(registry, {
    name: 'webhook_node_problems_total',
    help: 'Requests that were answered with a problem, by its code.',
    series: codes.map((code) => ({ code })),
  })
}

function countConnections(registry: Registry, { connections, maxConnections }: MetricsSources) {
  gauge(
    registry,
    'webhook_node_client_connections_open',
    'Connections of clients that are open.',
    connections,
  )
  gauge(
    registry,
    'webhook_node_client_connections_limit',
    'How many connections of clients may be open, MAX_CONNECTIONS.',
    () => maxConnections,
  )
  return {
    refused: count(registry, {
      name: 'webhook_node_client_connections_refused_total',
      help: 'Connections of clients that were closed at once since there were too many.',
      series: [],
    }),
    repliesNotRead: count(registry, {
      name: 'webhook_node_replies_not_read_total',
      help: 'Replies that were given up since the client did not read them.',
      series: [],
    }),
  }
}

function countLimits(registry: Registry, names: readonly string[]) {
  return count(registry, {
    name: 'webhook_node_limited_total',
    help: 'What was turned away, by the limit: requests for the share or rate of a client or tenant, or for want of places or memory of the service; pauses between attempts; rests of responses.',
    series: names.map((reason) => ({ reason })),
  })
}

function describeUsage(registry: Registry, { limits, usage }: MetricsSources): void {
  const describe = (name: string, help: string, read: () => number) => gauge(registry, name, help, read)
  describe(
    'webhook_node_executions_in_flight',
    'Executions and previews under way, without those in a pause.',
    () => usage().active,
  )
  describe(
    'webhook_node_executions_in_flight_limit',
    'How many executions may be under way, MAX_IN_FLIGHT.',
    () => limits.maxInFlight,
  )
  describe(
    'webhook_node_executions_paused',
    'Executions in a pause between two attempts, and behind it.',
    () => usage().paused,
  )
  describe(
    'webhook_node_executions_paused_limit',
    'How many executions may be in a pause, MAX_PAUSED.',
    () => limits.maxPaused,
  )
  describe(
    'webhook_node_bytes_in_flight',
    'Memory that is reserved for what is under way.',
    () => usage().bytes,
  )
  describe(
    'webhook_node_bytes_in_flight_limit',
    'How much memory may be reserved, MAX_BYTES_IN_FLIGHT.',
    () => limits.maxBytesInFlight,
  )
}

function describeLoad(registry: Registry, { load }: MetricsSources): void {
  gauge(
    registry,
    'webhook_node_calls_waiting',
    'Calls that wait for a place at their host.',
    () => load().waiting,
  )
  gauge(
    registry,
    'webhook_node_connections_open',
    'Connections to targets that are open or being opened, idle ones included.',
    () => load().connections,
  )
}

function describeSecrets(registry: Registry, { areSecretsStale }: MetricsSources): void {
  gauge(
    registry,
    'webhook_node_secrets_stale',
    '1 while the files of secrets have changed and cannot be used, so that those of before are in use.',
    () => Number(areSecretsStale()),
  )
}
