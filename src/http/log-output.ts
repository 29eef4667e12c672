import pino, { type DestinationStream } from 'pino'

interface LogOutputOptions {
  /** Whether people read it as it comes. */
  readonly isTerminal: boolean
  /** The standard output in batches, unless a test wants to read each line. */
  readonly destination?: DestinationStream
}

/** Where the log goes: JSON for programs, and in a terminal lines for people. */
export async function logOutput({ isTerminal, destination }: LogOutputOptions): Promise<DestinationStream> {
  const lines =
    destination === undefined
      ? inBatches(withoutControls(pino.destination(standardOutput)))
      : withoutControls(destination)
  return isTerminal ? await forPeople(lines) : lines
}

/** As a file descriptor: its stream would end the process where nobody reads it any more. */
const standardOutput = 1

/** Nobody who watches the log notices. */
const batchMs = 10

/**
 * Writes the lines of a moment together: under load, many executions share one call to the system. What is left when the
 * process ends is written then.
 */
function inBatches(destination: DestinationStream): DestinationStream {
  let lines = ''
  const flush = () => {
    if (lines !== '') destination.write(lines)
    lines = ''
  }
  process.once('exit', flush)
  return {
    write(line) {
      if (lines === '') setTimeout(flush, batchMs)
      lines += line
    },
  }
}

/** Loaded only where somebody looks: most services never run in a terminal. */
async function forPeople(destination: DestinationStream): Promise<DestinationStream> {
  const { prettyFactory } = await import('pino-pretty')
  const format = prettyFactory({ singleLine: true, translateTime: 'SYS:HH:MM:ss.l', colorize: true })
  return { write: (line) => destination.write(format(line)) }
}

/**
 * Some ids in the log are texts of callers. JSON escapes the controls of ASCII; these too can move the cursor, break
 * a line or turn its direction, so that it says what never happened.
 */
const furtherControls = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** Writes the same JSON, without what acts on whoever shows it. */
function withoutControls(destination: DestinationStream): DestinationStream {
  return { write: (lines) => destination.write(escapeControls(lines)) }
}

function escapeControls(lines: string): string {
  return lines.replace(furtherControls, (control) => {
    const code = control.charCodeAt(0).toString(16)
    return `\\u${code.padStart(4, '0')}`
  })
}
