import type { ExecuteReply } from '../contract/execution.ts'
import type { ExecutionStore } from './store/execution-store.ts'

/** Whether a target may have got the request of an execution: `maybe` where that cannot be told. Null is one that was not stored. */
export async function findDelivered(
  store: ExecutionStore,
  executionId: string | null,
): Promise<'no' | 'maybe'> {
  if (executionId === null) return 'no'
  const found = await store.find({ id: executionId })
  if (found === 'unavailable' || found === null) return 'maybe'
  const { reply, state, attempts, begun } = found
  if (reply !== null) {
    const { delivered } = JSON.parse(Buffer.from(reply).toString()) as ExecuteReply
    return delivered === 'no' ? 'no' : 'maybe'
  }
  const isUntouched = state === 'waiting' && attempts === 0 && begun === null
  return isUntouched ? 'no' : 'maybe'
}
