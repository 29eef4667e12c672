import Registry from '@prometheus-io/client/lib/registry.js'
import type { Load } from '../egress/egress-client.ts'
import type { ExecutionRecord } from '../execution/results.ts'
import { type DurabilityMetrics, type DurabilitySources, measureDurability } from './durability-metrics.ts'
import { measureEventLoop } from './event-loop.ts'
import { countExecutions } from './execution-metrics.ts'
import { describeProcess } from './process-metrics.ts'
import { count, gauge, gaugeEach, tally } from './series.ts'

/** Sources from which metrics are read on each scrape. */
export interface MetricsSources {
  readonly version: string
  /** Every code of a problem. */
  readonly problemCodes: readonly string[]
  readonly limitNames: readonly string[]
  readonly limits: {
    readonly maxInFlight: number
    readonly maxPaused: number
    readonly maxBytesInFlight: number
  }
  readonly usage: () => { readonly active: number; readonly paused: number; readonly bytes: number }
  readonly load: () => Load
  /** Whether older secrets are in use because the changed files are invalid. */
  readonly areSecretsStale: () => boolean
  /** When the stored certificates end, in milliseconds since 1970, by the names of their secrets. */
  readonly certificateEnds: () => ReadonlyMap<string, number>
  /** Whether older connections are in use because the changed file is invalid. */
  readonly areConnectionsStale: () => boolean
  /** Whether older limits by host are in use because the changed file is invalid. */
  readonly areLimitsStale: () => boolean
  readonly connectionNames: () => readonly string[]
  /** Log lines lost since the start. */
  readonly logLinesLost: () => number
  readonly maxConnections: number
  /** Open connections of clients. */
  readonly connections: () => number
  readonly durability: DurabilitySources
  /** Brings up to date what is read, before each scrape. */
  readonly refresh: () => Promise<void>
}

/**
 * The metrics of the service. Every series exists from the start, and no other is added, except that stored certificates come
 * and go.
 */
export interface Metrics {
  /** Counts an execution that has ended. */
  executed(record: ExecutionRecord): void
  /** Counts a request that was answered with a problem. */
  refused(code: string): void
  /** Counts a connection of a client that was closed at once. */
  connectionRefused(): void
  /** Counts a reply that its client did not read. */
  replyNotRead(): void
  /** Counts a refusal by a limit: of a request, a pause or the rest of a response. */
  limited(limit: string): void
  readonly durability: DurabilityMetrics
  /** All series, in the text format of Prometheus. */
  exposition(): Promise<string>
  /** Stops periodic measurements. */
  close(): void
}

/** The content type of `exposition`. */
export const expositionType = Registry.PROMETHEUS_CONTENT_TYPE

/** Creates the metrics of one app. Apps in the same process share nothing. */
export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry()
  const executed = countExecutions(registry, sources.connectionNames)
  const problems = countProblems(registry, sources.problemCodes)
  const clients = countConnections(registry, sources)
  const limits = countLimits(registry, sources.limitNames)
  const durability = measureDurability(registry, sources.durability)
  describeUsage(registry, sources)
  describeLoad(registry, sources)
  describeSecrets(registry, sources)
  describeConnections(registry, sources)
  describeProcess(registry, sources.version)
  tally(
    registry,
    'webhook_node_log_lines_lost_total',
    'Log lines that could not be written.',
    sources.logLinesLost,
  )
  const stopMeasuring = measureEventLoop(registry)

  return {
    executed,
    refused: (code) => problems.inc({ code }),
    connectionRefused: () => clients.refused.inc(),
    replyNotRead: () => clients.repliesNotRead.inc(),
    limited: (reason) => limits.inc({ reason }),
    durability,
    async exposition() {
      await sources.refresh()
      return await registry.metrics()
    },
    close: stopMeasuring,
  }
}

