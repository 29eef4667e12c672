import { describe, expect, it } from 'vitest'
import type { Node } from '../../src/contract/node.ts'
import { executeNode } from '../../src/execution/execute.ts'
import { createSpans } from '../../src/execution/spans.ts'
import type { OutboundRequest } from '../../src/webhook/wire/outbound-request.ts'
import type { Attempt } from '../../src/webhook/wire/outcome.ts'
import {
  attempt,
  context,
  createResponse,
  egressWith,
  given,
  here,
  type TestEgressClient,
} from './support/executions.ts'

const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1, state: null }
const responded = attempt({ kind: 'responded', response: createResponse({}) })
const closed = attempt(
  { kind: 'failed', failure: { code: 'no_response', detail: '', path: null }, response: null },
  { connectionReused: true, delivered: 'maybe' },
)
const resent: Attempt = { ...responded, purpose: 'resend' }

async function executed(egressClient: TestEgressClient, part: Partial<Node> = {}, secrets = {}) {
  const node: Node = { method: 'POST', url: 'https://target.example/hook', ...part }
  const result = await executeNode(
    { node: given(node), secrets },
    { ...context, egressClient },
    { ...here, trace },
  )
  if (result.kind !== 'executed') throw new TypeError(JSON.stringify(result))
  return result
}

function parentIn(request: OutboundRequest | undefined): string | undefined {
  const [, value] = request?.headers.find(([name]) => name === 'traceparent') ?? []
  return value?.split('-')[2]
}

describe('the spans of an execution', () => {
  it('name where a redirect led, and the method of each request; only the origin of the node gets the trace', async () => {
    const parents: (string | undefined)[] = []
    const redirect = (status: number, location: string) =>
      attempt({ kind: 'responded', response: createResponse({ status, headers: [['Location', location]] }) })
    const answers = [redirect(303, '/b'), redirect(302, 'https://other.example/c'), responded]
    const egressClient = egressWith((request) => {
      parents.push(parentIn(request))
      return [answers[parents.length - 1] ?? responded]
    })

    const result = await executed(egressClient, { propagateTrace: true, followRedirects: 2 })

    const [, call, own, foreign] = createSpans(result)
    expect(parents).toEqual([call?.context.spanId, own?.context.spanId, undefined])
    const seen = [call, own, foreign].map((span) => [
      span?.name,
      span?.attributes['server.address'],
      span?.attributes['url.full'],
    ])
    expect(seen).toEqual([
      ['POST', 'target.example', 'https://target.example/hook'],
      ['GET', 'target.example', null],
      ['GET', 'other.example', null],
    ])
  })

  it('are none for a call that was held back, if another one follows', async () => {
    const failed = (code: 'rate_limited' | 'connect_refused', retryAfterMs?: number) => {
      const failure = { code, detail: '', path: null, ...(retryAfterMs && { retryAfterMs }) }
      return attempt({ kind: 'failed', failure, response: null }, { delivered: 'no' })
    }
    const answers = [
      failed('connect_refused'),
      failed('rate_limited', 5),
      failed('rate_limited', 5),
      responded,
    ]
    const parents: (string | undefined)[] = []
    const egressClient = egressWith((request) => {
      parents.push(parentIn(request))
      return [answers[parents.length - 1] ?? responded]
    })

    const result = await executed(egressClient, {
      propagateTrace: true,
      retry: { attempts: 2, initialDelayMs: 1 },
    })

    const [, ...spans] = createSpans(result)
    expect(spans.map(({ context: { spanId } }) => spanId)).toEqual([parents[0], parents[3]])
    expect(result.reply.attempts.map(({ failure }) => failure)).toEqual(['connect_refused', null])
  })

  it('are one for each attempt, and the target gets its own', async () => {
    const parents: (string | undefined)[] = []
    const egressClient = egressWith((request, { forResend }) => {
      parents.push(parentIn(request), parentIn(forResend?.()))
      return [closed, resent]
    })

    const result = await executed(egressClient, { propagateTrace: true })

    const [execution, lost, again] = createSpans(result)
    expect(createSpans(result)).toHaveLength(3)
    expect(parents).toEqual([lost?.context.spanId, again?.context.spanId])
    expect([lost?.parentSpanId, again?.parentSpanId]).toEqual(Array(2).fill(execution?.context.spanId))
    expect(lost).toMatchObject({
      hasFailed: true,
      attributes: { 'error.type': 'no_response', 'webhook_node.delivered': 'maybe' },
    })
    expect(again).toMatchObject({ hasFailed: false, attributes: { 'http.request.resend_count': 1 } })
    expect(result.reply.request?.headers).toContainEqual([
      'traceparent',
      `00-${trace.traceId}-${again?.context.spanId}-01`,
    ])
  })

  it('have the times and the phases of the attempts', async () => {
    const result = await executed(egressWith(() => [responded]))

    expect(createSpans(result)[1]).toMatchObject({
      startedAt: responded.startedAt,
      durationMs: responded.durationMs,
      attributes: {
        'webhook_node.queue_ms': null,
        'webhook_node.dns_ms': 1,
        'webhook_node.first_byte_ms': 4,
      },
    })
  })

  it.each([
    [302, false, null],
    [399, false, null],
    [400, true, '400'],
    [500, true, '500'],
  ])('have failed with status %i: %s', async (status, hasFailed, type) => {
    const response = createResponse({ status })

    const result = await executed(egressWith(() => [attempt({ kind: 'responded', response })]))

    expect(createSpans(result)[1]).toMatchObject({ hasFailed, attributes: { 'error.type': type } })
  })

  it.each([
    ['https://target.example/hook?a=private', 'https://target.example/hook'],
    ['https://target.example/{{ secrets.key }}/hook', 'https://target.example/•••/hook'],
    // Masked as a whole, the URL would have lost its question mark.
    ['https://target.example/v1/top-secret?of=us&a=private', 'https://target.example/v1/•••'],
  ])('have the URL %s as %s', async (url, shown) => {
    const egressClient = egressWith(() => [responded])

    const result = await executed(egressClient, { url }, { key: 'top-secret?of=us' })

    expect(createSpans(result)[1]?.attributes['url.full']).toBe(shown)
  })

  it('are not made where the execution is in no trace', async () => {
    const node = { method: 'GET', url: 'https://target.example/hook' } as const
    const result = await executeNode(
      { node: given(node) },
      { ...context, egressClient: egressWith(() => [responded]) },
      here,
    )

    expect(result.kind === 'executed' && [result.trace, createSpans(result)]).toEqual([null, []])
  })
})
