import { HostLimits, type HostLimitsSource, type HostLine } from '../egress/limits/host-limits.ts'
import { messagesAbout, type ReadingLog, watchValue } from '../secrets/watch-value.ts'
import { type LimitSource, readLimits } from './read-limits.ts'

/** The limits by host as the file has them now. */
export interface LimitStore extends HostLimitsSource {
  /** Whether the previous limits are in use because the changed file is invalid. */
  isStale(): boolean
  /** Stops watching the file. */
  close(): void
}

export interface LimitStoreOptions {
  readonly source: LimitSource
  /** The lines read at the start. */
  readonly initial: readonly HostLine[]
  readonly log: ReadingLog
  /** Interval of looking for changes. */
  readonly intervalMs?: number
}

/** Keeps the limits by host in memory, and reads their file again when it changes. */
export function createLimitStore({ source, initial, log, intervalMs }: LimitStoreOptions): LimitStore {
  let current = index(initial)
  const watched = watchValue<readonly HostLine[]>(source, {
    initial,
    intervalMs,
    log,
    messages: messagesAbout('limits'),
    read: () => readLimits(source),
    summarize: (lines) => ({ limits: lines.length }),
    onAdopted(lines) {
      current = index(lines)
    },
  })
  return {
    get current() {
      return current
    },
    isStale: () => watched.isStale,
    close: () => watched.close(),
  }
}

function index(lines: readonly HostLine[]): HostLimits | null {
  return lines.length === 0 ? null : new HostLimits(lines)
}
