import type { CallbackOutcome, Lane } from '../store/execution-store.ts'
import type { Session } from './session.ts'

/** A callback that is still to come, as it is leased. */
export interface DueCallback {
  readonly number: number
  readonly attempts: number
  readonly ended_at: number
  readonly rest: Uint8Array | null
  readonly reply: Uint8Array | null
}

/** A ticket of callbacks: one for all that an execution still has to tell. */
export interface CallbackTicket {
  readonly seq: number
  readonly lane: number | null
  readonly execution: number
}

/** The end that was just stored is to be told of. One that is under way goes on. */
export function addCallback(
  session: Session,
  now: number,
  execution: number,
  { lane, dueAt }: { lane: Lane; dueAt: number },
): void {
  session
    .sql(
      "UPDATE executions SET callback_state = 'waiting', callback_attempts = 0, callbacks = callbacks + 1 WHERE seq = ?",
    )
    .run(execution)
  session
    .sql(
      `INSERT INTO callbacks (execution, number, lane, due_at, ended_at)
       SELECT seq, callbacks, ?, ?, ? FROM executions WHERE seq = ?`,
    )
    .run(JSON.stringify(lane), dueAt, now, execution)
  session
    .sql(
      `INSERT INTO tickets (execution, purpose, lane, due_at) VALUES (?, 'callback', ?, ?) ON CONFLICT DO NOTHING`,
    )
    .run(execution, session.enterLane(lane), dueAt)
  const ticket = session
    .sql(
      "SELECT seq, lane, execution FROM tickets WHERE execution = ? AND purpose = 'callback' AND held IS NULL",
    )
    .get(execution)
  if (ticket !== undefined) aimAtNext(session, ticket as unknown as CallbackTicket)
}

/** Before an execution is executed again: what it still has to tell keeps the content of its end. */
export function freezeCallbacks(session: Session, execution: number): void {
  session
    .sql(
      `UPDATE callbacks SET rest = (SELECT rest FROM documents d WHERE d.execution = callbacks.execution),
         reply = (SELECT reply FROM results r WHERE r.execution = callbacks.execution)
       WHERE execution = ? AND reply IS NULL`,
    )
    .run(execution)
}

/** The first that is due, under the lease. Its documents are sealed. */
export function holdCallback(session: Session, execution: number, token: number): DueCallback {
  const due = session
    .sql(
      `UPDATE callbacks SET held = ? WHERE execution = ? AND number = (
         SELECT number FROM callbacks c WHERE c.execution = callbacks.execution ORDER BY due_at, number LIMIT 1)
       RETURNING number, attempts, ended_at, ifnull(rest, (SELECT rest FROM documents d WHERE d.execution = callbacks.execution)) AS rest,
         ifnull(reply, (SELECT reply FROM results r WHERE r.execution = callbacks.execution)) AS reply`,
    )
    .get(token, execution)
  if (due === undefined) throw new TypeError('a ticket without a callback')
  return due as unknown as DueCallback
}

export function endCallbackTry(
  session: Session,
  ticket: CallbackTicket,
  token: number,
  outcome: CallbackOutcome,
): void {
  const { execution } = ticket
  const isOver = outcome.outcome !== 'again'
  session
    .sql(
      `UPDATE executions SET callback_state = ?, callback_attempts = callback_attempts + ?
       WHERE seq = ? AND callbacks = (SELECT number FROM callbacks WHERE execution = seq AND held = ?)`,
    )
    .run(isOver ? outcome.outcome : 'waiting', Number(outcome.wasSent), execution, token)
  if (isOver) session.sql('DELETE FROM callbacks WHERE execution = ? AND held = ?').run(execution, token)
  else
    session
      .sql(
        'UPDATE callbacks SET held = NULL, due_at = ?, attempts = attempts + ? WHERE execution = ? AND held = ?',
      )
      .run(outcome.dueAt, Number(outcome.wasSent), execution, token)
  aimAtNext(session, ticket)
}

/** The ticket is that of the callback which is due first, and goes with the last one. */
function aimAtNext(session: Session, { seq, lane, execution }: CallbackTicket): void {
  session.touch(lane)
  const next = session
    .sql('SELECT lane, due_at FROM callbacks WHERE execution = ? ORDER BY due_at, number LIMIT 1')
    .get(execution)
  if (next === undefined) session.sql('DELETE FROM tickets WHERE seq = ?').run(seq)
  else
    session
      .sql('UPDATE tickets SET held = NULL, lane = ?, due_at = ? WHERE seq = ?')
      .run(session.enterLane(JSON.parse(String(next.lane)) as Lane), Number(next.due_at), seq)
}
