import type { EgressClient } from '../egress/egress-client.ts'
import type { Attempts } from '../egress/guarded-calls.ts'
import { newSpanId, type Trace } from '../tracing/trace.ts'

/** Gives every request its own span, and records the span of each attempt in the trace. */
export function traceEgress(
  egressClient: Pick<EgressClient, 'call'>,
  trace: Trace,
  carriesTrace: boolean,
): Pick<EgressClient, 'call'> {
  return {
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
