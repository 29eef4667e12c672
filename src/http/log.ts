import type { FastifyBaseLogger } from 'fastify'
import pino, { type DestinationStream, type LoggerOptions } from 'pino'
import type { Executed } from '../execution/execution.ts'

/** How much is logged, as pino names it. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** The service's log: one JSON object per line, on the standard output unless a test wants to read it. */
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

/** The one line of an execution: no URL, no header, no body, no value. */
export function logExecution(log: FastifyBaseLogger, { reply, summary }: Executed, keyName: string | null) {
  const { executionId, correlationId, nodeId, tenant, attempts, delivered, durationMs } = reply
  const { host, method, status, branch, code } = summary
  const caller = { executionId, correlationId, nodeId, tenant, keyName }
  const call = { host, method, status, branch, code, attempts: attempts.length, delivered, durationMs }
  log.info({ ...caller, ...call }, 'node executed')
}

/** Without the further properties of an error, which may hold what a caller or a target sent. */
function describeError({ name, message, stack }: Error) {
  return { type: name, message, stack }
}
