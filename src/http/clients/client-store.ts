import { watchValue } from '../../secrets/watch-value.ts'
import { clientFinder } from './api-keys.ts'
import type { Client } from './client.ts'
import { type ClientSources, readClients } from './read-clients.ts'

/** The clients of the service. */
export interface ClientStore {
  /** Whose key it is; null for a key that is not known. */
  find(key: string): Client | null
  /** How many of them may execute. */
  countExecuting(): number
  /** Ends the looking for changes. */
  close(): void
}

/** Takes what there is to say of a re-reading: never a key. */
interface ClientLog {
  info(details: object, message: string): void
  error(details: object, message: string): void
}

/** What a store begins with. */
export interface ClientStoreOptions {
  readonly sources: ClientSources
  /** Who the clients were at the start. */
  readonly initial: readonly Client[]
  readonly log: ClientLog
  /** How often to look for a change. */
  readonly intervalMs?: number
}

/** Keeps the clients in memory and reads their file again when it changes. */
export function createClientStore({ sources, initial, log, intervalMs }: ClientStoreOptions): ClientStore {
  let find = clientFinder(initial)
  let executing = countExecuting(initial)
  const places = { directory: null, file: sources.file }
  const clients = watchValue<readonly Client[]>(places, {
    initial,
    intervalMs,
    read() {
      const read = readClients(sources)
      return read.ok ? { ok: true, value: read.clients } : read
    },
    onAdopted(found) {
      find = clientFinder(found)
      executing = countExecuting(found)
      log.info({ clients: found.map(({ name }) => name) }, 'the clients have changed and were read again')
    },
    onRefused(problems) {
      log.error({ problems }, 'the clients have changed and cannot be used; those of before stay in use')
    },
  })
  return { find: (key) => find(key), countExecuting: () => executing, close: () => clients.close() }
}

function countExecuting(clients: readonly Client[]): number {
  return clients.filter(({ rights }) => rights.has('execute')).length
}
