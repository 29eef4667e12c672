import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { named } from '../../../contract/builders.ts'
import { Unfinished } from '../../../contract/durable.ts'
import { asJson } from '../../body/written-json.ts'
import { PreferHeaders, waitedHeader } from './preferred-wait.ts'
import { requireStore, type StoreOption } from './required-store.ts'
import { locateResult, resultLocationHeaders } from './result-location.ts'
import { ExecutionId, readExecution, readExecutionReplies } from './stored-execution.ts'
import { decodeStoredReply, endedReply } from './stored-reply.ts'
import { showMoment } from './summary.ts'

interface ResultRouteOptions extends StoreOption {
  /** Where clients reach the service. Empty for paths. */
  readonly publicUrl: string
}

/** `GET /v1/executions/{id}/result` */
export const resultRoute: FastifyPluginAsyncTypebox<ResultRouteOptions> = async (app, options) => {
  const { publicUrl } = options
  const executions = requireStore(app, options)
  const schema = {
    operationId: 'showResult',
    summary: 'Show the result of a durable execution',
    description:
      'Replies 202 until the execution has ended, and then 200 with the reply as of `POST /v1/execute`, as engines expect of a `Location` that they poll.',
    tags: ['durable'],
    security: [{ apiKey: [] }],
    params: ExecutionId,
    headers: PreferHeaders,
    response: {
      200: endedReply,
      202: {
        description: 'It has not ended.',
        headers: { ...waitedHeader, ...resultLocationHeaders },
        content: { 'application/json': { schema: named(Unfinished) } },
      },
      ...readExecutionReplies,
    },
  }
  app.get('/v1/executions/:id/result', { schema }, async (request, reply) => {
    const found = await readExecution(executions(), request, reply)
    if (found.reply !== null) return reply.code(200).send(asJson(decodeStoredReply(found.reply), reply))
    const { id: executionId, state, dueAt } = found
    locateResult(reply, publicUrl, { executionId, dueAt })
    return reply.code(202).send({ executionId, state, dueAt: showMoment(dueAt) } satisfies Unfinished)
  })
}
