import { readText } from '../../secrets/read-text.ts'
import type { Secrets } from '../../secrets/secret.ts'
import type { Client } from './client.ts'
import { type FoundClients, parseClientsFile } from './clients-file.ts'

/** Where the clients of the service come from. */
export interface ClientSources {
  /** Those of API_KEYS. */
  readonly listed: readonly Client[]
  /** API_KEYS_FILE; null where there is none. */
  readonly file: string | null
}

/** The clients of the service, or all that is wrong with them: a sentence each that begins with the setting. */
export type ReadClients =
  | { readonly ok: true; readonly clients: readonly Client[] }
  | { readonly ok: false; readonly problems: readonly string[] }

const maxFileBytes = 1_048_576

/** Reads all clients at once, at the start and after a change. */
export function readClients({ listed, file }: ClientSources): ReadClients {
  if (file === null) return { ok: true, clients: listed }
  const { clients, problems } = readClientsFile(file, listed)
  if (problems.length === 0) return { ok: true, clients: [...listed, ...clients] }
  return {
    ok: false,
    problems: problems.map((problem) => `API_KEYS_FILE is ${JSON.stringify(file)}: ${problem}`),
  }
}

/** What the operator should know of clients that may name any tenant, where secrets are bound to tenants. */
export function describeUnlimited(clients: readonly Client[], secrets: Secrets): readonly string[] {
  const bound = [...secrets.values()].some(({ tenants }) => tenants !== null)
  const unlimited = clients.filter((client) => client.tenants === null && client.rights.has('execute'))
  if (!bound || unlimited.length === 0) return []
  const names = unlimited.map(({ name }) => name).join(', ')
  return [
    `these clients may name any tenant, so that a binding of secrets to tenants keeps none of them out: ${names}`,
  ]
}

function readClientsFile(path: string, listed: readonly Client[]): FoundClients {
  const read = readText(path, maxFileBytes)
  return read.ok
    ? parseClientsFile(read.text, listed)
    : { clients: [], problems: [`the file ${read.problem}`] }
}
