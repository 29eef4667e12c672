const first = `
CREATE TABLE facts (name text PRIMARY KEY, value bytea NOT NULL);

-- Keys that have encrypted something in here. The proof tells a key from another one with the same id.
CREATE TABLE sealing_keys (id text PRIMARY KEY, proof bytea NOT NULL);

-- All times are those of the database, in milliseconds since the epoch: no instance's clock counts.
CREATE FUNCTION store_now() RETURNS bigint LANGUAGE sql STABLE
  AS 'SELECT floor(extract(epoch FROM pg_catalog.now()) * 1000)::bigint';

-- No token is used twice.
CREATE SEQUENCE tokens;
CREATE SEQUENCE turns;

-- Leases end with the instance that has them: when it has not said for some time that it lives.
CREATE TABLE instances (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alive_until bigint NOT NULL
);

CREATE TABLE executions (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  mode text NOT NULL,
  state text NOT NULL,
  client text NOT NULL,
  tenant text,
  node_id text,
  host text NOT NULL,
  port integer NOT NULL,
  repeatable boolean NOT NULL,
  key_hash bytea,
  node_hash bytea NOT NULL,
  payload_hash bytea NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  attempts_before integer NOT NULL DEFAULT 0,
  begun_attempt integer,
  begun_at bigint,
  -- The token of the lease under which it was begun.
  begun_by bigint,
  recoveries integer NOT NULL DEFAULT 0,
  cancelled boolean NOT NULL DEFAULT false,
  redrives integer NOT NULL DEFAULT 0,
  calls_back boolean NOT NULL DEFAULT false,
  had_secrets boolean NOT NULL DEFAULT false,
  accepted_at bigint NOT NULL,
  started_at bigint NOT NULL,
  expires_at bigint,
  ended_at bigint,
  code text,
  repeat text,
  final boolean NOT NULL DEFAULT false,
  -- Durable, and has ended in another way than by success. The state itself is in no index: it changes with each claim.
  redrivable boolean NOT NULL DEFAULT false,
  callback_state text,
  callback_attempts integer NOT NULL DEFAULT 0,
  -- Of how many ends there was a callback.
  callbacks integer NOT NULL DEFAULT 0
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX executions_by_key ON executions (key_hash) WHERE key_hash IS NOT NULL;
CREATE INDEX executions_by_age ON executions (accepted_at, id);
CREATE INDEX executions_ended ON executions (mode, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX executions_to_redrive ON executions (accepted_at, id) WHERE redrivable;

-- Beside the executions, so that a change of these copies no document. What is encrypted cannot be compressed.
CREATE TABLE documents (
  execution bigint PRIMARY KEY,
  node bytea,
  payload bytea,
  rest bytea NOT NULL,
  secrets bytea
);
CREATE TABLE results (execution bigint PRIMARY KEY, progress bytea, reply bytea);
ALTER TABLE documents ALTER node SET STORAGE EXTERNAL, ALTER payload SET STORAGE EXTERNAL,
  ALTER rest SET STORAGE EXTERNAL, ALTER secrets SET STORAGE EXTERNAL;
ALTER TABLE results ALTER progress SET STORAGE EXTERNAL, ALTER reply SET STORAGE EXTERNAL;

-- What is due in turn. Tickets of synchronous executions have no lane, and are held from the beginning to the end.
CREATE TABLE lanes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  client text NOT NULL,
  tenant text,
  host text NOT NULL,
  port integer NOT NULL,
  paused_until bigint NOT NULL DEFAULT 0,
  -- Not later than its first ticket is due; null without a ticket that waits.
  wakes_at bigint,
  -- Grows with each claim: the lane that was served longest ago has the smallest.
  turn bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE UNIQUE INDEX lanes_by_name ON lanes (client, host, port, coalesce('t' || tenant, ''));
CREATE INDEX lanes_by_time ON lanes (greatest(wakes_at, paused_until)) WHERE wakes_at IS NOT NULL;

CREATE TABLE tickets (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  execution bigint NOT NULL,
  purpose text NOT NULL,
  lane bigint,
  due_at bigint NOT NULL,
  -- From then on it is claimed in order to end unsent, whatever its lane allows.
  ends_at bigint,
  -- Of its lease, with the instance that has it.
  token bigint,
  holder bigint,
  UNIQUE (execution, purpose)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX tickets_in_lane ON tickets (lane, due_at, id) WHERE token IS NULL;
CREATE INDEX tickets_to_end ON tickets (ends_at) WHERE token IS NULL AND ends_at IS NOT NULL;
CREATE INDEX tickets_held ON tickets (holder) WHERE token IS NOT NULL;

-- Durable executions that have not ended. A tenant of '' is none. In parts, since one row would make all wait for each other.
CREATE TABLE backlogs (
  client text NOT NULL,
  tenant text NOT NULL,
  part integer NOT NULL,
  executions bigint NOT NULL,
  PRIMARY KEY (client, tenant, part)
) WITH (fillfactor = 50);

-- When a bucket of tokens will be full again (the generic cell rate algorithm), and what was granted last.
CREATE TABLE buckets (name text PRIMARY KEY, full_at double precision NOT NULL, granted double precision NOT NULL)
  WITH (fillfactor = 50);

CREATE FUNCTION lane_lock(lane bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
  AS $$ SELECT hashtextextended('webhook-node lane', lane) $$;

-- Tickets of these lanes become due. Returns how many of the lanes there are, and the first time at which one may be claimed from.
-- The locks are shared: they keep calm_lanes from setting a time that leaves out a ticket that is not committed yet.
CREATE FUNCTION wake_lanes(ids bigint[], times bigint[]) RETURNS TABLE (found bigint, wakes_at bigint) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(lane_lock(w.id)) FROM unnest(ids) AS w(id);
  UPDATE lanes l SET wakes_at = w.at
    FROM (SELECT u.id, u.at FROM unnest(ids, times) AS u(id, at)
          JOIN lanes k ON k.id = u.id AND (k.wakes_at IS NULL OR k.wakes_at > u.at) ORDER BY u.id FOR UPDATE OF k) w
    WHERE l.id = w.id;
  RETURN QUERY SELECT count(*), min(greatest(w.at, l.paused_until))
    FROM unnest(ids, times) AS w(id, at) JOIN lanes l ON l.id = w.id;
END $$;

-- Sets the time of lanes from which all that was due has been claimed. Lanes in which something happens keep theirs.
CREATE FUNCTION calm_lanes(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE lane_id bigint;
BEGIN
  FOREACH lane_id IN ARRAY ids LOOP
    IF pg_try_advisory_xact_lock(lane_lock(lane_id)) THEN
      UPDATE lanes l SET wakes_at = (
        SELECT t.due_at FROM tickets t WHERE t.lane = lane_id AND t.token IS NULL ORDER BY t.due_at LIMIT 1
      ) WHERE l.id = lane_id;
    END IF;
  END LOOP;
END $$;

-- Deletes lanes that have no ticket and no pause.
CREATE FUNCTION prune_lanes() RETURNS void LANGUAGE plpgsql AS $$
DECLARE lane_id bigint;
BEGIN
  FOR lane_id IN SELECT id FROM lanes l WHERE l.wakes_at IS NULL AND l.paused_until <= store_now() LIMIT 1000 LOOP
    IF pg_try_advisory_xact_lock(lane_lock(lane_id)) THEN
      DELETE FROM lanes l WHERE l.id = lane_id AND l.wakes_at IS NULL AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.lane = lane_id);
    END IF;
  END LOOP;
END $$;
`

