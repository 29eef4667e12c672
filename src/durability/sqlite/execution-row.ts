import type { RetrySafety } from '../../contract/failure.ts'
import type {
  Begun,
  EndState,
  ExecutionState,
  ExecutionSummary,
  Lane,
  StoredExecution,
} from '../store/execution-store.ts'
import type { Session } from './session.ts'

/** A row of `executions`, and of its ticket when it goes on. */
export interface ExecutionRow {
  readonly seq: number
  readonly id: string
  readonly mode: 'durable' | 'synchronous'
  readonly state: ExecutionState
  readonly client: string
  readonly tenant: string | null
  readonly node_id: string | null
  readonly host: string
  readonly port: number
  readonly repeatable: number
  readonly node_hash: Uint8Array
  readonly payload_hash: Uint8Array
  readonly attempts: number
  readonly attempts_before: number
  readonly begun_attempt: number | null
  readonly begun_at: number | null
  readonly begun_by: number | null
  readonly recoveries: number
  readonly cancelled: number
  readonly redrives: number
  readonly calls_back: number
  readonly had_secrets: number
  readonly accepted_at: number
  readonly started_at: number
  readonly expires_at: number | null
  readonly ended_at: number | null
  readonly code: string | null
  readonly repeat: RetrySafety | null
  readonly final: number
  readonly callback_state: 'waiting' | 'delivered' | 'failed' | null
  readonly callback_attempts: number
  readonly callbacks: number
  readonly due_at: number | null
}

/** The beginning of a query for rows: executions `e`, and the tickets `t` of those that have not ended. */
export const selectRows = `SELECT e.*, t.due_at FROM executions e
  LEFT JOIN tickets t ON t.execution = e.seq AND t.purpose = 'execution'`

export function findBySeq(session: Session, seq: number): ExecutionRow {
  const row = session.sql(`${selectRows} WHERE e.seq = ?`).get(seq)
  if (row === undefined) throw new TypeError('a ticket without an execution')
  return asRow(row)
}

export function findById(session: Session, id: string): ExecutionRow | null {
  const row = session.sql(`${selectRows} WHERE e.id = ?`).get(id)
  return row === undefined ? null : asRow(row)
}

export function findByKeyHash(session: Session, hash: Uint8Array): ExecutionRow | null {
  const row = session.sql(`${selectRows} WHERE e.key_hash = ?`).get(hash)
  return row === undefined ? null : asRow(row)
}

/** The schema says what the columns are. */
export function asRow(row: Record<string, unknown>): ExecutionRow {
  return row as unknown as ExecutionRow
}

export function readLane({ client, tenant, host, port }: ExecutionRow): Lane {
  return { client, tenant, host, port }
}

export function hasEnded(row: ExecutionRow): row is ExecutionRow & { state: EndState; ended_at: number } {
  return row.ended_at !== null
}

export function summarize(row: ExecutionRow): ExecutionSummary {
  return {
    id: row.id,
    mode: row.mode,
    state: row.state,
    nodeId: row.node_id,
    lane: readLane(row),
    repeatable: row.repeatable === 1,
    attempts: row.attempts,
    attemptsBefore: row.attempts_before,
    acceptedAt: row.accepted_at,
    startedAt: row.started_at,
    dueAt: row.state === 'waiting' ? row.due_at : null,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    code: row.code,
    repeat: row.repeat,
    cancelled: row.cancelled === 1,
    begun: readBegun(row),
    recoveries: row.recoveries,
    redrives: row.redrives,
    callsBack: row.calls_back === 1,
    callback:
      row.callback_state === null
        ? null
        : { state: row.callback_state, attempts: row.callback_attempts, number: row.callbacks },
  }
}

export function readBegun({
  begun_attempt: attempt,
  begun_at: at,
}: Pick<ExecutionRow, 'begun_attempt' | 'begun_at'>): Begun | null {
  return attempt === null || at === null ? null : { attempt, at }
}

/** With its reply, if it has ended. */
export function readStored(session: Session, row: ExecutionRow): StoredExecution {
  return { ...summarize(row), reply: hasEnded(row) ? readReply(session, row) : null }
}

/** The reply of the last end, which is there while the execution is done again, too. */
export function readReply(session: Session, { seq, id }: ExecutionRow): Uint8Array | null {
  const reply = session.sql('SELECT reply FROM results WHERE execution = ?').get(seq)?.reply
  return reply instanceof Uint8Array ? session.ring.open(reply, id, 'reply') : null
}
