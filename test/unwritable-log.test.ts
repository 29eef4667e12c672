import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { listen } from '../testkit/listen.ts'
import { createFifo } from './support/fifo.ts'
import { compileCache, startProcess, startProcessWritingTo } from './support/process.ts'
import { untilLive } from './support/readiness.ts'
import { scrape } from './support/scrape.ts'

const isRoot = process.getuid?.() === 0

/** Far more than a process takes that waits for no reader, and less than it would wait for calls by default. */
const patienceMs = 10_000

const grace = { SHUTDOWN_GRACE_MS: '1000' }
/** For a process whose log stays unread, so that it waits for all of its grace period. */
const briefGrace = { SHUTDOWN_GRACE_MS: '300' }

/** The log writes each of these characters as six. */
const longest = '\u2028'.repeat(128)

/** Sends nothing, and leaves a line in the log, which is long: few of them fill what may wait. */
const body = JSON.stringify({
  node: { id: longest, method: 'GET', url: 'https://hooks.example/{{ profile.id }}' },
  correlationId: longest,
})

/** Executes a node a number of times, and measures meanwhile the longest reply to a liveness probe. */
async function execute(url: string, times: number): Promise<number> {
  const pool = new Pool(url, { connections: 9 })
  const path = '/v1/execute'
  const post = { method: 'POST', path, body, headers: { 'content-type': 'application/json' } } as const
  let left = times
  let longestMs = 0
  const client = async () => {
    while (left > 0) {
      left -= 1
      const reply = await pool.request(post)
      expect(reply.statusCode).toBe(200)
      await reply.body.dump()
    }
  }
  const watcher = async () => {
    while (left > 0) {
      const began = performance.now()
      await (await pool.request({ method: 'GET', path: '/livez' })).body.dump()
      longestMs = Math.max(longestMs, performance.now() - began)
    }
  }
  await Promise.all([...Array.from({ length: 8 }, client), watcher()]).finally(() => pool.destroy())
  return longestMs
}

async function linesLost(url: string): Promise<number> {
  return (await scrape(url)).get('webhook_node_log_lines_lost_total') ?? Number.NaN
}

