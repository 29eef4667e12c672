import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { listDueLanes } from '../../../src/durability/sqlite/claim.ts'
import { commitGroup } from '../../../src/durability/sqlite/group-commit.ts'
import { openDatabase } from '../../../src/durability/sqlite/open-database.ts'
import type { OperationName, Order } from '../../../src/durability/sqlite/operations.ts'
import { Session } from '../../../src/durability/sqlite/session.ts'
import type { Leased } from '../../../src/durability/store/execution-store.ts'
import { bytes, durable, failed, synchronous } from '../support/submissions.ts'
import { makeFolder } from './support/sqlite-world.ts'

const hour = 3_600_000

/** What the thread does, in this one. */
async function openSession(maxPages: number | null = null) {
  const path = join(await makeFolder(), 'store.db')
  const open = openDatabase({ path, keys: [], maxPages })
  onTestFinished(() => open.close())
  const limits = { maxBacklog: 1_000_000, idempotencyMs: 24 * hour, resultMs: 72 * hour }
  const session = new Session(open, limits)
  let orders = 0
  const order = (now: number, name: OperationName, ...args: readonly unknown[]): Order => {
    orders += 1
    return { id: orders, name, now, args }
  }
  const perform = (now: number, name: OperationName, ...args: readonly unknown[]) => {
    const [result] = commitGroup(session, [order(now, name, ...args)])
    if (result?.outcome !== 'done') throw new Error(JSON.stringify(result))
    return result.value
  }
  return { database: open.database, session, order, perform }
}

const lane = (host: string) => ({ client: 'engine', tenant: null, host, port: 443 })

/** So many executions that wait for one host, written at once. */
function fillLane(
  { database, perform }: Awaited<ReturnType<typeof openSession>>,
  host: string,
  count: number,
) {
  perform(0, 'accept', [durable({ lane: lane(host) })])
  database.exec(`
    BEGIN;
    WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= ${count})
    INSERT INTO executions (seq, id, mode, state, client, host, port, repeatable, node_hash, payload_hash, accepted_at, started_at)
      SELECT 1000000 + i, 'filled-' || i, mode, state, client, host, port, repeatable, node_hash, payload_hash, i, i
      FROM n, executions WHERE seq = 1;
    INSERT INTO documents SELECT e.seq, d.node, d.payload, d.rest, d.secrets FROM executions e, documents d WHERE d.execution = 1 AND e.seq > 1;
    INSERT INTO tickets (execution, purpose, lane, due_at) SELECT e.seq, t.purpose, t.lane, 0 FROM executions e, tickets t WHERE t.seq = 1 AND e.seq > 1;
    COMMIT`)
}

