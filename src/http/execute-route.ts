import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ExecuteReply, ExecuteRequest } from '../execution/contract.ts'
import { type ExecutionContext, executeNode } from '../execution/execute.ts'
import { named } from '../webhook/schema.ts'
import { logExecution } from './log.ts'
import { Refusal } from './problem.ts'
import { problemReplies } from './problem-replies.ts'

/** `POST /v1/execute` */
export const executeRoute: FastifyPluginAsyncTypebox<{ context: ExecutionContext }> = async (
  app,
  { context },
) => {
  const schema = {
    operationId: 'executeNode',
    summary: 'Execute a Webhook node',
    description:
      'Sends the request of a node and tells which branch to follow, and why. The status speaks of this service, the branch of the target: a target that is down is 200 with the error branch.',
    tags: ['webhook'],
    security: [{ apiKey: [] }],
    body: named(ExecuteRequest),
    response: { 200: named(ExecuteReply), ...problemReplies },
  }
  app.post('/v1/execute', { schema }, async (request) => {
    const result = await executeNode(request.body, context)
    if (result.kind === 'refused')
      throw new Refusal('invalid_request', 'The node cannot be executed.', { errors: result.errors })
    logExecution(request.log, result, request.keyName)
    return result.reply
  })
}
