import { isWrite, type Order, type OrderResult, perform } from './operations.ts'
import type { Session } from './session.ts'
import { describeOutage } from './sqlite-error.ts'

/**
 * Performs orders that have come together: all that write in one transaction with one commit, then those that read. Their results
 * are true when this returns. Where the transaction fails, each order is tried in one of its own, so that one that is too large for
 * the disk takes none of the others along.
 */
export function commitGroup(session: Session, orders: readonly Order[]): readonly OrderResult[] {
  const writing = orders.filter(isWrite)
  const results = writing.length === 0 ? [] : commitTogether(session, writing)
  return [...results, ...orders.filter((order) => !isWrite(order)).map((order) => attempt(session, order))]
}

function commitTogether(session: Session, orders: readonly Order[]): readonly OrderResult[] {
  const results = commit(session, orders)
  if (typeof results !== 'string') return results
  if (orders.length > 1) return orders.flatMap((order) => commitTogether(session, [order]))
  return orders.map(({ id }) => ({ id, outcome: 'unavailable', reason: results }))
}

/** The results, or what keeps the database from writing. */
function commit(session: Session, orders: readonly Order[]): readonly OrderResult[] | string {
  try {
    session.sql('BEGIN IMMEDIATE').run()
    const results: OrderResult[] = []
    for (const order of orders) {
      const result = performApart(session, order)
      if (result.outcome === 'unavailable') {
        rollBack(session)
        return result.reason
      }
      results.push(result)
    }
    session.setWakes()
    session.sql('COMMIT').run()
    return results
  } catch (error) {
    rollBack(session)
    const outage = describeOutage(error)
    if (outage === null) throw error
    return outage
  }
}

/** An order with a fault is undone alone. */
function performApart(session: Session, order: Order): OrderResult {
  session.sql('SAVEPOINT one').run()
  const result = attempt(session, order)
  // SQLite itself has rolled back all, after some errors.
  if (!session.isInTransaction) return result
  if (result.outcome !== 'done') session.sql('ROLLBACK TO one').run()
  session.sql('RELEASE one').run()
  return result
}

function attempt(session: Session, order: Order): OrderResult {
  const { id } = order
  try {
    return { id, outcome: 'done', value: perform(session, order) }
  } catch (error) {
    const reason = describeOutage(error)
    if (reason !== null) return { id, outcome: 'unavailable', reason }
    return { id, outcome: 'fault', message: String(error instanceof Error ? error.stack : error) }
  }
}

function rollBack(session: Session): void {
  if (session.isInTransaction) session.sql('ROLLBACK').run()
}
