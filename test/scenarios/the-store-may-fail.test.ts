import { execFileSync } from 'node:child_process'
import { copyFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import type { ExecutionStatus, Submitted } from '../../src/contract/durable.ts'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import type { Problem } from '../../src/contract/schemas.ts'
import { startProcessAmongServers } from '../support/process.ts'
import { held, json } from '../support/receiver.ts'
import { scrape } from '../support/scrape.ts'
import { receiver } from '../support/servers.ts'
import { storeFile } from './support/durable.ts'

/** A process whose disk can be made full: no file of it may grow. */
async function startOnDisk(settings = {}) {
  const file = await storeFile()
  const { child, url, ...rest } = await startProcessAmongServers({ STORE_URL: `sqlite:${file}`, ...settings })
  const limit = (bytes: string) => void execFileSync('prlimit', [`--pid=${child.pid}`, `--fsize=${bytes}`])
  async function post<Body>(path: string, body: object) {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    const response = await fetch(url + path, init)
    return { status: response.status, headers: response.headers, body: (await response.json()) as Body }
  }
  const show = async (id: string) =>
    (await (await fetch(`${url}/v1/executions/${id}`)).json()) as ExecutionStatus
  /** Leaves room for some pages of the log. */
  const leavePages = (pages: number) => limit(`${statSync(`${file}-wal`).size + pages * 4_120}:`)
  return {
    ...rest,
    url,
    file,
    post,
    show,
    leavePages,
    fillDisk: () => limit('1:'),
    emptyDisk: () => limit('unlimited:'),
  }
}

describe('while the disk is full', () => {
  it('nothing is accepted that could not be kept, nothing is sent for it, and other calls go on', async () => {
    const target = await receiver(json(200, {}))
    const { url, post, fillDisk, emptyDisk, output } = await startOnDisk()
    const node = { method: 'POST', url: target.url }
    const accept = () => post<Submitted & Problem>('/v1/executions', { node, idempotencyKey: 'k' })

    fillDisk()
    const durable = await accept()
    const keyed = await post<Problem>('/v1/execute', { node, idempotencyKey: 'k' })
    expect(target.received).toHaveLength(0)
    const keyless = await post('/v1/execute', { node })
    emptyDisk()
    const later = await vi.waitUntil(async () => {
      const reply = await accept()
      return reply.status === 202 && reply
    })

    for (const { status, headers, body } of [durable, keyed]) {
      expect([status, headers.get('retry-after')]).toEqual([503, '1'])
      expect(body).toMatchObject({ code: 'store_unavailable', delivered: 'no', repeat: 'safe' })
    }
    expect(keyless.status).toBe(200)
    expect(later.body.replayed).toBe(false)
    expect((await scrape(url)).get('webhook_node_store_failures_total')).toBeGreaterThan(1)
    expect(output().split('the store cannot be reached or written')).toHaveLength(2)
  })

  it('a call with a key that has waited for its place is not sent, and its key is free', async () => {
    const gate = held(json(200, {}))
    const target = await receiver(gate.answer)
    const { url, post, fillDisk, emptyDisk } = await startOnDisk({ MAX_PER_HOST: '1' })
    const node = { method: 'POST', url: target.url }
    const first = post('/v1/execute', { node })
    await vi.waitUntil(() => target.received.length === 1)
    const waiting = post<Problem>('/v1/execute', { node, idempotencyKey: 'k' })
    await vi.waitUntil(async () => (await scrape(url)).get('webhook_node_calls_waiting') === 1)

    fillDisk()
    gate.release()
    const [, refused] = await Promise.all([first, waiting])
    expect(target.received).toHaveLength(1)
    emptyDisk()
    const later = await vi.waitUntil(async () => {
      const reply = await post<ExecuteReply>('/v1/execute', { node, idempotencyKey: 'k' })
      return reply.status === 200 && reply.body
    })

    expect(refused).toMatchObject({ status: 503, body: { code: 'store_unavailable', delivered: 'no' } })
    expect(later).toMatchObject({ succeeded: true, attempts: [{ number: 1 }] })
  })

  it.each([
    ['after a pause', { status: 503 }, { retry: { delaysMs: [20] } }, 'safe'],
    ['where a redirect leads', { status: 303 }, { followRedirects: 1 }, 'never'],
  ])('nothing more is sent for a key %s', async (_, { status }, own, repeat) => {
    const elsewhere = await receiver(json(200, {}))
    const gate = held((_request, response) => response.writeHead(status, { location: elsewhere.url }).end())
    const target = await receiver(gate.answer)
    const { post, fillDisk, emptyDisk } = await startOnDisk()
    const node = { method: 'POST', url: target.url, ...own }
    const running = post<ExecuteReply>('/v1/execute', { node, idempotencyKey: 'k' })
    await vi.waitUntil(() => target.received.length === 1)

    fillDisk()
    gate.release()
    const { body } = await running
    emptyDisk()

    expect(body).toMatchObject({
      succeeded: false,
      reason: { code: 'local_resource', message: expect.stringContaining('store') },
      delivered: 'yes',
      repeat,
      attempts: [{ status }, { failure: 'local_resource', delivered: 'no' }],
    })
    expect([target.received.length, elsewhere.received.length]).toEqual([1, 0])
  })

  it('what was carried out is not sent again because its redirect cannot be followed', async () => {
    const gate = held((_request, response) => response.writeHead(303, { location: '/done' }).end())
    const target = await receiver(gate.answer)
    const { post, show, fillDisk, emptyDisk } = await startOnDisk()
    const node = { method: 'POST', url: target.url, followRedirects: 1 }
    const { body } = await post<Submitted>('/v1/executions', { node })
    await vi.waitUntil(() => target.received.length === 1)

    fillDisk()
    gate.release()
    await wait(500)
    emptyDisk()
    const status = await vi.waitUntil(async () => {
      const shown = await show(body.executionId)
      return shown.done && shown
    })

    expect(status).toMatchObject({ state: 'failed', result: { delivered: 'yes', repeat: 'never' } })
    expect(target.received).toHaveLength(1)
  })

  it('the outcome of a call under way is kept until it can be stored, and the call is not made again', async () => {
    const gate = held(json(201, {}))
    const target = await receiver(gate.answer)
    const { post, show, fillDisk, emptyDisk } = await startOnDisk()
    const { body } = await post<Submitted>('/v1/executions', { node: { method: 'POST', url: target.url } })
    await vi.waitUntil(() => target.received.length === 1)

    fillDisk()
    gate.release()
    await wait(500)
    expect((await show(body.executionId)).done).toBe(false)
    emptyDisk()
    const status = await vi.waitUntil(
      async () => {
        const shown = await show(body.executionId)
        return shown.done && shown
      },
      { timeout: 15_000, interval: 100 },
    )

    expect(status).toMatchObject({ state: 'succeeded', attempts: 1, result: { delivered: 'yes' } })
    expect(target.received).toHaveLength(1)
  })

  it('cancelling is answered in a while, whatever of it can be stored, and holds later', {
    timeout: 60_000,
  }, async () => {
    const { url, post, show, leavePages, emptyDisk } = await startOnDisk()
    const notBefore = new Date(Date.now() + 3_600_000).toISOString()
    const node = { method: 'POST', url: 'https://target.example/' }
    const statuses = new Set<number>()
    for (const pages of [0, 3, 6, 9, 12, 100]) {
      const { body } = await post<Submitted>('/v1/executions', { node, notBefore })
      leavePages(pages)
      const init = { method: 'POST', signal: AbortSignal.timeout(8_000) }
      const { status } = await fetch(`${url}/v1/executions/${body.executionId}/cancel`, init)
      emptyDisk()
      statuses.add(status)
      // Where the cancellation itself could not be stored, it is sent again.
      await vi.waitUntil(async () => {
        const shown = await show(body.executionId)
        if (shown.state === 'waiting') await fetch(`${url}/v1/executions/${body.executionId}/cancel`, init)
        return shown.state === 'withdrawn'
      })
    }

    expect([...statuses].sort()).toEqual([200, 503])
  })
})

it('what cannot be read now is not said to be undelivered', async () => {
  const { url, file, post } = await startOnDisk()
  const node = { method: 'POST', url: 'https://target.example/' }
  const notBefore = new Date(Date.now() + 3_600_000).toISOString()
  const { body } = await post<Submitted>('/v1/executions', { node, notBefore })
  const path = `/v1/executions/${body.executionId}`

  rmSync(file)
  await vi.waitUntil(async () => (await fetch(`${url}/readyz`)).status === 503)

  for (const [method, where] of [
    ['GET', path],
    ['GET', `${path}/result`],
    ['GET', '/v1/executions'],
    ['POST', `${path}/cancel`],
  ] as const) {
    const reply = await fetch(`${url}${where}`, { method })
    const problem = (await reply.json()) as Problem
    expect([where, reply.status, problem.code]).toEqual([where, 503, 'store_unavailable'])
    expect(problem).toMatchObject({ delivered: 'maybe', repeat: 'safe', retryable: true })
    expect(problem.detail).not.toMatch(/nothing sent/i)
  }
})

describe('the file of the store, while the service runs,', () => {
  it.each([
    ['is deleted', (file: string) => rmSync(file)],
    [
      'is replaced',
      (file: string) => {
        copyFileSync(file, `${file}.copy`)
        renameSync(`${file}.copy`, file)
      },
    ],
    ['loses its log', (file: string) => rmSync(`${file}-wal`)],
  ])('%s: nothing is accepted any more, the log says why, and the service is not ready', async (_, spoil) => {
    const { url, file, post, output } = await startOnDisk()
    const accept = () =>
      post<Problem>('/v1/executions', { node: { method: 'POST', url: 'https://target.example/' } })
    expect((await accept()).status).toBe(202)

    spoil(file)
    const refused = await accept()

    expect([refused.status, refused.body.code]).toEqual([503, 'store_unavailable'])
    const ready = await vi.waitUntil(async () => {
      const reply = await fetch(`${url}/readyz`)
      return reply.status === 503 && ((await reply.json()) as unknown)
    })
    expect(ready).toEqual({ status: 'store_lost' })
    expect((await fetch(`${url}/livez`)).status).toBe(200)
    await vi.waitUntil(() =>
      output().includes('the file of the store was deleted or replaced while the service runs'),
    )
  })

  it('is deleted while nothing is asked for: the log says so all the same', async () => {
    const { url, file, output } = await startOnDisk()

    rmSync(file)
    await vi.waitUntil(async () => (await fetch(`${url}/readyz`)).status === 503)

    await vi.waitUntil(() =>
      output().includes('the file of the store was deleted or replaced while the service runs'),
    )
  })
})
