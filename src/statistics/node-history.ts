import { failures } from '../contract/failure.ts'
import { type BranchName, isBranchName } from '../contract/node.ts'
import type { CountedNode, FailedExecution, NodeTotals } from '../contract/statistics.ts'
import type { ExecutionRecord } from '../execution/results.ts'
import { CaseCounter } from './case-counter.ts'
import { Counter } from './counter.ts'
import { Histogram } from './histogram.ts'
import { Minutes } from './minutes.ts'

/** Failures kept, the latest ones. */
export const keptFailures = 20

/** Connections counted apart. A node may have another one for each customer. */
const maxConnections = 50

/** The name of all others together. No connection has it. */
const otherConnections = '*'

/** The end of an execution. The clock may be set back or ahead, so `order` decides which one came later. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly at: number
  /** A counter over the executions of all nodes. */
  readonly order: number
}

type Failed = Pick<ExecutionRecord, 'executionId' | 'correlationId' | 'connection' | 'code' | 'status'> &
  Moment

/**
 * The executions of one node. Its size does not grow with their number, and it contains nothing of a request or a
 * response but ids and the status.
 */
export class NodeHistory {
  readonly nodeId: string
  readonly tenant: string | null
  readonly #since: Moment
  readonly #branches = new Counter<BranchName>()
  readonly #cases = new CaseCounter()
  readonly #codes = new Counter<ExecutionRecord['code']>()
  readonly #statuses = new Counter<number>()
  readonly #connections = new Counter<string>()
  readonly #latency = new Histogram()
  readonly #minutes = new Minutes()
  #failures: Failed[] = []
  #last: Moment
  #lastSucceeded: Moment | null = null
  #failingSince: Moment | null = null
  #passedThrough = 0
  #succeeded = 0
  #attempts = 0

  constructor(nodeId: string, tenant: string | null, since: Moment) {
    this.nodeId = nodeId
    this.tenant = tenant
    this.#since = since
    this.#last = since
  }

