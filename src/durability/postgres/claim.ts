import { findEnd, nullIfUnreadable, openDocuments } from '../store/execution-row.ts'
import type { Lane, Leased, LeasedCallback, LeasedExecution } from '../store/execution-store.ts'
import { holdCallbacks } from './callbacks.ts'
import { type Row, readBigint, type Transaction } from './database.ts'
import { asRow, type ExecutionRow, readPart, rowColumns, rowTables, summarize } from './execution-row.ts'
import { MissingKey, Outage } from './outage.ts'
import type { Session } from './session.ts'

interface Ticket {
  readonly execution: number
  readonly purpose: 'execution' | 'callback'
  readonly token: number
}

/** How much of a lane may be claimed. */
interface LaneRoom {
  readonly id: number
  readonly room: number
}

/** After this time, in milliseconds, an instance that lacks the key of what it has claimed looks at it again. */
const lacksKeyMs = 5_000

/** Up to `limit` leases: on what must end, then on as many tickets of each lane as there is room, in turn over the lanes. */
export async function claim(
  session: Session,
  room: (lane: Lane) => number,
  limit: number,
  onOutage: (error: Outage) => void,
): Promise<readonly Leased[]> {
  const lanes = await listDueLanes(session, room)
  const { leased, left, emptied } = await session.database.transaction((transaction) =>
    claimAll(session, transaction, lanes, limit),
  )
  if (left !== null) onOutage(left)
  if (emptied.length > 0) await calm(session, emptied).catch(unlessOutage(onOutage))
  return leased
}

async function calm({ database }: Session, lanes: readonly number[]): Promise<void> {
  await database.rows('SELECT calm_lanes($1::bigint[])', [[...lanes].sort((one, other) => one - other)])
}

/** The leases are there. The next claim looks at these lanes once more. */
function unlessOutage(onOutage: (error: Outage) => void) {
  return (error: unknown): void => {
    if (!(error instanceof Outage)) throw error
    onOutage(error)
  }
}

/** The lanes that have something to claim and room for it, the one that was served longest ago first. */
async function listDueLanes(
  { database }: Session,
  room: (lane: Lane) => number,
): Promise<readonly LaneRoom[]> {
  const rows = await database.rows(
    `SELECT id, client, tenant, host, port FROM lanes
     WHERE wakes_at IS NOT NULL AND greatest(wakes_at, paused_until) <= store_now() ORDER BY turn, wakes_at, id`,
  )
  return rows
    .map(({ id, ...lane }) => ({ id: readBigint(id), room: room(lane as unknown as Lane) }))
    .filter((lane) => lane.room > 0)
}

interface Claimed {
  readonly leased: readonly Leased[]
  /** Why some were left to other instances; null if none were. */
  readonly left: MissingKey | null
  /** Lanes that had less than what was asked for. */
  readonly emptied: readonly number[]
}

async function claimAll(
  session: Session,
  transaction: Transaction,
  lanes: readonly LaneRoom[],
  limit: number,
): Promise<Claimed> {
  // What must end may be much, too, and must not keep out the rest.
  const ending = await takeEnding(session, transaction, Math.ceil(limit / 2))
  const emptied: number[] = []
  const inTurn = await takeInTurn(session, transaction, lanes, limit - ending.length, emptied)
  const tickets = [...ending, ...inTurn]
  const opened = await lease(session, transaction, tickets)
  const unread = tickets.filter((_, index) => opened[index] instanceof MissingKey)
  if (unread.length > 0) await leaveToOthers(transaction, unread)
  return {
    leased: opened.filter((one): one is Leased => !(one instanceof MissingKey)),
    left: opened.find((one) => one instanceof MissingKey) ?? null,
    emptied,
  }
}

/** Gives back what this instance lacks a key of: it is due later, so that others can take it before this one does again. */
async function leaveToOthers(transaction: Transaction, tickets: readonly Ticket[]): Promise<void> {
  const dueAt = transaction.now + lacksKeyMs
  await transaction.rows(
    `UPDATE tickets SET token = NULL, holder = NULL, due_at = greatest(due_at, $2),
       ends_at = CASE WHEN ends_at <= $3 THEN $2 ELSE ends_at END WHERE token = ANY($1::bigint[])`,
    [tickets.map(({ token }) => token), dueAt, transaction.now],
  )
  const executions = tickets.flatMap(({ purpose, execution }) => (purpose === 'execution' ? [execution] : []))
  await transaction.rows(
    "UPDATE executions SET state = 'waiting' WHERE seq = ANY($1::bigint[]) AND begun_attempt IS NULL",
    [executions],
  )
  transaction.expect(dueAt)
}

