import type { ExecutionRecord } from '../execution/execution.ts'
import type { BranchName } from '../webhook/config.ts'
import { failures } from '../webhook/failure.ts'
import type { FailedExecution, NodeStatistics, NodeTotals } from './contract.ts'
import { Histogram } from './histogram.ts'
import { Minutes } from './minutes.ts'
import { Tally } from './tally.ts'

/** As many failures are kept, the latest ones. */
export const keptFailures = 20

/** Milliseconds since 1970. */
type Moment = number

type Failed = Pick<ExecutionRecord, 'executionId' | 'correlationId' | 'code' | 'status'> & {
  readonly at: Moment
}

/**
 * What has passed through one node. Its size does not grow with the number of executions, and it holds nothing of
 * a request or a response but ids and the status.
 */
export class NodeHistory {
  readonly #nodeId: string
  readonly #tenant: string | null
  readonly #since: Moment
  readonly #branches = new Tally<BranchName>()
  readonly #codes = new Tally<ExecutionRecord['code']>()
  readonly #statuses = new Tally<number>()
  readonly #latency = new Histogram()
  readonly #minutes = new Minutes()
  readonly #failures: Failed[] = []
  #lastAt: Moment
  #lastSucceededAt: Moment | null = null
  #failingSince: Moment | null = null
  #passedThrough = 0
  #succeeded = 0
  #attempts = 0

  constructor(nodeId: string, tenant: string | null, since: Moment) {
    this.#nodeId = nodeId
    this.#tenant = tenant
    this.#since = since
    this.#lastAt = since
  }

  add(record: ExecutionRecord, at: Moment): void {
    this.#lastAt = at
    this.#passedThrough += 1
    this.#attempts += record.attempts.length
    this.#branches.add(record.branch)
    this.#codes.add(record.code)
    if (record.status !== null) this.#statuses.add(record.status)
    this.#latency.add(record.durationMs)
    this.#minutes.add(at, record.succeeded)
    if (record.succeeded) this.#addSuccess(at)
    else this.#addFailure(record, at)
  }

  totals(): NodeTotals {
    return {
      nodeId: this.#nodeId,
      tenant: this.#tenant,
      since: iso(this.#since),
      lastAt: iso(this.#lastAt),
      passedThrough: this.#passedThrough,
      succeeded: this.#succeeded,
      failed: this.#passedThrough - this.#succeeded,
      failingSince: isoOrNull(this.#failingSince),
    }
  }

  statistics(now: Moment): NodeStatistics {
    return {
      ...this.totals(),
      branches: {
        success: this.#branches.of('success'),
        error: this.#branches.of('error'),
        exit: this.#branches.of('exit'),
      },
      codes: Object.fromEntries(this.#codes.entries()),
      statuses: Object.fromEntries(this.#statuses.entries()),
      latencyMs: {
        p50: this.#latency.percentile(50),
        p95: this.#latency.percentile(95),
        p99: this.#latency.percentile(99),
      },
      attempts: this.#attempts,
      lastSucceededAt: isoOrNull(this.#lastSucceededAt),
      perMinute: this.#minutes.until(now),
      lastFailures: this.#failures.map(shown),
    }
  }

  #addSuccess(at: Moment): void {
    this.#succeeded += 1
    this.#lastSucceededAt = at
    this.#failingSince = null
  }

  #addFailure({ executionId, correlationId, code, status }: ExecutionRecord, at: Moment): void {
    this.#failingSince ??= at
    this.#failures.unshift({ executionId, correlationId, code, status, at })
    if (this.#failures.length > keptFailures) this.#failures.pop()
  }
}

function shown({ executionId, correlationId, at, code, status }: Failed): FailedExecution {
  return { executionId, correlationId, at: iso(at), code, status, message: messageOf(code) }
}

/** Of the code alone: the message of a reply may quote the body of the response. */
function messageOf(code: ExecutionRecord['code']): string {
  if (code === 'expectation_unmet' || code === 'expectation_met')
    return 'The response is not what the node expects.'
  return `${failures[code].title}.`
}

function iso(moment: Moment): string {
  return new Date(moment).toISOString()
}

function isoOrNull(moment: Moment | null): string | null {
  return moment === null ? null : iso(moment)
}
