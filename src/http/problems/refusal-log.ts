import type { FastifyRequest } from 'fastify'
import type { ProblemCode } from '../../contract/problem-codes.ts'
import type { Log } from '../../logging/logger.ts'

/** Logs requests that are refused. */
export interface RefusalLog {
  refused(code: ProblemCode, request: FastifyRequest): void
  /** Logs what has been counted and not logged yet. */
  close(): void
}

/** More lines of a kind are not written within a window: requests without a key would fill the disk. */
const maxLines = 10

/** Refusals of a kind are those with one code and one client. */
interface Kind {
  readonly code: ProblemCode
  readonly keyName: string | undefined
  count: number
}

/** Logs the first refusals of a kind in each window of time, and at its end how many more there were. */
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

/** The operator sees attempts without permission at the usual level. */
function chooseLevel(code: ProblemCode): 'info' | 'debug' {
  return code === 'unauthorized' || code === 'forbidden' ? 'info' : 'debug'
}
