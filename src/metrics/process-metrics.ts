import type { Registry } from '@prometheus-io/client'
import Gauge from '@prometheus-io/client/lib/gauge.js'
import { gauge, tally } from './series.ts'

/** What runs, since when, and what it takes. */
export function describeProcess(registry: Registry, version: string): void {
  const labels = { version, node_version: process.version }
  new Gauge({
    name: 'webhook_node_build_info',
    help: 'Version of the service and of Node. Always 1.',
    labelNames: Object.keys(labels),
    registers: [registry],
  }).set(labels, 1)

  gauge(
    registry,
    'webhook_node_process_start_time_seconds',
    'Start of the process, in Unix time.',
    () => performance.timeOrigin / 1000,
  )
  gauge(registry, 'webhook_node_process_resident_memory_bytes', 'Memory that the process takes.', () =>
    process.memoryUsage.rss(),
  )
  gauge(
    registry,
    'webhook_node_process_heap_used_bytes',
    'Memory that objects of the program take.',
    () => process.memoryUsage().heapUsed,
  )
  tally(
    registry,
    'webhook_node_process_cpu_seconds_total',
    'Processor time of the process, in user and system mode.',
    () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1_000_000
    },
  )
}
