import type { FastifyReply } from 'fastify'

/** The headers of a reply to an execution that has not ended, for the OpenAPI document. */
export const resultLocationHeaders = {
  Location: {
    type: 'string',
    description: 'Where the result is.',
    examples: ['/v1/executions/0199d3f4-8b7a-7cc1-9a60-6f0d6f2f4c11/result'],
  },
  'Retry-After': { type: 'string', description: 'Seconds after which to look again.', examples: ['1'] },
}

/** Tells the client where the result will be, and when to look there. */
export function locateResult(
  reply: Pick<FastifyReply, 'header'>,
  publicUrl: string,
  { executionId, dueAt }: { readonly executionId: string; readonly dueAt: number | null },
): void {
  reply.header('location', `${publicUrl}/v1/executions/${executionId}/result`)
  reply.header('retry-after', secondsUntil(dueAt))
}

/** A client that asks sooner learns nothing new; one that asks much later waits too long. */
function secondsUntil(dueAt: number | null): string {
  const seconds = dueAt === null ? 1 : Math.ceil((dueAt - Date.now()) / 1_000)
  return String(Math.min(Math.max(seconds, 1), 60))
}
