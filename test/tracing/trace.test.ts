import { describe, expect, it } from 'vitest'
import { continueTrace, newSpanId, startTrace } from '../../src/tracing/trace.ts'
import { parseTraceContext } from '../../src/tracing/trace-context.ts'

const client = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1, state: 'vendor=1' }

describe('a trace', () => {
  it('that goes on has the id, the flags and the state of the client, and a span of its own', () => {
    const { context, parentSpanId, isSampled } = continueTrace(client)

    expect(context).toEqual({ ...client, spanId: expect.stringMatching(/^[\da-f]{16}$/) })
    expect(context.spanId).not.toBe(client.spanId)
    expect(parentSpanId).toBe(client.spanId)
    expect(isSampled).toBe(true)
  })

  it('that the client does not record is not recorded', () => {
    expect(continueTrace({ ...client, flags: 2 }).isSampled).toBe(false)
  })

  it.each([true, false])(
    'that begins here has no parent, and is recorded where that is wanted: %s',
    (isSampled) => {
      const trace = startTrace({ isSampled })

      expect(trace.parentSpanId).toBeNull()
      expect(trace.isSampled).toBe(isSampled)
      const [[, traceparent = ''] = []] = trace.headers
      expect(parseTraceContext(traceparent, undefined)).toEqual(trace.context)
    },
  )

  it('has headers for the next service, and a tracestate only where there was one', () => {
    const { headers } = continueTrace(client)

    expect(headers).toEqual([
      ['traceparent', expect.stringMatching(/^00-a{32}-[\da-f]{16}-01$/)],
      ['tracestate', 'vendor=1'],
    ])
    expect(continueTrace({ ...client, state: null }).headers.map(([name]) => name)).toEqual(['traceparent'])
  })

  it('is handed on under the span of an attempt', () => {
    const trace = continueTrace(client)

    const headers = trace.handOn([['Accept', '*/*'], ...trace.headers], 'e'.repeat(16))

    expect(headers).toEqual([
      ['Accept', '*/*'],
      ['traceparent', `00-${client.traceId}-${'e'.repeat(16)}-01`],
      ['tracestate', 'vendor=1'],
    ])
  })
})

describe('ids', () => {
  it('are different, however many there are', () => {
    const ids = Array.from({ length: 10_000 }, newSpanId)

    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[\da-f]{16}$/)
  })
})
