import { readText } from '../../secrets/read-text.ts'
import type { Secrets } from '../../secrets/secret.ts'
import type { Client } from './client.ts'
import { type FoundClients, parseClientsFile } from './clients-file.ts'

/** The settings that define clients. */
export interface ClientSources {
  /** The clients of API_KEYS. */
  readonly listed: readonly Client[]
  /** The path in API_KEYS_FILE, or null. */
  readonly file: string | null
}

/** The clients, or all problems: one sentence each, which begins with the name of the setting. */
export type ReadClients =
  | { readonly ok: true; readonly clients: readonly Client[] }
  | { readonly ok: false; readonly problems: readonly string[] }

const maxFileBytes = 1_048_576

/** Reads all clients, at the start and after a change. */
export function readClients({ listed, file }: ClientSources): ReadClients {
  if (file === null) return { ok: true, clients: listed }
  const { clients, problems } = readClientsFile(file, listed)
  if (problems.length === 0) return { ok: true, clients: [...listed, ...clients] }
  return {
    ok: false,
    problems: problems.map((problem) => `API_KEYS_FILE is ${JSON.stringify(file)}: ${problem}`),
  }
}

/** Warnings for the operator: clients that may name any tenant, although secrets are bound to tenants. */
export function describeUnlimited(clients: readonly Client[], secrets: Secrets): readonly string[] {
  const bound = [...secrets.values()].some(({ tenants }) => tenants !== null)
  const unlimited = clients.filter((client) => client.tenants === null && client.rights.has('execute'))
  if (!bound || unlimited.length === 0) return []
  const names = unlimited.map(({ name }) => name).join(', ')
  return [`these clients may name any tenant, so binding secrets to tenants does not restrict them: ${names}`]
}

function readClientsFile(path: string, listed: readonly Client[]): FoundClients {
  const read = readText(path, maxFileBytes)
  return read.ok
    ? parseClientsFile(read.text, listed)
    : { clients: [], problems: [`the file ${read.problem}`] }
}
