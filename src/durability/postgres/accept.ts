import { hasEnded, readBegun, readLost } from '../store/execution-row.ts'
import type {
  Acceptance,
  Accepted,
  InProgress,
  KeyReused,
  Lane,
  Replayed,
  Submission,
} from '../store/execution-store.ts'
import { hashKey, isRemembered } from '../store/remembered-key.ts'
import { freezeCallbacks } from './callbacks.ts'
import { readBigint, type Transaction } from './database.ts'
import { asRow, type ExecutionRow, readStored, rowColumns, rowTables, writeText } from './execution-row.ts'
import { Collision } from './outage.ts'
import type { Session } from './session.ts'

interface Hashes {
  readonly key: Buffer | null
  readonly node: Buffer
  readonly payload: Buffer
}

/** One of the submissions, and what becomes of it. */
interface Entry {
  readonly submission: Submission
  readonly hashes: Hashes
}

/** An execution as it is known: stored before, or by an earlier submission of the same call. */
type Known =
  | { readonly kind: 'stored'; readonly row: ExecutionRow }
  | { readonly kind: 'new'; readonly entry: Entry }

interface Plan {
  /** By the position of the submission. */
  readonly answers: (Start | Replay)[]
  readonly faults: (KeyReused | InProgress)[]
  /** Executions whose keys are free. */
  readonly forgotten: number[]
}

/** It will be executed: as a new execution, or as one that is known. */
interface Start extends Entry {
  readonly answer: 'start'
  readonly row: ExecutionRow | null
}

interface Replay {
  readonly answer: 'replay'
  readonly id: string
}

/** Stores all of them or none. */
export async function accept(
  session: Session,
  transaction: Transaction,
  submissions: readonly Submission[],
): Promise<Acceptance> {
  const entries = submissions.map((submission) => ({ submission, hashes: hashAll(session, submission) }))
  const plan = await planAll(session, transaction, entries)
  const starts = plan.answers.filter((answer) => answer.answer === 'start')
  const full = await growBacklogs(
    session,
    transaction,
    starts.flatMap(({ submission }) => (submission.mode === 'durable' ? [submission.lane] : [])),
  )
  if (full !== null || plan.faults.length > 0) {
    transaction.undo()
    return full ?? { outcome: 'refused', faults: plan.faults }
  }
  if (plan.forgotten.length > 0)
    await transaction.rows('UPDATE executions SET key_hash = NULL WHERE seq = ANY($1::bigint[])', [
      plan.forgotten,
    ])
  const accepted = await startAll(session, transaction, starts)
  const replayed = await readAll(
    session,
    transaction,
    plan.answers.flatMap((answer) => (answer.answer === 'replay' ? [answer.id] : [])),
  )
  const executions = plan.answers.map((answer): Accepted | Replayed => {
    const found = answer.answer === 'start' ? accepted.get(answer) : replayed.get(answer.id)
    if (found === undefined) throw new TypeError('a submission without an answer')
    return found
  })
  return { outcome: 'stored', executions }
}

function hashAll(session: Session, { key, lane, node, payload }: Submission): Hashes {
  return {
    key: key === null ? null : hashKey(session, lane, key),
    node: session.hash.of('node', node),
    payload: session.hash.of('payload', payload),
  }
}

async function planAll(session: Session, transaction: Transaction, entries: readonly Entry[]): Promise<Plan> {
  const known = await findKnown(transaction, entries)
  const plan: Plan = { answers: [], faults: [], forgotten: [] }
  for (const [index, entry] of entries.entries()) {
    const name = entry.hashes.key?.toString('hex')
    let one = name === undefined ? undefined : known.get(name)
    if (one?.kind === 'stored' && !isRemembered(session, transaction.now, one.row)) {
      plan.forgotten.push(one.row.seq)
      one = undefined
    }
    const answer = answerOne(entry, one, index)
    if ('outcome' in answer) plan.faults.push(answer)
    else plan.answers.push(answer)
    if ('outcome' in answer || answer.answer !== 'start' || name === undefined) continue
    known.set(name, { kind: 'new', entry })
  }
  return plan
}

