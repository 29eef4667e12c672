import type { KeyRefusal } from '../../durability/replay/replay.ts'
import { Refusal } from './problem.ts'

/** The refusal of a request because of its `idempotencyKey`. */
export function refuseKey(refusal: KeyRefusal): Refusal {
  if (refusal.kind === 'store_unavailable') return storeUnavailable()
  const { executionId } = refusal
  if (refusal.kind === 'key_reused')
    return new Refusal(
      'idempotency_key_reused',
      'Another request had this idempotencyKey. Give each execution a key of its own, also where its node was corrected, or repeat the request as it was.',
      { executionId, errors: refusal.errors, delivered: refusal.delivered },
    )
  const seconds = Math.max(1, Math.ceil(refusal.retryAfterMs / 1_000))
  return new Refusal(
    'idempotency_in_progress',
    'An execution with this idempotencyKey is under way. Send this request again to get its reply.',
    { executionId, headers: { 'retry-after': String(seconds) } },
  )
}

/** Nothing was stored, and nothing sent: the client may repeat its request. */
export function storeUnavailable(): Refusal {
  return new Refusal(
    'store_unavailable',
    'The store of the service cannot be reached or written at the moment. Nothing was stored, and nothing sent.',
    { headers: { 'retry-after': '1' } },
  )
}

/** What became of executions cannot be told now: they go on as they would. */
export function storeUnreadable(): Refusal {
  return new Refusal(
    'store_unavailable',
    'The store of the service cannot be read at the moment. This says nothing about the execution, which goes on: look again later.',
    { headers: { 'retry-after': '1' }, delivered: 'maybe' },
  )
}

/** Durable executions need a store. */
export function storeMissing(): Refusal {
  return new Refusal(
    'store_missing',
    'Durable executions need a store. The operator of the service names one with STORE_URL, as in sqlite:/var/lib/webhook-node/store.db.',
  )
}
