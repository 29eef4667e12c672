import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { named } from '../../../contract/builders.ts'
import { ExecutionStatus } from '../../../contract/durable.ts'
import { asJson } from '../../body/written-json.ts'
import { PreferHeaders, waitedHeader } from './preferred-wait.ts'
import { requireStore, type StoreOption } from './required-store.ts'
import { ExecutionId, readExecution, readExecutionReplies } from './stored-execution.ts'
import { decodeStoredReply } from './stored-reply.ts'
import { summarize } from './summary.ts'

/** `GET /v1/executions/{id}` */
export const showRoute: FastifyPluginAsyncTypebox<StoreOption> = async (app, options) => {
  const executions = requireStore(app, options)
  const schema = {
    operationId: 'showExecution',
    summary: 'Show a durable execution',
    description: 'Its state, and its result once it has ended.',
    tags: ['durable'],
    security: [{ apiKey: [] }],
    params: ExecutionId,
    headers: PreferHeaders,
    response: {
      200: {
        description: 'The execution.',
        headers: waitedHeader,
        content: { 'application/json': { schema: named(ExecutionStatus) } },
      },
      ...readExecutionReplies,
    },
  }
  app.get('/v1/executions/:id', { schema }, async (request, reply) => {
    const found = await readExecution(executions(), request, reply)
    const result = found.reply === null ? 'null' : decodeStoredReply(found.reply)
    const text = JSON.stringify(summarize(found))
    return reply.send(asJson(`${text.slice(0, -1)},"result":${result}}`, reply))
  })
}
