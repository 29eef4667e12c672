import { messagesAbout, type ReadingLog, watchValue } from '../secrets/watch-value.ts'
import {
  type CallbackEntries,
  type CallbackSource,
  type CompiledCallback,
  compileCallbacks,
  readCallbacks,
} from './read-callbacks.ts'

/** The callbacks of the service. */
export interface CallbackStore {
  /** Null for a name that the file does not have. */
  find(name: string): CompiledCallback | null
  names(): readonly string[]
  /** Whether the previous callbacks are in use because the changed file is invalid. */
  isStale(): boolean
  /** Stops watching the file. */
  close(): void
}

export interface CallbackStoreOptions {
  readonly source: CallbackSource
  /** The entries read at the start. */
  readonly initial: CallbackEntries
  readonly log: ReadingLog
  /** Interval of looking for changes. */
  readonly intervalMs?: number
}

/** Keeps the callbacks in memory, and reads their file again when it changes. */
export function createCallbackStore({
  source,
  initial,
  log,
  intervalMs,
}: CallbackStoreOptions): CallbackStore {
  let compiled = compileCallbacks(initial)
  const watched = watchValue<CallbackEntries>(source, {
    initial,
    intervalMs,
    log,
    messages: messagesAbout('callbacks'),
    read: () => readCallbacks(source),
    summarize: (entries) => ({ callbacks: entries.size }),
    onAdopted(entries) {
      compiled = compileCallbacks(entries)
    },
  })
  return {
    find: (name) => compiled.get(name) ?? null,
    names: () => [...compiled.keys()],
    isStale: () => watched.isStale,
    close: () => watched.close(),
  }
}
