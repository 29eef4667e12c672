import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { named } from '../../contract/builders.ts'
import { PreviewReply, PreviewRequest } from '../../contract/execution.ts'
import type { WithRequestedNode } from '../../execution/node-cache.ts'
import { type PreviewContext, previewNode } from '../../execution/preview.ts'
import { Refusal } from '../problems/problem.ts'
import { problemReplies } from './problem-replies.ts'

/** `POST /v1/preview` */
export const previewRoute: FastifyPluginAsyncTypebox<{ context: PreviewContext }> = async (
  app,
  { context },
) => {
  const schema = {
    operationId: 'previewNode',
    summary: 'Preview a Webhook node',
    description:
      'Renders the request of a node without sending it, also as a curl command, and decides on a simulated response or failure. Opens no connection. Secrets need no values: in the command each secret and credential is a shell variable, such as `$crm_token` or `$auth_token`. Set every variable that stands in the command before you run it.',
    tags: ['webhook'],
    security: [{ apiKey: [] }],
    body: named(PreviewRequest),
    response: { 200: named(PreviewReply), ...problemReplies },
  }
  app.post('/v1/preview', { schema }, async (request) => {
    const client = request.client?.name ?? null
    const share = { client, tenant: request.body.tenant ?? null }
    const signal = request.active?.signal ?? new AbortController().signal
    await context.quota.turn(share, Number.POSITIVE_INFINITY, signal)
    const body = request.body as unknown as WithRequestedNode<PreviewRequest>
    const result = previewNode(body, context, client)
    if (result.kind === 'refused')
      throw new Refusal('invalid_request', 'The node cannot be executed.', { errors: result.errors })
    return result.reply
  })
}