const second = `
-- Processes that count executions by node.
CREATE TABLE counting_instances (id uuid PRIMARY KEY, seen_at bigint NOT NULL) WITH (fillfactor = 50);

-- What each has counted. The id of a node is written as JSON, and the tenant of all executions is ''.
CREATE TABLE node_counts (
  instance uuid NOT NULL REFERENCES counting_instances ON DELETE CASCADE,
  node_id text NOT NULL,
  tenant text NOT NULL,
  format integer NOT NULL,
  last_at bigint NOT NULL,
  summary text NOT NULL,
  details text NOT NULL,
  PRIMARY KEY (node_id, tenant, instance)
);
CREATE INDEX node_counts_by_instance ON node_counts (instance);
`

const third = `
-- No call of a connection begins before: its target has asked one of the instances to wait.
CREATE TABLE pauses (connection text PRIMARY KEY, until bigint NOT NULL) WITH (fillfactor = 50);
`

const fourth = `
-- Deletes lanes that have no ticket and no pause. Tickets are looked for in one index, and in the other: for both together, or without
-- an order, all of them would be read, for each lane.
CREATE OR REPLACE FUNCTION prune_lanes() RETURNS void LANGUAGE plpgsql AS $$
DECLARE lane_id bigint;
BEGIN
  FOR lane_id IN SELECT id FROM lanes l WHERE l.wakes_at IS NULL AND l.paused_until <= store_now() LIMIT 1000 LOOP
    IF pg_try_advisory_xact_lock(lane_lock(lane_id)) THEN
      DELETE FROM lanes l WHERE l.id = lane_id AND l.wakes_at IS NULL
        AND (SELECT t.id FROM tickets t WHERE t.lane = lane_id AND t.token IS NULL ORDER BY t.due_at, t.id LIMIT 1) IS NULL
        AND (SELECT t.id FROM tickets t WHERE t.lane = lane_id AND t.token IS NOT NULL ORDER BY t.holder LIMIT 1) IS NULL;
    END IF;
  END LOOP;
END $$;
`