/** The executions that have the keys, by the hashes in hexadecimal. Nothing happens to them until the transaction has ended. */
async function findKnown(transaction: Transaction, entries: readonly Entry[]): Promise<Map<string, Known>> {
  const keys = entries.flatMap(({ hashes }) => hashes.key ?? [])
  if (keys.length === 0) return new Map()
  const rows = await transaction.rows(
    `SELECT ${rowColumns}, e.key_hash FROM ${rowTables} WHERE e.key_hash = ANY($1::bytea[])
     ORDER BY e.seq FOR UPDATE OF e`,
    [keys],
  )
  return new Map(
    rows.map((row) => [(row.key_hash as Buffer).toString('hex'), { kind: 'stored', row: asRow(row) }]),
  )
}

function answerOne(
  entry: Entry,
  known: Known | undefined,
  index: number,
): Start | Replay | KeyReused | InProgress {
  const { submission, hashes } = entry
  if (known === undefined) return { ...entry, answer: 'start', row: null }
  const isStored = known.kind === 'stored'
  const executionId = isStored ? known.row.id : known.entry.submission.executionId
  const [node, payload] = isStored
    ? [known.row.node_hash, known.row.payload_hash]
    : [known.entry.hashes.node, known.entry.hashes.payload]
  const differs = [
    ...(hashes.node.equals(node) ? [] : (['node'] as const)),
    ...(hashes.payload.equals(payload) ? [] : (['payload'] as const)),
  ]
  if (differs.length > 0) return { outcome: 'key_reused', index, executionId, differs }
  const row = isStored ? known.row : null
  if (row !== null && hasEnded(row) && !row.final) return { ...entry, answer: 'start', row }
  if (submission.mode === 'synchronous' && (row === null || !hasEnded(row)))
    return { outcome: 'in_progress', index, executionId, dueAt: row?.state === 'waiting' ? row.due_at : null }
  const asks = submission.mode === 'durable' && submission.callsBack
  if (asks && row !== null && !row.calls_back && row.callbacks === 0)
    return { outcome: 'key_reused', index, executionId, differs: ['callback'] }
  return { answer: 'replay', id: executionId }
}

async function startAll(
  session: Session,
  transaction: Transaction,
  starts: readonly Start[],
): Promise<ReadonlyMap<Start, Accepted>> {
  if (starts.length === 0) return new Map()
  const held = starts.filter(({ submission }) => submission.mode === 'synchronous')
  const tokens = held.length === 0 ? [] : await session.takeTokens(transaction, held.length)
  const token = new Map(held.map((start, index) => [start, tokens[index] ?? 0]))
  const fresh = starts.filter(({ row }) => row === null)
  if (fresh.length > 0) await insertAll(transaction, fresh)
  const telling = starts.flatMap(({ row }) => (row !== null && row.callbacks > 0 ? [row.seq] : []))
  if (telling.length > 0) await freezeCallbacks(transaction, telling)
  for (const start of starts) if (start.row !== null) await startAnew(transaction, start, start.row)
  await insertTickets(session, transaction, starts, token)
  await writeDocuments(session, transaction, starts)
  return new Map(starts.map((start) => [start, describeAccepted(transaction.now, start, token.get(start))]))
}

function describeAccepted(now: number, { submission, row }: Start, token: number | undefined): Accepted {
  const isDurable = submission.mode === 'durable'
  const executionId = row?.id ?? submission.executionId
  return {
    outcome: 'accepted',
    executionId,
    dueAt: isDurable ? submission.dueAt : now,
    expiresAt: isDurable ? submission.expiresAt : null,
    attempts: row?.attempts ?? 0,
    lease: token === undefined ? null : { executionId, token },
    begun: row === null ? null : readBegun(row),
    lost: row === null ? [] : readLost(row),
  }
}

