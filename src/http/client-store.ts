import { isDeepStrictEqual } from 'node:util'
import { watchSources } from '../secrets/watch-sources.ts'
import { clientFinder } from './api-keys.ts'
import type { Client } from './client.ts'
import { type ClientSources, type ReadClients, readClients } from './read-clients.ts'

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
export interface ClientLog {
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

const usualIntervalMs = 2_000

/** A state of the file that cannot be used. */
interface Refused {
  readonly problems: readonly string[]
  /** Tells it from another state with the same problems. */
  readonly marks: string
}

/** Keeps the clients in memory and reads their file again when it changes. A state with problems changes nothing. */
export function createClientStore({
  sources,
  initial,
  log,
  intervalMs = usualIntervalMs,
}: ClientStoreOptions): ClientStore {
  let clients = initial
  let find = clientFinder(initial)
  let executing = countExecuting(initial)
  let refused: Refused | null = null

  function take(read: ReadClients, marks: string): void {
    if (read.ok) adopt(read.clients)
    else refuse({ problems: read.problems, marks })
  }

  function adopt(found: readonly Client[]): void {
    if (refused === null && isDeepStrictEqual(found, clients)) return
    refused = null
    clients = found
    find = clientFinder(found)
    executing = countExecuting(found)
    log.info({ clients: clients.map(({ name }) => name) }, 'the clients have changed and were read again')
  }

  function refuse(state: Refused): void {
    if (isDeepStrictEqual(state, refused)) return
    refused = state
    const { problems } = state
    log.error({ problems }, 'the clients have changed and cannot be used; those of before stay in use')
  }

  const places = { directory: null, file: sources.file }
  const watcher = watchSources(places, { intervalMs, read: () => readClients(sources), onChange: take })
  return { find: (key) => find(key), countExecuting: () => executing, close: () => watcher.close() }
}

function countExecuting(clients: readonly Client[]): number {
  return clients.filter(({ rights }) => rights.has('execute')).length
}
