import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { outbound, testEgressClient } from '../../support/egress-client.ts'
import { dropLong, endLong, resetLong, segmentBytes, type Verdict } from '../../support/middlebox.ts'
import { json } from '../../support/receiver.ts'
import { authority, middlebox, rawServer, receiver } from '../../support/servers.ts'
import { timed } from '../../support/timed.ts'

const long = expect.toSatisfy((bytes: number) => bytes > segmentBytes)
const short = expect.toSatisfy((bytes: number) => bytes < 450)

/** A target behind a box, and a way to call it that gives the only attempt. */
async function behind(verdict: Verdict, options: Parameters<typeof testEgressClient>[0] = {}) {
  const target = await receiver(json(200, {}))
  const box = await middlebox(target.port, verdict)
  const lines: string[] = []
  const egressClient = testEgressClient({ log: (_details, message) => lines.push(message), ...options })
  const call = async (timeoutMs = 10_000) => {
    const request = closing(box.port)
    const [attempt, ...others] = await egressClient.call(request, { timeoutMs, tenant: null })
    expect(others).toEqual([])
    return attempt
  }
  return { target, box, egressClient, call, lines }
}

/** A request after which its connection is closed. */
const closing = (port: number) => outbound(port, { keepAlive: false })

it('a ClientHello is the one of Node where that is answered, on one connection', async () => {
  const { call, box, lines } = await behind((_hello, _socket, pass) => pass())

  expect((await call()).outcome.kind).toBe('responded')
  expect(box.hellos()).toEqual([long])
  expect(lines).toEqual([])
})

it.each([
  ['reset', resetLong],
  ['ended', endLong],
])(
  'a short ClientHello follows at once where the connection is %s after a long one',
  async (_what, verdict) => {
    const { call, box, target, lines } = await behind(verdict)
    const attempt = await call()

    expect(attempt).toMatchObject({ outcome: { response: { status: 200 } }, delivered: 'yes' })
    expect(attempt.durationMs).toBeLessThan(2_900) // where no answer comes, it would be three seconds
    expect(box.hellos()).toEqual([long, short])
    expect(target.received).toHaveLength(1)
    expect(lines).toEqual(['no answer to the ClientHello, so a short one is tried'])
  },
)

it('a short ClientHello follows after a third of the time that is left where no answer comes', async () => {
  const { call, box, egressClient } = await behind(dropLong)
  const { outcome, timings } = await call(3_000)

  expect(outcome).toMatchObject({ response: { status: 200 } })
  expect(box.hellos()).toEqual([long, short])
  expect(timings.tlsMs).toBeGreaterThan(900)
  expect(timings.connectMs).toBeLessThan(900)
  await vi.waitUntil(() => egressClient.load().connections === 0)
})

it('a short ClientHello follows after 3 s at the latest', async () => {
  const { call, box } = await behind(dropLong)
  const { outcome, timings } = await call(60_000)

  expect(outcome).toMatchObject({ response: { status: 200 } })
  expect(box.hellos()).toEqual([long, short])
  expect(timings.tlsMs).toBeGreaterThan(2_900)
  expect(timings.tlsMs).toBeLessThan(15_000) // a third of the time would be twenty seconds
})

it('a ClientHello is short from the start where that has helped, for that target alone', async () => {
  const { call, box, egressClient } = await behind(resetLong)
  const other = await middlebox((await receiver(json(200, {}))).port, (_hello, _socket, pass) => pass())
  await call()

  expect((await call()).outcome.kind).toBe('responded')
  expect(box.hellos()).toEqual([long, short, short])
  await egressClient.call(outbound(other.port), { timeoutMs: 5_000, tenant: null })
  expect(other.hellos()).toEqual([long])
})

it('a ClientHello is long again when a remembered short one has failed', async () => {
  let isUp = true
  const { call, box } = await behind((hello, socket, pass) =>
    isUp ? resetLong(hello, socket, pass) : socket.resetAndDestroy(),
  )
  await call()
  isUp = false

  expect((await call()).outcome).toMatchObject({ failure: { code: 'tls_aborted' } })
  isUp = true
  expect((await call()).outcome.kind).toBe('responded')
  expect(box.hellos()).toEqual([long, short, short, long, short])
})

it('a ClientHello is long again when a remembered short one was not answered', async () => {
  let dropsShort = false
  const { call, box } = await behind((hello, socket, pass) => {
    if (!dropsShort) resetLong(hello, socket, pass)
    else if (hello > segmentBytes) pass()
  })
  await call()
  dropsShort = true

  expect((await call(500)).outcome).toMatchObject({ failure: { code: 'tls_timeout' } })
  expect((await call()).outcome.kind).toBe('responded')
  expect(box.hellos()).toEqual([long, short, short, long])
})

