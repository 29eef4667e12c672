import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino'

/** The levels of pino. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

export type LogDestination = DestinationStream & {
  /** Lines lost so far. Undefined if none can be lost. */
  readonly linesLost?: number
}

export type Log = Logger & { readonly lines: LogDestination }

/** Logs one JSON object per line, to the standard output by default. */
export function createLogger(level: LogLevel, lines: LogDestination = pino.destination()): Log {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
  }
  return Object.assign(pino(options, lines), { lines })
}

/** Leaves out other properties of an error: they may contain data of a client or a target. */
function describeError({ name, message, stack }: Error) {
  return { type: name, message, stack }
}
