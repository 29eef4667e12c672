import { describe, expect, it } from 'vitest'
import { closings, closingTarget } from '../support/closing-target.ts'
import { collector } from '../support/collector.ts'
import { service } from '../support/service.ts'

/** The second execution of a node: the target is just closing the connection that the first one has left. */
async function executeTwice(part: object, statuses: readonly number[] = [200], settings = {}) {
  const target = await closingTarget(closings.destroy, statuses)
  const { execute, post, drain } = await service({ settings })
  const url = `https://127.0.0.1:${target.port}/leads/7`
  const first = await execute({ node: { method: 'POST', url } })
  expect(first).toMatchObject({ branch: 'success', attempts: [{ purpose: 'call', connectionReused: false }] })
  return { target, node: { url, ...part }, execute, post, drain }
}

const lost = {
  purpose: 'call',
  number: 1,
  failure: 'no_response',
  delivered: 'maybe',
  connectionReused: true,
}
const resent = { purpose: 'resend', number: 2, delivered: 'yes', connectionReused: false }

describe('a kept connection that ends during a call', () => {
  it.each([
    { method: 'GET' },
    { method: 'PUT', body: { structure: 'full' } },
    { method: 'DELETE' },
    { method: 'POST', idempotent: true },
    { method: 'PATCH', idempotent: true },
  ])('does no harm to %j', async (part) => {
    const { execute, node, target } = await executeTwice(part)

    const reply = await execute({ node })

    expect(reply).toMatchObject({
      branch: 'success',
      delivered: 'yes',
      repeat: 'never',
      attempts: [lost, { ...resent, status: 200, failure: null }],
      warnings: [],
    })
    expect(target.requests()).toBe(3)
  })

  it.each(['POST', 'PATCH'])(
    'does not make a %s go out twice: the hint says what happened',
    async (method) => {
      const { execute, node, target } = await executeTwice({
        method,
        retry: { attempts: 3, initialDelayMs: 1 },
      })

      const reply = await execute({ node })

      expect(reply).toMatchObject({
        branch: 'error',
        reason: {
          code: 'no_response',
          hint: expect.stringMatching(
            /^The connection was kept open from an earlier call .*"idempotent": true.*"keepAlive": false/,
          ),
        },
        delivered: 'maybe',
        repeat: 'if_idempotent',
        attempts: [lost],
      })
      expect(reply.attempts).toHaveLength(1)
      expect(target.requests()).toBe(2)
    },
  )

  it('does no harm to a node that asks for a connection of its own', async () => {
    const { execute, node, target } = await executeTwice({ method: 'POST', keepAlive: false })

    for (let call = 0; call < 3; call++)
      expect(await execute({ node })).toMatchObject({
        branch: 'success',
        attempts: [{ purpose: 'call', connectionReused: false }],
      })
    expect(
      target
        .received()
        .toString()
        .match(/^connection: close\r$/gim),
    ).toHaveLength(3)
    expect(target.requests()).toBe(4)
  })

  it('leaves both requests under the same key', async () => {
    const { execute, node, target } = await executeTwice({ method: 'POST', idempotent: true })

    const { idempotencyKey } = await execute({ node })

    const sent = target
      .received()
      .toString()
      .match(/(?<=^idempotency-key: ).+(?=\r$)/gim)
    expect(sent).toEqual([idempotencyKey, idempotencyKey])
  })

  it.each([404, 409, 410, 412])('makes a %i a possible effect of the first request', async (status) => {
    const { execute, node } = await executeTwice({ method: 'DELETE' }, [200, status])

    expect(await execute({ node })).toMatchObject({
      reason: {
        code: 'expectation_unmet',
        hint: expect.stringMatching(/^The first request may have done it: [^.]*\. \w/),
      },
      delivered: 'yes',
      repeat: 'never',
      attempts: [lost, { ...resent, status }],
    })
  })

  it('leaves the answer to the second request to the retry rule of the node', async () => {
    const { execute, node } = await executeTwice(
      { method: 'PUT', retry: { attempts: 2, initialDelayMs: 1 } },
      [200, 503, 201],
    )

    const reply = await execute({ node })

    // The connection that brought the 503 was kept, too.
    expect(reply.attempts.map(({ purpose, status }) => [purpose, status])).toEqual([
      ['call', null],
      ['resend', 503],
      ['call', null],
      ['resend', 201],
    ])
    expect(reply).toMatchObject({ branch: 'success', delivered: 'yes', repeat: 'never' })
  })

  it('gives each request a span of its own, which the target gets', async () => {
    const spansGoTo = await collector()
    const { post, node, target, drain } = await executeTwice({ method: 'GET', propagateTrace: true }, [200], {
      OTEL_EXPORTER_OTLP_ENDPOINT: spansGoTo.url,
    })
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

    await post('/v1/execute', { node }, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` })

    await drain()
    const told = target
      .received()
      .toString()
      .matchAll(new RegExp(`traceparent: 00-${traceId}-(\\w+)-01`, 'g'))
    const attempts = spansGoTo.spans().filter((span) => span.traceId === traceId && span.kind === 3)
    expect(attempts).toMatchObject([
      { status: { code: 2 }, attributes: { 'error.type': 'no_response' } },
      { status: { code: 0 }, attributes: { 'http.request.resend_count': 1 } },
    ])
    expect([...told].map(([, spanId]) => spanId)).toEqual(attempts.map(({ spanId }) => spanId))
  })
})
