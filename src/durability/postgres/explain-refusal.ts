import { StoreError } from '../store/store-error.ts'
import type { PostgresAddress } from './database.ts'
import { findSqlState } from './outage.ts'

/** Why the store cannot be opened: cause and cure, without the password. */
export function explainRefusal(error: unknown, address: PostgresAddress): StoreError {
  const where = describePlace(address)
  const state = findSqlState(error)
  if (state === null)
    return new StoreError('store_unreadable', explainConnectionError(findCode(error), address, where))
  const explain = answers[state] ?? classes[state.slice(0, 2)]
  const message =
    explain?.(address, where) ?? `The database at ${where} refused to be opened (PostgreSQL ${state}).`
  return new StoreError('store_unreadable', message)
}

type Explain = (address: PostgresAddress, where: string) => string

const classes: Readonly<Record<string, Explain>> = {
  '28': ({ user }, where) =>
    `The database at ${where} refuses the user "${user}". Check the user and the password in STORE_URL, and pg_hba.conf of the server.`,
  '53': (_, where) =>
    `The database at ${where} has no connections, memory or disk left. Check max_connections and the disk.`,
}

const answers: Readonly<Record<string, Explain>> = {
  '28P01': ({ user }, where) =>
    `The database at ${where} refuses the password of the user "${user}". Check STORE_URL.`,
  '3D000': ({ database }, where) =>
    `The server at ${where} has no database "${database}". Check STORE_URL, or make it: CREATE DATABASE "${database}".`,
  '08P01': (_, where) =>
    `What answers at ${where} does not take the settings of a connection, as a pooler does not (PgBouncer). STORE_URL must name the server itself.`,
  '42501': explainMissingRight,
  '25006': (_, where) =>
    `The server at ${where} is read-only, as a standby is. STORE_URL must name the primary server.`,
  '57P03': (_, where) => `The server at ${where} is starting or stopping. Try again.`,
}

/** Of the user, in the database or the schema. */
export function explainMissingRight({ user, database, schema }: PostgresAddress): string {
  return `The user "${user}" may not make or use the schema "${schema}" and its tables. Allow it to make one: GRANT CREATE ON DATABASE "${database}" TO "${user}". If the schema is there already, schema and tables must belong to the user: ALTER SCHEMA "${schema}" OWNER TO "${user}", and ALTER TABLE for tables of another owner.`
}

function explainConnectionError(code: string | null, { tls, host }: PostgresAddress, where: string): string {
  if (code !== null && /^(?:CERT|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO)/.test(code))
    return `The certificate of ${where} was not accepted: ${code}. STORE_URL needs sslrootcert=<file> for a CA of your own, and the name "${host}" must stand in the certificate.`
  if (code !== null)
    return `The database at ${where} cannot be reached: ${code}. Check the address in STORE_URL, and that PostgreSQL listens there.`
  return tls === null
    ? `The database at ${where} does not answer. Check the address in STORE_URL, and that PostgreSQL listens there.`
    : `The database at ${where} does not answer, or does not offer TLS. Check the address in STORE_URL; sslmode=disable is for networks without strangers.`
}

function findCode(error: unknown): string | null {
  const { code } = error instanceof AggregateError ? (error.errors[0] ?? {}) : (error as { code?: unknown })
  return typeof code === 'string' ? code : null
}

function describePlace({ host, port }: PostgresAddress): string {
  return host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`
}
