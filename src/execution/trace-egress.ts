import type { Attempts, EgressClient } from '../egress/egress-client.ts'
import { newSpanId, type Trace } from '../tracing/trace.ts'

/** Gives every request its own span, and records the span of each attempt in the trace. */
export function traceEgress(
  egressClient: Pick<EgressClient, 'call' | 'pause'>,
  trace: Trace,
  carriesTrace: boolean,
): Pick<EgressClient, 'call' | 'pause'> {
  return {
    pause: (connection, ms) => egressClient.pause(connection, ms),
    call(request, options): Promise<Attempts> {
      const underOwnSpan = () => {
        const spanId = newSpanId()
        trace.attemptSpanIds.push(spanId)
        return carriesTrace ? { ...request, headers: trace.handOn(request.headers, spanId) } : request
      }
      return egressClient.call(underOwnSpan(), { ...options, forResend: underOwnSpan })
    },
  }
}
