import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ExecutionStatus, Submitted } from '../../src/contract/durable.ts'
import { startProcessAmongServers } from '../support/process.ts'
import { receiver } from '../support/servers.ts'
import { makeAddress, storeKey, writeUrl } from './support/postgres-world.ts'

it('an instance whose clock is ten minutes ahead executes, repeats and expires as the others do', async () => {
  let calls = 0
  const target = await receiver((_request, response) => {
    calls += 1
    response.writeHead(calls % 3 === 0 ? 200 : 503).end()
  })
  const settings = {
    STORE_URL: writeUrl(makeAddress()),
    STORE_KEYS: `${storeKey.id}:${storeKey.bytes.toString('base64')}`,
  }
  const wrong = await startProcessAmongServers({
    ...settings,
    NODE_OPTIONS: `--import=${join(import.meta.dirname, 'support/wrong-clock.ts')}`,
  })
  const submit = async (url: string, more: object = {}) => {
    const retry = { attempts: 5, initialDelayMs: 100, maxDelayMs: 200, totalMs: 60_000 }
    const response = await fetch(`${url}/v1/executions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ node: { method: 'PUT', url: target.url, retry }, ...more }),
    })
    expect(response.status, await response.clone().text()).toBe(202)
    return (await response.json()) as Submitted
  }
  const end = async (url: string, id: string) => {
    const response = await fetch(`${url}/v1/executions/${id}`, { headers: { prefer: 'wait=20' } })
    return (await response.json()) as ExecutionStatus
  }

  // Alone, it repeats after the pause that the node asks for.
  const alone = await submit(wrong.url)
  expect(await end(wrong.url, alone.executionId)).toMatchObject({ state: 'succeeded', attempts: 3 })

  // The two make attempts of the same execution, each after the other as it happens.
  const right = await startProcessAmongServers(settings)
  for (const [one, other] of [
    [wrong, right],
    [right, wrong],
  ] as const) {
    const { executionId, dueAt } = await submit(one.url)
    expect(Math.abs(Date.parse(String(dueAt)) - Date.now())).toBeLessThan(60_000)
    expect(await end(other.url, executionId)).toMatchObject({ state: 'succeeded', attempts: 3 })
  }

  // Two minutes are two minutes.
  const expiresAt = new Date(Date.now() + 120_000).toISOString()
  const { executionId } = await submit(wrong.url, { expiresAt })
  expect(await end(wrong.url, executionId)).toMatchObject({ state: 'succeeded' })
})
