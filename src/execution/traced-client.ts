import type { Attempts, Caller } from '../egress/egress-client.ts'
import { newSpanId, type Trace } from '../tracing/trace.ts'

/** Makes calls under spans of their own, and notes in the trace which attempt has which. */
export function tracedCaller(caller: Pick<Caller, 'call'>, trace: Trace): Pick<Caller, 'call'> {
  return {
    async call(request, options): Promise<Attempts> {
      const spanId = newSpanId()
      const headers = trace.handOn(request.headers, spanId)
      const attempts = await caller.call({ ...request, headers }, options)
      // Of an attempt before the last one nothing was written: the span that the target knows of is the last one's.
      trace.attemptSpanIds.push(...attempts.slice(1).map(newSpanId), spanId)
      return attempts
    },
  }
}
