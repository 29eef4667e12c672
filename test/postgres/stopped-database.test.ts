import { writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { ExecutionStatus, Submitted } from '../../src/contract/durable.ts'
import { startProcessAmongServers } from '../support/process.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { Cluster } from './support/cluster.ts'
import { storeKey, writeUrl } from './support/postgres-world.ts'

/** `npm run bench:outage` has half a minute. */
const seconds = Number(process.env.OUTAGE_SECONDS ?? 5)

/** Of each kind, how often one is sent. */
const everyMs = 250

/** A reply of 503 while the database is away. */
const boundMs = 10_000

const kinds = {
  plain: { route: '/v1/execute', method: 'POST', hasKey: false },
  keyed: { route: '/v1/execute', method: 'POST', hasKey: true },
  post: { route: '/v1/executions', method: 'POST', hasKey: false },
  put: { route: '/v1/executions', method: 'PUT', hasKey: true },
} as const

type Kind = keyof typeof kinds

interface Sent {
  readonly kind: Kind
  readonly key: string
  readonly at: number
  readonly ms: number
  readonly status: number
  readonly retryAfter: string | null
  readonly code: string | undefined
  readonly executionId: string | undefined
}

it(`the database is away for ${seconds} s: what needs it is refused in time, the rest goes on, and all that was accepted ends once`, {
  timeout: 120_000 + seconds * 3_000,
}, async () => {
  const cluster = new Cluster()
  onTestFinished(() => cluster.delete())
  cluster.start()
  const arrivals = new Map<string, number>()
  const answer = json(200, {})
  const target = await receiver(async (request, response, incoming) => {
    const key = new URL(request.target, 'https://target').searchParams.get('key') ?? ''
    arrivals.set(key, (arrivals.get(key) ?? 0) + 1)
    await wait(50)
    answer(request, response, incoming)
  })
  const settings = {
    STORE_URL: writeUrl({
      ...{ host: cluster.folder, port: 5432, user: 'tester', password: null, database: 'postgres' },
      ...{ schema: 'outage', tls: null },
    }),
    STORE_KEYS: `${storeKey.id}:${storeKey.bytes.toString('base64')}`,
  }
  const instances = await Promise.all([0, 1].map(() => startProcessAmongServers(settings)))
  const urls = instances.map(({ url }) => url)

  const sent: Sent[] = []
  let number = 0
  async function send(kind: Kind): Promise<void> {
    const { route, method, hasKey } = kinds[kind]
    number += 1
    const key = `${kind}-${number}`
    const at = performance.now()
    const node = { method, url: `${target.url}/?key=${key}` }
    const response = await fetch(`${urls[number % 2]}${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ node, ...(hasKey && { idempotencyKey: key }) }),
    })
    const { code, executionId } = (await response.json()) as { code?: string; executionId?: string }
    const ms = performance.now() - at
    const retryAfter = response.headers.get('retry-after')
    sent.push({ kind, key, at, ms, status: response.status, retryAfter, code, executionId })
  }
  async function load(forMs: number): Promise<void> {
    const endsAt = performance.now() + forMs
    const underWay: Promise<void>[] = []
    while (performance.now() < endsAt) {
      for (const kind of Object.keys(kinds) as Kind[]) underWay.push(send(kind))
      await wait(everyMs)
    }
    await Promise.all(underWay)
  }

  await load(2_000)
  const loading = load(seconds * 1_000 + 1_000)
  await wait(500)
  const stoppedAt = performance.now()
  cluster.stop()
  await wait(seconds * 1_000)
  const startedAt = performance.now()
  cluster.start()
  await loading
  const goesOn = await vi.waitUntil(
    async () => {
      const before = sent.length
      await send('put')
      return sent[before]?.status === 202 && performance.now() - startedAt
    },
    { timeout: 30_000 },
  )
  await load(1_000)

  // Those without a key need no database.
  expect(sent.filter(({ kind, status }) => kind === 'plain' && status !== 200)).toEqual([])
  const during = sent.filter(
    ({ kind, at }) => kind !== 'plain' && at > stoppedAt + 500 && at < startedAt - 500,
  )
  expect(during.length).toBeGreaterThan(3 * seconds)
  for (const one of during)
    expect(one).toMatchObject({
      status: 503,
      code: 'store_unavailable',
      retryAfter: expect.stringMatching(/^\d+$/),
    })
  expect(Math.max(...during.map(({ ms }) => ms))).toBeLessThan(boundMs)

  const accepted = sent.filter(({ status }) => status === 202)
  for (const { key, executionId } of accepted) {
    const status = await vi.waitUntil(
      async () => {
        const response = await fetch(`${urls[0]}/v1/executions/${executionId}`, {
          headers: { prefer: 'wait=5' },
        })
        const found = (await response.json()) as ExecutionStatus & Partial<Submitted>
        return found.done && found
      },
      { timeout: 30_000 },
    )
    expect(status.state, key).toBe('succeeded')
    expect(arrivals.get(key) ?? 0, key).toBeGreaterThan(0)
  }
  // Nothing that was refused was sent, unless it was accepted and its answer was lost; no POST was sent twice.
  for (const { key } of during) expect(arrivals.get(key) ?? 0, key).toBe(0)
  for (const [key, count] of arrivals) if (!key.startsWith('put')) expect(count, key).toBe(1)
  const results = process.env.OUTAGE_RESULTS
  if (results === undefined) return
  const sum = {
    ...{ seconds, sent: sent.length, accepted: accepted.length },
    refused: sent.filter(({ status }) => status === 503).length,
    slowestRefusalMs: Math.round(Math.max(...during.map(({ ms }) => ms))),
    acceptedAgainAfterMs: Math.round(goesOn),
  }
  writeFileSync(results, `${JSON.stringify(sum)}\n`)
})
