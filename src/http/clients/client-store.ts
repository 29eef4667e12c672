import { messagesAbout, type ReadingLog, watchValue } from '../../secrets/watch-value.ts'
import { clientFinder } from './api-keys.ts'
import type { Client } from './client.ts'
import { type ClientSources, readClients } from './read-clients.ts'

export interface ClientStore {
  /** The client of a key, or null. */
  find(key: string): Client | null
  /** The number of clients with the right to execute. */
  countExecuting(): number
  /** Stops watching the file. */
  close(): void
}

export interface ClientStoreOptions {
  readonly sources: ClientSources
  /** The clients read at the start. */
  readonly initial: readonly Client[]
  readonly log: ReadingLog
  /** Interval of looking for changes. */
  readonly intervalMs?: number
}

/** Keeps the clients in memory, and reads their file again when it changes. */
export function createClientStore({ sources, initial, log, intervalMs }: ClientStoreOptions): ClientStore {
  let find = clientFinder(initial)
  let executing = countExecuting(initial)
  const clients = watchValue<readonly Client[]>(sources, {
    initial,
    intervalMs,
    log,
    messages: messagesAbout('clients'),
    read: () => readClients(sources),
    summarize: (found) => ({ clients: found.map(({ name }) => name) }),
    onAdopted(found) {
      find = clientFinder(found)
      executing = countExecuting(found)
    },
  })
  return { find: (key) => find(key), countExecuting: () => executing, close: () => clients.close() }
}

function countExecuting(clients: readonly Client[]): number {
  return clients.filter(({ rights }) => rights.has('execute')).length
}
