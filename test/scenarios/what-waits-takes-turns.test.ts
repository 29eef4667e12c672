import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import type { ExecutionList, SubmittedItems } from '../../src/contract/durable.ts'
import { testFiles } from '../support/files.ts'
import { hangUp, json, never } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { serviceWithStore, submit, untilEnded } from './support/durable.ts'

/** At the end of a test there is nothing to wait for. */
const hasty = { SHUTDOWN_GRACE_MS: '1200' }

const items = (count: number) => Array.from({ length: count }, () => ({}))

it('executions of the store leave places at their host to calls that clients wait for', async () => {
  const target = await receiver((request, response, incoming) =>
    (request.target === '/slow' ? never : json(200, {}))(request, response, incoming),
  )
  const own = await serviceWithStore({ settings: { MAX_PER_HOST: '2', MAX_QUEUE_PER_HOST: '0', ...hasty } })
  const slow = { method: 'PUT', url: `${target.url}/slow` }

  await own.post<SubmittedItems>('/v1/executions', { node: slow, items: items(20) })
  await vi.waitUntil(() => target.received.length === 1)
  const reply = await own.execute({ node: { method: 'POST', url: `${target.url}/fast` } })

  expect(reply.succeeded).toBe(true)
  expect(target.received).toHaveLength(2)
})

it('executions for a host that does not answer keep those for others from nothing', async () => {
  const dead = await receiver(never)
  const sound = await receiver(json(200, {}))
  const settings = { MAX_IN_FLIGHT: '8', MAX_PER_HOST: '4', ...hasty }
  const own = await serviceWithStore({ settings })
  await own.post('/v1/executions', { node: { method: 'PUT', url: dead.url }, items: items(200) })
  await vi.waitUntil(() => dead.received.length === 2)

  const { executionId } = await submit(own, { node: { method: 'POST', url: sound.url } })
  const { state } = await untilEnded(own, executionId)

  expect(state).toBe('succeeded')
  expect(dead.received).toHaveLength(2)
  const { body } = await own.request<ExecutionList>('/v1/executions?state=waiting&limit=500')
  expect(body.executions).toHaveLength(198)
})

it.each([
  ['hangs up at once', hangUp],
  ['fails at once', json(500, {})],
])('executions for a host that %s take no more turns than it has places for', async (_, answer) => {
  const dead = await receiver(answer)
  const sound = await receiver(json(200, {}))
  const own = await serviceWithStore({ settings: { MAX_PER_HOST: '8', ...hasty } })
  const retry = { attempts: 2, initialDelayMs: 600_000, maxDelayMs: 600_000 }
  const began = performance.now()
  await own.post('/v1/executions', { node: { method: 'PUT', url: dead.url, retry }, items: items(1_000) })

  for (let count = 0; count < 50; count += 1) {
    const { executionId } = await submit(own, { node: { method: 'POST', url: sound.url } })
    expect((await untilEnded(own, executionId)).state).toBe('succeeded')
  }

  const seconds = Math.ceil((performance.now() - began) / 1_000)
  expect(dead.received.length).toBeGreaterThanOrEqual(4)
  // Twice its places in two seconds.
  expect(dead.received.length).toBeLessThanOrEqual(8 + 4 * seconds)
})

it('a host that fails at times keeps all its places', async () => {
  let calls = 0
  const target = await receiver((request, response, incoming) => {
    calls += 1
    return json(calls % 2 === 0 ? 500 : 200, {})(request, response, incoming)
  })
  const own = await serviceWithStore({ settings: { MAX_PER_HOST: '2', ...hasty } })
  const retry = { attempts: 2, initialDelayMs: 600_000, maxDelayMs: 600_000 }

  await own.post('/v1/executions', { node: { method: 'PUT', url: target.url, retry }, items: items(100) })

  // Were the failures held, they would take 100 s.
  await vi.waitUntil(() => calls === 100, { timeout: 50_000 })
})

it('a limit of calls per second uses up no attempt, and ends none', async () => {
  const target = await receiver(json(200, {}))
  const connections = { crm: { baseUrl: target.url, limits: { perSecond: 1, burst: 1 } } }
  const files = await testFiles({ 'connections.json': JSON.stringify(connections) })
  const own = await serviceWithStore({ settings: { CONNECTIONS_FILE: join(files.path, 'connections.json') } })
  const node = { method: 'POST', connection: 'crm', url: '/', timeoutMs: 500 }

  const { body } = await own.post<SubmittedItems>('/v1/executions', { node, items: items(3) })
  const ends = await Promise.all(body.executions.map(({ executionId }) => untilEnded(own, executionId)))

  expect(ends.map(({ state, attempts, result }) => [state, attempts, result.attempts.length])).toEqual(
    ends.map(() => ['succeeded', 1, 1]),
  )
  expect(target.received).toHaveLength(3)
})
