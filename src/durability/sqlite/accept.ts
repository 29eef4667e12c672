import { hasEnded, readBegun, readLost } from '../store/execution-row.ts'
import type {
  Acceptance,
  Accepted,
  DurableSubmission,
  InProgress,
  KeyReused,
  Lane,
  Replayed,
  Submission,
} from '../store/execution-store.ts'
import { hashKey, isRemembered } from '../store/remembered-key.ts'
import { freezeCallbacks } from './callbacks.ts'
import { type ExecutionRow, findByKeyHash, readStored } from './execution-row.ts'
import type { Session } from './session.ts'

interface Hashes {
  readonly key: Uint8Array | null
  readonly node: Uint8Array
  readonly payload: Uint8Array
}

/** Stores all of them or none. */
export function accept(session: Session, now: number, submissions: readonly Submission[]): Acceptance {
  session.sql('SAVEPOINT accept').run()
  const acceptance = acceptAll(session, now, submissions)
  if (acceptance.outcome !== 'stored') session.sql('ROLLBACK TO accept').run()
  session.sql('RELEASE accept').run()
  return acceptance
}

function acceptAll(session: Session, now: number, submissions: readonly Submission[]): Acceptance {
  const executions: (Accepted | Replayed)[] = []
  const faults: (KeyReused | InProgress)[] = []
  for (const [index, submission] of submissions.entries()) {
    const answer = acceptOne(session, now, submission, index)
    if (answer.outcome === 'accepted' || answer.outcome === 'replayed') executions.push(answer)
    else faults.push(answer)
    if (answer.outcome !== 'accepted' || submission.mode === 'synchronous') continue
    const { client, tenant } = submission.lane
    const backlog = growBacklog(session, submission.lane)
    if (backlog > session.limits.maxBacklog)
      return { outcome: 'backlog_full', client, tenant, backlog: countBefore(submissions, index, backlog) }
  }
  return faults.length === 0 ? { outcome: 'stored', executions } : { outcome: 'refused', faults }
}

/** The backlog without what this call has added to it. */
function countBefore(submissions: readonly Submission[], index: number, backlog: number): number {
  const full = submissions[index]?.lane
  const added = submissions
    .slice(0, index + 1)
    .filter(
      ({ mode, lane }) => mode === 'durable' && lane.client === full?.client && lane.tenant === full.tenant,
    )
  return Math.max(0, backlog - added.length)
}

function acceptOne(session: Session, now: number, submission: Submission, index: number) {
  const { key, lane } = submission
  const hashes: Hashes = {
    key: key === null ? null : hashKey(session, lane, key),
    node: session.hash.of('node', submission.node),
    payload: session.hash.of('payload', submission.payload),
  }
  const known = hashes.key === null ? null : findByKeyHash(session, hashes.key)
  if (known === null) return start(session, now, submission, insert(session, now, submission, hashes))
  if (!isRemembered(session, now, known)) {
    session.sql('UPDATE executions SET key_hash = NULL WHERE seq = ?').run(known.seq)
    return start(session, now, submission, insert(session, now, submission, hashes))
  }
  const differs = compare(known, hashes)
  if (differs.length > 0) return { outcome: 'key_reused', index, executionId: known.id, differs } as const
  if (!hasEnded(known) && submission.mode === 'synchronous') {
    const dueAt = known.state === 'waiting' ? known.due_at : null
    return { outcome: 'in_progress', index, executionId: known.id, dueAt } as const
  }
  if (hasEnded(known) && known.final !== 1) return start(session, now, submission, known)
  const asks = submission.mode === 'durable' && submission.callsBack
  if (asks && known.calls_back === 0 && known.callbacks === 0)
    return { outcome: 'key_reused', index, executionId: known.id, differs: ['callback'] } as const
  return { outcome: 'replayed', execution: readStored(session, known) } as const
}

function compare(known: ExecutionRow, hashes: Hashes): ('node' | 'payload')[] {
  const differs: ('node' | 'payload')[] = []
  if (!hashes.node.every((byte, at) => byte === known.node_hash[at])) differs.push('node')
  if (!hashes.payload.every((byte, at) => byte === known.payload_hash[at])) differs.push('payload')
  return differs
}

type Startable = Pick<
  ExecutionRow,
  'seq' | 'id' | 'attempts' | 'begun_attempt' | 'begun_at' | 'lost_at' | 'callbacks'
