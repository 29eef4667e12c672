import type { Registry } from '@prometheus-io/client'
import { type Backlog, backlogAgesMs } from '../durability/store/execution-store.ts'
import { count, gauge, gaugeEach } from './series.ts'

/** What is read on each scrape. */
export interface DurabilitySources {
  /** Null while the store cannot be read. Nothing waits without a store. */
  readonly backlog: () => Backlog | null
  /** The time of the store, in milliseconds since 1970: that of this machine may be wrong. */
  readonly now: () => number
  /** Durable executions and callbacks under way in this process. */
  readonly running: () => number
  readonly areCallbacksStale: () => boolean
}

/** Counts what becomes of durable executions. */
export interface DurabilityMetrics {
  accepted(executions: number): void
  /** A key that was there before, of either route. */
  replayed(executions: number): void
  settled(outcome: 'again' | 'ended' | 'given_back'): void
  calledBack(outcome: 'delivered' | 'again' | 'failed'): void
  /** An operation of the store that could not be done. */
  storeFailed(): void
}

export function measureDurability(registry: Registry, sources: DurabilitySources): DurabilityMetrics {
  describeBacklog(registry, sources)
  gauge(
    registry,
    'webhook_node_durable_running',
    'Attempts of durable executions, and callbacks, under way in this process.',
    sources.running,
  )
  gauge(
    registry,
    'webhook_node_callbacks_stale',
    '1 while the changed CALLBACKS_FILE is invalid and the previous callbacks are in use.',
    () => Number(sources.areCallbacksStale()),
  )
  const accepted = count(registry, {
    name: 'webhook_node_durable_accepted_total',
    help: 'Durable executions that were accepted.',
    series: [],
  })
  const replayed = count(registry, {
    name: 'webhook_node_replays_total',
    help: 'Requests and items whose idempotencyKey was there before, with the same content.',
    series: [],
  })
  const settled = count(registry, {
    name: 'webhook_node_durable_settled_total',
    help: 'Leases on durable executions that ended. again: another attempt follows; ended: there is a result; given_back: nothing was sent.',
    series: ['again', 'ended', 'given_back'].map((outcome) => ({ outcome })),
  })
  const callbacks = count(registry, {
    name: 'webhook_node_callbacks_total',
    help: 'Tries of callbacks of durable executions. again: it was not delivered, and another try follows.',
    series: ['delivered', 'again', 'failed'].map((outcome) => ({ outcome })),
  })
  const failures = count(registry, {
    name: 'webhook_node_store_failures_total',
    help: 'Operations of the store that could not be done.',
    series: [],
  })
  return {
    accepted: (executions) => accepted.inc(executions),
    replayed: (executions) => replayed.inc(executions),
    settled: (outcome) => settled.inc({ outcome }),
    calledBack: (outcome) => callbacks.inc({ outcome }),
    storeFailed: () => failures.inc(),
  }
}

/** While the store cannot be read, none of these has a value: 0 would look as if nothing waited. */
function describeBacklog(registry: Registry, { backlog, now }: DurabilitySources): void {
  gaugeEach(registry, {
    name: 'webhook_node_backlog',
    help: 'Durable executions in the store that have not ended, and callbacks that have not been delivered, by state.',
    label: 'state',
    read: () => {
      const counted = backlog()
      if (counted === null) return []
      return [
        ['waiting', counted.waiting],
        ['running', counted.running],
        ['callbacks', counted.callbacks],
      ]
    },
  })
  gaugeEach(registry, {
    name: 'webhook_node_backlog_overdue',
    help: 'Durable executions that have been due for longer than this many seconds, and were not begun.',
    label: 'seconds',
    read: () => {
      const { overdue } = backlog() ?? {}
      if (overdue === undefined) return []
      return backlogAgesMs.map((ms, index) => [String(ms / 1_000), overdue[index] ?? 0])
    },
  })
  gauge(
    registry,
    'webhook_node_backlog_oldest_seconds',
    'For how long the oldest durable execution has been due that was not begun.',
    () => {
      const counted = backlog()
      if (counted === null) return null
      const { oldestDueAt } = counted
      return oldestDueAt === null ? 0 : Math.max(0, (now() - oldestDueAt) / 1_000)
    },
  )
}
