import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ExecuteReply } from '../src/execution/contract.ts'
import { listen } from './support/listen.ts'
import { json } from './support/receiver.ts'
import { authority, receiver } from './support/servers.ts'

/** A program of the service as a process of its own, with no other environment. */
function run(
  program: string,
  env: Readonly<Record<string, string>>,
): { child: ChildProcess; output(): string } {
  const child = spawn(process.execPath, [`src/${program}`], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  return { child, output: () => output }
}

async function runToEnd(program: string, env: Readonly<Record<string, string>>) {
  const { child, output } = run(program, env)
  const [code] = await once(child, 'close')
  return { code, output: output() }
}

async function start(env: Readonly<Record<string, string>> = {}) {
  const running = run('main.ts', { PORT: '0', ...env })
  const url = await vi.waitUntil(() => /listening on (http:[^"]+)/.exec(running.output())?.[1], {
    timeout: 10_000,
  })
  return { ...running, url }
}

function execute(url: string, node: object): Promise<Response> {
  return fetch(`${url}/v1/execute`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ node }),
  })
}

describe('the process', () => {
  it('exits with 2 when settings are wrong, and names them all', async () => {
    const { code, output } = await runToEnd('main.ts', {
      PORT: 'eighty',
      LOG_LEVEL: 'loud',
      EGRESS_CA_FILE: '/no',
    })

    expect(code).toBe(2)
    expect(output.match(/^ {2}\w+/gm)).toEqual(['  PORT', '  LOG_LEVEL', '  EGRESS_CA_FILE'])
  })

  it('exits with 2 rather than listen to everybody without keys', async () => {
    const { code, output } = await runToEnd('main.ts', { HOST: '0.0.0.0', PORT: '0' })

    expect(code).toBe(2)
    expect(output).toContain('API_KEYS is not set')
  })

  it('starts without keys on loopback and says so', async () => {
    const { output } = await start()

    await vi.waitUntil(() => output().includes('no key is asked for'))
  })

  it('exits with 1 and a clear line when its port is taken', async () => {
    const { port, close } = await listen(createServer())
    onTestFinished(close)

    const { code, output } = await runToEnd('main.ts', { PORT: String(port) })

    expect(code).toBe(1)
    expect(output).toContain(`cannot listen on 127.0.0.1 port ${port}`)
  })

  it('lets running calls end on SIGTERM and exits with 0', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const target = await receiver((...request) => released.then(() => json(200, { done: true })(...request)))
    const directory = await mkdtemp(join(tmpdir(), 'webhook-node-test-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    await writeFile(join(directory, 'ca.pem'), authority.pem)
    const { child, url } = await start({
      EGRESS_ALLOW: `127.0.0.1:${target.port}`,
      EGRESS_CA_FILE: join(directory, 'ca.pem'),
    })

    const running = execute(url, { method: 'GET', url: `https://127.0.0.1:${target.port}/` })
    await vi.waitUntil(() => target.received.length === 1)
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await vi.waitUntil(() =>
      fetch(`${url}/readyz`).then(
        ({ ok }) => !ok,
        () => true,
      ),
    )
    release()

    const reply = (await (await running).json()) as ExecuteReply
    expect(reply).toMatchObject({ branch: 'success', response: { body: '{"done":true}' } })
    expect(await exited).toEqual([0, null])
  })

  it('never calls itself, on a port that it was given by the system', async () => {
    const { url } = await start({ EGRESS_ALLOW: '127.0.0.0/8' })

    const response = await execute(url, { method: 'GET', url: url.replace('http:', 'https:') })

    expect(await response.json()).toMatchObject({ reason: { code: 'address_denied' } })
  })
})

describe('the health check of the image', () => {
  it('exits with 0 when the service is up', async () => {
    const { url } = await start()

    expect(await runToEnd('healthcheck.ts', { PORT: new URL(url).port })).toMatchObject({ code: 0 })
  })

  it('exits with 0 when the service listens everywhere', async () => {
    const env = { HOST: '0.0.0.0', AUTH: 'off' }
    const { url } = await start(env)

    expect(await runToEnd('healthcheck.ts', { ...env, PORT: new URL(url).port })).toMatchObject({ code: 0 })
  })

  it('exits with 1 when nothing listens', async () => {
    const { port, close } = await listen(createServer())
    await close()

    expect(await runToEnd('healthcheck.ts', { PORT: String(port) })).toMatchObject({ code: 1 })
  })
})
