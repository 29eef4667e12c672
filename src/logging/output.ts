import { write } from 'node:fs'
import type { DestinationStream } from 'pino'
import { LogWriter } from './log-writer.ts'
import { openStandardStream, type StandardStream } from './standard-stream.ts'

/** Where the lines of the log go. */
export interface LogOutput extends DestinationStream {
  /** How many lines could not be written, since the start. */
  readonly linesLost: number
  /** Settles when all lines are written, when they cannot be, or when the time is over. */
  drain(withinMs: number): Promise<void>
}

interface LogOutputOptions {
  /** Whether people read it as it comes. */
  readonly isTerminal: boolean
  /** The standard output, unless a test wants to read each line. */
  readonly destination?: DestinationStream
}

/** The log of a process: JSON for programs, and in a terminal lines for people. */
export async function logOutput({ isTerminal, destination }: LogOutputOptions): Promise<LogOutput> {
  const format = isTerminal ? await formatForPeople() : (line: string) => line
  const show = (line: string) => escapeControls(format(line))
  if (destination !== undefined) return { ...unfailing, write: (line) => destination.write(show(line)) }
  const writer = writeToStandardOutput(show)
  return {
    write: (line) => writer.write(show(line)),
    drain: (withinMs) => writer.drain(withinMs),
    get linesLost() {
      return writer.linesLost
    },
  }
}

/** What a destination of a test does not lose. */
const unfailing = { linesLost: 0, drain: () => Promise.resolve() }

function writeToStandardOutput(show: (line: string) => string): LogWriter {
  const standardError = openStandardStream(2)
  const writer = new LogWriter({
    stream: openStandardStream(1),
    describeLoss: (lines) => show(lineOfLoss(lines)),
    onLoss: atMostOnceIn(60_000, (code) => reportLoss(standardError, code)),
  })
  process.once('exit', () => {
    writer.flushSync()
    // Node waits for its threads, and this one never comes.
    if (writer.isHanging) process.kill(process.pid, 'SIGKILL')
  })
  return writer
}

function lineOfLoss(lines: number): string {
  const line = {
    level: 'warn',
    time: new Date().toISOString(),
    lines,
    msg: 'lines of the log were lost',
  }
  return `${JSON.stringify(line)}\n`
}

/** Says on the standard error what the log cannot say of itself. */
function reportLoss({ fd, mayHang }: StandardStream, code: string): void {
  const cause = code === 'EAGAIN' ? 'it is not read fast enough' : code
  const text = `Lines of the log are lost: the standard output cannot be written (${cause}). webhook_node_log_lines_lost_total counts them.\n`
  // Where this one cannot be written either, only the metric tells.
  if (!mayHang) write(fd, text, () => {})
}

/** Calls that follow too soon are left out: a reader that is a little too slow loses lines again and again. */
function atMostOnceIn(ms: number, act: (code: string) => void): (code: string) => void {
  let earliest = 0
  return (code) => {
    if (performance.now() < earliest) return
    earliest = performance.now() + ms
    act(code)
  }
}

/** Loaded only where somebody looks: most services never run in a terminal. */
async function formatForPeople(): Promise<(line: string) => string> {
  const { prettyFactory } = await import('pino-pretty')
  return prettyFactory({ singleLine: true, translateTime: 'SYS:HH:MM:ss.l', colorize: true })
}

/**
 * Some ids in the log are texts of callers. JSON escapes the controls of ASCII; these too can move the cursor, break
 * a line or turn its direction, so that it says what never happened.
 */
const furtherControls = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** Writes the same JSON, without what acts on whoever shows it. */
function escapeControls(lines: string): string {
  return lines.replace(furtherControls, (control) => {
    const code = control.charCodeAt(0).toString(16)
    return `\\u${code.padStart(4, '0')}`
  })
}
