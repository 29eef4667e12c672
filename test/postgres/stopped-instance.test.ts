import { expect, it, vi } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import { startProcessAmongServers } from '../support/process.ts'
import { inTurn, json, never, type Receiver } from '../support/receiver.ts'
import { scrape } from '../support/scrape.ts'
import { receiver } from '../support/servers.ts'
import { makeAddress, run, storeKey, writeUrl } from './support/postgres-world.ts'

it('an instance that was stopped for longer than its leases sends nothing for a key, and answers as the other one did', async () => {
  const address = makeAddress()
  const settings = {
    STORE_URL: writeUrl(address),
    STORE_KEYS: `${storeKey.id}:${storeKey.bytes.toString('base64')}`,
    MAX_PER_HOST: '1',
    MAX_TIMEOUT_MS: '60000',
  }
  const busy = await receiver(inTurn(never, json(201, {})))
  const down = await receiver(json(503, {}))
  const [one, other] = await Promise.all([
    startProcessAmongServers(settings),
    startProcessAmongServers(settings),
  ])
  const send = async (url: string, { url: target }: Receiver, idempotencyKey?: string) => {
    const retry = { delaysMs: [4_000], totalMs: 60_000 }
    const node = { method: 'POST', url: target, timeoutMs: 60_000, ...(target === down.url && { retry }) }
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ node, idempotencyKey }),
    }
    return (await (await fetch(`${url}/v1/execute`, init)).json()) as ExecuteReply
  }
  void send(one.url, busy).catch(() => 'lost')
  await vi.waitUntil(() => busy.received.length === 1)
  const stopped = [send(one.url, busy, 'waits'), send(one.url, down, 'pauses')]
  await vi.waitUntil(
    async () => down.received.length === 1 && (await scrape(one.url)).get('webhook_node_calls_waiting') === 1,
  )

  one.child.kill('SIGSTOP')
  await vi.waitUntil(async () => (await run(address, 'SELECT id FROM instances')).length === 1, 30_000)
  const taken = [await send(other.url, busy, 'waits'), await send(other.url, down, 'pauses')]
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
