import { Callbacks } from '../durability/dispatch/callbacks.ts'
import { Dispatcher } from '../durability/dispatch/dispatcher.ts'
import { Executions } from '../durability/dispatch/executions.ts'
import { type EndedExecution, Runner } from '../durability/dispatch/runner.ts'
import { Waiters } from '../durability/dispatch/waiters.ts'
import type { Backlog } from '../durability/store/execution-store.ts'
import type { ExecutionContext } from '../execution/execution-context.ts'
import { NodeCache } from '../execution/node-cache.ts'
import { createSpans } from '../execution/spans.ts'
import { logCallback } from '../logging/callback-line.ts'
import { logExecution } from '../logging/execution-line.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Statistics } from '../statistics/statistics.ts'
import type { AppOptions, DurableOptions } from './app-options.ts'
import type { ConcurrencyLimit } from './limits/concurrency-limit.ts'

export interface DurabilityOptions extends DurableOptions {
  readonly options: AppOptions
  readonly context: ExecutionContext
  readonly concurrency: ConcurrencyLimit
  readonly metrics: Metrics
  readonly statistics: Statistics
}

/** Durable executions, from the start of the service to its end. */
export interface Durability {
  readonly executions: Executions
  /** As it was at the last `refresh`. Null while the store cannot be read. */
  readonly backlog: Backlog | null
  /** Executions and callbacks under way in this process. */
  readonly running: number
  refresh(): Promise<void>
  /** A synchronous execution with a key has ended, for which clients may wait. */
  ended(executionId: string): void
  /** Claims nothing more. Resolves when what has begun has ended. */
  drain(): Promise<void>
  /** Waits for nothing. */
  close(): Promise<void>
}

/** More would take memory from the calls that clients wait for. */
const mostRunning = 256

/** How often what is kept no longer is deleted. */
const pruneMs = 60_000

export function startDurability({
  store,
  callbacks: entries,
  storesSecrets,
  maxAgeMs,
  maxBacklog,
  maxPerHost,
  options,
  context,
  concurrency,
  metrics,
  statistics,
}: DurabilityOptions): Durability {
  const { log, connections, spanExporter, maxTimeoutMs, maxInFlight } = options
  const nodes = new NodeCache({ maxTimeoutMs, maxTotalMs: maxAgeMs, connections })
  connections.onChange(() => nodes.dropOutdated())
  const durableContext = { ...context, nodes }
  const waiters = new Waiters()
  const onError = (error: unknown) => log.error({ err: error }, 'unexpected error in a durable execution')
  const hold = () => concurrency.holdInBackground()
  const callbacks = new Callbacks({
    store,
    context,
    callbacks: entries,
    hold,
    onAttempted: (executed) => spanExporter?.record(createSpans(executed, 'callback')),
    onTried(tried) {
      metrics.durability.calledBack(tried.outcome)
      logCallback(log, tried)
    },
  })
  const runner = new Runner({
    store,
    context: durableContext,
    hold,
    callbackLane: (to) => callbacks.findLane(to),
    onAttempted: (executed) => spanExporter?.record(createSpans(executed, 'stored')),
    onSettled: (outcome) => metrics.durability.settled(outcome),
    onEnded({ client, record, traceId }: EndedExecution) {
      waiters.ended(record.executionId)
      logExecution(log, record, { requestId: null, keyName: client === '' ? null : client, traceId })
      metrics.executed(record)
      // Not what a client has withdrawn: it tells nothing about the node.
      if (record.code !== 'withdrawn') statistics.record(record)
    },
    onError,
  })
  const dispatcher = new Dispatcher({
    store,
    maxRunning: Math.max(1, Math.min(mostRunning, Math.floor(maxInFlight / 2))),
    maxPerHost: Math.ceil(maxPerHost / 2),
    execute: (leased) => runner.execute(leased),
    callBack: (leased) => callbacks.send(leased),
    onError,
  })
  const executions = new Executions({
    store,
    context: durableContext,
    runner,
    dispatcher,
    waiters,
    storesSecrets,
    maxAgeMs,
    maxBacklog,
    callbackNames: () => entries.names(),
    findCallbackFault: (address, correlationId) => callbacks.findFault(address, correlationId),
    onSubmitted({ accepted, replayed }) {
      metrics.durability.accepted(accepted)
      metrics.durability.replayed(replayed)
    },
  })
  const pruning = setInterval(() => void store.prune().catch(onError), pruneMs).unref()
  let backlog: Backlog | null = null
  return {
    executions,
    get backlog() {
      return backlog
    },
    get running() {
      return dispatcher.running
    },
    async refresh() {
      const counted = await store.backlog()
      backlog = counted === 'unavailable' ? null : counted
    },
    ended: (executionId) => waiters.ended(executionId),
    drain() {
      callbacks.stop()
      return executions.drain()
    },
    async close() {
      clearInterval(pruning)
      runner.close()
      callbacks.close()
      entries.close()
    },
  }
}
