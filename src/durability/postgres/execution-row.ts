import { hasEnded, type ExecutionRow as Row, summarize as summarizeRow } from '../store/execution-row.ts'
import type { ExecutionSummary, StoredExecution } from '../store/execution-store.ts'
import { StoreError } from '../store/store-error.ts'
import type { Row as DatabaseRow } from './database.ts'
import { MissingKey } from './outage.ts'
import type { Session } from './session.ts'

export type ExecutionRow = Row<boolean>

/** The columns and tables of a query for rows: executions `e`, and the tickets `t` of those that have not ended. */
export const rowColumns = 'e.*, t.due_at'
export const rowTables = `executions e LEFT JOIN tickets t ON t.execution = e.seq AND t.purpose = 'execution'`

/** The tables say what the columns are. */
export function asRow(row: DatabaseRow): ExecutionRow {
  return row as unknown as ExecutionRow
}

export function summarize(row: ExecutionRow): ExecutionSummary {
  return { ...summarizeRow(row), nodeId: readText(row.node_id) }
}

/** With its reply, if it has ended. The row has the sealed reply of the last end. */
export function readStored(session: Session, row: ExecutionRow, sealed: unknown): StoredExecution {
  return { ...summarize(row), reply: hasEnded(row) ? readPart(session, row.id, sealed, 'reply') : null }
}

/** Throws a `MissingKey` for what another instance has sealed, with a key that this one lacks. */
export function readPart(session: Session, id: string, sealed: unknown, part: string): Uint8Array | null {
  if (!(sealed instanceof Uint8Array)) return null
  try {
    const { buffer, byteOffset, byteLength } = session.ring.open(sealed, id, part)
    return new Uint8Array(buffer, byteOffset, byteLength)
  } catch (error) {
    if (!(error instanceof StoreError) || error.keyId === null) throw error
    throw new MissingKey(error.message, error.keyId)
  }
}

/** Text without NUL, which PostgreSQL does not have: a backslash stands before it, and before a backslash. */
export function writeText(text: string): string {
  return /[\0\\]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('\0', '\\0') : text
}

function readText(text: string | null): string | null {
  return text === null || !text.includes('\\')
    ? text
    : text.replace(/\\([\\0])/g, (_, escaped) => (escaped === '0' ? '\0' : '\\'))
}
