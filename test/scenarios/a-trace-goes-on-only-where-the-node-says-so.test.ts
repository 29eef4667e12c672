import { describe, expect, it } from 'vitest'
import { rawClient, writeRequest } from '../support/raw-client.ts'
import { inTurn, json, type ReceivedRequest } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headerPairs } from './support/received-headers.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`
const anywhere = /^00-[\da-f]{32}-[\da-f]{16}-02$/
const inTrace = new RegExp(`^00-${traceId}-[\\da-f]{16}-01$`)

function readTraceHeaders(request: ReceivedRequest | undefined) {
  const pairs = request === undefined ? [] : headerPairs(request)
  return pairs.filter(([name]) => name.toLowerCase().startsWith('trace'))
}

async function started() {
  const target = await receiver(json(200, {}))
  const { post, log } = await service()
  const execute = async (node: object, headers: Readonly<Record<string, string>> = {}) => {
    const body = { node: { method: 'POST', url: target.url, ...node } }
    const reply = await post<{ request: { headers: [string, string][] } }>('/v1/execute', body, headers)
    const line = log.findLast(({ msg }) => msg === 'node executed')
    return { reply, line, sent: readTraceHeaders(target.received.at(-1)) }
  }
  return { target, execute }
}

describe('a trace', () => {
  it('ends at the service by default: log and reply have it, the target does not', async () => {
    const { execute } = await started()

    const { reply, line, sent } = await execute({}, { traceparent, tracestate: 'vendor=1' })

    expect(sent).toEqual([])
    expect(line).toMatchObject({ traceId })
    expect(reply.headers.get('traceparent')).toMatch(inTrace)
    expect(reply.headers.get('traceparent')).not.toBe(traceparent)
    expect(reply.headers.get('tracestate')).toBe('vendor=1')
  })

  it('goes on to the target where the node says so, with a span of the attempt as the parent', async () => {
    const { execute } = await started()

    const { reply, sent } = await execute({ propagateTrace: true }, { traceparent, tracestate: 'vendor=1' })

    expect(sent).toEqual([
      ['traceparent', expect.stringMatching(inTrace)],
      ['tracestate', 'vendor=1'],
    ])
    expect(sent[0]?.[1]).not.toBe(reply.headers.get('traceparent'))
  })

  it('begins at the service where the client has none, and is not sampled', async () => {
    const { execute } = await started()

    const { reply, line, sent } = await execute({ propagateTrace: true }, { tracestate: 'vendor=1' })

    expect(sent).toEqual([['traceparent', expect.stringMatching(anywhere)]])
    expect(reply.headers.get('traceparent')).toMatch(anywhere)
    expect(line).toMatchObject({ traceId: sent[0]?.[1].split('-')[1] })
  })

  it('is not invented where neither the client nor the node has one', async () => {
    const { execute } = await started()

    const { reply, line, sent } = await execute({})

    expect(sent).toEqual([])
    expect(reply.headers.has('traceparent')).toBe(false)
    expect(line).toMatchObject({ traceId: null })
  })

  it.each([
    ['is cut off', { traceparent: traceparent.slice(0, 30) }],
    ['is text', { traceparent: 'none' }],
  ])('is ignored where it %s', async (_what, headers) => {
    const { execute } = await started()

    const { reply, line, sent } = await execute({ propagateTrace: true }, headers)

    expect(reply.status).toBe(200)
    expect(sent).toEqual([['traceparent', expect.stringMatching(anywhere)]])
    expect(line?.traceId).not.toBe(traceId)
  })

  it('is ignored where there are two of them', async () => {
    const target = await receiver(json(200, {}))
    const { url } = await service()
    const body = JSON.stringify({ node: { method: 'GET', url: target.url, propagateTrace: true } })
    const line = `traceparent: ${traceparent}`

    const client = await rawClient(url)
    client.write(writeRequest('POST', '/v1/execute', body, line, line))
    const reply = await client.until('expectation')

    expect(reply).toMatch(/^HTTP\/1\.1 200/)
    expect(reply).not.toContain(traceId)
  })

  it('goes on under a span of each attempt, of which the last one is shown', async () => {
    const target = await receiver(inTurn(json(503, {}), json(503, {}), json(200, {})))
    const { execute } = await service()
    const retry = { attempts: 3, initialDelayMs: 1, maxDelayMs: 1 }

    const reply = await execute({ node: { method: 'POST', url: target.url, retry, propagateTrace: true } })

    const parents = target.received.map((request) => readTraceHeaders(request)[0]?.[1])
    expect(new Set(parents).size).toBe(3)
    expect(new Set(parents.map((parent) => parent?.split('-')[1])).size).toBe(1)
    expect(reply.request?.headers?.flat()).toEqual(target.received.at(-1)?.rawHeaders)
  })

  it.each([true, false])('gives way to a header of the node (propagateTrace: %s)', async (propagateTrace) => {
    const { execute } = await started()
    const headers = [{ name: 'Traceparent', value: 'of the node' }]

    const { sent } = await execute({ headers, propagateTrace }, { traceparent, tracestate: 'vendor=1' })

    expect(sent).toEqual([['Traceparent', 'of the node']])
  })

  it('is shown in a preview as it would go out', async () => {
    const { preview } = await service()
    const node = { method: 'GET', url: 'https://target.example/' }

    const { request, curl } = await preview({ node: { ...node, propagateTrace: true } })

    expect(request?.headers).toContainEqual(['traceparent', expect.stringMatching(anywhere)])
    expect(curl).toContain('traceparent')
    expect((await preview({ node })).curl).not.toContain('traceparent')
  })
})
