import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises'
import { get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createAddressPolicy } from '../../src/egress/policy/address-policy.ts'
import { readSettings } from '../../src/settings/settings.ts'
import { freePort } from '../../testkit/free-port.ts'
import { attack, expectUnharmed } from './support/attack.ts'
import { hostileService } from './support/hostile-service.ts'
import { many } from './support/shape.ts'

/** The machine around the service: what it writes to, who connects to it, and what a request says of itself. */
const keys = 'engine:engine-engine-engine'
const service = hostileService({ heapMb: 160, settings: { API_KEYS: keys } })

interface Started {
  readonly child: ChildProcess
  readonly url: string
  readonly pid: number
  readonly ended: Promise<unknown>
}

interface StartOptions {
  /** Where its standard output goes: a file descriptor, or a pipe that is not read. */
  readonly stdout: number | 'pipe'
  readonly settings?: Readonly<Record<string, string>>
  /** The most files that it may open. */
  readonly openFiles?: number
}

/** A service of its own for one test, which asks nothing of its standard output. */
async function startWith({ stdout, settings = {}, openFiles }: StartOptions): Promise<Started> {
  const port = await freePort()
  const command = `ulimit -n ${openFiles ?? 'unlimited'} 2>/dev/null; exec "$0" src/main.ts`
  const child = spawn('sh', ['-c', command, process.execPath], {
    cwd: join(import.meta.dirname, '../..'),
    env: { PORT: String(port), NODE_OPTIONS: '--max-old-space-size=160', ...settings },
    stdio: ['ignore', stdout, 'ignore'],
  })
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const url = `http://127.0.0.1:${port}`
  await vi.waitUntil(() => isLive(url), { timeout: 30_000 })
  return { child, url, pid: child.pid as number, ended } // it has been spawned
}

/** Asked over a connection of its own. */
function isLive(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    get(`${url}/livez`, { agent: false, timeout: 2_000 }, (reply) => {
      reply.resume()
      resolve(reply.statusCode === 200)
    })
      .on('error', () => resolve(false))
      .on('timeout', () => resolve(false))
  })
}

/** Executions, of which each is a line of the log. What they ask for is refused before anything is dialled. */
async function executeMany(url: string, count: number): Promise<void> {
  const body = JSON.stringify({
    node: { method: 'GET', url: 'https://127.0.0.1/', id: 'n'.repeat(100) },
    correlationId: 'c'.repeat(128),
  })
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  for (let sent = 0; sent < count && (sent === 0 || (await isLive(url))); sent += 50)
    await Promise.all(
      many(50, () =>
        fetch(`${url}/v1/execute`, { ...init, signal: AbortSignal.timeout(1_000) })
          .then((reply) => reply.arrayBuffer())
          .catch(() => {}),
      ),
    )
}

/** How long a service takes to end after a signal; at most 20 s. By default it waits for calls for 15 s. */
async function endingMs({ child, ended }: Started): Promise<number> {
  const began = performance.now()
  child.kill('SIGTERM')
  await Promise.race([ended, sleep(20_000)])
  return performance.now() - began
}

const residentMb = async (pid: number) =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024

describe('a log that cannot be written', () => {
  it('stops neither the service nor its end where the disk is full', async () => {
    await using full = await open('/dev/full', 'w')
    const started = await startWith({ stdout: full.fd, settings: { SHUTDOWN_GRACE_MS: '2000' } })

    await executeMany(started.url, 500)

    expect(await isLive(started.url)).toBe(true)
    const metrics = await (await fetch(`${started.url}/metrics`)).text()
    expect(metrics).toMatch(/^webhook_node_log_lines_lost_total(?:\{[^}]*\})? [1-9]/m)
    expect(await endingMs(started)).toBeLessThan(10_000)
  })

  it('stops neither the service nor its end where no process reads it, and takes no memory', async () => {
    const started = await startWith({ stdout: 'pipe', settings: { SHUTDOWN_GRACE_MS: '2000' } })
    started.child.stdout?.pause()
    await executeMany(started.url, 1_000)
    const before = await residentMb(started.pid)

    await executeMany(started.url, 3_000)

    expect(await isLive(started.url)).toBe(true)
    expect((await residentMb(started.pid)) - before).toBeLessThan(60)
    expect(await endingMs(started)).toBeLessThan(10_000)
  })
})

describe('idle connections', () => {
  it('leave room for others in less than 18 s, also with half a request', async () => {
    const started = await startWith({ stdout: 'pipe', openFiles: 200 })
    started.child.stdout?.resume()
    const sockets: Socket[] = many(300, () =>
      connect({ host: '127.0.0.1', port: Number(new URL(started.url).port) }).on('error', () => {}),
    )
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
    })
    for (const [index, socket] of sockets.entries())
      if (index % 2 === 0) socket.write('GET /livez HTTP/1.1\r\nHost: a\r\nX-A: ')
    await sleep(500)

    const began = performance.now()
    // A head is given 10 s.
    while (!(await isLive(started.url)) && performance.now() - began < 20_000) await sleep(100)

    expect(performance.now() - began).toBeLessThan(18_000)
  })
})

