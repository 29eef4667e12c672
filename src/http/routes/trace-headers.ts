import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from '../../contract/typebox.ts'
import type { Trace } from '../../tracing/trace.ts'
import { parseTraceContext, type TraceContext } from '../../tracing/trace-context.ts'

/** The headers of a trace context in a request. A header that does not follow W3C Trace Context is ignored. */
export const TraceHeaders = Type.Object({
  traceparent: Type.Optional(
    // No example: Swagger UI would send it, so that all calls from the page would belong to one trace.
    Type.String({ description: 'The trace context of the client (W3C Trace Context).' }),
  ),
  tracestate: Type.Optional(
    Type.String({ description: 'Additional data of tracing systems (W3C Trace Context).' }),
  ),
})

/** The headers of a trace context in a reply, for the OpenAPI document. */
export const traceReplyHeaders = {
  traceparent: {
    type: 'string',
    description: 'The span of this execution, if it is part of a trace.',
    examples: ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  },
  tracestate: { type: 'string', description: 'The value that you sent.', examples: ['engine=4711'] },
}

/** The trace context that the client sent, or null. */
export function readTrace({ headers }: Pick<FastifyRequest, 'headers'>): TraceContext | null {
  const { traceparent, tracestate } = headers
  return parseTraceContext(text(traceparent), text(tracestate))
}

/** Returns the span of the execution to the client. */
export function returnTrace(reply: FastifyReply, { headers }: Trace): void {
  for (const [name, value] of headers) reply.header(name, value)
}

/** Node joins repeated headers with commas. */
function text(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}
