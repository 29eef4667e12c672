import type { ExecuteReply } from '../contract/execution.ts'
import type { Ended } from './store/execution-store.ts'

/** The end of an execution that its reply tells of. */
export function describeEnd(reply: ExecuteReply, attemptsBefore: number): Ended {
  return {
    outcome: 'ended',
    state: reply.succeeded ? 'succeeded' : 'failed',
    attempts: Math.max(attemptsBefore, reply.attempts.at(-1)?.number ?? 0),
    code: reply.reason.code,
    repeat: reply.repeat,
    reply: Buffer.from(JSON.stringify(reply)),
    callback: null,
  }
}
