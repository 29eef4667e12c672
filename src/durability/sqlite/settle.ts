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
import { type ExecutionRow, findById, findBySeq } from './execution-row.ts'
import type { Session } from './session.ts'

interface HeldTicket {
  readonly seq: number
  readonly lane: number | null
  readonly purpose: 'execution' | 'callback'
  readonly row: ExecutionRow
}

/** What the lease is on, or null if it has ended. */
function findHeld(session: Session, { executionId, token }: Lease): HeldTicket | null {
  const ticket = session.sql('SELECT seq, execution, lane, purpose FROM tickets WHERE held = ?').get(token)
  if (ticket === undefined) return null
  const row = findBySeq(session, Number(ticket.execution))
  return row.id === executionId ? ({ ...ticket, row } as unknown as HeldTicket) : null
}

function findHeldFor(session: Session, lease: Lease, purpose: HeldTicket['purpose']): HeldTicket | null {
  const held = findHeld(session, lease)
  if (held !== null && held.purpose !== purpose) throw new TypeError(`the lease is not on an ${purpose}`)
  return held
}

/** Whether a holder that died had begun an attempt. */
function isInterrupted({ begun_attempt: attempt, begun_by: by }: ExecutionRow, { token }: Lease): boolean {
  return attempt !== null && by !== token
}

export function begin(session: Session, now: number, lease: Lease, attempt: number): Written {
  const held = findHeldFor(session, lease, 'execution')
  if (held === null || isInterrupted(held.row, lease)) return 'fenced'
  session
    .sql('UPDATE executions SET begun_attempt = ?, begun_at = ?, begun_by = ? WHERE seq = ?')
    .run(attempt, now, lease.token, held.row.seq)
  return 'written'
}

export function isHeld(session: Session, _now: number, lease: Lease): boolean {
  return findHeldFor(session, lease, 'execution') !== null
}

export function settle(
  session: Session,
  now: number,
  lease: Lease,
  outcome: Again | Ended,
): Written | 'cancelled' {
  const held = findHeldFor(session, lease, 'execution')
  if (held === null) return 'fenced'
  if (outcome.outcome === 'ended') return end(session, now, held, outcome)
  if (held.lane === null) throw new TypeError('a synchronous execution does not wait')
  if (held.row.cancelled === 1 || isInterrupted(held.row, lease)) return 'cancelled'
  return goOn(session, held, outcome)
}

function goOn(
  session: Session,
  { seq, lane, row }: HeldTicket,
  { attempts, dueAt, progress }: Again,
): Written {
  session.sql('UPDATE tickets SET held = NULL, due_at = ? WHERE seq = ?').run(dueAt, seq)
  session.touch(lane)
  session
    .sql(
      `UPDATE executions SET state = 'waiting', attempts = ?, lost_at = '[]',
         begun_attempt = NULL, begun_at = NULL, begun_by = NULL WHERE seq = ?`,
    )
    .run(attempts, row.seq)
  session
    .sql(
      `INSERT INTO results (execution, progress) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET progress = excluded.progress`,
    )
    .run(row.seq, session.ring.seal(progress, row.id, 'progress'))
  return 'written'
}

function end(session: Session, now: number, held: HeldTicket, ended: Ended): Written {
  const { seq, row } = held
  session.sql('DELETE FROM tickets WHERE seq = ?').run(seq)
  session.touch(held.lane)
  session
    .sql(
      `UPDATE executions SET state = ?, attempts = ?, code = ?, repeat = ?, final = ?, ended_at = ?, lost_at = '[]',
         begun_attempt = NULL, begun_at = NULL, begun_by = NULL WHERE seq = ?`,
    )
    .run(
      ended.state,
      ended.attempts,
      ended.code,
      ended.repeat,
      Number(isFinal(ended, row.repeatable === 1)),
      now,
      row.seq,
    )
  session
    .sql(
      `INSERT INTO results (execution, reply) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET reply = excluded.reply, progress = NULL`,
    )
    .run(row.seq, session.ring.seal(ended.reply, row.id, 'reply'))
  if (row.mode === 'durable') shrinkBacklog(session, row)
  dropDocuments(session, row, ended)
  if (ended.callback !== null) addCallback(session, now, row.seq, ended.callback)
  return 'written'
}

/** What can be redriven keeps node and payload. Secrets of the request go in any case, and nothing can be redriven without them. */
function dropDocuments(
  session: Session,
  { seq, had_secrets: hadSecrets }: ExecutionRow,
  { state }: Ended,
): void {
  if (state === 'succeeded' || hadSecrets === 1)
    session
      .sql('UPDATE documents SET node = NULL, payload = NULL, secrets = NULL WHERE execution = ?')
      .run(seq)
}

export function settleCallback(
  session: Session,
  _now: number,
  lease: Lease,
  outcome: CallbackOutcome,
): Written {
  const held = findHeldFor(session, lease, 'callback')
  if (held === null) return 'fenced'
  const { seq, lane, row } = held
  endCallbackTry(session, { seq, lane, execution: row.seq }, lease.token, outcome)
  return 'written'
}

export function release(session: Session, now: number, leases: readonly Lease[], dueAt: number): 'written' {
  for (const lease of leases) {
    const held = findHeld(session, lease)
    if (held === null) continue
    if (held.purpose === 'execution') giveBack(session, now, held, lease)
    if (held.lane === null) continue
    session.sql('UPDATE tickets SET held = NULL, due_at = ? WHERE seq = ?').run(dueAt, held.seq)
    session.touch(held.lane)
  }
  return 'written'
}

function giveBack(session: Session, now: number, { seq, lane, row }: HeldTicket, lease: Lease): void {
  const interrupted = isInterrupted(row, lease)
  if (!interrupted)
    session
      .sql('UPDATE executions SET begun_attempt = NULL, begun_at = NULL, begun_by = NULL WHERE seq = ?')
      .run(row.seq)
  if (lane === null) {
    session.sql('DELETE FROM tickets WHERE seq = ?').run(seq)
    session.sql(endInterrupted).run(now, row.seq)
    return
  }
  // What was interrupted is due in order to end already.
  if (row.cancelled === 1) session.sql('UPDATE tickets SET ends_at = 0 WHERE seq = ?').run(seq)
  if (!interrupted) session.sql("UPDATE executions SET state = 'waiting' WHERE seq = ?").run(row.seq)
}

/** Without a reply, and not final: a submission with its key gets what was begun. */
export const endInterrupted = `UPDATE executions SET
  state = 'failed', code = 'interrupted', repeat = 'if_idempotent', final = 0, ended_at = ?,
  attempts = max(attempts, ifnull(begun_attempt, 0)) WHERE seq = ?`

export function cancel(session: Session, now: number, id: string): Cancellation {
  const row = findById(session, id)
  if (row === null) return { outcome: 'unknown' }
  if (hasEnded(row)) return { outcome: 'ended' }
  if (row.mode === 'synchronous') return { outcome: 'synchronous' }
  session.sql('UPDATE executions SET cancelled = 1 WHERE seq = ?').run(row.seq)
  if (row.state === 'running') return { outcome: 'running' }
  return { outcome: 'withdrawable', leased: takeWaiting(session, now, row) }
}

export function pause(session: Session, _now: number, lane: Lane, until: number): 'written' {
  session
    .sql('UPDATE lanes SET paused_until = max(paused_until, ?) WHERE id = ?')
    .run(until, session.enterLane(lane))
  return 'written'
}