const request = (path: string, init: RequestInit = {}) => fetch(service.url + path, init)
const posting = (body: string, headers: Readonly<Record<string, string>> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: 'Bearer engine-engine-engine', ...headers },
  body,
})

describe('many requests that are refused', () => {
  const refused: Readonly<Record<string, readonly [path: string, init: RequestInit]>> = {
    'without a key': ['/v1/execute', posting('{}', { authorization: 'Bearer nobody-nobody-nobody' })],
    'at no address': [`/${'a/'.repeat(200)}`, {}],
    'with another method': ['/v1/execute', { method: 'DELETE' }],
    'that are no JSON': ['/v1/execute', posting('{')],
    'for the documents': ['/docs', {}],
    'for the contract': ['/openapi.json', {}],
  }

  it.each(Object.entries(refused))('keep no other client waiting: %s', async (_name, [path, init]) => {
    // The first one makes the service put its documents together.
    await request(path, init)
    const aftermath = await attack(service, async () => {
      for (let sent = 0; sent < 1_000; sent += 50)
        await Promise.all(many(50, async () => (await request(path, init)).arrayBuffer()))
    })

    expectUnharmed(aftermath)
  })

  it('do not fill the disk without a key', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'webhook-node-log-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    await using log = await open(join(directory, 'log'), 'w')
    const { url } = await startWith({ stdout: log.fd, settings: { API_KEYS: keys } })

    for (let sent = 0; sent < 2_000; sent += 50)
      await Promise.all(
        many(50, async () =>
          (await fetch(`${url}/v1/execute`, posting('{}', { authorization: 'Bearer nobody' }))).arrayBuffer(),
        ),
      )

    expect((await stat(join(directory, 'log'))).size).toBeLessThan(100_000)
  })
})

describe('an ambiguous request', () => {
  const node = '{"method":"GET","url":"https://127.0.0.1/"}'

  it.each([
    ['two tenants', `{"node":${node},"tenant":"a","tenant":"b"}`],
    ['two nodes', `{"node":${node},"node":${node}}`],
    ['two URLs', `{"node":{"method":"GET","url":"https://a.example/","url":"https://127.0.0.1/"}}`],
    ['two names in its payload', `{"node":${node},"payload":{"vars":{"a":1,"a":2}}}`],
    ['two names of which one is escaped', `{"node":${node},"tenant":"a","ten\\u0061nt":"b"}`],
    ['two secrets of one name', `{"node":${node},"secrets":{"abc":"one-one","abc":"two-two"}}`],
  ])('is refused: %s', async (_name, body) => {
    const reply = await request('/v1/execute', posting(body))

    expect(reply.status).toBe(400)
    expect(await reply.json()).toMatchObject({ code: 'invalid_request' })
  })

  it.each([
    ['two hosts', 'GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
    ['no host', 'GET /livez HTTP/1.1\r\n\r\n', 400],
    [
      'two lengths',
      'POST /v1/preview HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
      400,
    ],
    [
      'a length and chunks',
      'POST /v1/preview HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('is refused: %s', async (_name, text, status) => {
    const socket = connect({ host: '127.0.0.1', port: service.port })
    onTestFinished(() => void socket.destroy())
    socket.write(text)

    const [head] = await once(socket, 'data')

    expect(Number(String(head).split(' ')[1])).toBe(status)
  })

  it.each(['gzip', 'br', 'identity, gzip'])('is refused with 415: JSON that is %s', async (coding) => {
    const { status } = await request('/v1/preview', posting('{}', { 'content-encoding': coding }))

    expect(status).toBe(415)
  })
})

describe('an address of a metadata service, with everything open', () => {
  const policy = createAddressPolicy({
    ...readSettings({ EGRESS_ALLOW: '::/0,0.0.0.0/0' }).egress,
    own: { address: '127.0.0.1', port: 3_000 },
    interfaces: [],
  })

  it.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '::169.254.169.254',
    '2002:a9fe:a9fe::1',
    '2002:a9fe:a9fe:1:2:3:4:5',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::a9fe:a9fe',
    '2001:0:1:2:3:4:5601:5601',
    '::ffff:0:a9fe:a9fe',
    'fe80::5efe:a9fe:a9fe',
    'fd00:ec2::254',
  ])('is closed as %s', (address) => {
    expect(policy.refuseAddress(address, { host: address, port: 443 })).toBe('metadata')
  })
})
