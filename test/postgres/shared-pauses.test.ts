import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { ConnectionPause } from '../../src/durability/store/pause-store.ts'
import { startProcessAmongServers } from '../support/process.ts'
import { receiver } from '../support/servers.ts'
import { makeAddress, openPostgres, run, storeKey, writeUrl } from './support/postgres-world.ts'

it('a pause that one instance is asked for holds for all, whatever their clocks say, and for one that starts', async () => {
  let calls = 0
  const target = await receiver((_request, response) => {
    calls += 1
    response.writeHead(429, { 'retry-after': '50' }).end()
  })
  const folder = await mkdtemp(join(tmpdir(), 'webhook-node-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const connectionsFile = join(folder, 'connections.json')
  const baseUrl = target.url.replace(/\/$/, '')
  await writeFile(connectionsFile, JSON.stringify({ crm: { baseUrl }, mail: { baseUrl } }))
  const settings = {
    STORE_URL: writeUrl(makeAddress()),
    STORE_KEYS: `${storeKey.id}:${storeKey.bytes.toString('base64')}`,
    CONNECTIONS_FILE: connectionsFile,
  }
  const wrongClock = { NODE_OPTIONS: `--import=${join(import.meta.dirname, 'support/wrong-clock.ts')}` }
  const call = async ({ url }: { url: string }, connection = 'crm') => {
    const response = await fetch(`${url}/v1/execute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ node: { method: 'POST', connection, url: '/leads' } }),
    })
    const { reason, retryAfterMs } = (await response.json()) as {
      reason: { code: string }
      retryAfterMs: number
    }
    return { code: reason.code, retryAfterMs }
  }
  const [one, other] = await Promise.all([
    startProcessAmongServers(settings),
    startProcessAmongServers({ ...settings, ...wrongClock }),
  ])

  await call(one)
  await vi.waitUntil(() => other.output().includes('asked another instance for a pause'))
  const started = await startProcessAmongServers(settings)

  for (const instance of [one, other, started]) {
    const { code, retryAfterMs } = await call(instance)
    expect(code).toBe('target_paused')
    expect(retryAfterMs).toBeGreaterThan(20_000)
    expect(retryAfterMs).toBeLessThanOrEqual(51_000)
  }
  expect(calls).toBe(1)
  // Other connections are not paused. Theirs is asked for by the instance with the wrong clock.
  expect((await call(other, 'mail')).code).not.toBe('target_paused')
  await vi.waitUntil(async () => (await call(started, 'mail')).code === 'target_paused')
  await vi.waitFor(() => expect(one.output().split('asked another instance for a pause')).toHaveLength(2))
})

async function openTwo() {
  const address = makeAddress()
  const [one, other] = [await openPostgres(address), await openPostgres(address)]
  onTestFinished(() => Promise.all([one.close(), other.close()]).then(() => {}))
  const heard: ConnectionPause[] = []
  other.pauses.onPause((pause) => heard.push(pause))
  return { address, one, other, heard }
}

it('tells others at once of a pause that begins or is lengthened, and of no other', async () => {
  const { address, one, other, heard } = await openTwo()
  const until = one.now() + 30_000
  const pauses = (ms: number) => [{ connection: 'crm', until: until + ms }]

  await one.pauses.save(pauses(0))
  await vi.waitUntil(() => heard.length === 1)
  await one.pauses.save(pauses(-10_000))
  await other.pauses.save(pauses(5_000))
  await vi.waitUntil(() => heard.length === 2)
  expect(heard).toEqual([...pauses(0), ...pauses(5_000)])
  expect(await run(address, 'SELECT connection, until::float8 FROM pauses')).toEqual(pauses(5_000))

  // One that listens later is told of what is there.
  const later: ConnectionPause[] = []
  one.pauses.onPause((pause) => later.push(pause))
  await vi.waitUntil(() => later.length > 0)
  expect(later.at(-1)).toEqual({ connection: 'crm', until: until + 5_000 })
})

it('finds a pause whose notification was lost', async () => {
  const { address, heard } = await openTwo()
  await run(address, "INSERT INTO pauses VALUES ('crm', store_now() + 30000)")

  await vi.waitUntil(() => heard.length === 1)
  expect(heard).toMatchObject([{ connection: 'crm' }])
})

it('keeps no pause that is over, and reads the thousand that end last', async () => {
  const { address, one, heard } = await openTwo()
  await run(
    address,
    `INSERT INTO pauses SELECT 'over' || i, store_now() - i FROM generate_series(1, 100) AS i;
     INSERT INTO pauses SELECT 'c' || i, store_now() + 20000 + i FROM generate_series(1, 1100) AS i`,
  )

  await vi.waitUntil(() => heard.length > 0)
  expect(heard).toHaveLength(1_000)
  expect(heard.map(({ connection }) => Number(connection.slice(1))).every((index) => index > 100)).toBe(true)
  await one.prune()
  expect(await run(address, 'SELECT count(*)::integer AS count FROM pauses')).toEqual([{ count: 1_100 }])
})
