import type { FastifyBaseLogger } from 'fastify'
import pino, { type DestinationStream, type LoggerOptions } from 'pino'
import type { AttemptEntry } from '../execution/contract.ts'
import type { ExecutionRecord } from '../execution/execution.ts'

/** How much is logged, as pino names it. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** The service's log: one JSON object per line, on the standard output unless another destination is given. */
export function createLogger(level: LogLevel, destination?: DestinationStream): FastifyBaseLogger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** What belongs to the line of an execution beside its record. */
export interface LogContext {
  /** The name of the caller's key. */
  readonly keyName: string | null
  readonly traceId: string | null
}

/** The one line of an execution, with all of its fields always: no URL, no header, no body, no value. */
export function logExecution(log: FastifyBaseLogger, record: ExecutionRecord, context: LogContext): void {
  const { executionId, correlationId, nodeId, tenant } = record
  const { host, method, status, branch, code, attempts, delivered, durationMs } = record
  const { keyName, traceId } = context
  const ids = { executionId, correlationId, nodeId, tenant, keyName, traceId }
  const call = { host, method, status, branch, code, attempts: attempts.length, delivered, durationMs }
  log.info({ ...ids, ...call, phases: phasesOf(attempts) }, 'node executed')
}

type Timings = AttemptEntry['timings']

/** What the phases of all attempts took together, in milliseconds; null where a phase did not happen. */
function phasesOf(attempts: readonly AttemptEntry[]): Timings {
  const total = (phase: keyof Timings) =>
    attempts.reduce<number | null>((sum, { timings }) => added(sum, timings[phase]), null)
  return {
    queueMs: total('queueMs'),
    dnsMs: total('dnsMs'),
    connectMs: total('connectMs'),
    tlsMs: total('tlsMs'),
    firstByteMs: total('firstByteMs'),
    downloadMs: total('downloadMs'),
  }
}

/** In tenths, as the numbers are; binary fractions do not add up to them. */
function added(sum: number | null, ms: number | null): number | null {
  return ms === null ? sum : Math.round(((sum ?? 0) + ms) * 10) / 10
}

/** Without the further properties of an error, which may hold what a caller or a target sent. */
function describeError({ name, message, stack }: Error) {
  return { type: name, message, stack }
}
