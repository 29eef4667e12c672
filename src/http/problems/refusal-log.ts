import type { FastifyRequest } from 'fastify'
import type { ProblemCode } from '../../contract/problem-codes.ts'
import type { Log } from '../../logging/logger.ts'

export interface RefusalLog {
  refused(code: ProblemCode, request: FastifyRequest): void
  /** Logs the refusals that are counted but not logged yet. */
  close(): void
}

/** Lines per kind and window: otherwise requests without a key could fill the disk. */
const maxLines = 10

/** Refusals with the same code and client. */
interface Kind {
  readonly code: ProblemCode
  readonly keyName: string | undefined
  count: number
}

/** Logs the first refusals of each kind in a window of time, and at its end the number of the others. */
export function createRefusalLog(log: Log, { windowMs = 60_000 } = {}): RefusalLog {
  const kinds = new Map<string, Kind>()
  let timer: NodeJS.Timeout | undefined

  function endWindow(): void {
    for (const { code, keyName, count } of kinds.values())
      if (count > maxLines)
        log[chooseLevel(code)]({ code, keyName, more: count - maxLines }, 'more requests refused')
    kinds.clear()
  }

  function count(code: ProblemCode, keyName: string | undefined): number {
    if (kinds.size === 0) timer = setTimeout(endWindow, windowMs).unref()
    const name = `${code} ${keyName}`
    const kind = kinds.get(name) ?? { code, keyName, count: 0 }
    kinds.set(name, kind)
    kind.count += 1
    return kind.count
  }

  return {
    refused(code, { id: requestId, ip, client }) {
      const level = chooseLevel(code)
      if (!log.isLevelEnabled(level) || count(code, client?.name) > maxLines) return
      const who = code === 'unauthorized' ? { ip } : { keyName: client?.name }
      log[level]({ requestId, code, ...who }, 'request refused')
    },
    close() {
      clearTimeout(timer)
      endWindow()
    },
  }
}

/** Refusals for lack of permission are logged at the default level. */
function chooseLevel(code: ProblemCode): 'info' | 'debug' {
  return code === 'unauthorized' || code === 'forbidden' ? 'info' : 'debug'
}