/**
 * Tickets whose execution another transaction is changing are passed over: nothing waits for anything else here. In an array,
 * since of a join the planner believes that a part of all tickets are picked, and reads all of them.
 */
const takePicked = `UPDATE tickets t SET token = nextval('tokens'), holder = $1 WHERE t.id = ANY(ARRAY(SELECT id FROM picked))
  RETURNING t.execution, t.purpose, t.token, t.lane, t.due_at, t.id`

async function takeEnding(
  session: Session,
  transaction: Transaction,
  limit: number,
): Promise<readonly Ticket[]> {
  const rows = await transaction.rows(
    `WITH picked AS (
       SELECT t.id FROM tickets t JOIN executions e ON e.seq = t.execution
       WHERE t.token IS NULL AND t.ends_at <= $2 ORDER BY t.ends_at, t.id LIMIT $3 FOR UPDATE OF t, e SKIP LOCKED
     ) ${takePicked}`,
    [session.instance, transaction.now, limit],
  )
  return rows as unknown as Ticket[]
}

/** The lanes share what is left of the limit; where one has less than its share, the others get more in the next round. */
async function takeInTurn(
  session: Session,
  transaction: Transaction,
  lanes: readonly LaneRoom[],
  limit: number,
  emptied: number[],
): Promise<readonly Ticket[]> {
  const taken: Ticket[] = []
  let open = lanes
  while (open.length > 0 && taken.length < limit) {
    const wanted = share(open, limit - taken.length)
    const rows = await takeFrom(session, transaction, wanted)
    const counts = new Map<number, number>()
    for (const { lane } of rows) counts.set(readBigint(lane), (counts.get(readBigint(lane)) ?? 0) + 1)
    taken.push(...(rows as unknown as Ticket[]))
    const asked = new Map(wanted.map(({ id, count }) => [id, count]))
    for (const [id, count] of asked) if ((counts.get(id) ?? 0) < count) emptied.push(id)
    // Lanes that nothing was asked of come first now, then those that gave all that was asked and may give more.
    const unasked = open.filter(({ id }) => !asked.has(id))
    const more = open
      .filter(({ id }) => asked.has(id) && counts.get(id) === asked.get(id))
      .map(({ id, room }) => ({ id, room: room - (asked.get(id) ?? 0) }))
    open = [...unasked, ...more.filter(({ room }) => room > 0)]
  }
  return taken
}

interface Share {
  readonly id: number
  readonly count: number
}

function share(lanes: readonly LaneRoom[], limit: number): readonly Share[] {
  const each = Math.ceil(limit / lanes.length)
  const shares: Share[] = []
  let left = limit
  for (const { id, room } of lanes) {
    const count = Math.min(each, room, left)
    if (count === 0) break
    shares.push({ id, count })
    left -= count
  }
  return shares
}

async function takeFrom(
  session: Session,
  transaction: Transaction,
  shares: readonly Share[],
): Promise<readonly Row[]> {
  const rows = await transaction.rows(
    `WITH picked AS (
       SELECT x.id FROM unnest($3::bigint[], $4::integer[]) AS w(lane, count)
       JOIN lanes l ON l.id = w.lane AND l.paused_until <= $2
       CROSS JOIN LATERAL (
         SELECT t.id FROM tickets t JOIN executions e ON e.seq = t.execution
         WHERE t.lane = w.lane AND t.token IS NULL AND t.due_at <= $2
         ORDER BY t.due_at, t.id LIMIT w.count FOR UPDATE OF t, e SKIP LOCKED
       ) x
     ), taken AS (${takePicked}), served AS (
       SELECT id FROM lanes WHERE id = ANY($3::bigint[]) FOR UPDATE SKIP LOCKED
     ), turned AS (
       UPDATE lanes l SET turn = nextval('turns') FROM served WHERE l.id = served.id
     )
     SELECT * FROM taken`,
    [session.instance, transaction.now, shares.map(({ id }) => id), shares.map(({ count }) => count)],
  )
  const position = new Map(shares.map(({ id }, index) => [id, index]))
  const place = ({ lane }: Row) => position.get(readBigint(lane)) ?? 0
  return [...rows].sort(
    (one, other) =>
      place(one) - place(other) ||
      readBigint(one.due_at) - readBigint(other.due_at) ||
      readBigint(one.id) - readBigint(other.id),
  )
}

