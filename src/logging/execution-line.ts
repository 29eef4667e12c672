import type { AttemptEntry } from '../contract/execution.ts'
import { listCalls } from '../contract/purpose.ts'
import { writeIsoTime } from '../execution/iso-time.ts'
import { noPhases } from '../execution/no-phases.ts'
import type { ExecutionRecord } from '../execution/results.ts'
import type { Log } from './logger.ts'

export interface LogContext {
  /** Null for a durable execution: no request waits for it. */
  readonly requestId: string | null
  /** The name of the client. Null if the service asks for no key. */
  readonly keyName: string | null
  readonly traceId: string | null
}

/** Logs an execution. The fields are serialized in one step, because pino's field by field is slower. */
export function logExecution(log: Log, record: ExecutionRecord, context: LogContext): void {
  if (log.isLevelEnabled('info')) log.lines.write(`${JSON.stringify(composeLine(record, context))}\n`)
}

/** The line of an execution. It always has all fields, and no URL, header, body or value. */
function composeLine(record: ExecutionRecord, context: LogContext) {
  return {
    level: 'info',
    time: writeIsoTime(new Date()),
    requestId: context.requestId,
    executionId: record.executionId,
    correlationId: record.correlationId,
    nodeId: record.nodeId,
    tenant: record.tenant,
    keyName: context.keyName,
    traceId: context.traceId,
    connection: record.connection,
    host: record.host,
    method: record.method,
    status: record.status,
    branch: record.branch,
    code: record.code,
    secrets: record.secrets,
    attempts: listCalls(record.attempts).length,
    delivered: record.delivered,
    durationMs: record.durationMs,
    phases: sumPhases(record.attempts),
    msg: 'node executed',
  }
}

type Timings = AttemptEntry['timings']

/** Sums the phases of all attempts, in milliseconds. Null for a phase that did not happen. */
function sumPhases(attempts: readonly AttemptEntry[]): Timings {
  return attempts.reduce(addPhases, noPhases)
}

function addPhases(sum: Timings, { timings }: AttemptEntry): Timings {
  return {
    queueMs: added(sum.queueMs, timings.queueMs),
    dnsMs: added(sum.dnsMs, timings.dnsMs),
    connectMs: added(sum.connectMs, timings.connectMs),
    tlsMs: added(sum.tlsMs, timings.tlsMs),
    firstByteMs: added(sum.firstByteMs, timings.firstByteMs),
    downloadMs: added(sum.downloadMs, timings.downloadMs),
  }
}

/** Rounds to tenths, since sums of binary fractions are inexact. */
function added(sum: number | null, ms: number | null): number | null {
  if (sum === null || ms === null) return sum ?? ms
  return Math.round((sum + ms) * 10) / 10
}
