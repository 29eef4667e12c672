import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import type { FailureCode } from '../../../src/contract/failure.ts'
import { ok, sound } from '../../../testkit/raw-answers.ts'
import { flood, floodBytes } from '../../../testkit/raw-server.ts'
import { attemptAt, outbound, testEgressClient } from '../../support/egress-client.ts'
import { rawServer, rawTlsServer, recordServer } from '../../support/servers.ts'
import { applicationData, handshake, type Seal, type TlsVersion } from '../../support/tls-records.ts'

const timeoutMs = 20_000

/** At most this number of records is sent, in small portions, so that both sides of this process get on. */
const mostRecords = 20_000
const portion = 100

describe('a target that asks for another handshake in TLS 1.2', () => {
  const tls12 = { maxVersion: 'TLSv1.2' } as const

  it('gets none, and its answer counts', async () => {
    let handshakes = 0
    const target = await rawTlsServer((socket) => {
      socket.once('data', () => {
        renegotiate(socket as TLSSocket, () => (handshakes += 1))
        socket.write(sound)
      })
    }, tls12)
    expect(await attemptAt(target.port, {}, { timeoutMs })).toMatchObject({
      outcome: { kind: 'responded', response: { status: 200, ending: 'complete' } },
      delivered: 'yes',
    })
    expect(handshakes).toBe(0)
  })

  it('gets none where it will not answer without, and the call ends as one without an answer', async () => {
    let handshakes = 0
    const target = await rawTlsServer((socket) => {
      socket.once('data', () => {
        renegotiate(socket as TLSSocket, () => (handshakes += 1))
        // What OpenSSL makes of the refusal reaches the client with the next thing that is written.
        setTimeout(() => socket.write(sound), 50)
      })
    }, tls12)
    expect(await attemptAt(target.port, {}, { timeoutMs })).toMatchObject({
      outcome: { kind: 'failed', failure: { code: 'no_response' satisfies FailureCode } },
      delivered: 'maybe',
    })
    expect(handshakes).toBe(0)
  })
})

