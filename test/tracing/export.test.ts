import { createServer } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { listen } from '../../testkit/listen.ts'
import { type CollectedSpan, collector } from '../support/collector.ts'
import { startProcessAmongServers } from '../support/process.ts'
import { hangUp, inTurn, json, type ReceivedRequest } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const callersSpan = '00f067aa0ba902b7'
const sampled = { traceparent: `00-${traceId}-${callersSpan}-01` }
const unsampled = { traceparent: `00-${traceId}-${callersSpan}-00` }
const quickly = { attempts: 3, initialDelayMs: 1, maxDelayMs: 1 }
const server = 2
const client = 3
const failed = { code: 2 }

/** With the reply the client takes its leave: what is asked next is what the service has delivered once it has ended. */
const leaving = { connection: 'close' }

/** A service that sends its spans to a collector, and what has come there once the service has ended. */
async function traced(settings: Readonly<Record<string, string>> = {}) {
  const spansGoTo = await collector()
  const { post, drain, log } = await service({
    settings: { INSTANCE: 'eu-1', OTEL_EXPORTER_OTLP_ENDPOINT: spansGoTo.url, ...settings },
  })
  return {
    log,
    deliveries: spansGoTo.deliveries,
    execute: (body: object, headers = {}) => post('/v1/execute', body, { ...leaving, ...headers }),
    async spans() {
      await drain()
      return spansGoTo.spans()
    },
  }
}

const ofKind = (spans: readonly CollectedSpan[], wanted: number) =>
  spans.filter(({ kind }) => kind === wanted)

function parentAt(request: ReceivedRequest | undefined): string | undefined {
  const at = request?.rawHeaders.indexOf('traceparent') ?? -1
  return at === -1 ? undefined : request?.rawHeaders[at + 1]?.split('-')[2]
}

