import { type ReadValue, readSettingFile } from '../../secrets/read-setting-file.ts'
import type { Secrets } from '../../secrets/secret.ts'
import type { Client } from './client.ts'
import { parseClientsFile } from './clients-file.ts'

/** The settings that define clients. */
export interface ClientSources {
  /** The clients of API_KEYS. */
  readonly listed: readonly Client[]
  /** The path in API_KEYS_FILE, or null. */
  readonly file: string | null
}

const maxFileBytes = 1_048_576

/** Reads all clients, at the start and after a change. */
export function readClients({ listed, file }: ClientSources): ReadValue<readonly Client[]> {
  if (file === null) return { ok: true, value: listed }
  return readSettingFile(file, {
    setting: 'API_KEYS_FILE',
    maxBytes: maxFileBytes,
    parse(text) {
      const { clients, problems } = parseClientsFile(text, listed)
      return { value: [...listed, ...clients], problems }
    },
  })
}

/** Warnings for the operator: clients that may name any tenant, although secrets are bound to tenants. */
export function describeUnlimited(clients: readonly Client[], secrets: Secrets): readonly string[] {
  const bound = [...secrets.values()].some(({ tenants }) => tenants !== null)
  const unlimited = clients.filter((client) => client.tenants === null && client.rights.has('execute'))
  if (!bound || unlimited.length === 0) return []
  const names = unlimited.map(({ name }) => name).join(', ')
  return [`these clients may name any tenant, so binding secrets to tenants does not restrict them: ${names}`]
}