/** Where another transaction has taken one of the keys meanwhile, all is tried again. */
async function insertAll(transaction: Transaction, starts: readonly Start[]): Promise<void> {
  const durable = ({ submission }: Start) => (submission.mode === 'durable' ? submission : null)
  // In one order, so that no two wait for each other.
  const inOrder = [...starts].sort((one, other) =>
    Buffer.compare(one.hashes.key ?? Buffer.alloc(0), other.hashes.key ?? Buffer.alloc(0)),
  )
  const lane = inOrder.map(({ submission }) => submission.lane)
  const rows = await transaction.rows(
    `INSERT INTO executions (id, mode, state, client, tenant, node_id, host, port, repeatable, key_hash, node_hash,
       payload_hash, accepted_at, started_at, expires_at, calls_back, had_secrets)
     SELECT id, mode, CASE mode WHEN 'durable' THEN 'waiting' ELSE 'running' END, client, tenant, node_id, host, port,
       repeatable, key_hash, node_hash, payload_hash, $15, $15, expires_at, calls_back, had_secrets
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::boolean[],
       $9::bytea[], $10::bytea[], $11::bytea[], $12::bigint[], $13::boolean[], $14::boolean[])
       AS n(id, mode, client, tenant, node_id, host, port, repeatable, key_hash, node_hash, payload_hash, expires_at,
         calls_back, had_secrets)
     ON CONFLICT DO NOTHING RETURNING seq`,
    [
      inOrder.map(({ submission }) => submission.executionId),
      inOrder.map(({ submission }) => submission.mode),
      lane.map(({ client }) => client),
      lane.map(({ tenant }) => tenant),
      inOrder.map(({ submission: { nodeId } }) => (nodeId === null ? null : writeText(nodeId))),
      lane.map(({ host }) => host),
      lane.map(({ port }) => port),
      inOrder.map(({ submission }) => submission.repeatable),
      inOrder.map(({ hashes }) => hashes.key),
      inOrder.map(({ hashes }) => hashes.node),
      inOrder.map(({ hashes }) => hashes.payload),
      inOrder.map((start) => durable(start)?.expiresAt ?? null),
      inOrder.map((start) => durable(start)?.callsBack ?? false),
      inOrder.map((start) => (durable(start)?.secrets ?? null) !== null),
      transaction.now,
    ],
  )
  if (rows.length < starts.length) throw new Collision('another submission with the same key')
}

async function startAnew(transaction: Transaction, start: Start, row: ExecutionRow): Promise<void> {
  const { submission } = start
  const isDurable = submission.mode === 'durable'
  const { nodeId, lane, repeatable, mode } = submission
  await transaction.rows(
    `UPDATE executions SET mode = $2, state = $3, node_id = $4, host = $5, port = $6, repeatable = $7,
       attempts_before = attempts, started_at = $8, expires_at = $9, ended_at = NULL, code = NULL, repeat = NULL,
       final = false, redrivable = false, cancelled = false, calls_back = $10, had_secrets = $11
     WHERE seq = $1`,
    [
      row.seq,
      mode,
      isDurable ? 'waiting' : 'running',
      nodeId === null ? null : writeText(nodeId),
      lane.host,
      lane.port,
      repeatable,
      transaction.now,
      isDurable ? submission.expiresAt : null,
      isDurable && submission.callsBack,
      isDurable && submission.secrets !== null,
    ],
  )
}