describe('spans', () => {
  it('lead from the span of the client over the execution and its attempts to the target', async () => {
    const target = await receiver(inTurn(json(503, {}), json(201, {})))
    const { execute, spans } = await traced()
    const node = { method: 'POST', url: target.url, retry: quickly, propagateTrace: true }

    const { headers } = await execute({ node }, { ...sampled, tracestate: 'vendor=1' })

    const all = await spans()
    const [execution] = ofKind(all, server)
    const attempts = ofKind(all, client)
    expect(all.map((span) => span.traceId)).toEqual([traceId, traceId, traceId])
    expect(execution?.parentSpanId).toBe(callersSpan)
    expect(headers.get('traceparent')).toBe(`00-${traceId}-${execution?.spanId}-01`)
    expect(attempts.map(({ parentSpanId }) => parentSpanId)).toEqual([execution?.spanId, execution?.spanId])
    expect(target.received.map(parentAt)).toEqual(attempts.map(({ spanId }) => spanId))
    expect(new Set(all.map(({ spanId }) => spanId)).size).toBe(3)
    expect(all.map(({ traceState }) => traceState)).toEqual(['vendor=1', 'vendor=1', 'vendor=1'])
  })

  it("say by OpenTelemetry's names what was called and what came of it", async () => {
    const target = await receiver(inTurn(json(503, {}), json(201, {})))
    const { execute, spans } = await traced({ OTEL_SERVICE_NAME: 'webhook-node-eu' })
    const node = { id: 'crm-lead', method: 'PUT', url: `${target.url}/leads?source=flow`, retry: quickly }

    const { body } = await execute({ node, tenant: 'acme', correlationId: 'instance-4711' }, sampled)

    const all = await spans()
    const { executionId } = body as { executionId: string }
    expect(ofKind(all, server)).toMatchObject([
      {
        name: 'POST /v1/execute',
        status: { code: 0 },
        attributes: {
          'http.request.method': 'POST',
          'http.response.status_code': 200,
          'http.route': '/v1/execute',
          'url.path': '/v1/execute',
          'url.scheme': 'http',
          'webhook_node.branch': 'success',
          'webhook_node.code': 'expectation_met',
          'webhook_node.correlation_id': 'instance-4711',
          'webhook_node.delivered': 'yes',
          'webhook_node.execution_id': executionId,
          'webhook_node.node_id': 'crm-lead',
          'webhook_node.succeeded': true,
          'webhook_node.tenant': 'acme',
        },
        resource: {
          'service.name': 'webhook-node-eu',
          'service.version': expect.stringMatching(/^\d/),
          'service.instance.id': 'eu-1',
        },
      },
    ])
    const call = {
      'http.request.method': 'PUT',
      'network.protocol.version': '1.1',
      'server.address': 'localhost',
      'server.port': target.port,
      'url.full': `${target.url}/leads`,
      'webhook_node.delivered': 'yes',
    }
    const [refused, created] = ofKind(all, client)
    expect(refused).toMatchObject({
      name: 'PUT',
      status: failed,
      attributes: { ...call, 'http.response.status_code': 503, 'error.type': '503' },
    })
    expect(refused?.attributes).not.toHaveProperty(['http.request.resend_count'])
    expect(created).toMatchObject({
      name: 'PUT',
      status: { code: 0 },
      attributes: { ...call, 'http.response.status_code': 201, 'http.request.resend_count': 1 },
    })
    expect(created?.attributes).not.toHaveProperty(['error.type'])
  })

  it('have the times of what they stand for', async () => {
    const target = await receiver(json(200, {}))
    const { execute, spans } = await traced()
    const beganMs = Date.now()

    await execute({ node: { method: 'GET', url: target.url } }, sampled)

    const endedMs = Date.now()
    const toMs = (nanoseconds: string) => Number(BigInt(nanoseconds) / 1_000_000n)
    for (const { startTimeUnixNano, endTimeUnixNano } of await spans()) {
      expect(toMs(startTimeUnixNano)).toBeGreaterThanOrEqual(beganMs)
      expect(toMs(endTimeUnixNano)).toBeGreaterThanOrEqual(toMs(startTimeUnixNano))
      // A start and a duration are rounded, each by itself.
      expect(toMs(endTimeUnixNano)).toBeLessThanOrEqual(endedMs + 2)
    }
  })

  it.each([
    ['the target hangs up', 'no_response', true],
    ['the address is closed', 'address_denied', false],
  ])('name the failure where %s', async (_what, code, isAllowed) => {
    const target = await receiver(hangUp)
    const { execute, spans } = await traced(isAllowed ? {} : { EGRESS_ALLOW: 'nobody.example' })

    await execute({ node: { method: 'POST', url: target.url } }, sampled)

    const all = await spans()
    expect(ofKind(all, server)).toMatchObject([
      { status: { code: 0 }, attributes: { 'webhook_node.code': code, 'webhook_node.branch': 'error' } },
    ])
    const [attempt] = ofKind(all, client)
    expect(attempt).toMatchObject({ status: failed, attributes: { 'error.type': code } })
    expect(attempt?.attributes).not.toHaveProperty(['http.response.status_code'])
  })

  it('are those of the execution alone where nothing could be rendered', async () => {
    const { execute, spans } = await traced()
    const node = { method: 'GET', url: 'https://target.example/{{ profile.id }}' }

    await execute({ node }, sampled)

    expect(await spans()).toMatchObject([
      { kind: server, attributes: { 'webhook_node.code': 'value_missing' } },
    ])
  })

  it('begin a trace where the client has none', async () => {
    const target = await receiver(json(200, {}))
    const { execute, spans } = await traced()

    const { headers } = await execute({ node: { method: 'GET', url: target.url } })

    const [execution] = ofKind(await spans(), server)
    expect(execution).not.toHaveProperty('parentSpanId')
    expect(headers.get('traceparent')).toBe(`00-${execution?.traceId}-${execution?.spanId}-03`)
  })

  it('are not made where the client does not record the trace', async () => {
    const target = await receiver(json(200, {}))
    const { execute, spans } = await traced()

    const { headers } = await execute({ node: { method: 'GET', url: target.url } }, unsampled)

    expect(headers.get('traceparent')).toMatch(new RegExp(`^00-${traceId}-[\\da-f]{16}-00$`))
    expect(await spans()).toEqual([])
  })

  it('have nothing of a query, a header, a body or a secret', async () => {
    const target = await receiver((_request, response) => {
      response.writeHead(200, { 'x-answer': 'private-answer-header' }).end('private-answer-body')
    })
    const { execute, spans, deliveries } = await traced()
    const node = {
      method: 'POST',
      url: `${target.url}/{{ secrets.path_key }}/leads?private-name=private-static&private-flag`,
      auth: { type: 'apiKey', in: 'query', name: 'private_key', value: '{{ secrets.api_key }}' },
      query: [{ name: 'q', source: 'profile', field: 'email' }],
      headers: [{ name: 'X-Note', value: 'private-header' }],
      body: { structure: 'full' },
      expect: { type: 'string', value: 'something else' },
      propagateTrace: true,
    }

    await execute(
      {
        node,
        payload: { profile: { email: 'private@example.com' } },
        secrets: { path_key: 'private-path-key', api_key: 'private-api-key' },
      },
      sampled,
    )

    const all = await spans()
    expect(target.received[0]?.target).toContain(
      '/private-path-key/leads?private-name=private-static&private-flag',
    )
    expect(ofKind(all, client)).toMatchObject([{ attributes: { 'url.full': `${target.url}/•••/leads` } }])
    expect(JSON.stringify(deliveries)).not.toMatch(/private|something else/)
  })
})