>

function insert(session: Session, now: number, submission: Submission, hashes: Hashes): Startable {
  const { executionId, mode, nodeId, lane, repeatable } = submission
  const { lastInsertRowid } = session
    .sql(
      `INSERT INTO executions (
         id, mode, state, client, tenant, node_id, host, port, repeatable, key_hash, node_hash, payload_hash, accepted_at, started_at)
       VALUES (?, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      executionId,
      mode,
      lane.client,
      lane.tenant,
      nodeId,
      lane.host,
      lane.port,
      Number(repeatable),
      hashes.key,
      hashes.node,
      hashes.payload,
      now,
      now,
    )
  return {
    seq: Number(lastInsertRowid),
    id: executionId,
    attempts: 0,
    begun_attempt: null,
    begun_at: null,
    lost_at: '[]',
    callbacks: 0,
  }
}

/** Gives a new execution its ticket, or one that is executed anew. */
function start(session: Session, now: number, submission: Submission, row: Startable): Accepted {
  const isDurable = submission.mode === 'durable'
  const begun = readBegun(row)
  const token = isDurable ? null : session.newToken()
  const dueAt = isDurable ? submission.dueAt : now
  const expiresAt = isDurable ? submission.expiresAt : null
  const { nodeId, lane, repeatable } = submission
  if (row.callbacks > 0) freezeCallbacks(session, row.seq)
  session
    .sql(
      `UPDATE executions SET mode = $mode, state = $state, node_id = $nodeId, host = $host, port = $port,
         repeatable = $repeatable, attempts_before = attempts, started_at = $now, expires_at = $expiresAt,
         ended_at = NULL, code = NULL, repeat = NULL, final = 0, cancelled = 0, calls_back = $callsBack,
         had_secrets = $hadSecrets
       WHERE seq = $seq`,
    )
    .run({
      seq: row.seq,
      mode: submission.mode,
      state: isDurable ? 'waiting' : 'running',
      nodeId,
      host: lane.host,
      port: lane.port,
      repeatable: Number(repeatable),
      now,
      expiresAt,
      callsBack: Number(isDurable && submission.callsBack),
      hadSecrets: Number(isDurable && submission.secrets !== null),
    })
  // What was begun and not settled ends, whatever its lane allows.
  const endsAt = begun === null ? expiresAt : 0
  session
    .sql('INSERT INTO tickets (execution, purpose, lane, due_at, ends_at, held) VALUES (?, ?, ?, ?, ?, ?)')
    .run(row.seq, 'execution', isDurable ? session.enterLane(lane) : null, dueAt, endsAt, token)
  if (isDurable) writeDocuments(session, row, submission)
  const lease = token === null ? null : { executionId: row.id, token }
  return {
    outcome: 'accepted',
    executionId: row.id,
    dueAt,
    expiresAt,
    attempts: row.attempts,
    lease,
    begun,
    lost: readLost(row),
  }
}

function writeDocuments(session: Session, { seq, id }: Startable, submission: DurableSubmission): void {
  const { node, payload, rest, secrets } = submission
  const { ring } = session
  session
    .sql('INSERT OR REPLACE INTO documents (execution, node, payload, rest, secrets) VALUES (?, ?, ?, ?, ?)')
    .run(
      seq,
      ring.seal(node, id, 'node'),
      ring.seal(payload, id, 'payload'),
      ring.seal(rest, id, 'rest'),
      secrets === null ? null : ring.seal(secrets, id, 'secrets'),
    )
}

type Tenant = Pick<Lane, 'client' | 'tenant'>

/** The backlog of the tenant, one execution larger. */
export function growBacklog(session: Session, { client, tenant }: Tenant): number {
  const row = session
    .sql(
      `INSERT INTO backlogs (client, tenant, executions) VALUES (?, ?, 1)
       ON CONFLICT DO UPDATE SET executions = executions + 1 RETURNING executions`,
    )
    .get(client, tenant ?? '')
  return Number(row?.executions)
}

export function shrinkBacklog(session: Session, { client, tenant }: Tenant): void {
  session
    .sql('UPDATE backlogs SET executions = executions - 1 WHERE client = ? AND tenant = ?')
    .run(client, tenant ?? '')
  session
    .sql('DELETE FROM backlogs WHERE client = ? AND tenant = ? AND executions <= 0')
    .run(client, tenant ?? '')
}
