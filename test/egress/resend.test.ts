import { describe, expect, it, onTestFinished } from 'vitest'
import type { Delivered } from '../../src/contract/failure.ts'
import type { Method } from '../../src/contract/method.ts'
import { Deadline } from '../../src/egress/call/deadline.ts'
import type { Attempts, CallOptions } from '../../src/egress/guarded-calls.ts'
import { obstacleToResend } from '../../src/egress/resend.ts'
import type { OutboundRequest } from '../../src/webhook/wire/outbound-request.ts'
import { sound } from '../../testkit/raw-answers.ts'
import { type Closing, closings, closingTarget } from '../support/closing-target.ts'
import { outbound, testEgressClient } from '../support/egress-client.ts'
import { hangUp } from '../support/receiver.ts'
import { rawTlsServer, receiver, recordServer } from '../support/servers.ts'
import { alert, applicationData } from '../support/tls-records.ts'

const unanswered = {
  purpose: 'call',
  outcome: { kind: 'failed', failure: { code: 'no_response' } },
  delivered: 'maybe',
  connectionReused: true,
} as const
const resent = { purpose: 'resend', delivered: 'yes', connectionReused: false } as const
const get = { method: 'GET', isIdempotent: true } as const

/** The second of two calls, which finds the connection of the first one kept. */
async function callTwice(
  port: number,
  request: Partial<OutboundRequest> = {},
  options: Partial<CallOptions> = {},
): Promise<Attempts> {
  const egressClient = testEgressClient()
  const usual = { timeoutMs: 5_000, tenant: null }
  const first = await egressClient.call(outbound(port), usual)
  expect(first).toMatchObject([{ purpose: 'call', outcome: { kind: 'responded' }, connectionReused: false }])
  return egressClient.call(outbound(port, request), { ...usual, ...options })
}

function withHeader(port: number, header: readonly [name: string, value: string]) {
  const { headers } = outbound(port)
  return { method: 'PUT', isIdempotent: true, headers: [...headers, header] } as const
}

function readHint([{ outcome }]: Attempts): string | undefined {
  return outcome.kind === 'failed' ? outcome.failure.hint : undefined
}

