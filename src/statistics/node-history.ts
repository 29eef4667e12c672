import { type BranchName, isBranchName } from '../contract/node.ts'
import { listCalls } from '../contract/purpose.ts'
import type { CountedNode, FailedExecution, NodeTotals } from '../contract/statistics.ts'
import type { ExecutionRecord, Explained } from '../execution/results.ts'
import { CaseCounter } from './case-counter.ts'
import { Counter } from './counter.ts'
import { Histogram } from './histogram.ts'
import { type Minute, Minutes } from './minutes.ts'

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
  /** Grows with each execution of an instance. Over several instances it is as exact as their clocks. */
  readonly order: number
}

type Ended = Pick<ExecutionRecord, 'executionId' | 'correlationId' | 'connection' | 'code' | 'status'> &
  Moment

type Failed = Ended & Explained

/** The characters of a message, a hint and a path that are kept of a failure. */
export const keptCharacters = { message: 300, hint: 600, path: 200 } as const

const unexplained: Explained = { message: '', hint: null, path: null }

/** What totals are made of. */
interface Summary {
  readonly nodeId: string
  readonly tenant: string | null
  readonly since: Moment
  readonly last: Moment
  readonly lastSucceeded: Moment | null
  readonly failingSince: Moment | null
  readonly passedThrough: number
  readonly succeeded: number
  readonly failures: readonly Ended[]
}

/** What statistics are made of, besides. */
interface Details {
  readonly attempts: number
  readonly branches: readonly (readonly [BranchName, number])[]
  readonly cases: readonly (readonly [string, number])[]
  readonly otherCases: number
  readonly codes: readonly (readonly [ExecutionRecord['code'], number])[]
  readonly statuses: readonly (readonly [number, number])[]
  readonly connections: readonly (readonly [string, number])[]
  readonly latency: readonly (readonly [number, number])[]
  readonly minutes: readonly Minute[]
  /** One for each of the failures. */
  readonly explained: readonly Explained[]
}

const noDetails: Details = {
  attempts: 0,
  branches: [],
  cases: [],
  otherCases: 0,
  codes: [],
  statuses: [],
  connections: [],
  latency: [],
  minutes: [],
  explained: [],
}

/** The number of what `write` writes. Another number: `read` cannot read it. */
export const historyFormat = 2

/** A history in two texts of JSON. */
export interface WrittenHistory {
  readonly summary: string
  readonly details: string
}

/**
 * The executions of one node. Its size does not grow with their number, and it contains nothing of a request or a
 * response but ids, the status, and what the service says of a failure.
 */
export class NodeHistory {
  readonly nodeId: string
  readonly tenant: string | null
  readonly #since: Moment
  readonly #branches: Counter<BranchName>
  readonly #cases: CaseCounter
  readonly #codes: Counter<ExecutionRecord['code']>
  readonly #statuses: Counter<number>
  readonly #connections: Counter<string>
  readonly #latency: Histogram
  readonly #minutes: Minutes
  #failures: Failed[]
  #last: Moment
  #lastSucceeded: Moment | null
  #failingSince: Moment | null
  #passedThrough: number
  #succeeded: number
  #attempts: number

