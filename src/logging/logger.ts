import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino'

/** How much is logged, as pino names it. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** Where the lines of the log go. */
export type LogDestination = DestinationStream & {
  /** How many of them could not be written so far; left out where none can be lost. */
  readonly linesLost?: number
}

/** The service's log, and where its lines go. */
export type Log = Logger & { readonly lines: LogDestination }

/** One JSON object per line, on the standard output unless another destination is given. */
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

/** Without the further properties of an error, which may hold what a caller or a target sent. */
function describeError({ name, message, stack }: Error) {
  return { type: name, message, stack }
}
