import type { FastifyBaseLogger } from 'fastify'
import type { LimitName, ReachedLimit } from './reached-limit.ts'

/** Least time between two lines on the same client and limit. */
const intervalMs = 1_000

/**
 * Pairs of client and limit that are remembered. The oldest is forgotten, and may then be logged again within the
 * interval.
 */
const maxKept = 1_000

interface Said {
  readonly at: number
  /** Refusals since the last line. */
  count: number
}

const messages: Readonly<Record<LimitName, string>> = {
  client: 'request refused',
  tenant: 'request refused',
  rate: 'request refused',
  service: 'request refused',
  memory: 'request refused',
  paused: 'pause refused',
  response: 'response cut',
}

/**
 * Logs refusals by limits: at most one line a second per client and limit, with the number of refusals since the line
 * before.
 */
export function createLimitLog(log: Pick<FastifyBaseLogger, 'info'>): (reached: ReachedLimit) => void {
  const said = new Map<string, Said>()
  return ({ limit, requestId, client, tenant }) => {
    const now = performance.now()
    const key = `${limit} ${client ?? ''}`
    const last = said.get(key)
    if (last !== undefined && now - last.at < intervalMs) {
      last.count += 1
      return
    }
    const count = (last?.count ?? 0) + 1
    said.delete(key)
    said.set(key, { at: now, count: 0 })
    if (said.size > maxKept) said.delete(said.keys().next().value ?? '')
    log.info({ requestId, limit, keyName: client, tenant, count }, messages[limit])
  }
}
