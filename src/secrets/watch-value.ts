import { isDeepStrictEqual } from 'node:util'
import type { ReadValue } from './read-setting-file.ts'
import { type SourcePlaces, watchSources } from './watch-sources.ts'

/** Logs the result of a re-reading, and never a value that was read. */
export interface ReadingLog {
  info(details: object, message: string): void
  error(details: object, message: string): void
}

/** The current value of the sources. */
export interface WatchedValue<Value> {
  readonly current: Value
  /** Whether the previous value is in use because the changed sources are invalid. */
  readonly isStale: boolean
  /** Stops watching the sources. */
  close(): void
}

/** What the log says about the value. */
export interface ReadingMessages {
  readonly adopted: string
  readonly refused: string
}

export interface WatchedValueOptions<Value> {
  /** The value read at the start. */
  readonly initial: Value
  /** Interval of looking for changes. */
  readonly intervalMs?: number | undefined
  readonly read: () => ReadValue<Value>
  readonly log: ReadingLog
  readonly messages: ReadingMessages
  /** What the log shows of a new value. Nothing of it is secret. */
  readonly summarize: (value: Value) => object
  /** Called when a new value is in use, or when the sources have become valid again. */
  readonly onAdopted?: (value: Value, before: Value) => void
}

/** The messages about values that the operator knows under one name, such as `limits`. */
export function messagesAbout(names: string): ReadingMessages {
  return {
    adopted: `the ${names} changed and were read again`,
    refused: `the ${names} changed but are not valid; the previous ${names} stay in use`,
  }
}

const usualIntervalMs = 2_000

/** An invalid state of the sources. */
interface Refused {
  readonly problems: readonly string[]
  /** Identifies the state among others with the same problems. */
  readonly marks: string
}

/** Keeps a value in memory, and reads it again when its sources change. An invalid state is logged once, and changes nothing. */
export function watchValue<Value>(
  places: SourcePlaces,
  options: WatchedValueOptions<Value>,
): WatchedValue<Value> {
  const { initial, intervalMs = usualIntervalMs, read, log, messages, summarize, onAdopted } = options
  let current = initial
  let refused: Refused | null = null

  function adopt(found: Value): void {
    if (refused === null && isDeepStrictEqual(found, current)) return
    refused = null
    const before = current
    current = found
    log.info(summarize(found), messages.adopted)
    onAdopted?.(found, before)
  }

  function refuse(state: Refused): void {
    if (isDeepStrictEqual(state, refused)) return
    refused = state
    log.error({ problems: state.problems }, messages.refused)
  }

  const watcher = watchSources(places, {
    intervalMs,
    read,
    onChange: (found, marks) => (found.ok ? adopt(found.value) : refuse({ problems: found.problems, marks })),
  })
  return {
    get current() {
      return current
    },
    get isStale() {
      return refused !== null
    },
    close: () => watcher.close(),
  }
}
