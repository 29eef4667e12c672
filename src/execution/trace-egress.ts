import type { Attempts, EgressClient } from '../egress/egress-client.ts'
import { newSpanId, type Trace } from '../tracing/trace.ts'
import { readHeldBackMs } from '../webhook/wire/outcome.ts'

/** Gives every request its own span, and records the span of each attempt in the trace. */
export function traceEgress(
  egressClient: Pick<EgressClient, 'call' | 'pause'>,
  trace: Trace,
  carriesTrace: boolean,
): Pick<EgressClient, 'call' | 'pause'> {
  let wasHeldBack = false
  return {
    pause: (connection, ms) => egressClient.pause(connection, ms),
    async call(request, options): Promise<Attempts> {
      // A call that was held back is no attempt if another one follows.
      if (wasHeldBack) trace.attemptSpanIds.pop()
      const underOwnSpan = () => {
        const spanId = newSpanId()
        trace.attemptSpanIds.push(spanId)
        return carriesTrace ? { ...request, headers: trace.handOn(request.headers, spanId) } : request
      }
      const attempts = await egressClient.call(underOwnSpan(), { ...options, forResend: underOwnSpan })
      wasHeldBack = readHeldBackMs(attempts[0].outcome) !== null
      return attempts
    },
  }
}