describe('a kept connection that ends when a request is under way', () => {
  it.each(Object.entries(closings))(
    'is followed by a fresh one, however it ends: %s',
    async (_way, close) => {
      const target = await closingTarget(close)

      expect(await callTwice(target.port, get)).toMatchObject([unanswered, resent])
      expect(target.requests()).toBe(3)
    },
  )

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is followed by a fresh one where %s reports it', async (tls) => {
    for (const description of [closeNotify, internalError]) {
      const target = await recordServer(tls, (tcp, seal) => {
        tcp.write(seal(applicationData, Buffer.from(sound)))
        tcp.once('data', () => tcp.write(seal(alert, description)))
      })
      expect(await callTwice(target.port, get)).toMatchObject([unanswered, resent])
    }
  })

  it.each<Method>(['GET', 'PUT', 'DELETE', 'POST', 'PATCH'])(
    'leads to the same bytes of a %s that may come twice',
    async (method) => {
      const target = await closingTarget(closings.destroy)
      const body = Buffer.from('{"a":"b"}')
      const request = outbound(target.port, { body })

      await callTwice(target.port, { method, isIdempotent: true, body, headers: request.headers })

      const [, lost, again, ...others] = target
        .received()
        .toString()
        .split(/(?=(?:GET|PUT|DELETE|POST|PATCH) \/)/)
      expect(others).toEqual([])
      expect(again).toBe(lost)
      expect(again).toContain(`${method} /hook?a=1`)
    },
  )

  it('has no second request where that might do harm, and says what happened', async () => {
    const target = await closingTarget(closings.destroy)

    const attempts = await callTwice(target.port)

    expect(attempts).toMatchObject([unanswered])
    expect(attempts).toHaveLength(1)
    expect(readHint(attempts)).toMatch(
      /kept open from an earlier call.*"idempotent": true.*"keepAlive": false/,
    )
    expect(target.requests()).toBe(2)
  })

  it.each(['If-Match', 'if-none-match', 'If-Unmodified-Since'])(
    'has no second request where %s would refuse what the first one did',
    async (name) => {
      const target = await closingTarget(closings.destroy)

      const attempts = await callTwice(target.port, withHeader(target.port, [name, '"1"']))

      expect(attempts).toMatchObject([unanswered])
      expect(readHint(attempts)).toContain(`because of its header ${name}`)
      expect(target.requests()).toBe(2)
    },
  )

  it.each(['If-Modified-Since', 'If-Range'])('has a second request in spite of %s', async (name) => {
    const target = await closingTarget(closings.destroy)

    const attempts = await callTwice(target.port, withHeader(target.port, [name, '"1"']))

    expect(attempts).toMatchObject([unanswered, resent])
  })

  it.each<[what: string, close: Closing]>([
    ['a letter of an answer', (socket) => socket.end('H')],
    ['an interim answer', (socket) => socket.end('HTTP/1.1 103 Early Hints\r\n\r\n')],
    ['a part of a head', (socket) => socket.end('HTTP/1.1 200 OK\r\nx-a: ')],
  ])('has no second request behind %s', async (_what, close) => {
    const target = await closingTarget(close)

    const attempts = await callTwice(target.port, get)

    expect(attempts).toMatchObject([unanswered])
    expect(readHint(attempts)).toContain('broke off')
    expect(target.requests()).toBe(2)
  })

  it('has no second request where the deadline has passed', async () => {
    const target = await closingTarget(() => {})

    expect(await callTwice(target.port, get, { timeoutMs: 200 })).toMatchObject([
      { purpose: 'call', outcome: { failure: { code: 'response_timeout' } }, delivered: 'maybe' },
    ])
    expect(target.requests()).toBe(2)
  })

  it('has one more request and no third, under the same deadline', async () => {
    const target = await rawTlsServer((socket) => {
      const isFirst = target.connections() === 1
      socket.once('data', () => {
        if (!isFirst) return // the resend gets no answer
        socket.write(sound)
        socket.once('data', () => setTimeout(() => socket.destroy(), 1_000))
      })
    })

    const attempts = await callTwice(target.port, get, { timeoutMs: 2_000 })

    expect(attempts).toMatchObject([
      unanswered,
      { purpose: 'resend', outcome: { failure: { code: 'response_timeout' } }, delivered: 'maybe' },
    ])
    expect(attempts[1]?.durationMs).toBeLessThan(1_700) // a clock of its own would be 2,000
    expect(target.requests()).toBe(3)
  })

  it('has no third request where the fresh connection ends the same way', async () => {
    const target = await rawTlsServer((socket) => {
      const isFirst = target.connections() === 1
      socket.on(
        'data',
        () => void (isFirst && socket.bytesWritten === 0 ? socket.write(sound) : socket.destroy()),
      )
    })

    expect(await callTwice(target.port, get)).toMatchObject([
      unanswered,
      { ...unanswered, purpose: 'resend', connectionReused: false },
    ])
    expect(target.requests()).toBe(3)
  })

  it('has no second request with less than 50 ms left', async () => {
    const target = await closingTarget((socket) => void setTimeout(() => socket.destroy(), 460))

    // Where the machine is busy, the clock runs out first.
    expect(await callTwice(target.port, get, { timeoutMs: 500 })).toHaveLength(1)
    expect(target.requests()).toBe(2)
  })

  it.each<[limitMs: number, delivered: Delivered, isIdempotent: boolean, obstacle: RegExp | null]>([
    [40, 'no', false, /^With less than 50 ms left/],
    [40, 'maybe', true, /may have arrived.* With less than 50 ms left/],
    [40, 'maybe', false, /may have arrived.* "idempotent": true/],
    [5_000, 'no', false, null],
    [5_000, 'maybe', true, null],
  ])(
    'leads to a second request with %i ms left, delivered %s, idempotent %s: %s',
    (limitMs, delivered, isIdempotent, obstacle) => {
      const deadline = new Deadline(limitMs)
      onTestFinished(() => deadline.clear())

      const told = obstacleToResend({ delivered }, { request: outbound(443, { isIdempotent }), deadline })

      if (obstacle === null) expect(told).toBeNull()
      else expect(told).toMatch(obstacle)
    },
  )

  it('can be sent again with other headers', async () => {
    const target = await closingTarget(closings.destroy)
    const headers = [...outbound(target.port, { method: 'GET' }).headers, ['X-Try', '2']] as const

    await callTwice(target.port, get, { forResend: () => outbound(target.port, { ...get, headers }) })

    expect(
      target
        .received()
        .toString()
        .match(/X-Try: 2/g),
    ).toHaveLength(1)
  })

  it('needs no further permit', async () => {
    const target = await closingTarget(closings.destroy)
    const egressClient = testEgressClient({ maxPerHost: 1, maxQueuePerHost: 0 })
    for (let call = 0; call < 5; call++) {
      const attempts = await egressClient.call(outbound(target.port, get), { timeoutMs: 5_000, tenant: null })
      expect(attempts.at(-1)).toMatchObject({ outcome: { kind: 'responded' } })
    }
    expect(egressClient.load()).toEqual({ connections: 1, waiting: 0 })
  })
})

it('a fresh connection that ends without an answer is not followed by another one', async () => {
  const target = await receiver(hangUp)

  const attempts = await testEgressClient().call(outbound(target.port, get), {
    timeoutMs: 5_000,
    tenant: null,
  })

  expect(attempts).toMatchObject([{ ...unanswered, connectionReused: false }])
  expect(attempts).toHaveLength(1)
  expect(readHint(attempts)).toBeUndefined()
})

/** Level and description of an alert (RFC 8446, section 6). */
const closeNotify = Buffer.from([1, 0])
const internalError = Buffer.from([2, 80])