  /**
   * Merges the histories of several tenants of a node. The result equals a common history, except if a tenant has
   * failed more than `keptFailures` times since the latest success of another one: then `failingSince` is the
   * earliest failure that is still known.
   */
  static merge(first: NodeHistory, others: readonly NodeHistory[]): NodeHistory {
    const histories = [first, ...others]
    const since = histories.map((history) => history.#since).reduce(earlier)
    const merged = new NodeHistory(first.nodeId, null, since)
    for (const history of histories) merged.#addAll(history)
    merged.#failures = histories
      .flatMap((history) => history.#failures)
      .sort(latestFirst)
      .slice(0, keptFailures)
    merged.#failingSince = histories
      .map((history) => history.#firstFailureAfter(merged.#lastSucceeded))
      .reduce(earlierIfAny)
    return merged
  }

  add(record: ExecutionRecord, moment: Moment): void {
    this.#last = moment
    this.#passedThrough += 1
    this.#attempts += record.attempts.length
    if (isBranchName(record.branch)) this.#branches.add(record.branch)
    if (record.isCase) this.#cases.add(record.branch)
    this.#codes.add(record.code)
    if (record.status !== null) this.#statuses.add(record.status)
    if (record.connection !== null) this.#addConnection(record.connection)
    this.#latency.add(record.durationMs)
    this.#minutes.add(moment.at, record.succeeded)
    if (record.succeeded) this.#addSuccess(moment)
    else this.#addFailure(record, moment)
  }

  totals(): NodeTotals {
    return {
      nodeId: this.nodeId,
      tenant: this.tenant,
      since: iso(this.#since),
      lastAt: iso(this.#last),
      passedThrough: this.#passedThrough,
      succeeded: this.#succeeded,
      failed: this.#passedThrough - this.#succeeded,
      failingSince: isoOrNull(this.#failingSince),
    }
  }

  /** `now` is in milliseconds since 1970. */
  statistics(now: number): CountedNode {
    return {
      ...this.totals(),
      branches: {
        success: this.#branches.of('success'),
        error: this.#branches.of('error'),
        exit: this.#branches.of('exit'),
      },
      cases: Object.fromEntries(this.#cases.entries()),
      otherCases: this.#cases.others,
      codes: Object.fromEntries(this.#codes.entries()),
      statuses: Object.fromEntries(this.#statuses.entries()),
      connections: Object.fromEntries(this.#connections.entries()),
      latencyMs: {
        p50: this.#latency.percentile(50),
        p95: this.#latency.percentile(95),
        p99: this.#latency.percentile(99),
      },
      attempts: this.#attempts,
      lastSucceededAt: isoOrNull(this.#lastSucceeded),
      perMinute: this.#minutes.until(now),
      lastFailures: this.#failures.map(shown),
    }
  }

  #addSuccess(moment: Moment): void {
    this.#succeeded += 1
    this.#lastSucceeded = moment
    this.#failingSince = null
  }

  #addFailure(
    { executionId, correlationId, connection, code, status }: ExecutionRecord,
    moment: Moment,
  ): void {
    this.#failingSince ??= moment
    this.#failures.unshift({ executionId, correlationId, connection, code, status, ...moment })
    if (this.#failures.length > keptFailures) this.#failures.pop()
  }

  #addConnection(name: string, times = 1): void {
    const isCounted = this.#connections.of(name) > 0 || this.#connections.size < maxConnections
    this.#connections.add(isCounted ? name : otherConnections, times)
  }

  /** Adds everything but the failures. */
  #addAll(other: NodeHistory): void {
    this.#last = later(this.#last, other.#last)
    this.#lastSucceeded = laterIfAny(this.#lastSucceeded, other.#lastSucceeded)
    this.#passedThrough += other.#passedThrough
    this.#succeeded += other.#succeeded
    this.#attempts += other.#attempts
    this.#branches.addAll(other.#branches)
    this.#cases.addAll(other.#cases)
    this.#codes.addAll(other.#codes)
    this.#statuses.addAll(other.#statuses)
    for (const [name, times] of other.#connections.entries()) this.#addConnection(name, times)
    this.#latency.addAll(other.#latency)
    this.#minutes.addAll(other.#minutes)
  }

  /** Among the failures that are kept. Null without one. */
  #firstFailureAfter(success: Moment | null): Moment | null {
    const began = this.#failingSince
    if (began === null || success === null || began.order > success.order) return began
    return this.#failures.findLast(({ order }) => order > success.order) ?? null
  }
}

function earlier(a: Moment, b: Moment): Moment {
  return a.order < b.order ? a : b
}

function later(a: Moment, b: Moment): Moment {
  return a.order < b.order ? b : a
}

function earlierIfAny(a: Moment | null, b: Moment | null): Moment | null {
  return a && b ? earlier(a, b) : (a ?? b)
}

function laterIfAny(a: Moment | null, b: Moment | null): Moment | null {
  return a && b ? later(a, b) : (a ?? b)
}

function latestFirst(a: Moment, b: Moment): number {
  return b.order - a.order
}

function shown(failed: Failed): FailedExecution {
  const { executionId, correlationId, connection, code, status } = failed
  return {
    executionId,
    correlationId,
    connection,
    at: iso(failed),
    code,
    status,
    message: describeCode(code),
  }
}

/** Depends on the code alone: the message of a reply may quote the body of the response. */
function describeCode(code: ExecutionRecord['code']): string {
  if (code === 'expectation_unmet' || code === 'expectation_met')
    return 'The response is not what the node expects.'
  if (code === 'case_met') return 'A case of the node holds that is no success.'
  return `${failures[code].title}.`
}

function iso({ at }: Moment): string {
  return new Date(at).toISOString()
}

function isoOrNull(moment: Moment | null): string | null {
  return moment === null ? null : iso(moment)
}
