import { isDeepStrictEqual } from 'node:util'
import { type SourcePlaces, watchSources } from './watch-sources.ts'

/** What was read, or all that is wrong with it: a sentence each. */
type ReadValue<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly string[] }

/** What sources hold, kept in memory. */
export interface WatchedValue<Value> {
  readonly current: Value
  /** Whether the sources have changed and cannot be used, so that the value of before is in use. */
  readonly isStale: boolean
  /** Ends the looking for changes. */
  close(): void
}

/** What is watched, and whom to tell. */
export interface WatchedValueOptions<Value> {
  /** What the sources held at the start. */
  readonly initial: Value
  /** How often is looked for a change. */
  readonly intervalMs?: number | undefined
  readonly read: () => ReadValue<Value>
  /** Told when another value is in use, or one again that can be used. */
  readonly onAdopted: (value: Value, before: Value) => void
  /** Told once of each state that cannot be used. */
  readonly onRefused: (problems: readonly string[]) => void
}

const usualIntervalMs = 2_000

/** A state of the sources that cannot be used. */
interface Refused {
  readonly problems: readonly string[]
  /** Tells it from another state with the same problems. */
  readonly marks: string
}

/** Keeps a value in memory and reads it again when its sources change. A state with problems changes nothing. */
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
