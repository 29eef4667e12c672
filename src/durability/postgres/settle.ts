import { hasEnded } from '../store/execution-row.ts'
import type {
  Again,
  CallbackOutcome,
  Cancellation,
  Ended,
  Lane,
  Lease,
  Written,
} from '../store/execution-store.ts'
import { isFinal } from '../store/is-final.ts'
import { shrinkBacklog } from './accept.ts'
import { addCallback, endCallbackTry } from './callbacks.ts'
import { takeWaiting } from './claim.ts'
import { readBigint, type Transaction } from './database.ts'
import { asRow, type ExecutionRow, rowColumns, rowTables } from './execution-row.ts'
import { Collision } from './outage.ts'
import type { Session } from './session.ts'

type Purpose = 'execution' | 'callback'

interface HeldTicket {
  readonly id: number
  readonly lane: number | null
  readonly purpose: Purpose
  readonly row: ExecutionRow
}

/**
 * What the lease is on, or null if it has ended. Nothing happens to it until the transaction has ended: all that end leases lock the
 * execution first, and then the ticket.
 */
async function findHeld(
  transaction: Transaction,
  { executionId, token }: Lease,
  purposes: readonly Purpose[],
): Promise<HeldTicket | null> {
  const row = await transaction.row(
    `SELECT e.*, t.id AS ticket, t.lane, t.purpose, t.due_at FROM executions e JOIN tickets t ON t.execution = e.seq
     WHERE e.id = $1 AND t.token = $2 AND t.purpose = ANY($3::text[]) FOR UPDATE OF e, t`,
    [executionId, token, purposes],
  )
  if (row === undefined) return null
  const lane = row.lane === null ? null : readBigint(row.lane)
  return { id: readBigint(row.ticket), lane, purpose: row.purpose as Purpose, row: asRow(row) }
}

/** Whether a holder that died had begun an attempt. */
function isInterrupted({ begun_attempt: attempt, begun_by: by }: ExecutionRow, { token }: Lease): boolean {
  return attempt !== null && by !== token
}

export async function begin(
  { database }: Session,
  { executionId, token }: Lease,
  attempt: number,
): Promise<Written> {
  const rows = await database.rows(
    `WITH held AS (
       SELECT e.seq FROM executions e JOIN tickets t ON t.execution = e.seq
       WHERE e.id = $1 AND t.token = $2 AND t.purpose = 'execution'
         AND (e.begun_attempt IS NULL OR e.begun_by = $2) FOR UPDATE OF e, t
     )
     UPDATE executions e SET begun_attempt = $3, begun_at = store_now(), begun_by = $2 FROM held
     WHERE e.seq = held.seq RETURNING e.seq`,
    [executionId, token, attempt],
  )
  return rows.length > 0 ? 'written' : 'fenced'
}

export async function isHeld({ database }: Session, { executionId, token }: Lease): Promise<boolean> {
  const rows = await database.rows(
    `SELECT e.seq FROM executions e JOIN tickets t ON t.execution = e.seq
     WHERE e.id = $1 AND t.token = $2 AND t.purpose = 'execution'`,
    [executionId, token],
  )
  return rows.length > 0
}

export async function settle(
  session: Session,
  transaction: Transaction,
  lease: Lease,
  outcome: Again | Ended,
): Promise<Written | 'cancelled'> {
  const held = await findHeld(transaction, lease, ['execution'])
  if (held === null) return 'fenced'
  if (outcome.outcome === 'ended') return await end(session, transaction, held, outcome)
  if (held.lane === null) throw new TypeError('a synchronous execution does not wait')
  if (held.row.cancelled || isInterrupted(held.row, lease)) return 'cancelled'
  return await goOn(session, transaction, held, outcome)
}

const unbegun = 'begun_attempt = NULL, begun_at = NULL, begun_by = NULL'

async function goOn(
  session: Session,
  transaction: Transaction,
  { id, lane, row }: HeldTicket,
  { attempts, dueAt, progress }: Again,
): Promise<Written> {
  await transaction.rows(
    `WITH ticket AS (
       UPDATE tickets SET token = NULL, holder = NULL, due_at = $2 WHERE id = $1
     ), execution AS (
       UPDATE executions SET state = 'waiting', attempts = $4, lost_at = '[]', ${unbegun} WHERE seq = $3
     )
     INSERT INTO results (execution, progress) VALUES ($3, $5)
     ON CONFLICT (execution) DO UPDATE SET progress = excluded.progress`,
    [id, dueAt, row.seq, attempts, session.ring.seal(progress, row.id, 'progress')],
  )
  if (lane !== null) await session.wakeLanes(transaction, [{ lane, dueAt }])
  return 'written'
}

