import { expect, it, vi } from 'vitest'
import { serviceWithStore, storeFile, submit, untilEnded } from '../scenarios/support/durable.ts'
import { collector } from '../support/collector.ts'
import { json, retryLater } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'

it('the trace of a durable execution goes on in the next process', async () => {
  const spans = await collector()
  let answer = retryLater(1)
  const target = await receiver((...request) => answer(...request))
  const settings = {
    STORE_URL: `sqlite:${await storeFile()}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: spans.url,
  }
  const node = { method: 'POST', url: target.url, propagateTrace: true, retry: { delaysMs: [1_500] } }
  const first = await serviceWithStore({ settings })
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const accepted = await first.post<{ executionId: string }>(
    '/v1/executions',
    { node },
    { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
  )
  const { executionId } = accepted.body
  await vi.waitUntil(async () => {
    const { body } = await first.request<{ attempts: number }>(`/v1/executions/${executionId}`)
    return body.attempts === 1
  })
  await first.drain()
  answer = json(200, {})

  const second = await serviceWithStore({ settings })
  await untilEnded(second, executionId)
  await second.drain()

  const found = spans.spans()
  expect(new Set(found.map((span) => span.traceId))).toEqual(new Set([traceId]))
  const [submission] = found.filter(({ name }) => name === 'POST /v1/executions')
  expect(accepted.headers.get('traceparent')).toBe(`00-${traceId}-${submission?.spanId}-01`)
  expect(submission?.parentSpanId).toBe('00f067aa0ba902b7')
  const runs = found.filter(({ name }) => name === 'execute node')
  expect(runs.map(({ parentSpanId }) => parentSpanId)).toEqual([submission?.spanId, submission?.spanId])
  const attempts = found.filter(({ kind }) => kind === 3)
  expect(attempts.map(({ parentSpanId }) => parentSpanId)).toEqual(runs.map(({ spanId }) => spanId))
  const sent = target.received.map(({ rawHeaders }) => rawHeaders[rawHeaders.indexOf('traceparent') + 1])
  expect(sent).toEqual(attempts.map(({ spanId }) => `00-${traceId}-${spanId}-01`))
})

it('a durable execution without a trace of its client begins one', async () => {
  const spans = await collector()
  const target = await receiver(json(200, {}))
  const own = await serviceWithStore({ settings: { OTEL_EXPORTER_OTLP_ENDPOINT: spans.url } })

  const { executionId } = await submit(own, { node: { method: 'POST', url: target.url } })
  await untilEnded(own, executionId)
  await own.drain()

  const found = spans.spans()
  expect(found.map(({ name }) => name).sort()).toEqual(['POST', 'POST /v1/executions', 'execute node'])
  expect(new Set(found.map(({ traceId }) => traceId)).size).toBe(1)
})
