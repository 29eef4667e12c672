import type { ExecutionSummary } from '../../../contract/durable.ts'
import type { ExecutionSummary as StoredSummary } from '../../../durability/store/execution-store.ts'

/** An execution as the list shows it: without payload and result. */
export function summarize({ callback, ...stored }: StoredSummary): ExecutionSummary {
  return {
    executionId: stored.id,
    state: stored.state,
    done: stored.endedAt !== null,
    nodeId: stored.nodeId,
    tenant: stored.lane.tenant,
    host: stored.lane.host,
    port: stored.lane.port,
    code: stored.code as ExecutionSummary['code'],
    attempts: stored.attempts,
    redrives: stored.redrives,
    acceptedAt: new Date(stored.acceptedAt).toISOString(),
    dueAt: showMoment(stored.dueAt),
    expiresAt: showMoment(stored.expiresAt),
    endedAt: showMoment(stored.endedAt),
    callback: showCallback(callback, stored.callsBack && stored.endedAt === null),
  }
}

/** One that is still to come has no tries, whatever became of one before it. */
function showCallback(callback: StoredSummary['callback'], isToCome: boolean): ExecutionSummary['callback'] {
  if (isToCome) return { state: 'waiting', attempts: 0 }
  return callback === null ? null : { state: callback.state, attempts: callback.attempts }
}

/** RFC 3339. */
export function showMoment(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
