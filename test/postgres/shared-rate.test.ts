import { writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { SharedTokens } from '../../src/durability/shared-tokens.ts'
import { TokenBuckets } from '../../src/egress/limits/token-buckets.ts'
import { startProcessAmongServers } from '../support/process.ts'
import { receiver } from '../support/servers.ts'
import { makeAddress, openPostgres, storeKey, writeUrl } from './support/postgres-world.ts'

const rate = { perSecond: 50, burst: 50 }
/** What each instance may have of a bucket in advance: a block of 100 ms. */
const block = 5

/** `npm run bench:rate` has a minute. */
const seconds = Number(process.env.RATE_SECONDS ?? 6)

it(`grants 50 per second to three instances together for ${seconds} s, and few of them are lost`, {
  timeout: 60_000 + seconds * 1_000,
}, async () => {
  const address = makeAddress()
  const now = () => performance.now()
  const instances = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const store = await openPostgres(address, { maxConnections: 4 })
      onTestFinished(() => store.close())
      return new SharedTokens({ store, now, own: new TokenBuckets({ now }) })
    }),
  )
  const granted: number[] = []
  const began = now()

  await Promise.all(
    instances.map(async (tokens) => {
      while (now() - began < seconds * 1_000) {
        if (tokens.reserve('bucket', rate, 1).granted === 1) granted.push(now() - began)
        else await wait(Math.max(1, tokens.availableAt('bucket', rate, 1) - now()))
      }
    }),
  )

  expect(maxOverRate(granted)).toBeLessThanOrEqual(50 + 3 * block + 1)
  expect(granted.length).toBeGreaterThan(0.5 * (50 + seconds * 50))
  if (process.env.RATE_RESULTS !== undefined)
    writeFileSync(
      process.env.RATE_RESULTS,
      `${JSON.stringify({ seconds, granted: granted.length, mostBeyond50PerSecond: Math.round(maxOverRate(granted)) })}\n`,
    )
})

/** The most that was granted in any span of time beyond 50 per second. */
function maxOverRate(granted: readonly number[]): number {
  let over = 0
  let last = 0
  let most = 0
  for (const at of granted) {
    over = Math.max(0, over - ((at - last) * rate.perSecond) / 1_000) + 1
    last = at
    most = Math.max(most, over)
  }
  return most
}

it('holds calls of several instances of the service back together', async () => {
  const arrivals: number[] = []
  const target = await receiver((_request, response) => {
    arrivals.push(performance.now())
    response.writeHead(204).end()
  })
  const folder = await mkdtemp(join(tmpdir(), 'webhook-node-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const { hostname, port } = new URL(target.url)
  const limitsFile = join(folder, 'limits.json')
  await writeFile(limitsFile, JSON.stringify([{ host: `${hostname}:${port}`, perSecond: 4, burst: 2 }]))
  const settings = {
    STORE_URL: writeUrl(makeAddress()),
    STORE_KEYS: `${storeKey.id}:${storeKey.bytes.toString('base64')}`,
    LIMITS_FILE: limitsFile,
  }
  const instances = await Promise.all([0, 1].map(() => startProcessAmongServers(settings)))

  const replies = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const response = await fetch(`${instances[index % 2]?.url}/v1/execute`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ node: { method: 'POST', url: target.url, timeoutMs: 10_000 } }),
      })
      return (await response.json()) as { succeeded: boolean }
    }),
  )

  expect(
    replies.map(({ succeeded }) => succeeded),
    JSON.stringify(replies[0]),
  ).toEqual(replies.map(() => true))
  const [first = 0] = arrivals
  // Two at once, one from each block, and then four per second: alone each instance would take half as long.
  expect((arrivals.at(-1) ?? 0) - first).toBeGreaterThan(1_500)
})
