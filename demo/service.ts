import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ExecuteReply, ExecuteRequest } from '../src/contract/execution.ts'

/** The service in a process of its own, started with the command of `npm start`. */
export interface Service {
  readonly url: string
  /** Settles when the process has ended for any reason. */
  readonly ended: Promise<unknown>
  execute(request: ExecuteRequest): Promise<ExecuteReply>
  /** Lets calls that are under way end. */
  stop(): Promise<void>
  /** Ends at once, as a power cut would. */
  kill(): Promise<void>
}

export interface ServiceOptions {
  readonly port: number
  /**
   * Additional settings. The service gets nothing else of the environment, so that the demo is the same everywhere.
   */
  readonly settings: Readonly<Record<string, string>>
  /** The file for the output of the service, which is appended. */
  readonly logFile: string
}

const startLimitMs = 10_000

/** Resolves when the service accepts work. Rejects with its output if it does not start. */
export async function startService({ port, settings, logFile }: ServiceOptions): Promise<Service> {
  const url = `http://127.0.0.1:${port}`
  const child = await spawnService({ HOST: '127.0.0.1', PORT: String(port), ...settings }, logFile)
  const ended = once(child, 'exit')
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await ended
  }
  const stop = () => end('SIGTERM')

  if (!(await becomesReady(url, child))) {
    await stop()
    throw new Error(`The service did not start. It said:\n${await readFile(logFile, 'utf8')}`)
  }
  return { url, ended, execute: (request) => execute(url, request), stop, kill: () => end('SIGKILL') }
}

async function spawnService(env: Record<string, string>, logFile: string): Promise<ChildProcess> {
  await using log = await open(logFile, 'a')
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env,
    stdio: ['ignore', log.fd, log.fd],
    // In a process group of its own: Ctrl-C goes to the whole group, but the service must outlast its calls.
    detached: true,
  })
  await once(child, 'spawn')
  return child
}

async function becomesReady(url: string, child: ChildProcess): Promise<boolean> {
  const deadline = performance.now() + startLimitMs
  while (child.exitCode === null && child.signalCode === null && performance.now() < deadline) {
    if (await isReady(url)) return true
    await sleep(25)
  }
  return false
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { headers: { connection: 'close' } })).ok
  } catch {
    return false // nothing listens yet
  }
}

async function execute(url: string, request: ExecuteRequest): Promise<ExecuteReply> {
  const response = await fetch(`${url}/v1/execute`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  if (!response.ok) throw new Error(`The service answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as ExecuteReply // the contract guarantees the type
}
