import { write } from 'node:fs'
import type { DestinationStream } from 'pino'
import { LogWriter } from './log-writer.ts'
import { openStandardStream, type StandardStream } from './standard-stream.ts'

export interface LogOutput extends DestinationStream {
  /** Lines lost since the start. */
  readonly linesLost: number
  /** Resolves when all lines are written, when writing fails, or when the time is over. */
  drain(withinMs: number): Promise<void>
}

interface LogOutputOptions {
  /** Whether the log goes to a terminal. */
  readonly isTerminal: boolean
  /** Default: the standard output. Tests read each line. */
  readonly destination?: DestinationStream
}

/** The log of a process: JSON, or readable lines in a terminal. */
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

/** The destination of a test loses no lines. */
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
    // Node waits for its threads at exit, but this one never ends.
    if (writer.isHanging) process.kill(process.pid, 'SIGKILL')
  })
  return writer
}

function lineOfLoss(lines: number): string {
  const line = {
    level: 'warn',
    time: new Date().toISOString(),
    lines,
    msg: 'log lines were lost',
  }
  return `${JSON.stringify(line)}\n`
}

/** Reports on the standard error that log lines are lost. */
function reportLoss({ fd, mayHang }: StandardStream, code: string): void {
  const cause = code === 'EAGAIN' ? 'it is not read fast enough' : code
  const text = `Log lines are lost: the standard output cannot be written (${cause}). webhook_node_log_lines_lost_total counts them.\n`
  // If the standard error cannot be written either, only the metric shows the loss.
  if (!mayHang) write(fd, text, () => {})
}

/** Drops calls that follow too soon: with a slightly slow reader, lines are lost again and again. */
function atMostOnceIn(ms: number, act: (code: string) => void): (code: string) => void {
  let earliest = 0
  return (code) => {
    if (performance.now() < earliest) return
    earliest = performance.now() + ms
    act(code)
  }
}

/** Loaded only for a terminal, which most instances do not have. */
async function formatForPeople(): Promise<(line: string) => string> {
  const { prettyFactory } = await import('pino-pretty')
  return prettyFactory({ singleLine: true, translateTime: 'SYS:HH:MM:ss.l', colorize: true })
}

/**
 * Ids in the log may be texts of clients. JSON escapes ASCII control characters only. These characters can also move
 * the cursor, break a line or change its direction, and so forge log lines in a terminal.
 */
const furtherControls = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** Escapes the characters that would affect a terminal. */
function escapeControls(lines: string): string {
  // Most lines are ASCII, which is found out much faster.
  if (Buffer.byteLength(lines) === lines.length && !lines.includes('\x7f')) return lines
  return lines.replace(furtherControls, (control) => {
    const code = control.charCodeAt(0).toString(16)
    return `\\u${code.padStart(4, '0')}`
  })
}
