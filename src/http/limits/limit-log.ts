import type { FastifyBaseLogger } from 'fastify'
import type { LimitName, ReachedLimit } from './reached-limit.ts'

/** How often the same is said of a client. */
const intervalMs = 1_000

/** Of more clients and limits than these the oldest are forgotten, and may be named again within the interval. */
const maxKept = 1_000

interface Said {
  readonly at: number
  /** What was turned away since, without a line. */
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
 * Names in the log whom a limit turns away: at most once a second for each client and limit, with the number of all that
 * were turned away since the line before.
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
