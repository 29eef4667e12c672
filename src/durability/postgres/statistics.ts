import type { CountsOfOthers, NodeCounts, NodeName } from '../store/statistics-store.ts'
import { readBigint, type Transaction } from './database.ts'
import type { Session } from './session.ts'

/** Instances that are read at most: those that were seen last. */
const maxInstances = 64

/** Instances say so often that they count that this is longer than they are ever silent. */
const silentMs = 30_000

/** How long the counts of an instance are kept that is gone. */
const keptMs = 24 * 3_600_000

/** Names whose counts are read with one statement. */
const namesAtOnce = 50

/** In a transaction of its own. */
export async function saveCounts(
  transaction: Transaction,
  instance: string,
  format: number,
  counts: readonly NodeCounts[],
  forgotten: readonly NodeName[],
): Promise<'saved' | 'anew'> {
  const row = await transaction.row(
    `INSERT INTO counting_instances (id, seen_at) VALUES ($1, store_now())
     ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at RETURNING xmax = 0 AS is_new`,
    [instance],
  )
  if (counts.length > 0)
    await transaction.rows(
      `INSERT INTO node_counts AS c (instance, format, node_id, tenant, last_at, summary, details)
       SELECT $1, $2, n.node_id, n.tenant, n.last_at, n.summary, n.details
         FROM unnest($3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[]) AS n(node_id, tenant, last_at, summary, details)
       ON CONFLICT (node_id, tenant, instance) DO UPDATE SET format = excluded.format, last_at = excluded.last_at,
         summary = excluded.summary, details = excluded.details`,
      [
        instance,
        format,
        counts.map(({ nodeId }) => writeId(nodeId)),
        counts.map(({ tenant }) => writeTenant(tenant)),
        counts.map(({ lastAt }) => Math.round(lastAt)),
        counts.map(({ summary }) => summary),
        counts.map(({ details }) => details),
      ],
    )
  if (forgotten.length > 0)
    await transaction.rows(
      `DELETE FROM node_counts c USING unnest($2::text[], $3::text[]) AS n(node_id, tenant)
       WHERE c.instance = $1 AND c.node_id = n.node_id AND c.tenant = n.tenant`,
      [
        instance,
        forgotten.map(({ nodeId }) => writeId(nodeId)),
        forgotten.map(({ tenant }) => writeTenant(tenant)),
      ],
    )
  return row?.is_new === true ? 'anew' : 'saved'
}

/** The summaries of other instances, for the names that were changed last. */
export async function listCounts(
  session: Session,
  instance: string,
  format: number,
  tenants: readonly (string | null)[] | null,
  limit: number,
): Promise<CountsOfOthers<{ readonly summary: string }>> {
  const { database } = session
  const others = await findOthers(session, instance, format)
  const names = await database.rows(
    `SELECT node_id, tenant FROM node_counts
     WHERE instance = ANY ($1::uuid[]) AND format = $2 AND ($3::text[] IS NULL OR tenant = ANY ($3::text[]))
     GROUP BY node_id, tenant ORDER BY max(last_at) DESC LIMIT $4`,
    [others, format, tenants === null ? null : tenants.map(writeTenant), limit],
  )
  const counts: { readonly summary: string }[] = []
  for (let index = 0; index < names.length; index += namesAtOnce) {
    const part = names.slice(index, index + namesAtOnce)
    const rows = await database.rows(
      `SELECT c.summary FROM unnest($3::text[], $4::text[]) AS n(node_id, tenant)
         JOIN node_counts c ON c.node_id = n.node_id AND c.tenant = n.tenant
       WHERE c.instance = ANY ($1::uuid[]) AND c.format = $2`,
      [others, format, part.map(({ node_id }) => String(node_id)), part.map(({ tenant }) => String(tenant))],
    )
    counts.push(...rows.map(({ summary }) => ({ summary: String(summary) })))
  }
  return { instances: others.length, counts }
}

/** What other instances have counted of one node. */
export async function findCounts(
  session: Session,
  instance: string,
  format: number,
  nodeId: string,
  tenants: readonly (string | null)[],
): Promise<CountsOfOthers<{ readonly summary: string; readonly details: string }>> {
  const others = await findOthers(session, instance, format)
  const rows = await session.database.rows(
    `SELECT summary, details FROM node_counts
     WHERE instance = ANY ($1::uuid[]) AND format = $2 AND node_id = $3 AND tenant = ANY ($4::text[])`,
    [others, format, writeId(nodeId), tenants.map(writeTenant)],
  )
  return {
    instances: others.length,
    counts: rows.map(({ summary, details }) => ({ summary: String(summary), details: String(details) })),
  }
}

/** Deletes what instances have counted that are gone. */
export async function pruneCounts({ database }: Session): Promise<void> {
  let deleted: number
  do {
    const [row] = await database.rows(
      `WITH old AS (
         SELECT id FROM counting_instances
         WHERE seen_at <= store_now() - ${keptMs} OR seen_at <= store_now() - ${silentMs} AND id NOT IN (
           SELECT id FROM counting_instances ORDER BY seen_at DESC LIMIT ${maxInstances}
         ) ORDER BY seen_at LIMIT 1 FOR UPDATE SKIP LOCKED
       ), gone AS (
         DELETE FROM counting_instances c USING old WHERE c.id = old.id RETURNING 1
       )
       SELECT count(*) AS deleted FROM gone`,
    )
    deleted = readBigint(row?.deleted)
  } while (deleted > 0)
}

/** One that is silent and has counted nothing is no instance. */
async function findOthers(
  { database }: Session,
  instance: string,
  format: number,
): Promise<readonly string[]> {
  const rows = await database.rows(
    `SELECT id FROM counting_instances i
     WHERE id <> $1 AND (seen_at > store_now() - ${silentMs}
       OR EXISTS (SELECT 1 FROM node_counts c WHERE c.instance = i.id AND c.format = $2))
     ORDER BY seen_at DESC LIMIT ${maxInstances - 1}`,
    [instance, format],
  )
  return rows.map(({ id }) => String(id))
}

/** As JSON: PostgreSQL has no text with U+0000. */
function writeId(nodeId: string): string {
  return JSON.stringify(nodeId)
}

/** No tenant is empty. */
function writeTenant(tenant: string | null): string {
  return tenant ?? ''
}
