import type { RetrySafety } from '../../contract/failure.ts'
import type {
  Begun,
  EndState,
  ExecutionDocuments,
  ExecutionState,
  ExecutionSummary,
  Lane,
  LeasedExecution,
} from './execution-store.ts'
import type { Place } from './places.ts'
import { StoreError } from './store-error.ts'

/**
 * A row of the table `executions`, which the stores have in common, with the time at which its ticket is due. `Flag`: what a database has
 * for true and false.
 */
export interface ExecutionRow<Flag = boolean | number> {
  readonly seq: number
  readonly id: string
  readonly mode: 'durable' | 'synchronous'
  readonly state: ExecutionState
  readonly client: string
  readonly tenant: string | null
  readonly node_id: string | null
  readonly host: string
  readonly port: number
  readonly repeatable: Flag
  readonly node_hash: Uint8Array
  readonly payload_hash: Uint8Array
  readonly attempts: number
  readonly attempts_before: number
  readonly begun_attempt: number | null
  readonly begun_at: number | null
  readonly begun_by: number | null
  /** When leases were given whose holders died, in JSON: SQLite has it as text. */
  readonly lost_at: string | readonly number[]
  readonly cancelled: Flag
  readonly redrives: number
  readonly calls_back: Flag
  readonly had_secrets: Flag
  readonly accepted_at: number
  readonly started_at: number
  readonly expires_at: number | null
  readonly ended_at: number | null
  readonly code: string | null
  readonly repeat: RetrySafety | null
  readonly final: Flag
  readonly callback_state: 'waiting' | 'delivered' | 'failed' | null
  readonly callback_attempts: number
  readonly callbacks: number
  readonly due_at: number | null
}

/** The members of a filter that are the value of a column. */
export const filterColumns = {
  state: 'state',
  nodeId: 'node_id',
  host: 'host',
  code: 'code',
  tenant: 'tenant',
  client: 'client',
} as const

export const filteredNames = Object.keys(filterColumns) as (keyof typeof filterColumns)[]

export type ColumnFilter = Readonly<Partial<Record<keyof typeof filterColumns, string | null>>>

export function readLane({ client, tenant, host, port }: ExecutionRow): Lane {
  return { client, tenant, host, port }
}

export function readPlace({ accepted_at: acceptedAt, id }: Pick<ExecutionRow, 'accepted_at' | 'id'>): Place {
  return { acceptedAt, id }
}

export function hasEnded<Row extends ExecutionRow>(
  row: Row,
): row is Row & { state: EndState; ended_at: number } {
  return row.ended_at !== null
}

export function readBegun({
  begun_attempt: attempt,
  begun_at: at,
}: Pick<ExecutionRow, 'begun_attempt' | 'begun_at'>): Begun | null {
  return attempt === null || at === null ? null : { attempt, at }
}

/** How many attempts that deaths have cut off are kept: those that were begun last. */
export const maxLost = 10

/** The last of them is the last attempt. */
export function readLost({
  lost_at: lostAt,
  attempts,
}: Pick<ExecutionRow, 'lost_at' | 'attempts'>): readonly Begun[] {
  const moments: readonly number[] = typeof lostAt === 'string' ? JSON.parse(lostAt) : lostAt
  const before = attempts - moments.length
  return moments.map((at, index) => ({ attempt: before + index + 1, at }))
}

export function summarize(row: ExecutionRow): ExecutionSummary {
  const { callback_state: state, callback_attempts: attempts, callbacks: number } = row
  return {
    id: row.id,
    mode: row.mode,
    state: row.state,
    nodeId: row.node_id,
    lane: readLane(row),
    repeatable: Boolean(row.repeatable),
    attempts: row.attempts,
    attemptsBefore: row.attempts_before,
    acceptedAt: row.accepted_at,
    startedAt: row.started_at,
    dueAt: row.state === 'waiting' ? row.due_at : null,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    code: row.code,
    repeat: row.repeat,
    cancelled: Boolean(row.cancelled),
    begun: readBegun(row),
    lost: readLost(row),
    redrives: row.redrives,
    callsBack: Boolean(row.calls_back),
    callback: state === null ? null : { state, attempts, number },
  }
}

/** What was begun ends as interrupted, also where it was cancelled or is too late: it may have been delivered. */
export function findEnd(row: ExecutionRow, now: number): LeasedExecution['mustEnd'] {
  if (row.begun_attempt !== null) return 'interrupted'
  if (row.cancelled) return 'withdrawn'
  return row.expires_at !== null && row.expires_at <= now ? 'expired' : null
}

/** Null if one of them cannot be decrypted, or lacks. */
export function openDocuments(open: (part: string) => Uint8Array | null): ExecutionDocuments | null {
  return nullIfUnreadable(() => {
    const [node, payload, rest] = [open('node'), open('payload'), open('rest')]
    if (node === null || payload === null || rest === null) return null
    return { node, payload, rest, secrets: open('secrets'), progress: open('progress') }
  })
}

/** One damaged document must not keep all others from being claimed. */
export function nullIfUnreadable<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof StoreError) return null
    throw error
  }
}