function countProblems(registry: Registry, codes: readonly string[]) {
  return count(registry, {
    name: 'webhook_node_problems_total',
    help: 'Requests that were answered with a problem, by code.',
    series: codes.map((code) => ({ code })),
  })
}

function countConnections(registry: Registry, { connections, maxConnections }: MetricsSources) {
  gauge(registry, 'webhook_node_client_connections_open', 'Open connections of clients.', connections)
  gauge(
    registry,
    'webhook_node_client_connections_limit',
    'Limit for open connections of clients, MAX_CONNECTIONS.',
    () => maxConnections,
  )
  return {
    refused: count(registry, {
      name: 'webhook_node_client_connections_refused_total',
      help: 'Connections of clients that were closed at once because too many were open.',
      series: [],
    }),
    repliesNotRead: count(registry, {
      name: 'webhook_node_replies_not_read_total',
      help: 'Replies that were abandoned because the client did not read them.',
      series: [],
    }),
  }
}

function countLimits(registry: Registry, names: readonly string[]) {
  return count(registry, {
    name: 'webhook_node_limited_total',
    help: 'Refusals by limit: requests that exceed the share or rate of a client or tenant, or the capacity or memory of the service; pauses between attempts; rests of responses.',
    series: names.map((reason) => ({ reason })),
  })
}

function describeUsage(registry: Registry, { limits, usage }: MetricsSources): void {
  const describe = (name: string, help: string, read: () => number) => gauge(registry, name, help, read)
  describe(
    'webhook_node_executions_in_flight',
    'Executions and previews under way, not counting those in a pause.',
    () => usage().active,
  )
  describe(
    'webhook_node_executions_in_flight_limit',
    'Limit for executions under way, MAX_IN_FLIGHT.',
    () => limits.maxInFlight,
  )
  describe(
    'webhook_node_executions_paused',
    'Executions in a pause between two attempts, or waiting for capacity after it.',
    () => usage().paused,
  )
  describe(
    'webhook_node_executions_paused_limit',
    'Limit for executions in a pause, MAX_PAUSED.',
    () => limits.maxPaused,
  )
  describe('webhook_node_bytes_in_flight', 'Memory reserved for requests under way.', () => usage().bytes)
  describe(
    'webhook_node_bytes_in_flight_limit',
    'Limit for reserved memory, MAX_BYTES_IN_FLIGHT.',
    () => limits.maxBytesInFlight,
  )
}

function describeLoad(registry: Registry, { load }: MetricsSources): void {
  gauge(
    registry,
    'webhook_node_calls_waiting',
    'Calls that wait because their host has reached MAX_PER_HOST, or for a limit or a pause of their connection or host.',
    () => load().waiting,
  )
  gauge(
    registry,
    'webhook_node_connections_open',
    'Connections to targets that are open or being opened, idle ones included.',
    () => load().connections,
  )
}

function describeSecrets(registry: Registry, { areSecretsStale, certificateEnds }: MetricsSources): void {
  gauge(
    registry,
    'webhook_node_secrets_stale',
    '1 while the changed files of secrets are invalid and the previous secrets are in use.',
    () => Number(areSecretsStale()),
  )
  gaugeEach(registry, {
    name: 'webhook_node_certificate_end_timestamp_seconds',
    help: 'When a certificate among the stored secrets expires, in seconds since 1970, by the name of the secret.',
    label: 'secret',
    read: () => Array.from(certificateEnds(), ([name, ms]) => [name, ms / 1000]),
  })
}

function describeConnections(
  registry: Registry,
  { areConnectionsStale, areLimitsStale }: MetricsSources,
): void {
  gauge(
    registry,
    'webhook_node_connections_stale',
    '1 while the changed CONNECTIONS_FILE is invalid and the previous connections are in use.',
    () => Number(areConnectionsStale()),
  )
  gauge(
    registry,
    'webhook_node_limits_stale',
    '1 while the changed LIMITS_FILE is invalid and the previous limits are in use.',
    () => Number(areLimitsStale()),
  )
}
