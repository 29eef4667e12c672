import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import type { EgressClient } from '../../../src/egress/egress-client.ts'
import { sound } from '../../../testkit/raw-answers.ts'
import { outbound, testEgressClient } from '../../support/egress-client.ts'
import { hangUp, inTurn, json, type ReceivedRequest } from '../../support/receiver.ts'
import { rawTlsServer, receiver, recordServer } from '../../support/servers.ts'
import { applicationData } from '../../support/tls-records.ts'

async function callOnce(egressClient: EgressClient, port: number, tenant: string | null = null) {
  const attempts = await egressClient.call(outbound(port), { timeoutMs: 5_000, tenant })
  expect(attempts).toHaveLength(1)
  return attempts[0]
}

describe('a connection', () => {
  it('carries one request after the other', async () => {
    const target = await receiver(json(200, {}))
    const egressClient = testEgressClient()
    const attempts = []
    for (let call = 0; call < 15; call++) attempts.push(await callOnce(egressClient, target.port))
    expect(attempts.map(({ connectionReused }) => connectionReused)).toEqual([
      false,
      ...Array<boolean>(14).fill(true),
    ])
    expect(attempts.at(-1)).toMatchObject({
      delivered: 'yes',
      timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: expect.any(Number) },
    })
    expect(target.received).toHaveLength(15)
  })

  it('carries one request at a time', async () => {
    const target = await rawTlsServer((socket) => socket.on('data', () => socket.write(sound)))
    const egressClient = testEgressClient()
    await Promise.all(Array.from({ length: 8 }, () => callOnce(egressClient, target.port)))
    expect(target.connections()).toBe(8)
  })

  it('is not shared between tenants', async () => {
    const target = await receiver(json(200, {}))
    const egressClient = testEgressClient()
    const tenants = [null, 'a', 'b', 'null']
    for (const tenant of tenants)
      expect(await callOnce(egressClient, target.port, tenant)).toMatchObject({ connectionReused: false })
    for (const tenant of tenants)
      expect(await callOnce(egressClient, target.port, tenant)).toMatchObject({ connectionReused: true })
  })

  it.each([
    ['says that it closes', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi'],
    ['gives it no time', 'HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 2\r\n\r\nhi'],
    ['is of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi'],
    ['goes on behind its end', `${sound}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`],
    ['has a body where there is none', 'HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nhi'],
    ['is broken', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\nZZ\r\n'],
  ])('is not used again where the answer %s', async (_what, bytes) => {
    const target = await rawTlsServer((socket) => socket.on('data', () => socket.write(bytes)))
    const egressClient = testEgressClient()
    await callOnce(egressClient, target.port)
    expect(await callOnce(egressClient, target.port)).toMatchObject({ connectionReused: false })
    expect(target.connections()).toBe(2)
  })

  it('is closed when the time that the target gives it is over', async () => {
    const ends: Promise<unknown>[] = []
    const target = await rawTlsServer((socket) => {
      ends.push(once(socket, 'close'))
      socket.on('data', () => socket.write(sound.replace('\r\n', '\r\nkeep-alive: timeout=3\r\n')))
    })
    await callOnce(testEgressClient(), target.port)
    expect(ends).toHaveLength(1)
    await Promise.all(ends)
  })

  it('is not used again after a body that was cut', async () => {
    const target = await receiver(json(200, 'x'.repeat(1_000)))
    const egressClient = testEgressClient({ maxResponseBytes: 100 })
    await callOnce(egressClient, target.port)
    expect(await callOnce(egressClient, target.port)).toMatchObject({ connectionReused: false })
  })

  it('brings no unrequested response', async () => {
    const sockets: Socket[] = []
    const target = await rawTlsServer((socket) => {
      sockets.push(socket)
      socket.on('data', () => socket.write(sound))
    })
    const egressClient = testEgressClient()
    await callOnce(egressClient, target.port)
    await new Promise((sent) => sockets[0]?.write(sound.replace('200', '201'), sent))
    await newsToArrive()
    expect(await callOnce(egressClient, target.port)).toMatchObject({
      outcome: { response: { status: 200 } },
      connectionReused: false,
    })
  })
})

describe('unrequested bytes', () => {
  const unasked = sound.replace('200', '201')

  /** A target that answers every request, and an egress client that has a connection to it. */
  async function keptConnection(part: (socket: Socket) => void = () => {}) {
    const sockets: Socket[] = []
    const target = await rawTlsServer((socket) => {
      sockets.push(socket)
      socket.on('data', () => socket.write(sound))
      part(socket)
    })
    const egressClient = testEgressClient()
    await callOnce(egressClient, target.port)
    const [socket] = sockets
    if (socket === undefined) throw new Error('no connection')
    return { target, egressClient, socket }
  }

  it.each(Array.from({ length: 30 }, (_, time) => time + 1))(
    'are no answer where they were sent before the call began (time %i)',
    async () => {
      const { target, egressClient, socket } = await keptConnection()
      await stat('.') // what follows stands where the loop has polled and not yet polled again
      socket.write(unasked)
      const attempts = await egressClient.call(outbound(target.port), { timeoutMs: 5_000, tenant: null })
      expect(attempts.at(-1)).toMatchObject({
        outcome: { response: { status: 200 } },
        connectionReused: false,
      })
      for (const { delivered, outcome } of attempts.slice(0, -1))
        expect({ delivered, outcome }).toMatchObject({
          delivered: 'no',
          outcome: { failure: { code: 'no_response' } },
        })
      expect(target.requests()).toBe(2)
    },
  )

  it.each([
    ['an answer', unasked],
    ['a part of one', 'HTTP'],
    ['a line break', '\r\n'],
    ['a letter', 'x'],
  ])('end a kept connection: %s', async (_what, bytes) => {
    const { target, socket } = await keptConnection()
    const closed = once(socket, 'close')
    const started = performance.now()
    socket.write(bytes)
    await closed
    expect(performance.now() - started).toBeLessThan(3_000) // idle, it would be kept for four seconds
    expect(target.open()).toBe(0)
  })

  it('are no answer where their record had come in part', async () => {
    const target = await recordServer('TLSv1.3', (tcp, seal) => {
      tcp.write(seal(applicationData, Buffer.from(sound)))
      const record = seal(applicationData, Buffer.from(unasked))
      setImmediate(() => tcp.write(record.subarray(0, 30)))
      tcp.once('data', () => tcp.write(record.subarray(30)))
    })
    const egressClient = testEgressClient()
    await callOnce(egressClient, target.port)
    await newsToArrive()
    expect(await callOnce(egressClient, target.port)).toMatchObject({
      outcome: { response: { status: 200 } },
      connectionReused: false,
    })
  })

  it('are response_malformed, delivered maybe, where their record had begun right behind the answer', async () => {
    const target = await recordServer('TLSv1.3', (tcp, seal) => {
      const record = seal(applicationData, Buffer.from(sound))
      const next = seal(applicationData, Buffer.from(unasked))
      tcp.write(Buffer.concat([record, next.subarray(0, 30)]))
      tcp.once('data', () => tcp.write(next.subarray(30)))
    })
    const egressClient = testEgressClient()
    await callOnce(egressClient, target.port)
    expect(await callOnce(egressClient, target.port)).toMatchObject({
      outcome: { kind: 'failed', failure: { code: 'response_malformed' } },
      delivered: 'maybe',
      connectionReused: true,
    })
  })
})

describe('a call that shares no connection', () => {
  async function callAlone(egressClient: EgressClient, port: number) {
    const request = outbound(port, { keepAlive: false })
    const [attempt] = await egressClient.call(request, { timeoutMs: 5_000, tenant: null })
    return attempt
  }

  it('neither uses a kept connection nor leaves one', async () => {
    const target = await receiver(json(200, {}))
    const egressClient = testEgressClient()
    await callOnce(egressClient, target.port)
    expect(await callAlone(egressClient, target.port)).toMatchObject({ connectionReused: false })
    expect(await callAlone(egressClient, target.port)).toMatchObject({ connectionReused: false })
    expect(await callOnce(egressClient, target.port)).toMatchObject({ connectionReused: false })
    expect(target.received.map(connectionHeader)).toEqual(['keep-alive', 'close', 'close', 'keep-alive'])
  })

  it('is closed behind the answer by the service, too', async () => {
    const target = await rawTlsServer((socket) => socket.on('data', () => socket.write(sound)))
    const egressClient = testEgressClient()
    await callAlone(egressClient, target.port)
    await vi.waitUntil(() => target.open() === 0)
  })

  it('has no more connections beside it than there are permits', async () => {
    const target = await receiver(json(200, {}))
    const egressClient = testEgressClient({ maxPerHost: 2 })
    await Promise.all([callOnce(egressClient, target.port), callOnce(egressClient, target.port)])
    const call = callAlone(egressClient, target.port)
    expect(egressClient.load().connections).toBeLessThanOrEqual(2)
    await call
  })

  it('gets no answer that was held back until the next request', async () => {
    const target = await rawTlsServer((socket) => {
      let requests = 0
      socket.on('data', () => {
        requests += 1
        socket.write(requests === 1 ? sound : sound.replace('200', '201'))
      })
    })
    const egressClient = testEgressClient()
    for (let call = 0; call < 3; call++)
      expect(await callAlone(egressClient, target.port)).toMatchObject({
        outcome: { response: { status: 200 } },
      })
  })

  it('waits for a permit like any other', async () => {
    const target = await receiver(json(200, {}))
    const egressClient = testEgressClient({ maxPerHost: 1 })
    const attempts = await Promise.all([
      callAlone(egressClient, target.port),
      callAlone(egressClient, target.port),
      callOnce(egressClient, target.port),
    ])
    expect(attempts.map(({ timings }) => timings.queueMs !== null)).toEqual([false, true, true])
    expect(attempts.map(({ outcome }) => outcome.kind)).toEqual(['responded', 'responded', 'responded'])
  })
})

describe('an answer during the upload', () => {
  it('is taken as it is, and its connection is not kept', async () => {
    const target = await rawTlsServer((socket) => {
      socket.on('data', (chunk: Buffer) => {
        if (!chunk.includes('HTTP/1.1')) return
        socket.pause()
        socket.write(sound, () => setTimeout(() => socket.resume(), 20))
      })
    })
    const egressClient = testEgressClient()
    const body = Buffer.alloc(20_000_000) // more than kernels buffer
    const options = { timeoutMs: 5_000, tenant: null }
    await callOnce(egressClient, target.port)
    for (const connectionReused of [true, false]) {
      expect(await egressClient.call(outbound(target.port, { body }), options)).toMatchObject([
        { outcome: { response: { status: 200, ending: 'complete' } }, delivered: 'yes', connectionReused },
      ])
    }
  })
})

describe('a kept-alive connection that the target has closed', () => {
  it('is replaced silently where that was known', async () => {
    const target = await receiver(inTurn(json(200, {}), json(201, {})), { keepAlive: true })
    const egressClient = testEgressClient()
    await callOnce(egressClient, target.port)
    target.server.closeAllConnections()
    await newsToArrive()
    expect(await callOnce(egressClient, target.port)).toMatchObject({
      outcome: { response: { status: 201 } },
      connectionReused: false,
    })
  })

  it('is followed by a fresh one, as an attempt of its own, where it was found out too late', async () => {
    const target = await receiver(inTurn(json(200, {}), json(201, {})))
    const egressClient = testEgressClient()
    await callOnce(egressClient, target.port)

    await nextTurn() // so that the end arrives before the next chance to write
    const call = egressClient.call(outbound(target.port), { timeoutMs: 5_000, tenant: null })
    target.server.closeAllConnections()

    expect(await call).toMatchObject([
      {
        outcome: { kind: 'failed', failure: { code: 'no_response' } },
        delivered: 'no',
        connectionReused: true,
      },
      {
        outcome: { kind: 'responded', response: { status: 201 } },
        delivered: 'yes',
        connectionReused: false,
      },
    ])
    expect(target.received).toHaveLength(2)
  })

  it('is no_response, delivered maybe, and not sent again, where the request was under way', async () => {
    const target = await receiver(inTurn(json(200, {}), hangUp, json(201, {})))
    const egressClient = testEgressClient()
    await callOnce(egressClient, target.port)
    expect(await callOnce(egressClient, target.port)).toMatchObject({
      outcome: { kind: 'failed', failure: { code: 'no_response' } },
      delivered: 'maybe',
      connectionReused: true,
    })
    expect(target.received).toHaveLength(2)
  })
})

function connectionHeader({ rawHeaders }: ReceivedRequest): string | undefined {
  return rawHeaders[rawHeaders.indexOf('connection') + 1]
}

/** Both ends live in this process: what one sends reaches the other within a few turns of its loop. */
async function newsToArrive(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await nextTurn()
}
