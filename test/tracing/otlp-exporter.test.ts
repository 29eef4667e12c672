import { describe, expect, it } from 'vitest'
import { createOtlpExporter } from '../../src/tracing/otlp-exporter.ts'
import type { Span } from '../../src/tracing/span.ts'
import type { SpanLoss } from '../../src/tracing/span-losses.ts'
import { newSpanId, startTrace } from '../../src/tracing/trace.ts'
import { collector } from '../support/collector.ts'

const { context } = startTrace({ isSampled: true })

function createSpan(part: Partial<Span> = {}): Span {
  return {
    kind: 'client',
    name: 'POST',
    context: { ...context, spanId: newSpanId() },
    parentSpanId: context.spanId,
    startedAt: new Date('2026-03-01T12:00:00.123Z'),
    durationMs: 1_234,
    hasFailed: false,
    attributes: {},
    ...part,
  }
}

async function exporting(answer: { status: number | null }) {
  const { url: endpoint, spans } = await collector(answer)
  const losses: SpanLoss[] = []
  const identity = { serviceName: 'hooks', serviceVersion: '1', instanceId: 'one' }
  const exporter = createOtlpExporter({
    endpoint,
    headers: {},
    ...identity,
    onLoss: (loss) => losses.push(loss),
  })
  return { exporter, spans, losses }
}

describe('spans on their way to a collector', () => {
  it('arrive with their times, values of every type, and without what is null', async () => {
    const { exporter, spans, losses } = await exporting({ status: 200 })

    exporter.record([createSpan({ attributes: { text: 'a', count: 7, isSo: true, nothing: null } })])
    await exporter.close()

    expect(spans()).toMatchObject([
      {
        traceId: context.traceId,
        parentSpanId: context.spanId,
        startTimeUnixNano: '1772366400123000000',
        endTimeUnixNano: '1772366401357000000',
      },
    ])
    expect(spans()[0]?.attributes).toEqual({ text: 'a', count: 7, isSo: true })
    expect(losses).toEqual([])
  })

  it('are all delivered, in batches, however many there are', async () => {
    const { exporter, spans, losses } = await exporting({ status: 200 })

    exporter.record(Array.from({ length: 2_000 }, () => createSpan()))
    await exporter.close()

    expect(new Set(spans().map(({ spanId }) => spanId)).size).toBe(2_000)
    expect(losses).toEqual([])
  })

  it('are counted where they are refused: told at once, and then at the end', async () => {
    const { exporter, losses } = await exporting({ status: 400 })

    exporter.record(Array.from({ length: 512 }, () => createSpan()))
    await expect.poll(() => losses).toEqual([{ spans: 512, cause: '400' }])
    exporter.record(Array.from({ length: 600 }, () => createSpan()))
    await exporter.close()

    expect(losses).toEqual([
      { spans: 512, cause: '400' },
      { spans: 600, cause: '400' },
    ])
  })

  it('are bounded in number while the collector does not answer, and every lost one is counted', async () => {
    const { exporter, losses } = await exporting({ status: null })

    for (let count = 0; count < 2_500; count++) exporter.record([createSpan()])
    expect(losses).toEqual([{ spans: 1, cause: 'queue_full' }])
    await exporter.close()

    expect(losses).toEqual([
      { spans: 1, cause: 'queue_full' },
      { spans: 2_499, cause: 'closing' },
    ])
  })
})
