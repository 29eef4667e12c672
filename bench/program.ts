import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { onCore, tied } from './cores.ts'
import { readUsage, type Usage } from './usage.ts'

export interface ProgramOptions {
  readonly command: readonly string[]
  /** The directory that it runs in. Default: this checkout. */
  readonly directory?: string | undefined
  readonly env: Readonly<Record<string, string>>
  readonly core: number | undefined
  /** The file for its output. */
  readonly logFile: string
  readonly isReady: () => Promise<boolean>
}

/** A process that is measured. */
export interface Program extends AsyncDisposable {
  readonly pid: number
  /** From the start of the process until it accepted work. */
  readonly readyMs: number
  usage(): Usage
}

const startLimitMs = 30_000
const stopLimitMs = 15_000

/** Starts a program with a clean environment. It ends with this process at the latest. */
export async function startProgram({ isReady, ...options }: ProgramOptions): Promise<Program> {
  const startedAt = performance.now()
  const child = await spawnProgram(options)
  const ended = once(child, 'exit')
  const pid = child.pid as number // it has been spawned
  const endAtOnce = () => child.kill('SIGKILL')
  // Nothing is disposed of when a signal ends the run. This listener comes first, because the program may write to
  // the directory that a later listener removes.
  process.prependListener('exit', endAtOnce)

  async function stop(): Promise<void> {
    child.kill('SIGTERM')
    const limit = setTimeout(endAtOnce, stopLimitMs)
    await ended
    clearTimeout(limit)
    process.off('exit', endAtOnce)
  }

  while (!(await isReady())) {
    if (isRunning(child) && performance.now() - startedAt < startLimitMs) {
      await sleep(2)
      continue
    }
    if (isRunning(child)) await stop()
    throw new Error(
      `${options.command.join(' ')} did not start. It said:\n${await readFile(options.logFile, 'utf8')}`,
    )
  }
  const readyMs = performance.now() - startedAt
  return { pid, readyMs, usage: () => readUsage(pid), [Symbol.asyncDispose]: stop }
}

async function spawnProgram({ command, directory, env, core, logFile }: Omit<ProgramOptions, 'isReady'>) {
  await using log = await open(logFile, 'w')
  const [program = '', ...args] = onCore(core, tied(command))
  const child = spawn(program, args, {
    cwd: directory ?? new URL('..', import.meta.url),
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', log.fd, log.fd],
  })
  await once(child, 'spawn')
  return child
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}
