import { chooseRedriven } from '../store/choose-redriven.ts'
import {
  type ColumnFilter,
  filterColumns,
  filteredNames,
  readLane,
  readPlace,
  summarize,
} from '../store/execution-row.ts'
import type {
  ExecutionName,
  ExecutionSummary,
  ListFilter,
  RedriveFilter,
  RedriveOptions,
  StoredExecution,
} from '../store/execution-store.ts'
import type { Place } from '../store/places.ts'
import type { RedriveCounts } from '../store/redrive-sum.ts'
import { hashKey, isRemembered } from '../store/remembered-key.ts'
import { growBacklog } from './accept.ts'
import { freezeCallbacks } from './callbacks.ts'
import { asRow, type ExecutionRow, findById, findByKeyHash, readStored, selectRows } from './execution-row.ts'
import type { Session } from './session.ts'

/** Rows that one operation looks at: what others wait for must not wait long. */
const rowsAtOnce = 5_000

export function find(session: Session, now: number, name: ExecutionName): StoredExecution | null {
  const row = 'id' in name ? findById(session, name.id) : findRemembered(session, now, name)
  return row === null ? null : readStored(session, row)
}

function findRemembered(
  session: Session,
  now: number,
  name: Extract<ExecutionName, { key: string }>,
): ExecutionRow | null {
  const row = findByKeyHash(session, hashKey(session, name, name.key))
  return row !== null && isRemembered(session, now, row) ? row : null
}

export interface ListPart {
  readonly executions: readonly ExecutionSummary[]
  /** Where to look on; null at the end. */
  readonly next: Place | null
}

/** Looks at some rows before `after`, newest first. */
export function listPart(
  session: Session,
  _now: number,
  filter: ListFilter,
  after: Place | null,
  limit: number,
): ListPart {
  const { since = 0, ...equal } = filter
  const from = after ?? { acceptedAt: Number.MAX_SAFE_INTEGER, id: '' }
  const last = session
    .sql(
      `SELECT accepted_at, id FROM executions WHERE (accepted_at, id) < (?, ?) AND accepted_at >= ?
       ORDER BY accepted_at DESC, id DESC LIMIT 1 OFFSET ?`,
    )
    .get(from.acceptedAt, from.id, since, rowsAtOnce - 1)
  const end = last === undefined ? { acceptedAt: since, id: '' } : readPlace(asRow(last))
  const conditions = writeConditions(equal)
  const rows = session
    .sql(
      `${selectRows} WHERE (e.accepted_at, e.id) < ($acceptedAt, $id) AND (e.accepted_at, e.id) >= ($endAt, $endId)
       ${conditions.text} ORDER BY e.accepted_at DESC, e.id DESC LIMIT $limit`,
    )
    .all({ ...from, endAt: end.acceptedAt, endId: end.id, limit, ...conditions.values })
    .map(asRow)
  const lastRow = rows.at(-1)
  const looked = last === undefined ? null : end
  return {
    executions: rows.map(summarize),
    next: rows.length === limit && lastRow !== undefined ? readPlace(lastRow) : looked,
  }
}

/** One condition for each member that is there. */
function writeConditions(filter: ColumnFilter) {
  const names = filteredNames
  const values: Record<string, string | null> = {}
  let text = ''
  for (const name of names) {
    const value = filter[name]
    if (value === undefined) continue
    text += ` AND e.${filterColumns[name]} IS $${name}`
    values[name] = value
  }
  return { text, values }
}

export interface RedrivePart extends RedriveCounts {
  /** Where to look on; null at the end. */
  readonly next: Place | null
}

/** Looks at some of what has ended without success, oldest first. `before`: how many were redriven before. */
export function redrivePart(
  session: Session,
  now: number,
  filter: RedriveFilter,
  options: RedriveOptions,
  after: Place | null,
  before: number,
): RedrivePart {
  const { since = 0, until = Number.MAX_SAFE_INTEGER, ids, ...equal } = filter
  const from = after ?? { acceptedAt: since, id: '' }
  const last =
    ids !== undefined
      ? undefined
      : session
          .sql(
            `SELECT accepted_at, id FROM executions
       WHERE state IN ('failed', 'withdrawn', 'expired') AND (accepted_at, id) > (?, ?) AND accepted_at < ?
       ORDER BY accepted_at, id LIMIT 1 OFFSET ?`,
          )
          .get(from.acceptedAt, from.id, until, redrivenAtOnce - 1)
  const end = last === undefined ? { acceptedAt: until, id: '' } : readPlace(asRow(last))
  const conditions = writeConditions(equal)
  const among = ids === undefined ? '' : 'AND e.id IN (SELECT value FROM json_each($ids))'
  const found = session
    .sql(
      `${selectRows} WHERE e.state IN ('failed', 'withdrawn', 'expired') AND e.mode = 'durable'
         AND (e.accepted_at, e.id) > ($acceptedAt, $id) AND (e.accepted_at, e.id) <= ($endAt, $endId)
         ${conditions.text} ${among} ORDER BY e.accepted_at, e.id`,
    )
    .all({
      ...from,
      endAt: end.acceptedAt,
      endId: end.id,
      ...conditions.values,
      ...(ids === undefined ? {} : { ids: JSON.stringify(ids) }),
    })
    .map(asRow)
  const { chosen, counts } = chooseRedriven(found, options, before)
  if (!options.dryRun)
    for (const [index, row] of chosen.entries()) redrive(session, now, row, options, before + index)
  return { ...counts, next: last === undefined ? null : end }
}

/** Each that is redriven is written to. */
const redrivenAtOnce = 500

function redrive(
  session: Session,
  now: number,
  row: ExecutionRow,
  { perSecond, expiresAt, callsBack }: RedriveOptions,
  position: number,
): void {
  if (row.callbacks > 0) freezeCallbacks(session, row.seq)
  session
    .sql("INSERT INTO tickets (execution, purpose, lane, due_at, ends_at) VALUES (?, 'execution', ?, ?, ?)")
    .run(
      row.seq,
      session.enterLane(readLane(row)),
      now + Math.floor((position * 1_000) / perSecond),
      expiresAt,
    )
  session
    .sql(
      `UPDATE executions SET state = 'waiting', attempts_before = attempts, started_at = ?, expires_at = ?,
         ended_at = NULL, code = NULL, repeat = NULL, final = 0, cancelled = 0, redrives = redrives + 1, calls_back = ?
       WHERE seq = ?`,
    )
    .run(now, expiresAt, Number(callsBack), row.seq)
  growBacklog(session, row)
}