/** The lines of a log of JSON, each of which is whole. */
function parseLines(log: string): readonly Readonly<Record<string, unknown>>[] {
  expect(log.endsWith('\n')).toBe(true)
  return log
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function toldIn(log: string): number {
  const told = parseLines(log).filter(({ msg }) => msg === 'log lines were lost')
  return told.reduce((sum, { lines }) => sum + Number(lines), 0)
}

describe('a process whose log cannot be written', () => {
  it('goes on where the disk is full, counts every line, says so once, and ends as told', async () => {
    const { child, url, output, ended } = await startProcessWritingTo('/dev/full', grace)

    expect(await execute(url, 100)).toBeLessThan(patienceMs)

    await vi.waitUntil(async () => (await linesLost(url)) > 100, { timeout: patienceMs })
    expect(output()).toMatch(/^Log lines are lost: .* \(ENOSPC\)\. .*\n$/)
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })

  it('goes on where the reader of the log has gone', async () => {
    const { child, url, output, ended } = await startProcess(grace)
    child.stdout?.destroy()

    expect(await execute(url, 100)).toBeLessThan(patienceMs)

    await vi.waitUntil(async () => (await linesLost(url)) >= 100, { timeout: patienceMs })
    expect(output()).toContain('(EPIPE)')
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })

  it('keeps a bounded part of the log for a reader that sleeps, and ends within the grace', async () => {
    const fifo = createFifo()
    const { child, url, output, ended } = await startProcessWritingTo(fifo.path, briefGrace)

    expect(await execute(url, 1_200)).toBeLessThan(patienceMs)

    const lost = await linesLost(url)
    expect(lost).toBeGreaterThan(300)
    expect(output()).toMatch(/^Log lines are lost: .*\n$/)
    const began = performance.now()
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect(performance.now() - began).toBeLessThan(patienceMs)
  })

  it('reports to a reader that reads again how many lines it has missed, and goes on', async () => {
    const fifo = createFifo()
    const { child, url, ended } = await startProcessWritingTo(fifo.path, grace)
    await execute(url, 700)
    const lost = await linesLost(url)

    await vi.waitUntil(() => fifo.read().includes('log lines were lost'), { timeout: patienceMs })
    await execute(url, 10)
    const reading = setInterval(() => fifo.read(), 10)
    onTestFinished(() => clearInterval(reading))
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])

    const lines = parseLines(fifo.read())
    expect(toldIn(fifo.read())).toBe(lost)
    expect(lines.filter(({ msg }) => msg === 'node executed')).toHaveLength(710 - lost)
    expect(lines.at(-1)).toMatchObject({ msg: 'shutting down after the running calls have ended' })
  })

  it.skipIf(!existsSync('/usr/bin/script'))(
    'ends within the grace where its terminal is stopped',
    async () => {
      const { url, pid, exitCode } = await startInTerminal(briefGrace)

      expect(await execute(url, 700)).toBeLessThan(patienceMs)

      expect(await linesLost(url)).toBeGreaterThan(0)
      process.kill(pid, 'SIGTERM')
      expect(await vi.waitUntil(exitCode, { timeout: patienceMs })).toBe('0\n')
    },
  )

  it.skipIf(!isRoot || !existsSync('/usr/bin/setpriv'))(
    'kills itself where its last write hangs, in a stopped terminal of another user',
    async () => {
      const asUser = 'setpriv --reuid=65534 --regid=65534 --clear-groups'
      const { url, pid, exitCode } = await startInTerminal(briefGrace, { asUser })
      await execute(url, 700)

      process.kill(pid, 'SIGTERM')

      expect(await vi.waitUntil(exitCode, { timeout: patienceMs })).toBe('137\n')
    },
  )

  it.skipIf(!isRoot)('goes on with whole lines when the disk has room again', async () => {
    const disk = smallDisk()
    writeFileSync(join(disk, 'other'), 'x'.repeat(40_000))
    const log = join(disk, 'log')
    const { child, url, ended } = await startProcessWritingTo(log, grace)
    await execute(url, 25)
    await vi.waitUntil(async () => (await linesLost(url)) > 0, { timeout: patienceMs })

    rmSync(join(disk, 'other'))
    await vi.waitUntil(() => readFileSync(log, 'utf8').includes('log lines were lost'), {
      timeout: patienceMs,
    })
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])

    const lines = parseLines(readFileSync(log, 'utf8'))
    const lost = toldIn(readFileSync(log, 'utf8'))
    expect(lost).toBeGreaterThan(0)
    expect(lines.filter(({ msg }) => msg === 'node executed')).toHaveLength(25 - lost)
    expect(lines.at(-1)).toMatchObject({ msg: 'shutting down after the running calls have ended' })
  })
})

/** Runs the service in a terminal that takes what fits into its buffers, and no more. */
async function startInTerminal(env: Readonly<Record<string, string>>, { asUser = '' } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'webhook-node-test-'))
  const { port, close } = await listen(createServer())
  await close()
  const file = (name: string) => join(directory, name)
  const written = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '')
  // The shell itself must not write to the terminal that the process was killed.
  const service = `exec 2> /dev/null; ${asUser} ${process.execPath} src/main.ts & echo $! > ${file('pid')}; wait $!; echo $? > ${file('code')}`
  const terminal = spawn('script', ['-qfc', service, '/dev/null'], {
    env: { ...compileCache, ...env, PATH: process.env.PATH, SHELL: '/bin/sh', PORT: String(port) },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const url = `http://127.0.0.1:${port}`
  onTestFinished(() => {
    terminal.kill('SIGKILL')
    rmSync(directory, { recursive: true })
  })
  await untilLive(url)
  return { url, pid: Number(written('pid')), exitCode: () => written('code') }
}

/** A file system that is soon full. */
function smallDisk(): string {
  const directory = mkdtempSync(join(tmpdir(), 'webhook-node-test-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory])
  expect(status).toBe(0)
  onTestFinished(() => {
    spawnSync('umount', ['--lazy', directory])
    rmSync(directory, { recursive: true })
  })
  return directory
}
