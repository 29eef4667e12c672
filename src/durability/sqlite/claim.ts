import { findEnd, nullIfUnreadable, openDocuments, summarize } from '../store/execution-row.ts'
import type {
  ExecutionDocuments,
  Lane,
  Leased,
  LeasedCallback,
  LeasedExecution,
} from '../store/execution-store.ts'
import { holdCallback } from './callbacks.ts'
import { type ExecutionRow, findBySeq } from './execution-row.ts'
import type { Session } from './session.ts'

/** A lane that has something to claim. */
export interface DueLane {
  readonly id: number
  readonly lane: Lane
}

/** How much of a lane may be claimed. */
export interface LaneRoom {
  readonly id: number
  readonly room: number
}

interface Ticket {
  readonly seq: number
  readonly execution: number
  readonly purpose: 'execution' | 'callback'
  readonly lane: number | null
}

/** The lanes that have something to claim, the one that was served longest ago first. */
export function listDueLanes(session: Session, now: number): DueLane[] {
  return session
    .sql('SELECT id, client, tenant, host, port FROM lanes WHERE wakes_at <= ? ORDER BY turn, wakes_at, id')
    .all(now)
    .map(({ id, ...lane }) => ({ id: Number(id), lane: { ...lane } as unknown as Lane }))
}

/** Leases on up to `limit` tickets: those that must end, then as many of each lane as there is room, in the order of the lanes. */
export function claim(session: Session, now: number, lanes: readonly LaneRoom[], limit: number): Leased[] {
  // What must end may be much, too, and must not keep out the rest.
  const ending = session
    .sql(
      `SELECT seq, execution, purpose, lane FROM tickets
       WHERE held IS NULL AND ends_at <= ? ORDER BY ends_at, seq LIMIT ?`,
    )
    .all(now, Math.ceil(limit / 2))
    .map((ticket) => take(session, now, ticket as unknown as Ticket))
  return [...ending, ...claimInTurn(session, now, lanes, limit - ending.length)]
}

/** The lanes share what is left of the limit; where one has less than its share, the others get more in the next round. */
function claimInTurn(session: Session, now: number, lanes: readonly LaneRoom[], limit: number): Leased[] {
  const claimed: Leased[] = []
  let open = lanes.filter(({ id, room }) => room > 0 && !isPaused(session, now, id))
  while (open.length > 0 && claimed.length < limit) {
    const share = Math.ceil((limit - claimed.length) / open.length)
    const more: LaneRoom[] = []
    for (const { id, room } of open) {
      const wanted = Math.min(share, room, limit - claimed.length)
      if (wanted === 0) break
      const taken = claimFromLane(session, now, id, wanted)
      claimed.push(...taken)
      if (taken.length === wanted && room > wanted) more.push({ id, room: room - wanted })
    }
    open = more
  }
  return claimed
}

function isPaused(session: Session, now: number, lane: number): boolean {
  return session.sql('SELECT 1 FROM lanes WHERE id = ? AND paused_until > ?').get(lane, now) !== undefined
}

function claimFromLane(session: Session, now: number, lane: number, limit: number): Leased[] {
  const tickets = session
    .sql(
      `SELECT seq, execution, purpose, lane FROM tickets
       WHERE lane = ? AND held IS NULL AND due_at <= ? ORDER BY due_at, seq LIMIT ?`,
    )
    .all(lane, now, limit)
  session.sql('UPDATE lanes SET turn = ? WHERE id = ?').run(session.newToken(), lane)
  return tickets.map((ticket) => take(session, now, ticket as unknown as Ticket))
}

function take(session: Session, now: number, ticket: Ticket): Leased {
  const token = hold(session, ticket)
  return ticket.purpose === 'callback'
    ? leaseCallback(session, ticket.execution, token)
    : leaseExecution(session, now, ticket.execution, token)
}

function hold(session: Session, { seq, lane }: Pick<Ticket, 'seq' | 'lane'>): number {
  const token = session.newToken()
  session.sql('UPDATE tickets SET held = ? WHERE seq = ?').run(token, seq)
  session.touch(lane)
  return token
}

/** Takes the ticket of an execution that waits. */
export function takeWaiting(session: Session, now: number, { seq }: ExecutionRow): LeasedExecution {
  const ticket = session
    .sql("SELECT seq, lane FROM tickets WHERE execution = ? AND purpose = 'execution'")
    .get(seq) as unknown as Ticket
  return leaseExecution(session, now, seq, hold(session, ticket))
}

function leaseExecution(session: Session, now: number, seq: number, token: number): LeasedExecution {
  session.sql("UPDATE executions SET state = 'running', held_at = ? WHERE seq = ?").run(now, seq)
  const row = findBySeq(session, seq)
  const documents = readDocuments(session, row)
  return {
    purpose: 'execution',
    lease: { executionId: row.id, token },
    execution: { ...summarize(row), reply: null },
    mustEnd: findEnd(row, now) ?? (documents === null ? 'unreadable' : null),
    documents,
  }
}

function readDocuments(session: Session, row: ExecutionRow): ExecutionDocuments | null {
  const sealed = session
    .sql(
      `SELECT node, payload, rest, secrets, progress FROM documents d LEFT JOIN results r ON r.execution = d.execution
       WHERE d.execution = ?`,
    )
    .get(row.seq)
  return openDocuments((part) => readPart(session, row, sealed?.[part], part))
}

function leaseCallback(session: Session, seq: number, token: number): LeasedCallback {
  const row = findBySeq(session, seq)
  const { number, attempts, ended_at: endedAt, rest, reply } = holdCallback(session, seq, token)
  return {
    purpose: 'callback',
    lease: { executionId: row.id, token },
    execution: {
      ...summarize(row),
      endedAt,
      callback: { state: 'waiting', attempts, number },
      reply: nullIfUnreadable(() => readPart(session, row, reply, 'reply')),
    },
    rest: nullIfUnreadable(() => readPart(session, row, rest, 'rest')),
  }
}

function readPart(session: Session, { id }: ExecutionRow, sealed: unknown, part: string): Uint8Array | null {
  return sealed instanceof Uint8Array ? session.ring.open(sealed, id, part) : null
}
