import { describe, expect, it } from 'vitest'
import { writeAndStay } from '../../testkit/raw-server.ts'
import { type Answer, hangUp, inTurn, json, never, retryLater } from '../support/receiver.ts'
import { rawTlsServer, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const quickly = { attempts: 3, initialDelayMs: 1, maxDelayMs: 1 }

/** The value of a header in each request that arrived. */
function sent(target: Awaited<ReturnType<typeof receiver>>, name: string): readonly (string | undefined)[] {
  return target.received.map(({ rawHeaders }) => {
    const at = rawHeaders.findIndex((header, index) => index % 2 === 0 && header.toLowerCase() === name)
    return at === -1 ? undefined : rawHeaders[at + 1]
  })
}

describe('a call that fails', () => {
  it('has each attempt in the reply, with one Idempotency-Key', async () => {
    const target = await receiver(inTurn(json(503, {}), json(503, {}), json(201, { id: 'L-1' })))
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url, retry: quickly } })

    expect(reply).toMatchObject({ branch: 'success', delivered: 'yes', repeat: 'never' })
    expect(reply.attempts.map(({ number, status }) => [number, status])).toEqual([
      [1, 503],
      [2, 503],
      [3, 201],
    ])
    expect(sent(target, 'idempotency-key')).toEqual(Array(3).fill(reply.executionId))
    expect(reply.idempotencyKey).toBe(reply.executionId)
  })

  it('keeps the key of the client', async () => {
    const target = await receiver(inTurn(json(429, {}), json(200, {})))
    const { execute } = await service()

    await execute({
      node: { method: 'POST', url: target.url, retry: quickly },
      idempotencyKey: 'instance-4711',
    })

    expect(sent(target, 'idempotency-key')).toEqual(['instance-4711', 'instance-4711'])
  })

  it.each([
    ['a POST that was hung up on', { method: 'POST' }, 1],
    ['a POST that was hung up on, where the target takes it as one', { method: 'POST', idempotent: true }, 3],
    ['a PUT that was hung up on', { method: 'PUT' }, 3],
  ])('is not repeated where the first attempt may have arrived: %s', async (_what, part, requests) => {
    const target = await receiver(hangUp)
    const { execute } = await service()

    const reply = await execute({ node: { url: target.url, retry: quickly, ...part } })

    expect(reply).toMatchObject({
      reason: { code: 'no_response' },
      delivered: 'maybe',
      repeat: 'if_idempotent',
    })
    expect(reply.attempts).toHaveLength(requests)
    expect(target.received).toHaveLength(requests)
  })

  it.each([
    ['whose lengths differ', 'HTTP/1.1 503 Busy\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nhi', 'yes'],
    ['that has 17 KB', `HTTP/1.1 503 Busy\r\nx-a: ${'b'.repeat(17_000)}\r\n\r\n`, 'maybe'],
  ])('is not repeated after a head %s, which the next answer has as well', async (_what, head, delivered) => {
    const target = await rawTlsServer(writeAndStay(head))
    const { execute } = await service()
    const url = `https://127.0.0.1:${target.port}/`

    const reply = await execute({ node: { method: 'GET', url, retry: quickly } })

    expect(reply).toMatchObject({ branch: 'error', response: null, delivered, repeat: 'never' })
    expect(reply.attempts.map(({ status }) => status)).toEqual([503])
    expect(target.requests()).toBe(1)
  })

  it.each([408, 425, 500, 502, 504, 507, 520, 522, 524, 530, 599])(
    'is repeated as a GET after %i, which comes from a gateway',
    async (status) => {
      const target = await receiver(inTurn(json(status, {}), json(200, {})))
      const { execute } = await service()

      const reply = await execute({ node: { method: 'GET', url: target.url, retry: quickly } })

      expect(reply).toMatchObject({ branch: 'success', attempts: [{ status }, { status: 200 }] })
    },
  )

  it.each([
    ['POST', 429, 2],
    ['POST', 503, 2],
    ['POST', 529, 2],
    ['POST', 522, 1],
    ['GET', 501, 1],
    ['GET', 505, 1],
    ['GET', 600, 1],
    ['GET', 404, 1],
  ])('is repeated by its method and status: %s after %i: %i attempts', async (method, status, attempts) => {
    const target = await receiver(inTurn(json(status, {}), json(200, {})))
    const { execute } = await service()

    await execute({ node: { method, url: target.url, retry: quickly } })

    expect(target.received).toHaveLength(attempts)
  })

  it.each([['soon'], ['-1'], ['1.5s'], ['99999999999'], ['1', '3600'], ['']])(
    'is repeated after the usual pause where Retry-After is %j',
    async (...hints) => {
      const turnedAway: Answer = (_request, response) => {
        const headers = hints.flatMap((hint) => ['retry-after', hint])
        response.writeHead(503, headers).end()
      }
      const target = await receiver(inTurn(turnedAway, json(200, {})))
      const { execute } = await service()

      const reply = await execute({ node: { method: 'POST', url: target.url, retry: quickly } })

      expect(reply).toMatchObject({ branch: 'success', attempts: [{ status: 503 }, { status: 200 }] })
    },
  )

  it.each([429, 503, 529])('is repeated after the pause that a %i asks for', async (status) => {
    const later: Answer = (_request, response) => response.writeHead(status, { 'retry-after': '0.2' }).end()
    const target = await receiver(inTurn(later, json(200, {})))
    const { execute } = await service()
    const retry = { attempts: 2, initialDelayMs: 1, maxDelayMs: 2_000 }

    const reply = await execute({ node: { method: 'POST', url: target.url, retry } })

    expect(reply).toMatchObject({ branch: 'success', attempts: [{ status }, { status: 200 }] })
    expect(reply.durationMs).toBeGreaterThanOrEqual(999)
  })

  it('is not repeated where the next answer would be the same', async () => {
    const target = await receiver(json(404, {}))
    const { execute } = await service()

    await execute({ node: { method: 'GET', url: target.url, retry: quickly } })

    expect(target.received).toHaveLength(1)
  })

  it('is not repeated after an answer that the node expects', async () => {
    const target = await receiver(json(503, {}))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'GET', url: target.url, retry: quickly, expect: { type: 'status', value: 503 } },
    })

    expect(reply).toMatchObject({ branch: 'success', repeat: 'never' })
    expect(target.received).toHaveLength(1)
  })

  it('is not repeated where the pause that the target asks for does not fit', async () => {
    const target = await receiver((_request, response) => {
      response.writeHead(503, { 'retry-after': '3600' }).end()
    })
    const { execute } = await service()

    const reply = await execute({ node: { method: 'GET', url: target.url, retry: quickly } })

    expect(reply).toMatchObject({ branch: 'error', repeat: 'safe', retryAfterMs: 3_600_000 })
    expect(target.received).toHaveLength(1)
  })

  it.each([
    ['with white space behind it', ['1 \t'], 1_000, []],
    ['twice', ['1', '2'], null, ['retry_after_ignored']],
    ['that makes no sense', ['soon'], null, ['retry_after_ignored']],
  ])('reads a Retry-After %s alike for the pause and for the reply', async (_how, hints, askedMs, codes) => {
    const target = await receiver((_request, response) => {
      response
        .writeHead(
          503,
          hints.flatMap((hint) => ['retry-after', hint]),
        )
        .end()
    })
    const { execute } = await service()
    const retry = { attempts: 2, initialDelayMs: 1, maxDelayMs: 1, totalMs: 900 }

    const reply = await execute({ node: { method: 'GET', url: target.url, retry } })

    expect(reply.retryAfterMs).toBe(askedMs)
    expect(reply.warnings.map(({ code }) => code)).toEqual(codes)
    expect(target.received).toHaveLength(askedMs === null ? 2 : 1)
  })

  it.each([
    ['totalMs', { retry: { ...quickly, totalMs: 1_500 } }, {}, '/node/retry/totalMs'],
    ['deadlineMs', { retry: quickly }, { deadlineMs: 1_500 }, '/deadlineMs'],
  ])('is repeated within %s, which the reason names', async (name, part, options, path) => {
    const target = await receiver(never)
    const { execute } = await service()

    const reply = await execute({ node: { method: 'GET', url: target.url, ...part }, ...options })

    expect(reply.reason).toMatchObject({
      code: 'response_timeout',
      path,
      hint: expect.stringContaining(name),
    })
    expect(reply.durationMs).toBeLessThan(8_000)
    expect(target.received).toHaveLength(1)
  })

  it.each<[what: string, answer: Answer, retry: object]>([
    [
      'attempts',
      (...request) => void setTimeout(() => json(503, {})(...request), 500),
      { initialDelayMs: 0, maxDelayMs: 0 },
    ],
    ['pauses', retryLater(1), { initialDelayMs: 0 }],
  ])('has a deadlineMs that counts from acceptance, over all %s', async (_what, answer, retry) => {
    const target = await receiver(answer)
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'GET', url: target.url, retry: { attempts: 10, totalMs: 600_000, ...retry } },
      deadlineMs: 2_000,
    })

    // Counted anew for each attempt, it would leave time for all ten.
    expect(reply.attempts.length).toBeGreaterThan(1)
    expect(reply.attempts.length).toBeLessThan(6)
  })
})