describe('the way to the collector', () => {
  it('is below the endpoint, whatever its path, with the headers of the settings', async () => {
    const spansGoTo = await collector()
    const target = await receiver(json(200, {}))
    const { post, drain } = await service({
      settings: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `${spansGoTo.url}/otlp/`,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20c2VjcmV0,x-scope=eu',
      },
    })

    await post('/v1/execute', { node: { method: 'GET', url: target.url } }, leaving)
    await drain()

    expect(spansGoTo.deliveries).toMatchObject([
      {
        path: '/otlp/v1/traces',
        headers: { authorization: 'Bearer c2VjcmV0', 'x-scope': 'eu', 'content-type': 'application/json' },
      },
    ])
  })

  it('may be broken: calls go on, one line of the log says so, and it has no word of the collector', async () => {
    const spansGoTo = await collector({ status: 400 })
    const target = await receiver(json(200, {}))
    const { post, drain, log } = await service({
      settings: { OTEL_EXPORTER_OTLP_ENDPOINT: spansGoTo.url },
    })

    const { body } = await post('/v1/execute', { node: { method: 'GET', url: target.url } }, leaving)
    await drain()

    expect(body).toMatchObject({ branch: 'success' })
    expect(log.filter(({ level }) => level === 'warn')).toEqual([
      expect.objectContaining({ spans: 2, cause: '400', msg: 'spans could not be delivered and are lost' }),
    ])
  })

  it.each([
    ['does not answer', async () => (await collector({ status: null })).url],
    ['is not there', unusedUrl],
  ])('holds up the end by seconds only where the collector %s', async (_what, createEndpoint) => {
    const target = await receiver(json(200, {}))
    const { url, child, ended } = await startProcessAmongServers({
      OTEL_EXPORTER_OTLP_ENDPOINT: await createEndpoint(),
    })
    const response = await fetch(`${url}/v1/execute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...leaving },
      body: JSON.stringify({ node: { method: 'GET', url: target.url } }),
    })
    expect(await response.json()).toMatchObject({ branch: 'success' })

    const began = performance.now()
    child.kill('SIGTERM')

    expect(await ended).toEqual([0, null])
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})

async function unusedUrl(): Promise<string> {
  const { port, close } = await listen(createServer())
  await close()
  return `http://127.0.0.1:${port}`
}

/** Tells of every file that a process loads of what delivers spans. The metrics load the interface of that. */
const tellingOfLoads = `--import=data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  registerHooks({
    load(url, context, next) {
      if (/@opentelemetry\\/(?!api\\/)/.test(url)) console.error('loaded ' + url)
      return next(url, context)
    },
  })
`)}`

describe('what it takes to deliver spans', () => {
  it('is not loaded without a collector', async () => {
    const target = await receiver(json(200, {}))
    const { url, output, child, ended } = await startProcessAmongServers({ NODE_OPTIONS: tellingOfLoads })

    await fetch(`${url}/v1/execute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...leaving, ...sampled },
      body: JSON.stringify({ node: { method: 'GET', url: target.url, propagateTrace: true } }),
    })
    await vi.waitUntil(() => target.received.length === 1)
    child.kill('SIGTERM')
    await ended

    expect(output()).toContain('node executed')
    expect(output()).not.toContain('opentelemetry')
  })

  it('is loaded with one', async () => {
    const spansGoTo = await collector()
    const { output } = await startProcessAmongServers({
      NODE_OPTIONS: tellingOfLoads,
      OTEL_EXPORTER_OTLP_ENDPOINT: spansGoTo.url,
    })

    expect(output()).toMatch(/loaded file:.*sdk-trace/)
  })
})