  private constructor(summary: Summary, details: Details) {
    this.nodeId = summary.nodeId
    this.tenant = summary.tenant
    this.#since = summary.since
    this.#last = summary.last
    this.#lastSucceeded = summary.lastSucceeded
    this.#failingSince = summary.failingSince
    this.#passedThrough = summary.passedThrough
    this.#succeeded = summary.succeeded
    this.#failures = summary.failures.map((ended, at) => ({
      ...ended,
      ...(details.explained[at] ?? unexplained),
    }))
    this.#attempts = details.attempts
    this.#branches = new Counter(details.branches)
    this.#cases = new CaseCounter(details.cases, details.otherCases)
    this.#codes = new Counter(details.codes)
    this.#statuses = new Counter(details.statuses)
    this.#connections = new Counter(details.connections)
    this.#latency = new Histogram(details.latency)
    this.#minutes = new Minutes(details.minutes)
  }

  /** Without executions. */
  static begin(nodeId: string, tenant: string | null, since: Moment): NodeHistory {
    const nothing = { passedThrough: 0, succeeded: 0, lastSucceeded: null, failingSince: null, failures: [] }
    return new NodeHistory({ nodeId, tenant, since, last: since, ...nothing }, noDetails)
  }

  /** What `write` has written. Without details it has the totals only. */
  static read(summary: string, details: string | null): NodeHistory {
    return new NodeHistory(JSON.parse(summary), details === null ? noDetails : JSON.parse(details))
  }

  /**
   * Merges histories of a node: of several tenants, or of several instances. Their order does not matter. The result equals a
   * common history, except if one has failed more than `keptFailures` times since the latest success of another one: then
   * `failingSince` is the earliest failure that is still known.
   */
  static merge(tenant: string | null, first: NodeHistory, others: readonly NodeHistory[]): NodeHistory {
    const histories = [first, ...others].sort((a, b) => compareMoments(a.#since, b.#since))
    const since = histories.map((history) => history.#since).reduce(earlier)
    const merged = NodeHistory.begin(first.nodeId, tenant, since)
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
    this.#attempts += listCalls(record.attempts).length
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

  get passedThrough(): number {
    return this.#passedThrough
  }

  /** Milliseconds since 1970. */
  get lastAt(): number {
    return this.#last.at
  }

  write(): WrittenHistory {
    const summary: Summary = {
      nodeId: this.nodeId,
      tenant: this.tenant,
      since: this.#since,
      last: this.#last,
      lastSucceeded: this.#lastSucceeded,
      failingSince: this.#failingSince,
      passedThrough: this.#passedThrough,
      succeeded: this.#succeeded,
      failures: this.#failures.map(({ message: _message, hint: _hint, path: _path, ...ended }) => ended),
    }
    const details: Details = {
      attempts: this.#attempts,
      branches: this.#branches.entries(),
      cases: this.#cases.entries(),
      otherCases: this.#cases.others,
      codes: this.#codes.entries(),
      statuses: this.#statuses.entries(),
      connections: this.#connections.entries(),
      latency: this.#latency.entries(),
      minutes: this.#minutes.entries(),
      explained: this.#failures.map(({ message, hint, path }) => ({ message, hint, path })),
    }
    return { summary: JSON.stringify(summary), details: JSON.stringify(details) }
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
    { executionId, correlationId, connection, code, status, explained }: ExecutionRecord,
    moment: Moment,
  ): void {
    this.#failingSince ??= moment
    const { message, hint, path } = keep(explained ?? unexplained, this.#failures[0] ?? unexplained)
    const ended = { executionId, correlationId, connection, code, status, ...moment }
    this.#failures.unshift({ ...ended, message, hint, path })
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
  return compareMoments(a, b) < 0 ? a : b
}

function later(a: Moment, b: Moment): Moment {
  return compareMoments(a, b) < 0 ? b : a
}

function earlierIfAny(a: Moment | null, b: Moment | null): Moment | null {
  return a && b ? earlier(a, b) : (a ?? b)
}

function laterIfAny(a: Moment | null, b: Moment | null): Moment | null {
  return a && b ? later(a, b) : (a ?? b)
}

/** Two instances may have given the same order. */
function compareMoments(a: Moment, b: Moment): number {
  return a.order - b.order || a.at - b.at
}

function latestFirst(a: Failed, b: Failed): number {
  return compareMoments(b, a) || (a.executionId < b.executionId ? -1 : 1)
}

function shown(failed: Failed): FailedExecution {
  const { executionId, correlationId, connection, code, status, message, hint, path } = failed
  return { executionId, correlationId, connection, at: iso(failed), code, status, message, hint, path }
}

/** Executions often fail for the same reason as the one before: then its texts stand for both. */
function keep({ message, hint, path }: Explained, before: Explained): Explained {
  return {
    message: keepText(message, before.message, keptCharacters.message),
    hint: hint === null ? null : keepText(hint, before.hint, keptCharacters.hint),
    path: path === null ? null : keepText(path, before.path, keptCharacters.path),
  }
}

/** A copy, since a part of a text would hold all of it. */
function keepText(text: string, before: string | null, characters: number): string {
  const cut = text.length > characters ? `${text.slice(0, characters - 1)}…` : text
  return cut === before ? before : Buffer.from(cut).toString()
}

function iso({ at }: Moment): string {
  return new Date(at).toISOString()
}

function isoOrNull(moment: Moment | null): string | null {
  return moment === null ? null : iso(moment)
}