async function insertTickets(
  session: Session,
  transaction: Transaction,
  starts: readonly Start[],
  tokens: ReadonlyMap<Start, number>,
): Promise<void> {
  const durable = starts.flatMap(({ submission }) => (submission.mode === 'durable' ? [submission] : []))
  const ids = await session.enterLanes(
    transaction,
    durable.map(({ lane }) => lane),
  )
  const lanes = new Map<Submission, number>(durable.map((submission, index) => [submission, ids[index] ?? 0]))
  const tickets = starts.map((start) => {
    const { submission, row } = start
    const isDurable = submission.mode === 'durable'
    // What was begun and not settled ends, whatever its lane allows.
    const mustEnd = row !== null && readBegun(row) !== null
    const endsAt = mustEnd ? 0 : isDurable ? submission.expiresAt : null
    return {
      id: row?.id ?? submission.executionId,
      lane: lanes.get(submission) ?? null,
      dueAt: isDurable ? submission.dueAt : transaction.now,
      endsAt,
      token: tokens.get(start) ?? null,
    }
  })
  await transaction.rows(
    `INSERT INTO tickets (execution, purpose, lane, due_at, ends_at, token, holder)
     SELECT e.seq, 'execution', n.lane, n.due_at, n.ends_at, n.token, CASE WHEN n.token IS NOT NULL THEN $6::bigint END
     FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) WITH ORDINALITY
       AS n(id, lane, due_at, ends_at, token, position)
     JOIN executions e ON e.id = n.id ORDER BY n.position`,
    [
      tickets.map(({ id }) => id),
      tickets.map(({ lane }) => lane),
      tickets.map(({ dueAt }) => dueAt),
      tickets.map(({ endsAt }) => endsAt),
      tickets.map(({ token }) => token),
      session.instance,
    ],
  )
  await session.wakeLanes(
    transaction,
    tickets.flatMap(({ lane, dueAt }) => (lane === null ? [] : [{ lane, dueAt }])),
  )
  for (const { token, endsAt } of tickets) if (token === null) transaction.expect(endsAt)
}

async function writeDocuments(
  session: Session,
  transaction: Transaction,
  starts: readonly Start[],
): Promise<void> {
  const durable = starts.flatMap(({ submission, row }) =>
    submission.mode === 'durable' ? [{ ...submission, id: row?.id ?? submission.executionId }] : [],
  )
  if (durable.length === 0) return
  const seal = (part: 'node' | 'payload' | 'rest' | 'secrets') =>
    durable.map((one) => (one[part] === null ? null : session.ring.seal(one[part], one.id, part)))
  await transaction.rows(
    `INSERT INTO documents (execution, node, payload, rest, secrets)
     SELECT e.seq, n.node, n.payload, n.rest, n.secrets
     FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[]) AS n(id, node, payload, rest, secrets)
     JOIN executions e ON e.id = n.id
     ON CONFLICT (execution) DO UPDATE SET node = excluded.node, payload = excluded.payload, rest = excluded.rest,
       secrets = excluded.secrets`,
    [durable.map(({ id }) => id), seal('node'), seal('payload'), seal('rest'), seal('secrets')],
  )
}

