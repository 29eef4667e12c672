import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { listen } from '../../testkit/listen.ts'
import { untilLive } from './readiness.ts'
import { authority } from './servers.ts'

type Environment = Readonly<Record<string, string>>

/** Keeps what is to be undone for the end: of the test, where nothing else is said. */
type Defer = (undo: () => void | Promise<void>) => void

/** A program of the service as a process of its own. It is gone at the end. */
export interface Program {
  readonly child: ChildProcess
  /** What it has written so far, on both streams. */
  output(): string
  /** Its exit code and the signal that ended it, once both streams are closed. */
  readonly ended: Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>
}

/** Where `npm start` keeps the compiled code, too: with it a process starts in half the time. */
export const compileCache = { NODE_COMPILE_CACHE: 'node_modules/.cache/node' }

/** Runs a file of `src/` with no other setting than those given. `stdout` may be the descriptor of a file. */
function run(
  file: string,
  env: Environment,
  { stdout = 'pipe', defer = onTestFinished }: { stdout?: 'pipe' | number; defer?: Defer } = {},
): Program {
  const child = spawn(process.execPath, [`src/${file}`], {
    env: { ...compileCache, ...env },
    stdio: ['ignore', stdout, 'pipe'],
  })
  defer(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  const ended = once(child, 'close').then(([code, signal]) => [code, signal] as const)
  return { child, output: () => output, ended }
}

/** Runs a file of `src/` until it ends by itself. */
export async function runToEnd(file: string, env: Environment) {
  const { output, ended } = run(file, env)
  const [code] = await ended
  return { code, output: output() }
}

/** On a machine that has twenty other things to do, too. */
const startMs = 60_000

/** Runs the service on a free port until it listens. */
export async function startProcess(
  env: Environment = {},
  defer: Defer = onTestFinished,
): Promise<Program & { readonly url: string }> {
  const program = run('main.ts', { PORT: '0', ...env }, { defer })
  let hasEnded = false
  void program.ended.then(() => {
    hasEnded = true
  })
  const findUrl = () => /listening on (http:[^"]+)/.exec(program.output())?.[1]
  await vi.waitUntil(() => hasEnded || findUrl(), { timeout: startMs, interval: 20 }).catch(() => {})
  const url = findUrl()
  if (url === undefined)
    throw new Error(`the service ${hasEnded ? 'ended' : 'does not listen'}: ${program.output()}`)
  return { ...program, url }
}

/** Runs the service with a file as its standard output until it answers: what it logs cannot be waited for. */
export async function startProcessWritingTo(
  path: string,
  env: Environment = {},
): Promise<Program & { readonly url: string }> {
  const { port, close } = await listen(createServer())
  await close()
  // Opened for reading, too: else it would wait for the reader of a pipe.
  const stdout = openSync(path, 'a+')
  const program = run('main.ts', { PORT: String(port), ...env }, { stdout })
  closeSync(stdout)
  const url = `http://127.0.0.1:${port}`
  await untilLive(url)
  return { ...program, url }
}

/** The same, with the servers of the test as targets, and trusted. */
export async function startProcessAmongServers(env: Environment = {}, defer: Defer = onTestFinished) {
  const directory = await mkdtemp(join(tmpdir(), 'webhook-node-test-'))
  defer(() => rm(directory, { recursive: true }))
  const caFile = join(directory, 'ca.pem')
  await writeFile(caFile, authority.pem)
  const settings = { EGRESS_ALLOW: '127.0.0.0/8,localhost', EGRESS_CA_FILE: caFile, ...env }
  return await startProcess(settings, defer)
}
