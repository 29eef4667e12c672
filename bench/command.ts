import { InvalidOptions } from './command-line.ts'

/** Runs a command of the benchmark to its end or to a signal. No process that it started outlives it. */
export async function runCommand(run: () => Promise<void>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1))
  try {
    await run()
  } catch (error) {
    console.error(error instanceof InvalidOptions ? error.message : error)
    process.exitCode = error instanceof InvalidOptions ? 2 : 1
  }
}

/** The command as typed in a shell. */
export function commandLine(script: string, args: readonly string[]): string {
  return [script, ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
}

export function tell(progress: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)}  ${progress}`)
}
