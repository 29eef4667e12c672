import type { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../store/store-error.ts'

/** "whns": marks the file as ours. */
const applicationId = 0x77686e73

const first = `
CREATE TABLE facts (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

-- Keys that have encrypted something in here. The proof tells a key from another one with the same id.
CREATE TABLE sealing_keys (id TEXT PRIMARY KEY, proof BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE executions (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  mode TEXT NOT NULL,
  state TEXT NOT NULL,
  client TEXT NOT NULL,
  tenant TEXT,
  node_id TEXT,
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  repeatable INTEGER NOT NULL,
  key_hash BLOB,
  node_hash BLOB NOT NULL,
  payload_hash BLOB NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  attempts_before INTEGER NOT NULL DEFAULT 0,
  begun_attempt INTEGER,
  begun_at INTEGER,
  -- The token of the lease under which it was begun.
  begun_by INTEGER,
  recoveries INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0,
  redrives INTEGER NOT NULL DEFAULT 0,
  calls_back INTEGER NOT NULL DEFAULT 0,
  had_secrets INTEGER NOT NULL DEFAULT 0,
  accepted_at INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  expires_at INTEGER,
  ended_at INTEGER,
  code TEXT,
  repeat TEXT,
  final INTEGER NOT NULL DEFAULT 0,
  callback_state TEXT,
  callback_attempts INTEGER NOT NULL DEFAULT 0,
  -- Of how many ends there was a callback.
  callbacks INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX executions_by_key ON executions (key_hash) WHERE key_hash IS NOT NULL;
CREATE INDEX executions_by_age ON executions (accepted_at, id);
CREATE INDEX executions_ended ON executions (mode, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX executions_to_redrive ON executions (accepted_at, id) WHERE state IN ('failed', 'withdrawn', 'expired');

-- Beside the executions, so that a change of these copies no document.
CREATE TABLE documents (
  execution INTEGER PRIMARY KEY,
  node BLOB,
  payload BLOB,
  rest BLOB NOT NULL,
  secrets BLOB
) STRICT;
CREATE TABLE results (execution INTEGER PRIMARY KEY, progress BLOB, reply BLOB) STRICT;

-- What is due in turn. Tickets of synchronous executions have no lane, and are held from the beginning to the end.
CREATE TABLE lanes (
  id INTEGER PRIMARY KEY,
  client TEXT NOT NULL,
  tenant TEXT,
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  paused_until INTEGER NOT NULL DEFAULT 0,
  -- When its first ticket may be claimed; null without a ticket that waits.
  wakes_at INTEGER,
  -- Grows with each claim: the lane that was served longest ago has the smallest.
  turn INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX lanes_by_name ON lanes (client, host, port, ifnull('t' || tenant, ''));
CREATE INDEX lanes_by_time ON lanes (wakes_at) WHERE wakes_at IS NOT NULL;

CREATE TABLE tickets (
  seq INTEGER PRIMARY KEY,
  execution INTEGER NOT NULL,
  purpose TEXT NOT NULL,
  lane INTEGER,
  due_at INTEGER NOT NULL,
  -- From then on it is claimed in order to end unsent, whatever its lane allows.
  ends_at INTEGER,
  -- The token of its lease.
  held INTEGER,
  UNIQUE (execution, purpose)
) STRICT;
CREATE INDEX tickets_in_lane ON tickets (lane, held, due_at, seq);
CREATE INDEX tickets_to_end ON tickets (ends_at) WHERE held IS NULL AND ends_at IS NOT NULL;
CREATE INDEX tickets_held ON tickets (held) WHERE held IS NOT NULL;

-- Durable executions that have not ended. A tenant of '' is none.
CREATE TABLE backlogs (
  client TEXT NOT NULL,
  tenant TEXT NOT NULL,
  executions INTEGER NOT NULL,
  PRIMARY KEY (client, tenant)
) STRICT, WITHOUT ROWID;
`

const second = `
-- Callbacks that are still to come, by the number of their end. Each execution that has some has one ticket for all.
CREATE TABLE callbacks (
  execution INTEGER NOT NULL,
  number INTEGER NOT NULL,
  -- JSON.
  lane TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  ended_at INTEGER NOT NULL,
  -- The token of its lease.
  held INTEGER,
  -- Of its end. Null as long as they are those of the execution.
  rest BLOB,
  reply BLOB,
  PRIMARY KEY (execution, number)
) STRICT;
INSERT INTO callbacks (execution, number, lane, due_at, attempts, ended_at, rest, reply)
  SELECT t.execution, e.callbacks, json_object('client', l.client, 'tenant', l.tenant, 'host', l.host, 'port', l.port),
    t.due_at, e.callback_attempts, ifnull(e.ended_at, e.started_at), d.rest, r.reply
  FROM tickets t JOIN executions e ON e.seq = t.execution JOIN lanes l ON l.id = t.lane
  LEFT JOIN documents d ON d.execution = t.execution LEFT JOIN results r ON r.execution = t.execution
  WHERE t.purpose = 'callback';
`

const third = `
-- When its last lease was given. That of a synchronous execution is given when it is started.
ALTER TABLE executions ADD COLUMN held_at INTEGER;
-- Of what may be repeated: when the leases were given whose holders died since its last attempt was settled. A JSON array.
ALTER TABLE executions ADD COLUMN lost_at TEXT NOT NULL DEFAULT '[]';
-- What was known of them: that there was one.
UPDATE executions SET attempts = attempts + 1, lost_at = json_array(max(started_at, ifnull(
    (SELECT t.due_at FROM tickets t WHERE t.execution = executions.seq AND t.purpose = 'execution'), 0)))
  WHERE repeatable = 1 AND recoveries > 0;
ALTER TABLE executions DROP COLUMN recoveries;
-- What is held now is due since then.
UPDATE executions SET held_at = (
    SELECT t.due_at FROM tickets t WHERE t.execution = executions.seq AND t.purpose = 'execution' AND t.held IS NOT NULL);
`

/** The way from each version of the file to the next. What stands here has been run on files of others: it is never changed. */
export const migrations: readonly string[] = [first, second, third]

/** Brings a file to the last version, in one transaction. Refuses files of later versions and of other programs. */
export function migrate(database: DatabaseSync, path: string, steps: readonly string[] = migrations): void {
  const version = readNumber(database, 'user_version')
  const owner = readNumber(database, 'application_id')
  if (version > steps.length && owner === applicationId)
    throw new StoreError(
      'store_newer',
      `${path} was written by a later version of the service: its format is ${version}, and this version reads up to ${steps.length}.`,
    )
  if (version === 0 ? hasTables(database) : owner !== applicationId)
    throw new StoreError('store_foreign', `${path} is a database of another program.`)
  if (version === steps.length) return
  database.exec('BEGIN IMMEDIATE')
  for (const step of steps.slice(version)) database.exec(step)
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${steps.length}; COMMIT`)
}

function readNumber(database: DatabaseSync, pragma: string): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma])
}

function hasTables(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined
}
