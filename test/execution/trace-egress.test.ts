import { expect, it } from 'vitest'
import { attemptNotBegun } from '../../src/egress/attempt.ts'
import type { Attempts } from '../../src/egress/egress-client.ts'
import { traceEgress } from '../../src/execution/trace-egress.ts'
import { startTrace } from '../../src/tracing/trace.ts'
import { outbound } from '../support/egress-client.ts'

it('a call that was held back has no span if another one follows', async () => {
  const trace = startTrace({ isSampled: true })
  const held = attemptNotBegun({ code: 'rate_limited', detail: '', path: null, retryAfterMs: 5 })
  const refused = attemptNotBegun({ code: 'connect_refused', detail: '', path: null })
  const outcomes: Attempts[] = [[refused], [held], [held], [refused]]
  const call = (): Promise<Attempts> => Promise.resolve(outcomes.shift() ?? [refused])
  const traced = traceEgress({ call, pause: () => {} }, trace, false)
  const counts: number[] = []

  for (let index = 0; index < 4; index++) {
    await traced.call(outbound(1), { timeoutMs: 100, tenant: null })
    counts.push(trace.attemptSpanIds.length)
  }

  expect(counts).toEqual([1, 2, 2, 2])
})
