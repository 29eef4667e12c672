import { hasEnded, type ExecutionRow as Row, summarize } from '../store/execution-row.ts'
import type { StoredExecution } from '../store/execution-store.ts'
import type { Session } from './session.ts'

/** With 0 for false and 1 for true. */
export type ExecutionRow = Row<number>

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

/** With its reply, if it has ended. */
export function readStored(session: Session, row: ExecutionRow): StoredExecution {
  return { ...summarize(row), reply: hasEnded(row) ? readReply(session, row) : null }
}

function readReply(session: Session, { seq, id }: ExecutionRow): Uint8Array | null {
  const reply = session.sql('SELECT reply FROM results WHERE execution = ?').get(seq)?.reply
  return reply instanceof Uint8Array ? session.ring.open(reply, id, 'reply') : null
}