/** In the order of the tickets. Those that this instance lacks a key of are not given to who claims. */
async function lease(
  session: Session,
  transaction: Transaction,
  tickets: readonly Ticket[],
): Promise<readonly (Leased | MissingKey)[]> {
  if (tickets.length === 0) return []
  await session.hold(transaction)
  const running = tickets.flatMap(({ purpose, execution }) => (purpose === 'execution' ? [execution] : []))
  if (running.length > 0)
    await transaction.rows(
      "UPDATE executions SET state = 'running', held_at = $2 WHERE seq = ANY($1::bigint[])",
      [running, transaction.now],
    )
  const rows = await transaction.rows(
    `SELECT ${rowColumns}, d.node, d.payload, d.rest, d.secrets, r.progress, r.reply FROM ${rowTables}
     LEFT JOIN documents d ON d.execution = e.seq LEFT JOIN results r ON r.execution = e.seq
     WHERE e.seq = ANY($1::bigint[])`,
    [tickets.map(({ execution }) => execution)],
  )
  const found = new Map(rows.map((row) => [readBigint(row.seq), row]))
  const telling = tickets.filter(({ purpose }) => purpose === 'callback')
  const callbacks = telling.length === 0 ? null : await holdCallbacks(transaction, telling)
  const open = ({ execution, purpose, token }: Ticket, parts: Row = {}) => {
    const row = found.get(execution)
    if (row === undefined) throw new TypeError('a ticket without an execution')
    return purpose === 'callback'
      ? leaseCallback(session, { ...row, ...placeOver(row, callbacks?.get(execution)), ...parts }, token)
      : leaseExecution(session, transaction.now, { ...row, ...parts }, token)
  }
  const opened = tickets.map((ticket) => orMissingKey(() => open(ticket)))
  if (!opened.some((one) => one instanceof MissingKey)) return opened as readonly Leased[]
  // A key that no instance has ever written with is none: the document is damaged.
  const keys = new Set((await transaction.rows('SELECT id FROM sealing_keys')).map(({ id }) => id))
  return tickets.map((ticket, index) => {
    const one = opened[index] as Leased | MissingKey
    return one instanceof MissingKey && !keys.has(one.keyId) ? open(ticket, unreadable) : one
  })
}

/** Its documents are those of the execution, unless it was executed again. */
function placeOver(row: Row, own: Row = {}): Row {
  return { ...own, rest: own.rest ?? row.rest, reply: own.reply ?? row.reply }
}

const unreadable = { node: null, payload: null, rest: null, secrets: null, progress: null, reply: null }

function orMissingKey<T>(read: () => T): T | MissingKey {
  try {
    return read()
  } catch (error) {
    if (error instanceof MissingKey) return error
    throw error
  }
}

/** Takes the ticket of an execution that waits, and that no other transaction can change now. Throws a `MissingKey`. */
export async function takeWaiting(
  session: Session,
  transaction: Transaction,
  { seq }: ExecutionRow,
): Promise<LeasedExecution> {
  const [token] = await session.takeTokens(transaction, 1)
  await transaction.rows(
    `UPDATE tickets SET token = $2, holder = $3 WHERE execution = $1 AND purpose = 'execution' AND token IS NULL`,
    [seq, token ?? 0, session.instance],
  )
  const [leased] = await lease(session, transaction, [
    { execution: seq, purpose: 'execution', token: token ?? 0 },
  ])
  if (leased instanceof MissingKey) throw leased
  if (leased?.purpose !== 'execution') throw new TypeError('another ticket was taken')
  return leased
}

function leaseExecution(session: Session, now: number, row: Row, token: number): LeasedExecution {
  const execution = asRow(row)
  const documents = openDocuments((part) => readPart(session, execution.id, row[part], part))
  return {
    purpose: 'execution',
    lease: { executionId: execution.id, token },
    execution: { ...summarize(execution), reply: null },
    mustEnd: findEnd(execution, now) ?? (documents === null ? 'unreadable' : null),
    documents,
  }
}

function leaseCallback(session: Session, row: Row, token: number): LeasedCallback {
  const execution = asRow(row)
  const { id } = execution
  return {
    purpose: 'callback',
    lease: { executionId: id, token },
    execution: {
      ...summarize(execution),
      reply: nullIfUnreadable(() => readPart(session, id, row.reply, 'reply')),
    },
    rest: nullIfUnreadable(() => readPart(session, id, row.rest, 'rest')),
  }
}
