import { type Backlog, backlogAgesMs } from '../store/execution-store.ts'
import type { Session } from './session.ts'

/** Executions that are deleted in one transaction: their documents may be large. */
const deletedAtOnce = 100

/** Deletes some of what is kept no longer, but nothing whose callback is still to come. Returns how many executions. */
export function prunePart(session: Session, now: number): number {
  const { idempotencyMs, resultMs } = session.limits
  const ages = { durable: Math.max(idempotencyMs, resultMs), synchronous: idempotencyMs }
  let deleted = 0
  for (const [mode, age] of Object.entries(ages))
    for (const { seq } of session
      .sql(
        `SELECT seq FROM executions e WHERE mode = ? AND ended_at <= ?
           AND NOT EXISTS (SELECT 1 FROM tickets WHERE execution = e.seq) LIMIT ?`,
      )
      .all(mode, now - age, deletedAtOnce - deleted)) {
      for (const table of ['documents', 'results'])
        session.sql(`DELETE FROM ${table} WHERE execution = ?`).run(Number(seq))
      session.sql('DELETE FROM executions WHERE seq = ?').run(Number(seq))
      deleted += 1
    }
  return deleted
}

/** Deletes lanes that have no ticket and no pause. */
export function pruneLanes(session: Session, now: number): 'written' {
  session
    .sql(
      `DELETE FROM lanes WHERE wakes_at IS NULL AND paused_until <= ?
         AND NOT EXISTS (SELECT 1 FROM tickets WHERE lane = lanes.id)`,
    )
    .run(now)
  return 'written'
}

export interface BacklogPart extends Backlog {
  /** Where to count on; null at the end. */
  readonly next: number | null
}

const countedAtOnce = 10_000

/** Counts some of the tickets of durable executions, from the one behind `after`. */
export function countPart(session: Session, now: number, after: number): BacklogPart {
  const waits = "purpose = 'execution' AND held IS NULL"
  const overdue = backlogAgesMs.map(
    (age, index) => `count(*) FILTER (WHERE ${waits} AND due_at <= $now - ${age}) AS overdue${index}`,
  )
  const row = session
    .sql(
      `SELECT count(*) AS rows, max(seq) AS last,
         count(*) FILTER (WHERE lane IS NOT NULL AND ${waits}) AS waiting,
         count(*) FILTER (WHERE lane IS NOT NULL AND purpose = 'execution' AND held IS NOT NULL) AS running,
         count(*) FILTER (WHERE purpose = 'callback') AS callbacks,
         min(due_at) FILTER (WHERE ${waits} AND due_at <= $now) AS oldest, ${overdue.join(', ')}
       FROM (SELECT * FROM tickets WHERE seq > $after ORDER BY seq LIMIT ${countedAtOnce})`,
    )
    .get({ after, now })
  const read = (name: string) => Number(row?.[name] ?? 0)
  return {
    waiting: read('waiting'),
    running: read('running'),
    callbacks: read('callbacks'),
    oldestDueAt: typeof row?.oldest === 'number' ? row.oldest : null,
    overdue: backlogAgesMs.map((_, index) => read(`overdue${index}`)),
    next: read('rows') < countedAtOnce ? null : read('last'),
  }
}
