import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import type { Delivered, FailureCode } from '../../../src/contract/failure.ts'
import { ok } from '../../../testkit/raw-answers.ts'
import { drip, type Part, silent, writeAndStay } from '../../../testkit/raw-server.ts'
import { attemptAt, outbound, testEgressClient } from '../../support/egress-client.ts'
import { never } from '../../support/receiver.ts'
import { dnsServer, fullBacklog, rawServer, rawTlsServer, receiver } from '../../support/servers.ts'
import { timed } from '../../support/timed.ts'

const timeoutMs = 400

/** The promise is 50 ms; a busy machine that runs tests gets some more. */
const graceMs = 500

describe('the deadline of a call', () => {
  it.each<readonly [FailureCode, Delivered, string, () => Promise<{ readonly port: number }>]>([
    ['connect_timeout', 'no', 'connecting', () => fullBacklog()],
    ['tls_timeout', 'no', 'the TLS handshake', () => rawServer(silent)],
    ['response_timeout', 'maybe', 'the wait for an answer', () => receiver(never)],
    ['response_timeout', 'maybe', 'a head that drips', () => rawTlsServer(drip('x', 20, `${ok}a: `))],
    ['response_timeout', 'maybe', 'interim answers', () => rawTlsServer(slowHints())],
    ['response_timeout', 'yes', 'a body that drips', () => rawTlsServer(drip('x', 20, `${ok}\r\n`))],
    ['response_timeout', 'yes', 'a body that pauses', () => rawTlsServer(writeAndStay(`${ok}\r\nhello`))],
  ])('ends it as %s, delivered %s, in %s', async (code, delivered, _phase, start) => {
    const { port } = await start()
    const { result: attempt, lateMs } = await timed(timeoutMs, () => attemptAt(port, {}, { timeoutMs }))
    expect(lateMs).toBeLessThan(graceMs)
    expect(attempt).toMatchObject({
      outcome: { kind: 'failed', failure: { code, path: null } },
      delivered,
    })
  })

  it('ends it as dns_timeout in the lookup', async () => {
    const dns = await dnsServer({ 'hooks.example': { silent: ['A', 'AAAA'] } })
    const options = { timeoutMs, dnsServers: [dns.address] }
    const { result, lateMs } = await timed(timeoutMs, () =>
      attemptAt(443, { host: 'hooks.example' }, options),
    )
    expect(lateMs).toBeLessThan(graceMs)
    expect(result.outcome).toMatchObject({ failure: { code: 'dns_timeout' } })
  })

  it('ends it as send_timeout, delivered maybe, where the target stops reading', async () => {
    const target = await rawTlsServer((socket) => socket.pause())
    const body = Buffer.alloc(30_000_000)
    const attempt = await attemptAt(target.port, { body }, { timeoutMs: 600 })
    expect(attempt).toMatchObject({
      outcome: { kind: 'failed', failure: { code: 'send_timeout' }, response: null },
      delivered: 'maybe',
    })
  })

  it('is named by its setting, with the phase that used it up', async () => {
    const target = await receiver(never)
    const { outcome, timings } = await attemptAt(target.port, {}, { timeoutMs })
    expect(outcome.kind === 'failed' && outcome.failure.detail).toMatch(
      /^127\.0\.0\.1:\d+ sent no byte of a response in time: timeoutMs is 400 ms, and the wait for the response used \d+ ms of it\.$/,
    )
    expect(timings).toMatchObject({ tlsMs: expect.any(Number), firstByteMs: null, downloadMs: null })
  })

  it('keeps what has come of a response', async () => {
    const target = await rawTlsServer(writeAndStay(`${ok}x-a: 1\r\ncontent-length: 20\r\n\r\nhello`))
    const { outcome, timings } = await attemptAt(target.port, {}, { timeoutMs })
    expect(outcome.response).toMatchObject({ status: 200, ending: 'timed_out' })
    expect(outcome.response?.body.toString()).toBe('hello')
    expect(timings.downloadMs).toBeGreaterThan(20)
  })

  it('logs nothing that follows from the end of the call', async () => {
    const target = await receiver(never)
    const lines: string[] = []
    const egressClient = testEgressClient({ log: (_details, message) => lines.push(message) })
    await egressClient.call(outbound(target.port), { timeoutMs, tenant: null })
    await vi.waitUntil(() => egressClient.load().connections === 0)
    expect(lines).toEqual([])
  })

  it('destroys the connection', async () => {
    const ends: Promise<unknown>[] = []
    const target = await rawTlsServer((socket) => {
      // It is broken, not ended: what is still on its way must not arrive after the reply.
      ends.push(new Promise((close) => socket.on('error', () => {}).once('close', close)))
    })
    await attemptAt(target.port, {}, { timeoutMs })
    expect(ends).toHaveLength(1)
    await Promise.all(ends)
  })
})

describe('closing the egress client', () => {
  it('ends running calls, with what is known of them', async () => {
    const target = await receiver(never)
    const egressClient = testEgressClient()
    const call = egressClient.call(outbound(target.port), { timeoutMs: 10_000, tenant: null })
    await once(target.server, 'request')
    await egressClient.close()
    expect(await call).toMatchObject([
      { outcome: { kind: 'failed', failure: { code: 'shutdown' } }, delivered: 'maybe' },
    ])
  })

  it('refuses new calls', async () => {
    const target = await receiver(never)
    const egressClient = testEgressClient()
    await egressClient.close()
    expect(await egressClient.call(outbound(target.port), { timeoutMs: 10_000, tenant: null })).toMatchObject(
      [{ outcome: { kind: 'failed', failure: { code: 'shutdown' } }, delivered: 'no' }],
    )
    expect(target.received).toEqual([])
  })
})

/** Each of them would refresh a timer that only looks for silence. */
function slowHints(): Part {
  return drip('HTTP/1.1 103 Early Hints\r\n\r\n', 80)
}

describe('a request that the deadline cut short', () => {
  it('does not arrive after the reply: the connection is broken, with the bytes that were on their way', async () => {
    const sockets: Socket[] = []
    const breaks: Promise<unknown>[] = []
    const target = await rawTlsServer((socket) => {
      sockets.push(socket.pause())
      breaks.push(new Promise((tell) => socket.once('error', tell).once('close', () => tell(null))))
    })
    const body = Buffer.alloc(8_000_000)
    const headers = [['content-length', String(body.length)]] as const

    await attemptAt(target.port, { method: 'POST', body, headers }, { timeoutMs: 2_000 })
    for (const socket of sockets) socket.resume()

    expect(breaks).toHaveLength(1)
    expect(await breaks[0]).toMatchObject({ code: 'ECONNRESET' })
  })
})
