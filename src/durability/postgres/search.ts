import { chooseRedriven } from '../store/choose-redriven.ts'
import {
  type ColumnFilter,
  filterColumns,
  filteredNames,
  readLane,
  readPlace,
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
import { addToBacklogs } from './accept.ts'
import { freezeCallbacks } from './callbacks.ts'
import { type Row, readBigint, type Transaction } from './database.ts'
import {
  asRow,
  type ExecutionRow,
  readStored,
  rowColumns,
  rowTables,
  summarize,
  writeText,
} from './execution-row.ts'
import type { Session } from './session.ts'

/** Rows that one statement looks at. */
const rowsAtOnce = 5_000

/** Each that is redriven is written to. */
const redrivenAtOnce = 500

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Before and after all ids. */
const firstId = '00000000-0000-0000-0000-000000000000'
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

export async function find(session: Session, name: ExecutionName): Promise<StoredExecution | null> {
  if ('id' in name && !uuid.test(name.id)) return null
  const [condition, value] =
    'id' in name ? ['e.id = $1', name.id] : ['e.key_hash = $1', hashKey(session, name, name.key)]
  const [found] = await session.database.rows(
    `SELECT ${rowColumns}, r.reply, store_now() AS now FROM ${rowTables} LEFT JOIN results r ON r.execution = e.seq
     WHERE ${condition}`,
    [value],
  )
  if (found === undefined) return null
  const row = asRow(found)
  if (!('id' in name) && !isRemembered(session, readBigint(found.now), row)) return null
  return readStored(session, row, found.reply)
}

export interface ListPart {
  readonly executions: readonly ExecutionSummary[]
  /** Where to look on; null at the end. */
  readonly next: Place | null
}

/** Looks at some rows before `after`, newest first. */
export async function listPart(
  { database }: Session,
  filter: ListFilter,
  after: Place | null,
  limit: number,
): Promise<ListPart> {
  const { since = 0, ...equal } = filter
  const from = after ?? { acceptedAt: Number.MAX_SAFE_INTEGER, id: firstId }
  if (!uuid.test(from.id)) return { executions: [], next: null }
  const [last] = await database.rows(
    `SELECT accepted_at, id FROM executions WHERE (accepted_at, id) < ($1, $2) AND accepted_at >= $3
     ORDER BY accepted_at DESC, id DESC LIMIT 1 OFFSET ${rowsAtOnce - 1}`,
    [from.acceptedAt, from.id, since],
  )
  const end = last === undefined ? { acceptedAt: since, id: firstId } : readPlace(asRow(last))
  const conditions = writeConditions(equal, 6)
  const rows = await database.rows(
    `SELECT ${rowColumns} FROM ${rowTables}
     WHERE (e.accepted_at, e.id) < ($1, $2) AND (e.accepted_at, e.id) >= ($3, $4)
     ${conditions.text} ORDER BY e.accepted_at DESC, e.id DESC LIMIT $5`,
    [from.acceptedAt, from.id, end.acceptedAt, end.id, limit, ...conditions.values],
  )
  const lastRow = rows.at(-1)
  const looked = last === undefined ? null : end
  return {
    executions: rows.map((row) => summarize(asRow(row))),
    next: rows.length === limit && lastRow !== undefined ? readPlace(asRow(lastRow)) : looked,
  }
}

/** One condition for each member that is there, with parameters from the one with this number. */
function writeConditions(
  filter: ColumnFilter,
  first: number,
): { readonly text: string; readonly values: (string | null)[] } {
  const values: (string | null)[] = []
  let text = ''
  for (const name of filteredNames) {
    const value = filter[name]
    if (value === undefined) continue
    text +=
      value === null
        ? ` AND e.${filterColumns[name]} IS NULL`
        : ` AND e.${filterColumns[name]} = $${first + values.length}`
    if (value !== null) values.push(writeText(value))
  }
  return { text, values }
}

export interface RedrivePart extends RedriveCounts {
  /** Where to look on; null at the end. */
  readonly next: Place | null
}

/** Looks at some of what has ended without success, oldest first. `before`: how many were redriven before. */
export async function redrivePart(
  session: Session,
  transaction: Transaction,
  filter: RedriveFilter,
  options: RedriveOptions,
  after: Place | null,
  before: number,
): Promise<RedrivePart> {
  const { rows, next } = await findEnded(transaction, filter, after)
  const { chosen, counts } = chooseRedriven(rows, options, before)
  if (chosen.length > 0 && !options.dryRun) await redriveAll(session, transaction, chosen, options, before)
  return { ...counts, next }
}

async function findEnded(
  transaction: Transaction,
  { since = 0, until = Number.MAX_SAFE_INTEGER, ids, ...equal }: RedriveFilter,
  after: Place | null,
): Promise<{ readonly rows: readonly ExecutionRow[]; readonly next: Place | null }> {
  const from = after ?? { acceptedAt: since - 1, id: lastId }
  const known = ids?.filter((id) => uuid.test(id))
  const last: Row | undefined =
    known !== undefined
      ? undefined
      : await transaction.row(
          `SELECT accepted_at, id FROM executions WHERE redrivable AND (accepted_at, id) > ($1, $2) AND accepted_at < $3
           ORDER BY accepted_at, id LIMIT 1 OFFSET ${redrivenAtOnce - 1}`,
          [from.acceptedAt, from.id, until],
        )
  const end = last === undefined ? { acceptedAt: until - 1, id: lastId } : readPlace(asRow(last))
  const conditions = writeConditions(equal, 6)
  const rows = await transaction.rows(
    `SELECT ${rowColumns} FROM ${rowTables} WHERE e.redrivable
       AND (e.accepted_at, e.id) > ($1, $2) AND (e.accepted_at, e.id) <= ($3, $4)
       AND ($5::uuid[] IS NULL OR e.id = ANY($5::uuid[])) ${conditions.text}
     ORDER BY e.accepted_at, e.id FOR UPDATE OF e`,
    [from.acceptedAt, from.id, end.acceptedAt, end.id, known ?? null, ...conditions.values],
  )
  return { rows: rows.map(asRow), next: last === undefined ? null : end }
}

async function redriveAll(
  session: Session,
  transaction: Transaction,
  rows: readonly ExecutionRow[],
  { perSecond, expiresAt, callsBack }: RedriveOptions,
  before: number,
): Promise<void> {
  const seqs = rows.map(({ seq }) => seq)
  const telling = rows.filter(({ callbacks }) => callbacks > 0)
  if (telling.length > 0)
    await freezeCallbacks(
      transaction,
      telling.map(({ seq }) => seq),
    )
  const lanes = await session.enterLanes(transaction, rows.map(readLane))
  const dues = lanes.map((lane, index) => ({
    lane,
    dueAt: transaction.now + Math.floor(((before + index) * 1_000) / perSecond),
  }))
  await transaction.rows(
    `WITH execution AS (
       UPDATE executions SET state = 'waiting', attempts_before = attempts, started_at = $5, expires_at = $4,
         ended_at = NULL, code = NULL, repeat = NULL, final = false, redrivable = false, cancelled = false,
         redrives = redrives + 1, calls_back = $6 WHERE seq = ANY($1::bigint[])
     )
     INSERT INTO tickets (execution, purpose, lane, due_at, ends_at)
     SELECT seq, 'execution', lane, due_at, $4 FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS n(seq, lane, due_at)`,
    [
      seqs,
      dues.map(({ lane }) => lane),
      dues.map(({ dueAt }) => dueAt),
      expiresAt,
      transaction.now,
      callsBack,
    ],
  )
  await addToBacklogs(transaction, rows.map(readLane))
  await session.wakeLanes(transaction, dues)
  transaction.expect(expiresAt)
}