describe('claims', () => {
  it('stay fair with 200,000 that wait for one dead host', { timeout: 120_000 }, async () => {
    const opened = await openSession()
    fillLane(opened, 'dead', 200_000)
    const hosts = Array.from({ length: 20 }, (_, index) => `h${index}`)
    const claimedInRounds: string[][] = []
    for (let round = 1; round <= 10; round += 1) {
      // The dead host has four permits, which are free again each round.
      opened.perform(
        round,
        'accept',
        hosts.map((host) => durable({ lane: lane(host), dueAt: round })),
      )
      const lanes = opened.perform(round, 'listDueLanes') as ReturnType<typeof listDueLanes>
      const leased = opened.perform(
        round,
        'claim',
        lanes.map(({ id, lane: { host } }) => ({ id, room: host === 'dead' ? 4 : 10 })),
        24,
      ) as Leased[]
      claimedInRounds.push(leased.map(({ execution }) => execution.lane.host))
    }

    for (const claimed of claimedInRounds) {
      expect(claimed.filter((host) => host === 'dead')).toHaveLength(4)
      expect(claimed.filter((host) => host !== 'dead').sort()).toEqual(hosts.toSorted())
    }
  })

  it('and everything else search by an index, whatever there is', async () => {
    const opened = await openSession()
    const { session, database } = opened
    const texts = new Set<string>()
    const original = session.sql.bind(session)
    vi.spyOn(session, 'sql').mockImplementation((text) => {
      texts.add(text)
      return original(text)
    })
    const { perform } = opened
    const all = { limit: 10, perSecond: 1, expiresAt: null, dryRun: false, force: true, callsBack: false }
    const callback = { lane: lane('engine'), dueAt: 0 }
    const claimAll = (now: number) => {
      const lanes = perform(now, 'listDueLanes') as ReturnType<typeof listDueLanes>
      return perform(
        now,
        'claim',
        lanes.map(({ id }) => ({ id, room: 10 })),
        10,
      ) as Leased[]
    }
    perform(0, 'accept', [durable({ key: 'durable', expiresAt: 10 }), synchronous(), durable()])
    const [one, other] = claimAll(1)
    if (one === undefined || other === undefined) throw new TypeError('nothing is due')
    perform(1, 'begin', one.lease, 1)
    perform(1, 'settle', one.lease, { outcome: 'again', attempts: 1, dueAt: 0, progress: bytes('p') })
    perform(1, 'settle', other.lease, failed({ callback }))
    const again = claimAll(20)
    for (const { lease, purpose } of again)
      perform(
        20,
        purpose === 'callback' ? 'settleCallback' : 'settle',
        lease,
        purpose === 'callback' ? { outcome: 'delivered', wasSent: true } : failed(),
      )
    perform(20, 'redrivePart', { since: 0, until: 100, code: 'x', tenant: 'a' }, all, null, 0)
    perform(20, 'redrivePart', { ids: ['x'] }, all, null, 0)
    perform(20, 'redrivePart', {}, all, null, 0)
    perform(20, 'listPart', { state: 'failed', tenant: null }, null, 10)
    perform(20, 'countPart', 0)
    perform(20, 'pause', lane('a'), 30)
    perform(20, 'cancel', one.execution.id)
    perform(20, 'find', { client: 'engine', tenant: null, key: 'k' })
    perform(1_000 * hour, 'prunePart')
    perform(1_000 * hour, 'pruneLanes')
    session.takeDues(0)

    const plans = [...texts]
      .filter((text) => /^\s*(?:SELECT|UPDATE|DELETE|INSERT)/.test(text))
      .map((text) => ({
        text,
        scans: database
          .prepare(`EXPLAIN QUERY PLAN ${text}`)
          .all()
          .map(({ detail }) => String(detail))
          .filter((detail) => /^SCAN (?!\(subquery|json_each|sqlite_schema)|TEMP B-TREE/.test(detail)),
      }))
      .filter(({ scans }) => scans.length > 0)

    expect(texts.size).toBeGreaterThan(40)
    expect(plans.map(({ text, scans }) => [text.slice(0, 30), ...scans])).toEqual([
      // As many lanes as are due, callbacks as one execution still has to send, and executions as are named, put in order.
      ['SELECT id, client, tenant, hos', 'USE TEMP B-TREE FOR ORDER BY'],
      ['SELECT lane, due_at FROM callb', 'USE TEMP B-TREE FOR ORDER BY'],
      ['UPDATE callbacks SET held = ? ', 'USE TEMP B-TREE FOR ORDER BY'],
      ['SELECT e.*, t.due_at FROM exec', 'USE TEMP B-TREE FOR ORDER BY'],
      ['DELETE FROM lanes WHERE wakes_', 'SCAN lanes'],
    ])
  })
})

describe('orders that come together', () => {
  it('are one commit, and a faulty one is undone alone', async () => {
    const { session, order } = await openSession()
    const statements = vi.spyOn(session, 'sql')
    const twice = durable()
    const orders = [
      ...Array.from({ length: 50 }, () => order(0, 'accept', [durable()])),
      order(0, 'accept', [durable(), twice, twice]),
      order(0, 'countPart', 0),
    ]

    const results = commitGroup(session, orders)

    expect(statements.mock.calls.filter(([text]) => text === 'COMMIT')).toHaveLength(1)
    expect(results.map(({ outcome }) => outcome)).toEqual([...Array(50).fill('done'), 'fault', 'done'])
    expect(results.at(-1)).toMatchObject({ value: { waiting: 50 } })
  })

  it('are done one by one where the disk is too small for all', async () => {
    const { session, order } = await openSession(120)
    const large = () => durable({ payload: randomBytes(100_000) })

    const results = commitGroup(session, [
      order(0, 'accept', [durable()]),
      order(0, 'accept', Array.from({ length: 10 }, large)),
      order(0, 'accept', [durable()]),
      order(0, 'countPart', 0),
    ])

    expect(results.map(({ outcome }) => outcome)).toEqual(['done', 'unavailable', 'done', 'done'])
    expect(results.at(-1)).toMatchObject({ value: { waiting: 2 } })
  })

  it('claim what was accepted with them', async () => {
    const { session, order } = await openSession()
    commitGroup(session, [order(0, 'accept', [durable()])])

    const [, claimed] = commitGroup(session, [
      order(1, 'accept', [durable()]),
      order(1, 'claim', [{ id: 1, room: 5 }], 5),
    ])

    expect(claimed).toMatchObject({ outcome: 'done', value: [{}, {}] })
  })
})