async function end(
  session: Session,
  transaction: Transaction,
  { id, row }: HeldTicket,
  ended: Ended,
): Promise<Written> {
  await transaction.rows(
    `WITH ticket AS (
       DELETE FROM tickets WHERE id = $1
     ), execution AS (
       UPDATE executions SET state = $3, attempts = $4, code = $5, repeat = $6, final = $7, ended_at = $8,
         redrivable = mode = 'durable' AND $3 <> 'succeeded', lost_at = '[]', ${unbegun} WHERE seq = $2
     )
     INSERT INTO results (execution, reply) VALUES ($2, $9)
     ON CONFLICT (execution) DO UPDATE SET reply = excluded.reply, progress = NULL`,
    [
      id,
      row.seq,
      ended.state,
      ended.attempts,
      ended.code,
      ended.repeat,
      isFinal(ended, row.repeatable),
      transaction.now,
      session.ring.seal(ended.reply, row.id, 'reply'),
    ],
  )
  if (row.mode === 'durable') await transaction.rows(shrinkBacklog, [row.seq])
  // What can be redriven keeps node and payload. Secrets of the request go in any case, and nothing can be redriven without them.
  if (ended.state === 'succeeded' || row.had_secrets)
    await transaction.rows(
      'UPDATE documents SET node = NULL, payload = NULL, secrets = NULL WHERE execution = $1',
      [row.seq],
    )
  if (ended.callback !== null) await addCallback(session, transaction, row.seq, ended.callback)
  return 'written'
}

export async function settleCallback(
  session: Session,
  transaction: Transaction,
  lease: Lease,
  outcome: CallbackOutcome,
): Promise<Written> {
  const held = await findHeld(transaction, lease, ['callback'])
  if (held === null) return 'fenced'
  await endCallbackTry(session, transaction, { id: held.id, execution: held.row.seq }, lease.token, outcome)
  return 'written'
}

async function giveUp(transaction: Transaction, ticket: number, dueAt: number): Promise<void> {
  await transaction.rows('UPDATE tickets SET token = NULL, holder = NULL, due_at = $2 WHERE id = $1', [
    ticket,
    dueAt,
  ])
}

export async function release(
  session: Session,
  transaction: Transaction,
  leases: readonly Lease[],
  dueAt: number,
): Promise<'written'> {
  const lanes: number[] = []
  // In one order, so that no two wait for each other.
  for (const lease of leases.toSorted((one, other) => one.token - other.token)) {
    const held = await findHeld(transaction, lease, ['execution', 'callback'])
    if (held === null) continue
    if (held.purpose === 'execution') await giveBack(transaction, held, lease)
    if (held.lane === null) continue
    await giveUp(transaction, held.id, dueAt)
    lanes.push(held.lane)
  }
  await session.wakeLanes(
    transaction,
    lanes.map((lane) => ({ lane, dueAt })),
  )
  return 'written'
}

async function giveBack(
  transaction: Transaction,
  { id, lane, row }: HeldTicket,
  lease: Lease,
): Promise<void> {
  const interrupted = isInterrupted(row, lease)
  if (!interrupted) await transaction.rows(`UPDATE executions SET ${unbegun} WHERE seq = $1`, [row.seq])
  if (lane === null) {
    await transaction.rows('DELETE FROM tickets WHERE id = $1', [id])
    await transaction.rows(endInterrupted, [[row.seq]])
    return
  }
  // What was interrupted is due in order to end already.
  if (row.cancelled) await transaction.rows('UPDATE tickets SET ends_at = 0 WHERE id = $1', [id])
  if (!interrupted)
    await transaction.rows("UPDATE executions SET state = 'waiting' WHERE seq = $1", [row.seq])
  if (row.cancelled || interrupted) transaction.expect(0)
}

/** Without a reply, and not final: a submission with its key gets what was begun. */
export const endInterrupted = `UPDATE executions SET state = 'failed', code = 'interrupted', repeat = 'if_idempotent',
  final = false, ended_at = store_now(), attempts = greatest(attempts, begun_attempt) WHERE seq = ANY($1::bigint[])`

export async function cancel(session: Session, transaction: Transaction, id: string): Promise<Cancellation> {
  const found = await transaction.row(
    `SELECT ${rowColumns} FROM ${rowTables} WHERE e.id = $1 FOR UPDATE OF e`,
    [id],
  )
  if (found === undefined) return { outcome: 'unknown' }
  const row = asRow(found)
  if (hasEnded(row)) return { outcome: 'ended' }
  if (row.mode === 'synchronous') return { outcome: 'synchronous' }
  await transaction.rows('UPDATE executions SET cancelled = true WHERE seq = $1', [row.seq])
  if (row.state === 'running') return { outcome: 'running' }
  return { outcome: 'withdrawable', leased: await takeWaiting(session, transaction, row) }
}

export async function pause(
  session: Session,
  transaction: Transaction,
  lane: Lane,
  until: number,
): Promise<'written'> {
  const [id = 0] = await session.enterLanes(transaction, [lane])
  const row = await transaction.row(
    'UPDATE lanes SET paused_until = greatest(paused_until, $2) WHERE id = $1 RETURNING id',
    [id, until],
  )
  if (row === undefined) {
    session.forgetLanes()
    throw new Collision('a lane has been deleted')
  }
  return 'written'
}
