import { Client } from 'undici'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ExecuteReply } from '../src/contract/execution.ts'
import { startProcess, startProcessAmongServers } from './support/process.ts'
import { createReceiver, held, json, never, retryLater } from './support/receiver.ts'
import { credentials, receiver } from './support/servers.ts'

const post = { method: 'POST', path: '/v1/execute', headers: { 'content-type': 'application/json' } } as const

/** The client takes its leave with the reply. Those that do not are `executeUntilRefused`. */
const leaving = { ...post, headers: { ...post.headers, connection: 'close' } }

/** What came back, or why nothing did. */
type Ending = { readonly status: number; readonly delivered: string } | { readonly error: string }

/** Executes a node again and again over one connection, until it is answered with anything but 200. */
async function executeUntilRefused(url: string, node: object): Promise<readonly Ending[]> {
  const client = new Client(url)
  onTestFinished(() => client.destroy())
  const endings: Ending[] = []
  for (;;) {
    const ending = await client.request({ ...post, body: JSON.stringify({ node }) }).then(
      async ({ statusCode, body }) => {
        const { delivered } = (await body.json()) as { delivered: string }
        return { status: statusCode, delivered }
      },
      (error: NodeJS.ErrnoException) => ({ error: error.code ?? error.name }),
    )
    endings.push(ending)
    if (!('status' in ending) || ending.status !== 200) return endings
  }
}

async function execute(url: string, node: object): Promise<ExecuteReply> {
  const response = await fetch(url + post.path, { ...leaving, body: JSON.stringify({ node }) })
  return (await response.json()) as ExecuteReply
}

/** A call of eleven seconds, under way while the other tests run, of a process that has been told to stop. */
async function stopDuringLongCall() {
  const target = await createReceiver(credentials, never)
  const undos: (() => void | Promise<void>)[] = [() => target.close()]
  const settings = { MAX_TIMEOUT_MS: '11000' }
  const { child, url, ended } = await startProcessAmongServers(settings, (undo) => void undos.push(undo))
  const running = execute(url, { method: 'POST', url: target.url, timeoutMs: 11_000 })
  await vi.waitUntil(() => target.received.length === 1)
  const stoppedAt = performance.now()
  child.kill('SIGTERM')
  const tookMs = ended.then(() => performance.now() - stoppedAt)
  return { running, ended, tookMs, cleanUp: () => Promise.all(undos.map((undo) => undo())) }
}

async function untilDraining(url: string): Promise<void> {
  await vi.waitUntil(async () => (await fetch(`${url}/readyz`)).status === 503)
}

describe('a process that is told to stop', () => {
  let longCall: Awaited<ReturnType<typeof stopDuringLongCall>>
  beforeAll(async () => {
    longCall = await stopDuringLongCall()
    return () => longCall.cleanUp()
  })

  it('answers every request of clients that keep sending, and exits with 0', async () => {
    const target = await receiver((...request) => void setTimeout(() => json(200, {})(...request), 20))
    const { child, url, ended } = await startProcessAmongServers()
    const node = { method: 'POST', url: target.url }

    const clients = Array.from({ length: 32 }, () => executeUntilRefused(url, node))
    await vi.waitUntil(() => target.received.length > 100, { timeout: 50_000 })
    child.kill('SIGTERM')
    const endings = (await Promise.all(clients)).flat()

    expect(await ended).toEqual([0, null])
    const answered = { status: 200, delivered: 'yes' }
    const refused = { status: 503, delivered: 'no' }
    // A late client finds no listener: that request was never sent.
    const late = { error: 'ECONNREFUSED' }
    for (const ending of endings) expect([answered, refused, late]).toContainEqual(ending)
    expect(endings).toContainEqual(refused)
    expect(endings.filter((ending) => 'status' in ending && ending.status === 200)).toHaveLength(
      target.received.length,
    )
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('lets a running call end on %s', async (signal) => {
    const { answer, release } = held(json(200, { done: true }))
    const target = await receiver(answer)
    const { child, url, ended } = await startProcessAmongServers()

    const running = execute(url, { method: 'GET', url: target.url })
    await vi.waitUntil(() => target.received.length === 1)
    child.kill(signal)
    await untilDraining(url)
    release()

    expect(await running).toMatchObject({ branch: 'success', response: { body: '{"done":true}' } })
    expect(await ended).toEqual([0, null])
  })

  it('goes on refusing for as long as a load balancer needs to notice', async () => {
    const { child, url, ended } = await startProcessAmongServers({ SHUTDOWN_DELAY_MS: '1500' })
    const began = performance.now()
    child.kill('SIGTERM')
    await untilDraining(url)

    expect(await execute(url, { method: 'GET', url: 'https://target.example/' })).toMatchObject({
      code: 'overloaded',
      retryable: true,
    })
    expect(await ended).toEqual([0, null])
    expect(performance.now() - began).toBeGreaterThan(1_500)
  })

  it('interrupts what outlasts the grace, says what may have arrived, and exits with 0', async () => {
    const target = await receiver(never)
    const { child, url, ended } = await startProcessAmongServers({ SHUTDOWN_GRACE_MS: '1500' })

    const running = execute(url, { method: 'POST', url: target.url, timeoutMs: 10_000 })
    await vi.waitUntil(() => target.received.length === 1)
    const began = performance.now()
    child.kill('SIGTERM')

    expect(await running).toMatchObject({
      branch: 'error',
      reason: { code: 'shutdown', blame: 'service' },
      delivered: 'maybe',
      repeat: 'if_idempotent',
    })
    expect(await ended).toEqual([0, null])
    expect(performance.now() - began).toBeLessThan(8_000)
  })

  it('waits for no further attempt, and the last one stands', async () => {
    const target = await receiver(retryLater(9))
    const { child, url, output, ended } = await startProcessAmongServers()
    const began = performance.now()

    const running = execute(url, { method: 'POST', url: target.url, retry: {} })
    await vi.waitUntil(() => target.received.length === 1)
    child.kill('SIGTERM')

    expect(await running).toMatchObject({
      reason: { code: 'expectation_unmet' },
      delivered: 'yes',
      repeat: 'safe',
      attempts: [{ status: 503 }],
      warnings: [{ code: 'retry_abandoned', path: '/node/retry' }],
    })
    expect(await ended).toEqual([0, null])
    expect(output()).toContain('"code":"expectation_unmet"')
    expect(performance.now() - began).toBeLessThan(8_000)
  })

  it('ends at once on a second signal, with 1', async () => {
    const target = await receiver(never)
    const { child, url, ended } = await startProcessAmongServers()

    const running = execute(url, { method: 'POST', url: target.url })
    await vi.waitUntil(() => target.received.length === 1)
    child.kill('SIGTERM')
    await untilDraining(url)
    child.kill('SIGTERM')

    await expect(running).rejects.toThrow('fetch failed')
    expect(await ended).toEqual([1, null])
  })

  it('waits for a call that takes longer than a framework would wait for a plugin', async () => {
    const { running, ended, tookMs } = longCall

    expect(await running).toMatchObject({ reason: { code: 'response_timeout' } })
    expect(await ended).toEqual([0, null])
    expect(await tookMs).toBeGreaterThan(10_000)
  })
})

describe('a process with a bug', () => {
  it('says what was thrown and exits with 1', async () => {
    const bug = `process.once('SIGWINCH', () => { throw new Error('a bug') })`
    const { child, ended, output } = await startProcess({
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(bug)}`,
    })

    child.kill('SIGWINCH')

    expect(await ended).toEqual([1, null])
    expect(output()).toMatch(/"level":"fatal".*"message":"a bug"/)
  })
})
