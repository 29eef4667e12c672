import { describe, expect, it } from 'vitest'
import type { Method } from '../../src/contract/method.ts'
import type { OutboundRequest } from '../../src/webhook/wire/outbound-request.ts'
import { attemptAt, outbound, testEgressClient } from '../support/egress-client.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'

describe('what the target receives', () => {
  it.each<readonly [Method, string | null, readonly (readonly [string, string])[]]>([
    ['GET', null, []],
    ['POST', '{"a":1}', [['content-length', '7']]],
    ['PUT', '{"a":1}', [['content-length', '7']]],
    ['PATCH', '{"a":1}', [['content-length', '7']]],
    ['DELETE', '{"a":1}', [['content-length', '7']]],
    ['DELETE', null, []],
    ['POST', null, [['content-length', '0']]],
    ['PUT', '', [['content-length', '0']]],
  ])('is what the request says, header by header: %s %j', async (method, body, length) => {
    const target = await receiver(json(200, {}))
    const headers = [
      ['host', `127.0.0.1:${target.port}`],
      ['connection', 'keep-alive'],
      ['User-Agent', 'webhook-node/0.1.0'],
      ['X-Twice', '1'],
      ['Content-Type', 'application/json'],
      ['x-twice', '2'],
      ['x-empty', ''],
      ['__proto__', 'x'],
      ...length,
    ] as const
    const request = {
      method,
      headers,
      body: body === null ? null : Buffer.from(body),
      target: '/a%20b/?c=%2F&d',
    }

    const { outcome, delivered } = await attemptAt(target.port, request)

    expect(outcome).toMatchObject({ kind: 'responded' })
    expect(delivered).toBe('yes')
    expect(target.received).toEqual([
      {
        method,
        target: '/a%20b/?c=%2F&d',
        rawHeaders: headers.flat(),
        body: Buffer.from(body ?? ''),
      },
    ])
  })

  it('does not depend on the default port being written', async () => {
    const target = await receiver(json(200, {}))
    const headers = [
      ['host', 'hooks.example'],
      ['connection', 'keep-alive'],
      ['content-length', '2'],
    ] as const
    await attemptAt(target.port, { headers })
    expect(target.received[0]?.rawHeaders).toEqual(headers.flat())
  })
})

describe('an attempt', () => {
  it('is timed phase by phase', async () => {
    const target = await receiver(json(200, {}))
    const before = new Date()
    const { startedAt, durationMs, timings } = await attemptAt(target.port)
    expect(startedAt.getTime()).toBeGreaterThanOrEqual(before.getTime())
    expect(timings).toEqual({
      queueMs: null,
      dnsMs: null,
      connectMs: expect.any(Number),
      tlsMs: expect.any(Number),
      firstByteMs: expect.any(Number),
      downloadMs: expect.any(Number),
    })
    const sum = Object.values(timings).reduce<number>((total, ms) => total + (ms ?? 0), 0)
    expect(sum).toBeLessThanOrEqual(durationMs + 1)
  })

  it('shows the class of what is denied; the log has the address', async () => {
    const lines: unknown[] = []
    const target = await receiver(json(200, {}))
    const { outcome } = await attemptAt(
      target.port,
      {},
      { allow: [], log: (details, message) => lines.push([message, details]) },
    )
    expect(outcome).toEqual({
      kind: 'failed',
      failure: {
        code: 'address_denied',
        detail: `The service may not call 127.0.0.1:${target.port}: it is a loopback address.`,
        hint: `Only public addresses are open: check the host in the URL. The operator of the service can open this one with EGRESS_ALLOW=127.0.0.1:${target.port}.`,
        path: null,
      },
      response: null,
    })
    expect(lines).toEqual([
      ['address denied', { host: '127.0.0.1', port: target.port, address: '127.0.0.1', reason: 'loopback' }],
      [
        'attempt failed',
        {
          host: '127.0.0.1',
          port: target.port,
          phase: null,
          failure: 'address_denied',
          cause: ['EGRESS_ADDRESS_DENIED'],
        },
      ],
    ])
  })

  it('is rejected on a bug of ours, such as a request that was not checked', async () => {
    const target = await receiver(json(200, {}))
    const unchecked: OutboundRequest = outbound(target.port, { headers: [['x y', '1']] })
    const call = testEgressClient().call(unchecked, { timeoutMs: 5_000, tenant: null })
    await expect(call).rejects.toMatchObject({ code: 'UND_ERR_INVALID_ARG' })
    expect(target.received).toEqual([])
  })
})

it('the egress client serves many calls at once', async () => {
  const target = await receiver((request, response) => response.end(request.body))
  const egressClient = testEgressClient()
  const calls = Array.from({ length: 100 }, async (_, number) => {
    const body = Buffer.from(String(number).padStart(2, '0').slice(-2))
    const [{ outcome }] = await egressClient.call(outbound(target.port, { body }), {
      timeoutMs: 10_000,
      tenant: null,
    })
    expect(outcome.response?.body.equals(body)).toBe(true)
  })
  await Promise.all(calls)
  expect(target.received).toHaveLength(100)
})
