import type { CallbackOutcome, Lane } from '../store/execution-store.ts'
import { type Row, readBigint, type Transaction } from './database.ts'
import type { Session } from './session.ts'

/** A ticket of callbacks: one for all that an execution still has to tell. */
export interface CallbackTicket {
  readonly id: number
  readonly execution: number
}

/** The end that was just stored is to be told of. One that is under way goes on. The execution is locked. */
export async function addCallback(
  session: Session,
  transaction: Transaction,
  execution: number,
  { lane, dueAt }: { lane: Lane; dueAt: number },
): Promise<void> {
  const [id = 0] = await session.enterLanes(transaction, [lane])
  await transaction.rows(
    `WITH execution AS (
       UPDATE executions SET callback_state = 'waiting', callback_attempts = 0, callbacks = callbacks + 1
       WHERE seq = $1 RETURNING callbacks
     ), callback AS (
       INSERT INTO callbacks (execution, number, lane, due_at, ended_at) SELECT $1, callbacks, $2, $4, $5 FROM execution
     )
     INSERT INTO tickets (execution, purpose, lane, due_at) VALUES ($1, 'callback', $3, $4)
     ON CONFLICT (execution, purpose) DO NOTHING`,
    [execution, JSON.stringify(lane), id, dueAt, transaction.now],
  )
  const ticket = await transaction.row(
    "SELECT id FROM tickets WHERE execution = $1 AND purpose = 'callback' AND token IS NULL",
    [execution],
  )
  if (ticket !== undefined) await aimAtNext(session, transaction, { id: readBigint(ticket.id), execution })
}

/** Before executions are executed again: what they still have to tell keeps the content of its end. */
export async function freezeCallbacks(
  transaction: Transaction,
  executions: readonly number[],
): Promise<void> {
  await transaction.rows(
    `UPDATE callbacks c SET rest = d.rest, reply = r.reply
     FROM executions e LEFT JOIN documents d ON d.execution = e.seq LEFT JOIN results r ON r.execution = e.seq
     WHERE c.execution = ANY($1::bigint[]) AND c.reply IS NULL AND e.seq = c.execution`,
    [executions],
  )
}

/** Those that are due first, under their leases, by their executions: what is theirs in the row of the execution. Documents are sealed. */
export async function holdCallbacks(
  transaction: Transaction,
  tickets: readonly { readonly execution: number; readonly token: number }[],
): Promise<ReadonlyMap<number, Row>> {
  const held = await holdDue(transaction, tickets)
  if (held.size === tickets.length) return held
  // An instance of an earlier version, which has no such table, has stored their ends.
  await transaction.rows(
    `INSERT INTO callbacks (execution, number, lane, due_at, attempts, ended_at) ${selectPending}
       AND t.execution = ANY($1::bigint[]) ON CONFLICT DO NOTHING`,
    [tickets.map(({ execution }) => execution).filter((execution) => !held.has(execution))],
  )
  return await holdDue(transaction, tickets)
}

/** The callbacks of all tickets, as if each were that of the last end. */
const selectPending = `SELECT t.execution, e.callbacks,
    json_build_object('client', l.client, 'tenant', l.tenant, 'host', l.host, 'port', l.port)::text, t.due_at, e.callback_attempts,
    coalesce(e.ended_at, e.started_at)
  FROM tickets t JOIN executions e ON e.seq = t.execution JOIN lanes l ON l.id = t.lane WHERE t.purpose = 'callback'`

async function holdDue(
  transaction: Transaction,
  tickets: readonly { readonly execution: number; readonly token: number }[],
): Promise<ReadonlyMap<number, Row>> {
  const rows = await transaction.rows(
    `WITH due AS (
       SELECT DISTINCT ON (c.execution) c.execution, c.number, n.token
       FROM unnest($1::bigint[], $2::bigint[]) AS n(execution, token) JOIN callbacks c ON c.execution = n.execution
       ORDER BY c.execution, c.due_at, c.number
     )
     UPDATE callbacks c SET token = due.token FROM due WHERE c.execution = due.execution AND c.number = due.number
     RETURNING c.execution, c.number AS callbacks, c.attempts AS callback_attempts, 'waiting' AS callback_state, c.ended_at,
       c.rest, c.reply`,
    [tickets.map(({ execution }) => execution), tickets.map(({ token }) => token)],
  )
  return new Map(rows.map(({ execution, ...own }) => [readBigint(execution), own]))
}

export async function endCallbackTry(
  session: Session,
  transaction: Transaction,
  ticket: CallbackTicket,
  token: number,
  outcome: CallbackOutcome,
): Promise<void> {
  const { execution } = ticket
  const attempts = Number(outcome.wasSent)
  const isOver = outcome.outcome !== 'again'
  await transaction.rows(
    `UPDATE executions e SET callback_state = $3, callback_attempts = callback_attempts + $4
     FROM callbacks c WHERE e.seq = $1 AND c.execution = $1 AND c.token = $2 AND c.number = e.callbacks`,
    [execution, token, isOver ? outcome.outcome : 'waiting', attempts],
  )
  if (isOver)
    await transaction.rows('DELETE FROM callbacks WHERE execution = $1 AND token = $2', [execution, token])
  else
    await transaction.rows(
      'UPDATE callbacks SET token = NULL, due_at = $3, attempts = attempts + $4 WHERE execution = $1 AND token = $2',
      [execution, token, outcome.dueAt, attempts],
    )
  await aimAtNext(session, transaction, ticket)
}

/** The ticket is that of the callback which is due first, and goes with the last one. */
async function aimAtNext(
  session: Session,
  transaction: Transaction,
  { id, execution }: CallbackTicket,
): Promise<void> {
  const next = await transaction.row(
    'SELECT lane, due_at FROM callbacks WHERE execution = $1 ORDER BY due_at, number LIMIT 1',
    [execution],
  )
  if (next === undefined) {
    await transaction.rows('DELETE FROM tickets WHERE id = $1', [id])
    return
  }
  const [lane = 0] = await session.enterLanes(transaction, [JSON.parse(String(next.lane)) as Lane])
  const dueAt = readBigint(next.due_at)
  await transaction.rows(
    'UPDATE tickets SET token = NULL, holder = NULL, lane = $2, due_at = $3 WHERE id = $1',
    [id, lane, dueAt],
  )
  await session.wakeLanes(transaction, [{ lane, dueAt }])
}