async function readAll(
  session: Session,
  transaction: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Replayed>> {
  if (ids.length === 0) return new Map()
  const rows = await transaction.rows(
    `SELECT ${rowColumns}, r.reply FROM ${rowTables} LEFT JOIN results r ON r.execution = e.seq
     WHERE e.id = ANY($1::uuid[])`,
    [ids],
  )
  return new Map(
    rows.map((row) => [
      String(row.id),
      { outcome: 'replayed', execution: readStored(session, asRow(row), row.reply) },
    ]),
  )
}

/** How many parts a backlog has: transactions that change the same one wait for each other. */
const backlogParts = 16

/** How many transactions are expected to accept for a tenant at the same moment. */
const acceptedAtOnce = 32

/** Additions, each with the backlog before it. */
const counted = `counted AS (
       SELECT a.*, coalesce((SELECT sum(b.executions) FROM backlogs b WHERE b.client = a.client AND b.tenant = a.tenant), 0)::bigint AS before
       FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS a(client, tenant, executions, position)
     )`

const insertParts = (additions: string) =>
  `INSERT INTO backlogs (client, tenant, part, executions)
       SELECT client, tenant, pg_backend_pid() % ${backlogParts}, executions FROM ${additions} ORDER BY position
       ON CONFLICT (client, tenant, part) DO UPDATE SET executions = backlogs.executions + excluded.executions`

/** The lanes of one tenant. */
interface Addition {
  readonly client: string
  /** As the table has it. */
  readonly tenant: string
  readonly executions: number
}

/**
 * Each tenant's backlog is larger by its lanes. Returns the one that is full.
 *
 * Far from the limit, transactions do not wait for each other, and do not see each other either. Near to it, one waits for all of
 * those, and for the others that are near. Far is below four fifths of the limit, even if as many more were added at the same moment.
 */
async function growBacklogs(
  { limits: { maxBacklog } }: Session,
  transaction: Transaction,
  lanes: readonly Lane[],
): Promise<Extract<Acceptance, { outcome: 'backlog_full' }> | null> {
  const additions = sumUp(lanes)
  if (additions.length === 0) return null
  const rows = await transaction.rows(
    `WITH ${counted}, judged AS MATERIALIZED (
       SELECT counted.*, CASE WHEN before + ${acceptedAtOnce} * executions <= $4::bigint
         THEN pg_try_advisory_xact_lock_shared(${backlogLock}) ELSE false END AS is_far
       FROM counted
     ), grown AS (
       ${insertParts('judged WHERE is_far')}
     )
     SELECT before, is_far FROM judged ORDER BY position`,
    [...listColumns(additions), Math.floor(maxBacklog * 0.8)],
  )
  for (const [index, addition] of additions.entries()) {
    if (rows[index]?.is_far === true) continue
    let before = readBigint(rows[index]?.before)
    if (before + addition.executions <= maxBacklog) before = await addAlone(transaction, addition)
    const { client, tenant, executions } = addition
    if (before + executions > maxBacklog)
      return {
        outcome: 'backlog_full',
        client,
        tenant: tenant === '' ? null : tenant,
        backlog: Math.max(0, before),
      }
  }
  return null
}

/** When all others that add to the backlog have ended. Returns how large it was before. */
async function addAlone(transaction: Transaction, addition: Addition): Promise<number> {
  await transaction.rows(
    `SELECT pg_advisory_xact_lock(${backlogLock}) FROM (SELECT $1::text AS client, $2::text AS tenant) AS a`,
    [addition.client, addition.tenant],
  )
  const [before = 0] = await addAll(transaction, [addition])
  return before
}

/** Of the tenant of a row, in this database. */
const backlogLock = "hashtextextended(format('%s %L %L', current_schema(), client, tenant), 0)"

/** Each tenant's backlog is larger by its lanes, whatever its limit. */
export async function addToBacklogs(transaction: Transaction, lanes: readonly Lane[]): Promise<void> {
  await addAll(transaction, sumUp(lanes))
}

/** Returns how large the backlogs were before. */
async function addAll(transaction: Transaction, additions: readonly Addition[]): Promise<readonly number[]> {
  const rows = await transaction.rows(
    `WITH ${counted}, grown AS (
       ${insertParts('counted')}
     )
     SELECT before FROM counted ORDER BY position`,
    listColumns(additions),
  )
  return rows.map(({ before }) => readBigint(before))
}

/** In one order, so that no two wait for each other. */
function sumUp(lanes: readonly Lane[]): readonly Addition[] {
  const tenants = Map.groupBy(lanes, ({ client, tenant }) => JSON.stringify([client, tenant ?? '']))
  return [...tenants.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, group]) => ({
      client: group[0]?.client ?? '',
      tenant: group[0]?.tenant ?? '',
      executions: group.length,
    }))
}

function listColumns(additions: readonly Addition[]) {
  return [
    additions.map(({ client }) => client),
    additions.map(({ tenant }) => tenant),
    additions.map(({ executions }) => executions),
  ]
}

/** One execution of the tenant has ended. */
export const shrinkBacklog = `INSERT INTO backlogs (client, tenant, part, executions)
  SELECT e.client, coalesce(e.tenant, ''), pg_backend_pid() % ${backlogParts}, -1 FROM executions e
  WHERE e.seq = $1 AND e.mode = 'durable'
  ON CONFLICT (client, tenant, part) DO UPDATE SET executions = backlogs.executions - 1`