it('a target that is only slow keeps its time, and is not remembered', async () => {
  const { call, box, target } = await behind(async (_hello, _socket, pass) => {
    await delay(1_200)
    pass()
  })
  const attempt = await call(3_000)

  expect(attempt.outcome).toMatchObject({ response: { status: 200 } })
  expect(target.received).toHaveLength(1)
  expect((await call(3_000)).outcome.kind).toBe('responded')
  expect(box.hellos()).toEqual([long, short, long, short])
})

it('a slow target keeps its time where it refuses a second connection', async () => {
  let connections = 0
  const { call } = await behind(async (_hello, socket, pass) => {
    connections += 1
    if (connections > 1) return void socket.resetAndDestroy()
    await delay(1_200)
    pass()
  })

  expect((await call(3_000)).outcome).toMatchObject({ response: { status: 200 } })
  expect(connections).toBe(2)
})

it('a ClientHello is not followed by a short one where the target has answered anything', async () => {
  const stranger = await authority.issue({ names: ['other.example'], addresses: [] })
  const target = await receiver(json(200, {}), { credentials: stranger })
  const box = await middlebox(target.port, (_hello, _socket, pass) => pass())
  const [attempt] = await testEgressClient().call(outbound(box.port), { timeoutMs: 5_000, tenant: null })

  expect(attempt.outcome).toMatchObject({ failure: { code: 'tls_name_mismatch' } })
  expect(box.hellos()).toEqual([long])
})

it('a call reports what its short ClientHello met, and does not remember it', async () => {
  const expired = await authority.issue({ notAfter: new Date(Date.now() - 1_000) })
  const target = await receiver(json(200, {}), { credentials: expired })
  const box = await middlebox(target.port, dropLong)
  const egressClient = testEgressClient()
  const call = async () =>
    (await egressClient.call(outbound(box.port), { timeoutMs: 3_000, tenant: null }))[0]

  expect((await call()).outcome).toMatchObject({ failure: { code: 'tls_cert_expired' } })
  expect((await call()).outcome).toMatchObject({ failure: { code: 'tls_cert_expired' } })
  expect(box.hellos()).toEqual([long, short, long, short])
})

it('both ClientHellos end with the call where neither is answered', async () => {
  const { call, box, egressClient } = await behind(() => {})
  const { result: attempt, lateMs } = await timed(900, () => call(900))

  expect(attempt).toMatchObject({
    outcome: { failure: { code: 'tls_timeout' } },
    delivered: 'no',
    timings: { tlsMs: expect.any(Number), firstByteMs: null },
  })
  expect(lateMs).toBeLessThan(800)
  expect(box.hellos()).toEqual([long, short])
  await vi.waitUntil(() => egressClient.load().connections === 0 && box.open() === 0)
})

it('a call has the result of its first ClientHello where a second connection is refused', async () => {
  const target = await rawServer((socket, reset) =>
    socket.once('data', async () => {
      const closed = target.close()
      reset()
      await closed
    }),
  )
  const [attempt] = await testEgressClient().call(outbound(target.port), { timeoutMs: 5_000, tenant: null })

  expect(attempt.outcome).toMatchObject({ failure: { code: 'tls_aborted' } })
  expect(target.accepted()).toBe(1)
})

it('a second connection has the permit of its call, and takes no other', async () => {
  const opened = Promise.withResolvers<void>()
  const { egressClient, box } = await behind(
    async (hello, _socket, pass) => {
      await opened.promise
      if (hello <= segmentBytes) pass()
    },
    { maxPerHost: 2, maxQueuePerHost: 10 },
  )
  const calls = Array.from({ length: 4 }, () =>
    egressClient.call(closing(box.port), { timeoutMs: 20_000, tenant: null }),
  )
  await vi.waitUntil(() => box.hellos().length === 4)
  expect(egressClient.load()).toEqual({ connections: 4, waiting: 2 })
  opened.resolve()

  for (const [{ outcome }] of await Promise.all(calls)) expect(outcome.kind).toBe('responded')
  expect(box.hellos()).toEqual([long, long, short, short, short, short])
  await vi.waitUntil(() => egressClient.load().connections === 0)
})

it('a ClientHello has the groups of the settings and no second form where they are set', async () => {
  const dropping = await behind(dropLong, { tlsGroups: 'X25519MLKEM768:X25519' })
  expect((await dropping.call(900)).outcome).toMatchObject({ failure: { code: 'tls_timeout' } })
  expect(dropping.box.hellos()).toEqual([long])

  const passing = await behind(dropLong, { tlsGroups: '*X25519:P-256' })
  expect((await passing.call(900)).outcome).toMatchObject({ response: { status: 200 } })
  expect(passing.box.hellos()).toEqual([short])
})
