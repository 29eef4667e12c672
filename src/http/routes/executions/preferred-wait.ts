import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from '../../../contract/typebox.ts'

export const PreferHeaders = Type.Object({
  prefer: Type.Optional(
    Type.String({
      description:
        '`wait=5`: the reply waits for the end, five seconds at most (RFC 7240). Longer than 30 s is taken as 30 s.',
    }),
  ),
})

/** The header of a reply that may have waited, for the OpenAPI document. */
export const waitedHeader = {
  'Preference-Applied': {
    type: 'string',
    description: 'For how long the reply may have waited, where `Prefer` asked for it.',
    examples: ['wait=5'],
  },
}

const longestWaitMs = 30_000

/** Milliseconds that the client prefers to wait (RFC 7240), and tells it so. 0 if it does not want to wait. */
export function applyPreferredWait(
  { headers }: Pick<FastifyRequest, 'headers'>,
  reply: Pick<FastifyReply, 'header'>,
): number {
  const [, asked = '0'] = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})/i.exec([headers.prefer].flat().join(',')) ?? []
  const ms = Math.min(longestWaitMs, Number(asked) * 1_000)
  if (ms > 0) reply.header('preference-applied', `wait=${ms / 1_000}`)
  return ms
}
