import { isDeepStrictEqual } from 'node:util'
import { type SourcePlaces, watchSources } from './watch-sources.ts'

/** A value, or all problems: one sentence each. */
type ReadValue<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly string[] }

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

export interface WatchedValueOptions<Value> {
  /** The value read at the start. */
  readonly initial: Value
  /** Interval of looking for changes. */
  readonly intervalMs?: number | undefined
  readonly read: () => ReadValue<Value>
  /** Called when a new value is in use, or when the sources have become valid again. */
  readonly onAdopted: (value: Value, before: Value) => void
  /** Called once for each invalid state. */
  readonly onRefused: (problems: readonly string[]) => void
}

const usualIntervalMs = 2_000

/** An invalid state of the sources. */
interface Refused {
  readonly problems: readonly string[]
  /** Identifies the state among others with the same problems. */
  readonly marks: string
}

/** Keeps a value in memory, and reads it again when its sources change. An invalid state changes nothing. */
export function watchValue<Value>(
  places: SourcePlaces,
  { initial, intervalMs = usualIntervalMs, read, onAdopted, onRefused }: WatchedValueOptions<Value>,
): WatchedValue<Value> {
  let current = initial
  let refused: Refused | null = null

  function adopt(found: Value): void {
    if (refused === null && isDeepStrictEqual(found, current)) return
    refused = null
    const before = current
    current = found
    onAdopted(found, before)
  }

  function refuse(state: Refused): void {
    if (isDeepStrictEqual(state, refused)) return
    refused = state
    onRefused(state.problems)
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
