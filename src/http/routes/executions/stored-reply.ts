import { named } from '../../../contract/builders.ts'
import { ExecuteReply } from '../../../contract/execution.ts'
import { waitedHeader } from './preferred-wait.ts'

/** The reply to an execution that has ended, for the OpenAPI document. */
export const endedReply = {
  description: 'The execution has ended, on any branch: the reply as of `POST /v1/execute`.',
  headers: waitedHeader,
  content: { 'application/json': { schema: named(ExecuteReply) } },
}

/** The JSON of the reply, as it was stored. */
export function decodeStoredReply(reply: Uint8Array): string {
  return Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength).toString()
}
