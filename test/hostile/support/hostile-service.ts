import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, beforeEach, vi } from 'vitest'
import { inspect } from '../../../bench/inspector.ts'
import { authority } from '../../support/servers.ts'

export interface HostileServiceOptions {
  /** `--max-old-space-size`, in megabytes. */
  readonly heapMb?: number
  /** Variables of the environment beside those that every service here has. */
  readonly settings?: Readonly<Record<string, string>>
}

/** How a process ended. */
export interface Death {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The last of what it has written. */
  readonly lastWords: string
}

/**
 * The service as a process of its own with little memory, for all tests of a file. Where one of them has killed it, or has
 * stopped it for good, the next one gets a new one.
 */
export interface HostileService {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Where a server listens that does nothing else, in a process of its own. */
  readonly barePort: number
  /** Resolves when the process ends. */
  readonly death: Promise<Death>
  readonly isDead: boolean
  /** Ends the process as the kernel would. */
  kill(): Promise<void>
  /** Runs a script in the process. */
  evaluate(script: string): Promise<void>
  /** Bytes that objects take once the garbage is gone. */
  heapUsed(): Promise<number>
  /** Bytes of the process that are resident. */
  rss(): Promise<number>
}

/** For a test file: starts the service before its first test. */
export function hostileService(options: HostileServiceOptions = {}): HostileService {
  let running: Running | null = null
  const current = (): Running => {
    if (running === null) throw new Error('the service is not running')
    return running
  }
  let directory = ''
  let bare: Bare | null = null

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'webhook-node-hostile-'))
    await writeFile(join(directory, 'ca.pem'), authority.pem)
    bare = await startBare()
  })
  beforeEach(async () => {
    if (running === null || running.dead !== null) running = await start(directory, options)
  })
  afterAll(async () => {
    await running?.kill()
    bare?.child.kill('SIGKILL')
    await rm(directory, { recursive: true, force: true })
  })
  return {
    get url() {
      return `http://127.0.0.1:${current().port}`
    },
    get port() {
      return current().port
    },
    get pid() {
      return current().pid
    },
    get barePort() {
      return bare?.port ?? 0
    },
    get death() {
      return current().death
    },
    get isDead() {
      return current().dead !== null
    },
    kill: () => current().kill(),
    evaluate: (script) => evaluate(current().inspectorPort, script),
    heapUsed: () => heapUsed(current().inspectorPort),
    rss: () => residentBytes(current().pid),
  }
}

interface Bare {
  readonly child: ChildProcess
  readonly port: number
}

async function startBare(): Promise<Bare> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bare-server.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  return { child, port: Number(line) }
}

interface Running {
  readonly pid: number
  readonly port: number
  readonly inspectorPort: number
  readonly death: Promise<Death>
  dead: Death | null
  kill(): Promise<void>
}

/** Its output goes to a file: a test that is busy would not read a pipe, and the service would wait for it. */
async function start(directory: string, { heapMb, settings }: HostileServiceOptions): Promise<Running> {
  const logFile = join(directory, `${Date.now()}.log`)
  await using log = await open(logFile, 'w')
  const heap = heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`]
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: join(import.meta.dirname, '../../..'),
    stdio: ['ignore', log.fd, log.fd],
    env: {
      PORT: '0',
      NODE_OPTIONS: [...heap, '--inspect=127.0.0.1:0'].join(' '),
      EGRESS_ALLOW: '127.0.0.0/8,localhost',
      EGRESS_CA_FILE: join(directory, 'ca.pem'),
      ...settings,
    },
  })
  await once(child, 'spawn')
  const endAtOnce = () => child.kill('SIGKILL')
  process.once('exit', endAtOnce) // where the run is broken off, no hook ends it
  const running: Running = {
    pid: child.pid as number, // it has been spawned
    port: 0,
    inspectorPort: 0,
    dead: null,
    death: once(child, 'exit').then(async ([code, signal]) => {
      const lastWords = (await readFile(logFile, 'utf8').catch(() => '')).slice(-2_000)
      running.dead = { code, signal, lastWords }
      process.off('exit', endAtOnce)
      return running.dead
    }),
    async kill() {
      child.kill('SIGKILL')
      await running.death
    },
  }
  const listening = /Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)[\s\S]*listening on http:\/\/[^"]*:(\d+)/
  const listens = async () => {
    if (running.dead !== null) throw new Error(`the service did not start: ${running.dead.lastWords}`)
    return listening.exec(await readFile(logFile, 'utf8'))
  }
  const [, inspectorPort, port] = await vi.waitUntil(listens, { timeout: 20_000 }).catch(async (error) => {
    await running.kill()
    throw error
  })
  return Object.assign(running, { inspectorPort: Number(inspectorPort), port: Number(port) })
}

async function evaluate(inspectorPort: number, expression: string): Promise<void> {
  using inspector = await inspect(inspectorPort)
  await inspector.run('Runtime.evaluate', { expression })
}

async function heapUsed(inspectorPort: number): Promise<number> {
  using inspector = await inspect(inspectorPort)
  await inspector.run('HeapProfiler.collectGarbage')
  const { usedSize } = await inspector.run<{ usedSize: number }>('Runtime.getHeapUsage')
  return usedSize
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1_024
}
