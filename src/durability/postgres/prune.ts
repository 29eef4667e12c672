import { type Backlog, backlogAgesMs } from '../store/execution-store.ts'
import { readBigint } from './database.ts'
import type { Session } from './session.ts'
import { pruneCounts } from './statistics.ts'

/** Executions that are deleted in one transaction: their documents may be large. */
const deletedAtOnce = 200

/** Deletes what is kept no longer, but nothing whose callback is still to come. Returns how many executions. */
export async function prune(session: Session): Promise<number> {
  const { idempotencyMs, resultMs } = session.limits
  const ages = { durable: Math.max(idempotencyMs, resultMs), synchronous: idempotencyMs }
  let all = 0
  for (const [mode, age] of Object.entries(ages)) {
    let deleted: number
    do {
      deleted = await deleteSome(session, mode, age)
      all += deleted
    } while (deleted > 0)
  }
  await pruneCounts(session)
  await session.database.rows('SELECT prune_lanes()')
  await session.database.rows('DELETE FROM pauses WHERE until <= store_now()')
  await session.database.rows('DELETE FROM buckets WHERE full_at <= store_now()')
  return all
}

async function deleteSome({ database }: Session, mode: string, age: number): Promise<number> {
  const rows = await database.rows(
    `WITH old AS (
       SELECT seq FROM executions e WHERE mode = $1 AND ended_at <= store_now() - $2::bigint
         AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.execution = e.seq) LIMIT $3 FOR UPDATE SKIP LOCKED
     ), document AS (
       DELETE FROM documents d USING old WHERE d.execution = old.seq
     ), result AS (
       DELETE FROM results r USING old WHERE r.execution = old.seq
     ), callback AS (
       DELETE FROM callbacks c USING old WHERE c.execution = old.seq
     ), execution AS (
       DELETE FROM executions e USING old WHERE e.seq = old.seq
     )
     SELECT count(*) AS deleted FROM old`,
    [mode, age, deletedAtOnce],
  )
  return readBigint(rows[0]?.deleted)
}

/** Counts all tickets of durable executions. */
export async function countBacklog({ database }: Session): Promise<Backlog> {
  const waits = "purpose = 'execution' AND token IS NULL"
  const overdue = backlogAgesMs.map(
    (age, index) => `count(*) FILTER (WHERE ${waits} AND due_at <= store_now() - ${age}) AS overdue${index}`,
  )
  const [row] = await database.rows(
    `SELECT count(*) FILTER (WHERE lane IS NOT NULL AND ${waits}) AS waiting,
       count(*) FILTER (WHERE lane IS NOT NULL AND purpose = 'execution' AND token IS NOT NULL) AS running,
       count(*) FILTER (WHERE purpose = 'callback') AS callbacks,
       min(due_at) FILTER (WHERE ${waits} AND due_at <= store_now()) AS oldest, ${overdue.join(', ')}
     FROM tickets`,
  )
  return {
    waiting: readBigint(row?.waiting),
    running: readBigint(row?.running),
    callbacks: readBigint(row?.callbacks),
    oldestDueAt: row?.oldest === null ? null : readBigint(row?.oldest),
    overdue: backlogAgesMs.map((_, index) => readBigint(row?.[`overdue${index}`])),
  }
}
