import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from '../../contract/typebox.ts'
import type { Trace } from '../../tracing/trace.ts'
import { parseTraceContext, type TraceContext } from '../../tracing/trace-context.ts'

/** The headers of a trace in a request. What is not as W3C Trace Context has it counts as not there. */
export const TraceHeaders = Type.Object({
  traceparent: Type.Optional(
    Type.String({
      description: 'The trace that the caller is in, by W3C Trace Context.',
      examples: ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    }),
  ),
  tracestate: Type.Optional(Type.String({ description: 'What tracing systems add to `traceparent`.' })),
})

/** The headers of a trace in a reply, for the OpenAPI document. */
export const traceReplyHeaders = {
  traceparent: {
    type: 'string',
    description: 'The span of this execution, where it is part of a trace.',
  },
  tracestate: { type: 'string', description: 'As it came with the call.' },
}

/** The trace that the caller of a request is in. */
export function readTrace({ headers }: Pick<FastifyRequest, 'headers'>): TraceContext | null {
  const { traceparent, tracestate } = headers
  return parseTraceContext(text(traceparent), text(tracestate))
}

/** Tells the caller which span its request was. */
export function returnTrace(reply: FastifyReply, { headers }: Trace): void {
  for (const [name, value] of headers) reply.header(name, value)
}

/** Node joins the lines of these headers by commas. */
function text(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}
