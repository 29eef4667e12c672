import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from '../../../contract/typebox.ts'
import type { Executions } from '../../../durability/dispatch/executions.ts'
import type { StoredExecution } from '../../../durability/store/execution-store.ts'
import { lacksRight } from '../../clients/access.ts'
import { storeUnreadable } from '../../problems/key-refusal.ts'
import { Refusal } from '../../problems/problem.ts'
import { problemReply, readingReplies, storedReplies } from '../problem-replies.ts'
import { applyPreferredWait } from './preferred-wait.ts'

export const ExecutionId = Type.Object({ id: Type.String({ description: 'The `executionId`.' }) })

export function unknownExecution(): Refusal {
  return new Refusal(
    'execution_unknown',
    'No execution of this client has this id, or its result was kept for RESULT_HOURS and is gone.',
  )
}

/** The problem of a route whose execution is not there, for the OpenAPI document. */
export const unknownReply = problemReply('No execution of this client has this id.', unknownExecution())

/** The problems of a route that reads one execution, for the OpenAPI document. */
export const readExecutionReplies = {
  404: unknownReply,
  ...readingReplies,
  403: problemReply(
    'The client lacks both the right to execute and the right to read.',
    lacksRight({ name: 'engine' }, 'read'),
  ),
  ...storedReplies,
}

/** The execution that the path names, once it has ended or the client has waited as long as it prefers. */
export async function readExecution(
  executions: Executions,
  request: FastifyRequest<{ Params: { id: string } }>,
  reply: FastifyReply,
): Promise<StoredExecution> {
  const ms = applyPreferredWait(request, reply)
  const client = request.client?.name ?? null
  const found = await executions.await(request.params.id, client, ms, untilGone(reply))
  if (found === 'unavailable') throw storeUnreadable()
  if (found === null) throw unknownExecution()
  return found
}

/** Aborted when the client has its reply or has gone. */
function untilGone({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => gone.abort())
  return gone.signal
}
