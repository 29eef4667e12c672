import type { RetrySafety } from '../../contract/failure.ts'
import type {
  Begun,
  EndState,
  ExecutionState,
  ExecutionSummary,
  Lane,
  StoredExecution,
} from '../store/execution-store.ts'
import { StoreError } from '../store/store-error.ts'
import type { Row } from './database.ts'
import { MissingKey } from './outage.ts'
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
  readonly repeatable: boolean
  readonly node_hash: Uint8Array
  readonly payload_hash: Uint8Array
  readonly attempts: number
  readonly attempts_before: number
  readonly begun_attempt: number | null
  readonly begun_at: number | null
  readonly begun_by: number | null
  readonly recoveries: number
  readonly cancelled: boolean
  readonly redrives: number
  readonly calls_back: boolean
  readonly had_secrets: boolean
  readonly accepted_at: number
  readonly started_at: number
  readonly expires_at: number | null
  readonly ended_at: number | null
  readonly code: string | null
  readonly repeat: RetrySafety | null
  readonly final: boolean
  readonly callback_state: 'waiting' | 'delivered' | 'failed' | null
  readonly callback_attempts: number
  readonly callbacks: number
  readonly due_at: number | null
}

/** The columns and tables of a query for rows: executions `e`, and the tickets `t` of those that have not ended. */
export const rowColumns = 'e.*, t.due_at'
export const rowTables = `executions e LEFT JOIN tickets t ON t.execution = e.seq AND t.purpose = 'execution'`

/** The tables say what the columns are. */
export function asRow(row: Row): ExecutionRow {
  return row as unknown as ExecutionRow
}

export function readLane({ client, tenant, host, port }: ExecutionRow): Lane {
  return { client, tenant, host, port }
}

export function hasEnded(row: ExecutionRow): row is ExecutionRow & { state: EndState; ended_at: number } {
  return row.ended_at !== null
}

export function summarize(row: ExecutionRow): ExecutionSummary {
  const { callback_state: state, callback_attempts: attempts, callbacks: number } = row
  return {
    id: row.id,
    mode: row.mode,
    state: row.state,
    nodeId: readText(row.node_id),
    lane: readLane(row),
    repeatable: row.repeatable,
    attempts: row.attempts,
    attemptsBefore: row.attempts_before,
    acceptedAt: row.accepted_at,
    startedAt: row.started_at,
    dueAt: row.state === 'waiting' ? row.due_at : null,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    code: row.code,
    repeat: row.repeat,
    cancelled: row.cancelled,
    begun: readBegun(row),
    recoveries: row.recoveries,
    redrives: row.redrives,
    callsBack: row.calls_back,
    callback: state === null ? null : { state, attempts, number },
  }
}

export function readBegun({
  begun_attempt: attempt,
  begun_at: at,
}: Pick<ExecutionRow, 'begun_attempt' | 'begun_at'>): Begun | null {
  return attempt === null || at === null ? null : { attempt, at }
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