const fifth = `
-- Callbacks that are still to come, by the number of their end. Each execution that has some has one ticket for all.
CREATE TABLE callbacks (
  execution bigint NOT NULL,
  number integer NOT NULL,
  -- JSON.
  lane text NOT NULL,
  due_at bigint NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  ended_at bigint NOT NULL,
  -- Of its lease.
  token bigint,
  -- Of its end. Null as long as they are those of the execution.
  rest bytea,
  reply bytea,
  PRIMARY KEY (execution, number)
);
ALTER TABLE callbacks ALTER rest SET STORAGE EXTERNAL, ALTER reply SET STORAGE EXTERNAL;
INSERT INTO callbacks (execution, number, lane, due_at, attempts, ended_at, rest, reply)
  SELECT t.execution, e.callbacks,
    json_build_object('client', l.client, 'tenant', l.tenant, 'host', l.host, 'port', l.port)::text, t.due_at, e.callback_attempts,
    coalesce(e.ended_at, e.started_at), d.rest, r.reply
  FROM tickets t JOIN executions e ON e.seq = t.execution JOIN lanes l ON l.id = t.lane
  LEFT JOIN documents d ON d.execution = t.execution LEFT JOIN results r ON r.execution = t.execution
  WHERE t.purpose = 'callback';
`

const sixth = `
-- When its last lease was given. That of a synchronous execution is given when it is started.
ALTER TABLE executions ADD COLUMN held_at bigint;
-- Of what may be repeated: when the leases were given whose holders died since its last attempt was settled. An array.
ALTER TABLE executions ADD COLUMN lost_at jsonb NOT NULL DEFAULT '[]';
-- What was known of them: that there was one.
UPDATE executions e SET attempts = attempts + 1, lost_at = jsonb_build_array(greatest(e.started_at,
    (SELECT t.due_at FROM tickets t WHERE t.execution = e.seq AND t.purpose = 'execution')))
  WHERE repeatable AND recoveries > 0;
-- What is held now is due since then.
UPDATE executions e SET held_at = t.due_at FROM tickets t
  WHERE t.execution = e.seq AND t.purpose = 'execution' AND t.token IS NOT NULL;
-- Only instances of the version before still count in it, while they are replaced.
COMMENT ON COLUMN executions.recoveries IS 'replaced by lost_at';
`

/** The way from each version of the tables to the next. What stands here has been run on databases of others: it is never changed. */
export const migrations: readonly string[] = [first, second, third, fourth, fifth, sixth]
