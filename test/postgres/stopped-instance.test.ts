import { expect, it, vi } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import { startProcessAmongServers } from '../support/process.ts'
import { held, inTurn, json, never } from '../support/receiver.ts'
import { scrape } from '../support/scrape.ts'
import { receiver } from '../support/servers.ts'
import { makeAddress, run, storeKey, writeUrl } from './support/postgres-world.ts'

async function startTwo() {
  const address = makeAddress()
  const settings = {
    STORE_URL: writeUrl(address),
    STORE_KEYS: `${storeKey.id}:${storeKey.bytes.toString('base64')}`,
    MAX_PER_HOST: '1',
    MAX_TIMEOUT_MS: '60000',
  }
  const [one, other] = await Promise.all([
    startProcessAmongServers(settings),
    startProcessAmongServers(settings),
  ])
  const stop = async () => {
    one.child.kill('SIGSTOP')
    await vi.waitUntil(async () => (await run(address, 'SELECT id FROM instances')).length === 1, 30_000)
  }
  return { one, other, stop }
}

async function send(url: string, node: object, idempotencyKey?: string): Promise<ExecuteReply> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ node, idempotencyKey }),
  }
  return (await (await fetch(`${url}/v1/execute`, init)).json()) as ExecuteReply
}

it('an instance that was stopped for longer than its leases sends nothing for a key, and answers as the other one did', async () => {
  const { one, other, stop } = await startTwo()
  const busy = await receiver(inTurn(never, json(201, {})))
  const down = await receiver(json(503, {}))
  const retry = { delaysMs: [4_000], totalMs: 60_000 }
  const post = { method: 'POST', timeoutMs: 60_000 }
  const toBusy = { ...post, url: busy.url }
  const toDown = { ...post, url: down.url, retry }
  void send(one.url, toBusy).catch(() => 'lost')
  await vi.waitUntil(() => busy.received.length === 1)
  const stopped = [send(one.url, toBusy, 'waits'), send(one.url, toDown, 'pauses')]
  await vi.waitUntil(
    async () => down.received.length === 1 && (await scrape(one.url)).get('webhook_node_calls_waiting') === 1,
  )

  await stop()
  const taken = [await send(other.url, toBusy, 'waits'), await send(other.url, toDown, 'pauses')]
  busy.server.closeAllConnections()
  one.child.kill('SIGCONT')
  const answered = await Promise.all(stopped)

  expect(taken).toMatchObject([
    { succeeded: true, attempts: [{ number: 1, status: 201 }] },
    { succeeded: false, reason: { code: 'interrupted' }, delivered: 'maybe' },
  ])
  expect(answered).toEqual(taken.map((reply) => ({ ...reply, replayed: true })))
  expect([busy.received.length, down.received.length]).toEqual([2, 1])
})

it('the same for what may be repeated: it waits for the other one, and counts no end of its own', async () => {
  const { one, other, stop } = await startTwo()
  const { answer, release } = held(json(201, {}))
  const slow = await receiver(inTurn(never, answer))
  const down = await receiver(inTurn(json(503, {}), json(200, {})))
  const busy = await receiver(inTurn(never, json(200, {})))
  const put = { method: 'PUT', timeoutMs: 8_000 }
  const toSlow = { ...put, url: slow.url }
  const toDown = { ...put, url: down.url, retry: { delaysMs: [4_000], totalMs: 60_000 } }
  const toBusy = { ...put, url: busy.url, timeoutMs: 60_000 }
  void send(one.url, toBusy).catch(() => 'lost')
  await vi.waitUntil(() => busy.received.length === 1)
  const stopped = [
    send(one.url, toSlow, 'slow'),
    send(one.url, toDown, 'pauses'),
    send(one.url, toBusy, 'waits'),
  ]
  await vi.waitUntil(
    async () =>
      slow.received.length === 1 &&
      down.received.length === 1 &&
      (await scrape(one.url)).get('webhook_node_calls_waiting') === 1,
  )

  await stop()
  const taking = send(other.url, toSlow, 'slow')
  const taken = [await send(other.url, toDown, 'pauses'), await send(other.url, toBusy, 'waits')]
  await vi.waitUntil(() => slow.received.length === 2)
  busy.server.closeAllConnections()
  one.child.kill('SIGCONT')
  const [answered, ...others] = stopped
  expect(await Promise.all(others)).toEqual(taken.map((reply) => ({ ...reply, replayed: true })))
  release()

  const reply = await taking
  expect(reply).toMatchObject({ succeeded: true, attempts: [{ failure: 'interrupted' }, { status: 201 }] })
  expect(await answered).toEqual({ ...reply, replayed: true })
  expect([slow, down, busy].map(({ received }) => received.length)).toEqual([2, 2, 2])
  const counted = [...(await scrape(one.url))].filter(([series]) =>
    /^webhook_node_executions_total/.test(series),
  )
  // That of the call without a key.
  expect(counted.reduce((sum, [, executions]) => sum + executions, 0)).toBe(1)
})
