import { describe, expect, it } from 'vitest'
import { drip } from '../../testkit/raw-server.ts'
import { complaintsAbout } from '../support/hints.ts'
import { json, never } from '../support/receiver.ts'
import { rawServer, rawTlsServer, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

/** What a busy machine may add to a limit: less than ten seconds in all. */
const slackMs = 8_000

describe('a node', () => {
  it('waits ten seconds by default', async () => {
    const { preview } = await service()

    const { curl } = await preview({ node: { method: 'POST', url: 'https://hooks.example/' } })

    expect(curl).toContain("--max-time '10'")
  })

  it('is refused where it would wait longer', async () => {
    const target = await receiver(json(200, {}))
    const { post } = await service()

    const { status, body } = await post('/v1/execute', {
      node: { method: 'POST', url: target.url, timeoutMs: 10_001 },
    })

    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ path: '/node/timeoutMs' }] })
    expect(target.received).toEqual([])
  })

  it('may wait longer where the operator allows it', async () => {
    const { preview } = await service({ settings: { MAX_TIMEOUT_MS: '30000' } })

    const { curl } = await preview({
      node: { method: 'POST', url: 'https://hooks.example/', timeoutMs: 30_000 },
    })

    expect(curl).toContain("--max-time '30'")
  })

  it('takes the error branch when the time is over, and says which phase used it up', async () => {
    const target = await receiver(never)
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url, timeoutMs: 300 } })

    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'response_timeout', path: '/node/timeoutMs' },
      attempts: [{ number: 1, status: null, failure: 'response_timeout', delivered: 'maybe' }],
    })
    expect(reply.reason.message).toContain('300 ms')
    expect(reply.durationMs).toBeGreaterThanOrEqual(290)
    expect(reply.durationMs).toBeLessThan(300 + slackMs)
    expect(target.received).toHaveLength(1)
  })

  it('counts the handshake, too', async () => {
    const silent = await rawServer(() => {})
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'POST', url: `https://127.0.0.1:${silent.port}/`, timeoutMs: 300 },
    })

    expect(reply).toMatchObject({ branch: 'error', reason: { code: 'tls_timeout' }, delivered: 'no' })
    expect(reply.durationMs).toBeLessThan(300 + slackMs)
  })

  it('counts the body, too, however slowly it comes, and shows what had come', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\nbegin'
    const slow = await rawTlsServer(drip('.', 20, head))
    const { execute } = await service()

    const node = { method: 'POST', url: `https://127.0.0.1:${slow.port}/`, timeoutMs: 300 }
    const [looking, other] = await Promise.all([
      execute({ node: { ...node, capture: { text: '{{ response.body }}' } } }),
      execute({ node }),
    ])

    const response = { status: 200, body: expect.stringMatching(/^begin\.*$/) }
    expect(looking).toMatchObject({
      branch: 'error',
      reason: { code: 'response_timeout' },
      delivered: 'yes',
      repeat: 'if_idempotent',
      response,
    })
    expect(other).toMatchObject({ branch: 'success', delivered: 'yes', repeat: 'never', response })
    for (const { durationMs } of [looking, other]) expect(durationMs).toBeLessThan(300 + slackMs)
  })

  it.each<[limits: object, explained: object]>([
    [{ deadlineMs: 1 }, { blame: 'node', path: '/deadlineMs', repeat: 'never' }],
    [{ deadlineMs: 300 }, { blame: 'node', path: '/deadlineMs', repeat: 'if_idempotent' }],
    [{ deadlineMs: 1_500 }, { blame: 'target', path: '/deadlineMs', repeat: 'if_idempotent' }],
    [
      { retry: { attempts: 3, initialDelayMs: 1, totalMs: 400 } },
      { blame: 'node', path: '/node/retry/totalMs', repeat: 'if_idempotent' },
    ],
    [
      { timeoutMs: 400, retry: { attempts: 5, initialDelayMs: 1, maxDelayMs: 1, totalMs: 1_000 } },
      { blame: 'target', path: '/node/timeoutMs', repeat: 'if_idempotent' },
    ],
  ])('is explained by the limit that was too short, or by the target: %j', async (limits, explained) => {
    const target = await receiver(never)
    const { execute } = await service()
    const { deadlineMs, ...rest } = limits as { readonly deadlineMs?: number }

    const { reason, repeat } = await execute({
      node: { method: 'GET', url: target.url, ...rest },
      ...(deadlineMs !== undefined && { deadlineMs }),
    })

    expect({ ...reason, repeat }).toMatchObject(explained)
    const { message, hint, blame } = reason
    expect(complaintsAbout({ message, hint, blame, repeat })).toEqual([])
  })

  it('ends with the deadline of the client where that is earlier', async () => {
    const target = await receiver(never)
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url }, deadlineMs: 300 })

    expect(reply).toMatchObject({ branch: 'error', reason: { code: 'response_timeout' } })
    expect(reply.durationMs).toBeLessThan(300 + slackMs)
  })
})
