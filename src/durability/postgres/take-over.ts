import { maxLost } from '../store/execution-row.ts'
import { readBigint, type Transaction } from './database.ts'
import type { Session } from './session.ts'
import { endInterrupted } from './settle.ts'

/**
 * Ends the leases of other instances that have not said in time that they live. What may be repeated goes on, and counts an attempt
 * more, which may have been made; what may not be and was begun is due in order to end; a synchronous execution has ended, since
 * its holder has. Returns how many instances were dead.
 */
export async function takeOver(session: Session, transaction: Transaction): Promise<number> {
  // Those that are claiming at this moment live.
  const dead = await transaction.rows(
    'SELECT id FROM instances WHERE alive_until <= $1 AND id <> $2 ORDER BY id FOR UPDATE SKIP LOCKED',
    [transaction.now, session.instance],
  )
  if (dead.length === 0) return 0
  const ids = dead.map(({ id }) => readBigint(id))
  // As all who change leases do: the executions first. Then their tickets are looked at as they are now.
  await transaction.rows(
    `SELECT e.seq FROM executions e WHERE e.seq IN (SELECT execution FROM tickets WHERE holder = ANY($1::bigint[]) AND token IS NOT NULL)
     ORDER BY e.seq FOR UPDATE`,
    [ids],
  )
  const freed = await freeTickets(transaction, ids)
  await endHolds(transaction, freed)
  await session.wakeLanes(transaction, freed)
  await transaction.rows('DELETE FROM instances WHERE id = ANY($1::bigint[])', [ids])
  transaction.expect(0)
  return ids.length
}

interface Freed {
  readonly execution: number
  readonly purpose: 'execution' | 'callback'
  readonly lane: number
  readonly dueAt: number
}

async function freeTickets(transaction: Transaction, holders: readonly number[]): Promise<readonly Freed[]> {
  const synchronous = await transaction.rows(
    'DELETE FROM tickets WHERE holder = ANY($1::bigint[]) AND token IS NOT NULL AND lane IS NULL RETURNING execution',
    [holders],
  )
  const ended = synchronous.map(({ execution }) => readBigint(execution))
  await transaction.rows(endHold, [ended])
  await transaction.rows(endInterrupted, [ended])
  const freed = await transaction.rows(
    `UPDATE tickets t SET token = NULL, holder = NULL,
       ends_at = CASE WHEN t.purpose = 'execution' AND (e.cancelled OR (e.begun_attempt IS NOT NULL AND NOT e.repeatable))
         THEN 0 ELSE t.ends_at END
     FROM executions e WHERE t.holder = ANY($1::bigint[]) AND t.token IS NOT NULL AND e.seq = t.execution
     RETURNING t.execution, t.purpose, t.lane, t.due_at`,
    [holders],
  )
  return freed.map(({ execution, purpose, lane, due_at: dueAt }) => ({
    execution: readBigint(execution),
    purpose: purpose as Freed['purpose'],
    lane: readBigint(lane),
    dueAt: readBigint(dueAt),
  }))
}

async function endHolds(transaction: Transaction, freed: readonly Freed[]): Promise<void> {
  const held = freed.filter(({ purpose }) => purpose === 'execution')
  if (held.length > 0) await transaction.rows(endHold, [held.map(({ execution }) => execution)])
}

/** What was begun and may not be repeated goes on to be shown as running: what became of it is not known yet. */
const endHold = `UPDATE executions SET
    attempts = CASE WHEN repeatable THEN greatest(attempts + 1, begun_attempt) ELSE attempts END,
    lost_at = CASE WHEN repeatable
      THEN CASE WHEN jsonb_array_length(lost_at) < ${maxLost} THEN lost_at ELSE lost_at - 0 END
        || to_jsonb(coalesce(begun_at, greatest(started_at, held_at)))
      ELSE lost_at END,
    state = CASE WHEN repeatable OR begun_attempt IS NULL THEN 'waiting' ELSE state END,
    begun_attempt = CASE WHEN repeatable THEN NULL ELSE begun_attempt END,
    begun_at = CASE WHEN repeatable THEN NULL ELSE begun_at END,
    begun_by = CASE WHEN repeatable THEN NULL ELSE begun_by END
  WHERE seq = ANY($1::bigint[])`
