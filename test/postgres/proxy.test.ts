import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import type { ExecutionStatus, Submitted } from '../../src/contract/durable.ts'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import { startProcessAmongServers } from '../support/process.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { makeAddress, storeKey, writeUrl } from './support/postgres-world.ts'
import { startProxy } from './support/proxy.ts'

/** Two instances as processes of their own, with one store and nginx in front. */
async function startPair() {
  const settings = {
    STORE_URL: writeUrl(makeAddress()),
    STORE_KEYS: `${storeKey.id}:${storeKey.bytes.toString('base64')}`,
  }
  const [one, other] = await Promise.all([
    startProcessAmongServers(settings),
    startProcessAmongServers(settings),
  ])
  const proxy = await startProxy([one.url, other.url])

  async function post(route: string, body: object, headers: Record<string, string> = {}) {
    return await fetch(proxy.url + route, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  }
  return { one, other, proxy, post }
}

/** A target that counts what arrives, by the key in the query. */
async function countingTarget(delayMs = 0) {
  const arrivals = new Map<string, number>()
  const answer = json(200, {})
  const { url } = await receiver(async (request, response, incoming) => {
    const key = new URL(request.target, 'https://target').searchParams.get('key') ?? ''
    arrivals.set(key, (arrivals.get(key) ?? 0) + 1)
    await wait(delayMs)
    answer(request, response, incoming)
  })
  return { url, arrivals }
}

describe('two instances behind the proxy', () => {
  it('share the calls, and each replays what the other one has executed', async () => {
    const { proxy, post } = await startPair()
    const { url, arrivals } = await countingTarget()
    const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`)
    const send = (idempotencyKey: string) =>
      post(
        '/v1/execute',
        { node: { method: 'POST', url: `${url}/?key=${idempotencyKey}` }, idempotencyKey },
        { 'x-request-id': idempotencyKey },
      )

    const replies: ExecuteReply[] = []
    // Two at a time: a pair of connections, and so of instances.
    for (const key of keys) await Promise.all([send(key), send(`${key}-other`)])
    // Twice at a time: by one of the instances that has not executed it.
    for (const key of keys)
      for (const reply of await Promise.all([send(key), send(key)]))
        replies.push((await reply.json()) as ExecuteReply)

    expect(replies.filter(({ replayed, succeeded }) => replayed && succeeded)).toHaveLength(2 * keys.length)
    expect([...arrivals.values()]).toEqual(Array.from({ length: 2 * keys.length }, () => 1))
    const calls = await vi.waitUntil(
      async () => {
        const logged = await proxy.calls()
        return logged.length >= 4 * keys.length && logged
      },
      { timeout: 10_000 },
    )
    const askedFor = (key: string) =>
      calls.filter(({ requestId }) => requestId === key).map(({ upstream }) => upstream)
    expect(new Set(calls.map(({ upstream }) => upstream)).size).toBe(2)
    expect(keys.filter((key) => new Set(askedFor(key)).size === 2)).not.toEqual([])
  })

  it('get the ids of a request, and bodies as large as they accept', async () => {
    const { one, other, post } = await startPair()
    const { url } = await countingTarget()
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const node = { method: 'GET', url }

    const named = await post('/v1/execute', { node }, { 'x-request-id': 'mine', traceparent })
    const unnamed = await post('/v1/execute', { node })
    const large = await post('/v1/execute', { node, payload: { event: { text: 'x'.repeat(1_040_000) } } })
    const tooLarge = await post('/v1/execute', { node, payload: { event: { text: 'x'.repeat(1_100_000) } } })

    expect(named.headers.get('x-request-id')).toBe('mine')
    expect(one.output() + other.output()).toContain('"traceId":"4bf92f3577b34da6a3ce929d0e0e4736"')
    expect(unnamed.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/)
    expect(large.status).toBe(200)
    expect(tooLarge.status).toBe(413)
    expect(await tooLarge.json()).toMatchObject({ code: 'payload_too_large' })
  })

  it('lose no call and send no POST twice when one of them is killed', async () => {
    const { other, proxy, post } = await startPair()
    const { url, arrivals } = await countingTarget(20)
    const ends = new Map<string, ExecuteReply>()
    const executionIds = new Map<string, string>()
    const refusals = new Set<number>()
    let isOver = false

    /** As an engine does that has a key: again, until there is an answer. */
    async function send(key: string, route: string, method: string): Promise<void> {
      const node = { method, url: `${url}/?key=${key}` }
      for (;;) {
        const reply = await post(route, { node, idempotencyKey: key }).catch(() => null)
        if (reply?.status === 202) {
          executionIds.set(key, ((await reply.json()) as Submitted).executionId)
          return
        }
        if (reply?.status === 200) {
          ends.set(key, (await reply.json()) as ExecuteReply)
          return
        }
        if (reply !== null) refusals.add(reply.status)
        await reply?.arrayBuffer()
        await wait(100)
      }
    }
    const kinds = [
      ['/v1/executions', 'POST'],
      ['/v1/executions', 'PUT'],
      ['/v1/execute', 'POST'],
    ] as const
    const clients = kinds.map(async ([route, method], client) => {
      for (let count = 0; !isOver; count += 1) await send(`${client}-${count}`, route, method)
    })
    await vi.waitUntil(() => ends.size > 20 && executionIds.size > 40, { timeout: 60_000 })

    other.child.kill('SIGKILL')
    await other.ended
    const before = ends.size
    await vi.waitUntil(() => ends.size > before + 20, { timeout: 60_000 })
    isOver = true
    await Promise.all(clients)

    for (const [key, executionId] of executionIds) {
      const init = { headers: { prefer: 'wait=30' } }
      const reply = await fetch(`${proxy.url}/v1/executions/${executionId}`, init)
      const { result, state } = (await reply.json()) as ExecutionStatus
      if (result === null) throw new Error(`${key} is still ${state}`)
      ends.set(key, result)
    }
    for (const [key, { delivered }] of ends) {
      const arrived = arrivals.get(key) ?? 0
      if (!key.startsWith('1-')) expect(arrived, key).toBeLessThanOrEqual(1)
      if (delivered === 'no') expect(arrived, key).toBe(0)
      if (delivered === 'yes') expect(arrived, key).toBeGreaterThan(0)
    }
    // What had reached the one that died gets 502, and then 409 until its lease has ended.
    expect([...refusals].filter((status) => status !== 502 && status !== 409)).toEqual([])
  })

  it('are left one after the other in an upgrade: what clients see is 503, and one 502 at worst', async () => {
    const { other, post } = await startPair()
    const { url } = await countingTarget(20)
    const statuses: number[] = []
    let isOver = false
    const clients = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const reply = await post('/v1/execute', { node: { method: 'POST', url } })
        await reply.arrayBuffer()
        statuses.push(reply.status)
      }
    })
    await vi.waitUntil(() => statuses.length > 40, { timeout: 60_000 })

    other.child.kill('SIGTERM')
    const [code] = await other.ended
    const before = statuses.length
    await vi.waitUntil(() => statuses.length > before + 40, { timeout: 60_000 })
    isOver = true
    await Promise.all(clients)

    expect(code).toBe(0)
    // The system resets a connection that it has taken while the instance stops to listen.
    const others = statuses.filter((status) => status !== 200 && status !== 503)
    expect(others.length, others.join()).toBeLessThanOrEqual(1)
    expect(others.filter((status) => status !== 502)).toEqual([])
    expect(statuses.slice(before + 10)).not.toContain(503)
  })
})
