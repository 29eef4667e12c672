import { expect } from 'vitest'
import type {
  Acceptance,
  Accepted,
  DurableSubmission,
  ExecutionStore,
  Lane,
  LeasedCallback,
  LeasedExecution,
  StoredExecution,
  SynchronousSubmission,
  Unavailable,
} from '../../../src/durability/store/execution-store.ts'
import { anyRoom } from './submissions.ts'

/** A store that tests open, end as kill -9 would, and open again. Its data are deleted at the end of the test. */
export interface StoreWorld {
  /** The time of the store, in milliseconds since the epoch. */
  now(): number
  advance(ms: number): void | Promise<void>
  open(settings?: StoreSettings): Promise<ExecutionStore>
  /** Ends the instance at once. All leases that it had have ended when another one has been opened. */
  kill(store: ExecutionStore): Promise<void>
}

export interface StoreSettings {
  readonly maxBacklog?: number
  readonly idempotencyMs?: number
  readonly resultMs?: number
}

/** The value, of a store that is there. */
export function available<T>(value: T | Unavailable): Exclude<T, Unavailable> {
  expect(value).not.toBe('unavailable')
  return value as Exclude<T, Unavailable>
}

/** What one submission was answered. */
export function answerOf(acceptance: Acceptance | Unavailable) {
  const value = available(acceptance)
  if (value.outcome === 'backlog_full') return value
  const [answer] = value.outcome === 'stored' ? value.executions : value.faults
  if (answer === undefined) throw new TypeError('no answer')
  return answer
}

export async function acceptOne(
  store: ExecutionStore,
  submission: DurableSubmission | SynchronousSubmission,
): Promise<Accepted> {
  const answer = answerOf(await store.accept([submission]))
  if (answer.outcome !== 'accepted') throw new TypeError(`not accepted: ${answer.outcome}`)
  return answer
}

/** Accepts a synchronous execution, and begins its next attempt. */
export async function acceptBegun(
  store: ExecutionStore,
  submission: SynchronousSubmission,
): Promise<Accepted> {
  const answer = await acceptOne(store, submission)
  if (answer.lease === null || (await store.begin(answer.lease, answer.attempts + 1)) !== 'written')
    throw new TypeError('not begun')
  return answer
}

export async function claimExecutions(
  store: ExecutionStore,
  limit = 100,
  room: (lane: Lane) => number = anyRoom,
) {
  const leased = available(await store.claim(room, limit))
  return leased.filter((one): one is LeasedExecution => one.purpose === 'execution')
}

export async function claimCallbacks(store: ExecutionStore) {
  const leased = available(await store.claim(anyRoom, 100))
  return leased.filter((one): one is LeasedCallback => one.purpose === 'callback')
}

export async function claimOne(store: ExecutionStore): Promise<LeasedExecution> {
  const [one, ...others] = await claimExecutions(store)
  expect(others).toEqual([])
  if (one === undefined) throw new TypeError('nothing is due')
  return one
}

export async function findOne(store: ExecutionStore, id: string): Promise<StoredExecution> {
  const found = available(await store.find({ id }))
  if (found === null) throw new TypeError('not found')
  return found
}
