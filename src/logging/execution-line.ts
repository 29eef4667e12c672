import type { AttemptEntry } from '../contract/execution.ts'
import type { ExecutionRecord } from '../execution/results.ts'
import type { Log } from './logger.ts'

/** What belongs to the line of an execution beside its record. */
export interface LogContext {
  readonly requestId: string
  /** The name of the client; null where no key is asked for. */
  readonly keyName: string | null
  readonly traceId: string | null
}

/** Logs an execution. pino would put the line together field by field, which takes twice as long. */
export function logExecution(log: Log, record: ExecutionRecord, context: LogContext): void {
  if (log.isLevelEnabled('info')) log.lines.write(`${JSON.stringify(composeLine(record, context))}\n`)
}

/** The one line of an execution, with all of its fields always: no URL, no header, no body, no value. */
function composeLine(record: ExecutionRecord, context: LogContext) {
  return {
    level: 'info',
    time: new Date().toISOString(),
    requestId: context.requestId,
    executionId: record.executionId,
    correlationId: record.correlationId,
    nodeId: record.nodeId,
    tenant: record.tenant,
    keyName: context.keyName,
    traceId: context.traceId,
    host: record.host,
    method: record.method,
    status: record.status,
    branch: record.branch,
    code: record.code,
    secrets: record.secrets,
    attempts: record.attempts.length,
    delivered: record.delivered,
    durationMs: record.durationMs,
    phases: sumPhases(record.attempts),
    msg: 'node executed',
  }
}

type Timings = AttemptEntry['timings']

/** What the phases of all attempts took together, in milliseconds; null where a phase did not happen. */
function sumPhases(attempts: readonly AttemptEntry[]): Timings {
  return attempts.reduce(addPhases, noPhases)
}

const noPhases: Timings = {
  queueMs: null,
  dnsMs: null,
  connectMs: null,
  tlsMs: null,
  firstByteMs: null,
  downloadMs: null,
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

/** In tenths, as the numbers are; binary fractions do not add up to them. */
function added(sum: number | null, ms: number | null): number | null {
  if (sum === null || ms === null) return sum ?? ms
  return Math.round((sum + ms) * 10) / 10
}
