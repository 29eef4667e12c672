import { maxLost } from '../store/execution-row.ts'
import type { Session } from './session.ts'
import { endInterrupted } from './settle.ts'

/**
 * Ends the leases of a process that is gone. What may be repeated goes on, and counts an attempt more, which may have been made; what
 * may not be and was begun is due in order to end; a synchronous execution has ended, since its holder has.
 */
export function recover(session: Session, now: number): void {
  const held = session
    .sql(
      `SELECT t.seq, t.execution, t.lane, t.purpose, e.repeatable, e.begun_attempt, e.cancelled
       FROM tickets t JOIN executions e ON e.seq = t.execution WHERE t.held IS NOT NULL`,
    )
    .all()
  for (const { seq, execution, lane, purpose, repeatable, begun_attempt: attempt, cancelled } of held) {
    session.touch(typeof lane === 'number' ? lane : null)
    if (purpose === 'execution') endHold(session, Number(execution), repeatable === 1)
    if (lane === null) {
      session.sql('DELETE FROM tickets WHERE seq = ?').run(Number(seq))
      session.sql(endInterrupted).run(now, Number(execution))
      continue
    }
    const mustEnd = purpose === 'execution' && (cancelled === 1 || (attempt !== null && repeatable === 0))
    session
      .sql('UPDATE tickets SET held = NULL, ends_at = iif(?, 0, ends_at) WHERE seq = ?')
      .run(Number(mustEnd), Number(seq))
  }
}

function endHold(session: Session, seq: number, repeatable: boolean): void {
  if (repeatable)
    session
      .sql(
        `UPDATE executions SET attempts = max(attempts + 1, ifnull(begun_attempt, 0)),
           lost_at = json_insert(
             iif(json_array_length(lost_at) < ${maxLost}, lost_at, json_remove(lost_at, '$[0]')),
             '$[#]', ifnull(begun_at, max(started_at, ifnull(held_at, 0)))),
           begun_attempt = NULL, begun_at = NULL, begun_by = NULL WHERE seq = ?`,
      )
      .run(seq)
  // What was begun goes on to be shown as running: what became of it is not known yet.
  session.sql("UPDATE executions SET state = 'waiting' WHERE seq = ? AND begun_attempt IS NULL").run(seq)
}