describe('a target that keeps TLS busy', () => {
  const ticket = Buffer.concat([
    Buffer.from([4, 0, 0, 221, 0, 0, 28, 32, 0, 0, 0, 1, 8]),
    Buffer.alloc(8),
    Buffer.from([0, 200]),
    Buffer.alloc(202),
  ])

  it.each<readonly [string, TlsVersion, (seal: Seal) => Buffer]>([
    ['asks for one handshake after the other', 'TLSv1.2', (seal) => seal(handshake, Buffer.alloc(4))],
    ['changes its keys again and again', 'TLSv1.3', (seal) => seal(handshake, Buffer.from([24, 0, 0, 1, 0]))],
    ['wants new keys again and again', 'TLSv1.3', (seal) => seal(handshake, Buffer.from([24, 0, 0, 1, 1]))],
    ['gives out tickets without end', 'TLSv1.3', (seal) => seal(handshake, ticket)],
    [
      'sends one letter in a lot of padding',
      'TLSv1.3',
      (seal) => seal(applicationData, Buffer.from('\r'), 1_000),
    ],
  ])('is response_malformed, long before its time is over, if it %s', async (_what, version, make) => {
    const target = await recordServer(version, (tcp, seal) => void sendMany(tcp, () => make(seal)))
    const started = performance.now()
    expect(await attemptAt(target.port, {}, { timeoutMs })).toMatchObject({
      outcome: { kind: 'failed', failure: { code: 'response_malformed' satisfies FailureCode } },
      delivered: 'maybe',
    })
    expect(performance.now() - started).toBeLessThan(timeoutMs / 2)
  })

  it.each<readonly [string, TlsVersion, (seal: Seal) => Buffer]>([
    ['in a lot of padding', 'TLSv1.3', (seal) => seal(applicationData, Buffer.from('a'), 1_000)],
    [
      'with tickets in between',
      'TLSv1.3',
      (seal) => Buffer.concat([seal(handshake, ticket), seal(applicationData, Buffer.from('a'))]),
    ],
  ])('breaks its answer off if every letter of that comes %s', async (_what, version, make) => {
    const target = await recordServer(version, (tcp, seal) => {
      tcp.write(seal(applicationData, Buffer.from(`${ok}\r\n`)))
      void sendMany(tcp, () => make(seal))
    })
    const started = performance.now()
    expect(await attemptAt(target.port, {}, { timeoutMs })).toMatchObject({
      outcome: { kind: 'responded', response: { status: 200, ending: 'broken' } },
      delivered: 'yes',
    })
    expect(performance.now() - started).toBeLessThan(timeoutMs / 2)
  })

  it('is heard where it only sends letters one by one, with some tickets and new keys', async () => {
    const target = await recordServer('TLSv1.3', async (tcp, seal) => {
      const letters = `${ok}content-length: 3000\r\n\r\n${'a'.repeat(3_000)}`
      for (const [at, letter] of [...letters].entries()) {
        if (at % 500 === 0) tcp.write(seal(handshake, ticket))
        if (at % 1_000 === 0) tcp.write(seal(handshake, Buffer.from([24, 0, 0, 1, 0])))
        tcp.write(seal(applicationData, Buffer.from(letter)))
      }
    })
    expect(await attemptAt(target.port, {}, { timeoutMs })).toMatchObject({
      outcome: { kind: 'responded', response: { status: 200, ending: 'complete', body: { length: 3_000 } } },
    })
  })

  it.each<readonly [string, (tcp: Socket, seal: Seal) => void]>([
    [
      'a record that cannot be read',
      (tcp, seal) => tcp.write(seal(applicationData, Buffer.from(sound)).fill(0, 10)),
    ],
    [
      'records of nothing but padding',
      (tcp, seal) => void sendMany(tcp, () => seal(applicationData, Buffer.alloc(0), 1_000)),
    ],
    ['something else than records', (tcp) => tcp.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('is no_response, long before its time is over, if it sends %s', async (_what, part) => {
    const target = await recordServer('TLSv1.3', part)
    const started = performance.now()
    expect(await attemptAt(target.port, {}, { timeoutMs })).toMatchObject({
      outcome: { kind: 'failed', failure: { code: 'no_response' satisfies FailureCode } },
      delivered: 'maybe',
    })
    expect(performance.now() - started).toBeLessThan(timeoutMs / 2)
  })

  it('loses a connection that was kept', async () => {
    const sockets: Socket[] = []
    const target = await recordServer('TLSv1.3', (tcp, seal) => {
      sockets.push(tcp)
      tcp.write(seal(applicationData, Buffer.from(sound)))
      setTimeout(() => tcp.write(seal(handshake, ticket)), 50)
    })
    const egressClient = testEgressClient()
    await egressClient.call(outbound(target.port), { timeoutMs, tenant: null })
    expect(sockets).toHaveLength(1)
    const started = performance.now()
    await Promise.all(sockets.map((socket) => once(socket, 'close')))
    expect(performance.now() - started).toBeLessThan(3_000) // idle, it would be kept for four seconds
  })
})

describe('a handshake that gets nowhere', () => {
  it.each<readonly [string, string]>([
    ['requests for a handshake', '160303000400000000'],
    ['requests for handshakes in large records', `1603034000${'00000000'.repeat(4_096)}`],
    ['the first byte of a message', '160303000100'],
  ])('is tls_aborted, at once and in bounded bytes: %s without end', async (_what, record) => {
    let sentBytes = 0
    const target = await rawServer((socket, reset) => {
      socket.on('close', () => (sentBytes = socket.bytesWritten))
      flood(Buffer.from(record, 'hex'))(socket, reset)
    })
    const started = performance.now()
    expect(await attemptAt(target.port, {}, { timeoutMs })).toMatchObject({
      outcome: { kind: 'failed', failure: { code: 'tls_aborted' satisfies FailureCode } },
      delivered: 'no',
    })
    expect(performance.now() - started).toBeLessThan(timeoutMs / 2)
    await expect.poll(target.open).toBe(0)
    expect(sentBytes).toBeLessThan(floodBytes / 2)
  })
})

function renegotiate(socket: TLSSocket, onHandshake: () => void): void {
  socket.renegotiate({ rejectUnauthorized: false, requestCert: true }, (error) => {
    if (error === null) onHandshake()
  })
}

async function sendMany(tcp: Socket, make: () => Buffer): Promise<void> {
  for (let records = 0; records < mostRecords && !tcp.destroyed; records += portion) {
    tcp.write(Buffer.concat(Array.from({ length: portion }, make)))
    await new Promise(setImmediate)
  }
}
