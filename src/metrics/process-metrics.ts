import type { Registry } from '@prometheus-io/client'
import Gauge from '@prometheus-io/client/lib/gauge.js'
import { gauge, tally } from './series.ts'

export function describeProcess(registry: Registry, version: string): void {
  const labels = { version, node_version: process.version }
  new Gauge({
    name: 'webhook_node_build_info',
    help: 'Always 1. The labels show the versions of the service and of Node.js.',
    labelNames: Object.keys(labels),
    registers: [registry],
  }).set(labels, 1)

  gauge(
    registry,
    'webhook_node_process_start_time_seconds',
    'Start time of the process, in Unix time.',
    () => performance.timeOrigin / 1000,
  )
  gauge(registry, 'webhook_node_process_resident_memory_bytes', 'Resident memory of the process.', () =>
    process.memoryUsage.rss(),
  )
  gauge(
    registry,
    'webhook_node_process_heap_used_bytes',
    'Used heap of the process.',
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
