import { describe, expect, it } from 'vitest'
import { maxRememberedSeconds } from '../../../src/egress/dns/cache.ts'
import { receiverAt } from '../../namespace/support/receiver-at.ts'
import { outbound, rules, testEgressClient } from '../../support/egress-client.ts'
import { held, json } from '../../support/receiver.ts'
import { authority, dnsServer, receiver } from '../../support/servers.ts'

const host = 'hooks.example'
const limitMs = maxRememberedSeconds * 1_000
const credentials = await authority.issue({ names: [host] })

/** A target that moves from one address to another, and an egress client whose clock goes as the test says. */
async function movingTarget(ttl: number, answer = json(200, {})) {
  const old = await receiver(answer, { credentials })
  const fresh = await receiverAt('127.0.0.2', old.port, credentials)
  let address = '127.0.0.1'
  const dns = await dnsServer((_name, type) => ({ ttl, ...(type === 'A' ? { a: [address] } : {}) }))
  let nowMs = 0
  const egressClient = testEgressClient({
    dnsServers: [dns.address],
    allow: rules('127.0.0.0/8'),
    now: () => nowMs,
  })
  return {
    call: async () => {
      const [attempt] = await egressClient.call(outbound(old.port, { host }), {
        timeoutMs: 5_000,
        tenant: null,
      })
      expect(attempt.outcome.kind).toBe('responded')
      return attempt
    },
    move: () => {
      address = '127.0.0.2'
    },
    setClock: (ms: number) => {
      nowMs = ms
    },
    seen: () => ({ old: old.received.length, fresh: fresh.length }),
    questions: dns.questions,
  }
}

describe('a target that has moved while calls go on', () => {
  it.each([0, 1, 29, 30, 31, 86_400])('is followed within 30 s with a TTL of %i', async (ttl) => {
    const { call, move, setClock, seen } = await movingTarget(ttl)
    await call()
    move()
    for (let ms = 0; ms < limitMs; ms += 1_000) {
      setClock(ms)
      expect(await call()).toMatchObject({ connectionReused: true })
    }
    setClock(limitMs)
    expect(await call()).toMatchObject({ connectionReused: false })
    expect(seen()).toEqual({ old: 31, fresh: 1 })
  })

  it('is followed by a connection that was opened with an answer from memory', async () => {
    const { answer, release } = held(json(200, {}))
    const { call, move, setClock, seen, questions } = await movingTarget(60, answer)
    const first = call()
    await expect.poll(seen).toEqual({ old: 1, fresh: 0 })
    move()
    setClock(limitMs - 1)
    const second = call()
    await expect.poll(seen).toEqual({ old: 2, fresh: 0 })
    expect(questions).toHaveLength(2)
    release()
    setClock(limitMs)
    await Promise.all([first, second])

    await Promise.all([call(), call()])

    expect(seen()).toEqual({ old: 2, fresh: 2 })
  })
})

it('a connection to an address in the URL is kept', async () => {
  const target = await receiver(json(200, {}))
  let nowMs = 0
  const egressClient = testEgressClient({ now: () => nowMs })
  const call = async () =>
    (await egressClient.call(outbound(target.port), { timeoutMs: 5_000, tenant: null }))[0]
  await call()
  nowMs = 100 * limitMs
  expect(await call()).toMatchObject({ connectionReused: true })
})
