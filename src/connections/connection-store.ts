import { isDeepStrictEqual } from 'node:util'
import type { ConfigError } from '../contract/config-error.ts'
import type { Connection, ListedConnection } from '../contract/connection.ts'
import { messagesAbout, type ReadingLog, watchValue } from '../secrets/watch-value.ts'
import {
  type CompiledConnection,
  compileConnection,
  type FoundConnection,
  isForTenant,
  withoutCredentials,
} from '../webhook/connection.ts'
import type { BaseUrl } from '../webhook/request/base-url.ts'
import { connectionPath } from '../webhook/request/member-path.ts'
import { suggest } from '../webhook/values/suggest.ts'
import { type ConnectionSource, type Connections, readConnections } from './read-connections.ts'

/** The connections of the service. */
export interface ConnectionStore {
  /** The connection that a node names, for a tenant; or why the node cannot have it. */
  find(name: string | undefined, tenant: string | null): FoundConnection
  /** Why a node cannot have a connection that it was compiled with; null if the tenant may use it. */
  refuse(connection: CompiledConnection, tenant: string | null): ConfigError | null
  /** Whether nothing of the connection has changed since it was compiled. */
  isCurrent(connection: CompiledConnection): boolean
  /** The connections that these tenants may use, without credentials. Null: all connections. */
  list(tenants: ReadonlySet<string> | null): ListedConnection[]
  /** Whether calls of a tenant may lead to a host and port: always, unless every node needs a connection. */
  mayCall(place: Pick<BaseUrl, 'host' | 'port'>, tenant: string | null): boolean
  names(): readonly string[]
  /** Whether the previous connections are in use because the changed file is invalid. */
  isStale(): boolean
  /** Calls the listener whenever connections have changed. */
  onChange(listener: () => void): void
  /** Stops watching the file. */
  close(): void
}

export interface ConnectionStoreOptions {
  readonly source: ConnectionSource
  /** The connections read at the start. */
  readonly initial: Connections
  /** Whether every node needs a connection. */
  readonly isRequired: boolean
  readonly log: ReadingLog
  /** Interval of looking for changes. */
  readonly intervalMs?: number
}

/** Connections that are gone and remembered, the latest ones. */
const maxGone = 1_000

/** Keeps the connections in memory, and reads their file again when it changes. */
export function createConnectionStore(options: ConnectionStoreOptions): ConnectionStore {
  const { source, initial, isRequired, log, intervalMs } = options
  const listeners: (() => void)[] = []
  let compiled = compileAll(initial, initial, new Map())
  const gone = new Map<string, CompiledConnection>()
  const watched = watchValue<Connections>(source, {
    initial,
    intervalMs,
    log,
    messages: messagesAbout('connections'),
    read: () => readConnections(source),
    summarize: (connections) => ({ connections: connections.size }),
    onAdopted(found, before) {
      for (const [name, connection] of compiled) if (!found.has(name)) keepGone(gone, connection)
      for (const name of found.keys()) gone.delete(name)
      compiled = compileAll(found, before, compiled)
      for (const listener of listeners) listener()
    },
  })

  function refuse(connection: CompiledConnection | undefined, tenant: string | null, name: string) {
    return connection !== undefined && isForTenant(connection, tenant)
      ? null
      : { path: connectionPath, message: describeUnknown(name, compiled.values(), tenant) }
  }

  return {
    find(name, tenant) {
      if (name === undefined) return isRequired ? missing : null
      const connection = compiled.get(name) ?? gone.get(name)
      return refuse(connection, tenant, name) ?? connection ?? null
    },
    refuse: (connection, tenant) => refuse(connection, tenant, connection.name),
    isCurrent: (connection) => (compiled.get(connection.name) ?? gone.get(connection.name)) === connection,
    list: (tenants) =>
      [...compiled.values()]
        .filter((connection) => isVisible(connection, tenants))
        .map((connection) => describe(connection, tenants))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    mayCall: ({ host, port }, tenant) =>
      !isRequired ||
      compiled
        .values()
        .some(
          (connection) =>
            connection.base.host === host && connection.base.port === port && isForTenant(connection, tenant),
        ),
    names: () => [...compiled.keys()],
    isStale: () => watched.isStale,
    onChange: (listener) => void listeners.push(listener),
    close: () => watched.close(),
  }
}

const missing: ConfigError = {
  path: connectionPath,
  message: 'missing; this service takes only nodes with a connection (CONNECTIONS=required)',
}

/** Entries that did not change keep their compiled form. */
function compileAll(
  found: Connections,
  before: Connections,
  known: ReadonlyMap<string, CompiledConnection>,
): ReadonlyMap<string, CompiledConnection> {
  return new Map(
    [...found].map(([name, entry]) => {
      const same = isDeepStrictEqual(entry, before.get(name)) ? known.get(name) : undefined
      return [name, same ?? compile(name, entry)]
    }),
  )
}

function compile(name: string, entry: Connection): CompiledConnection {
  const compiled = compileConnection(name, entry)
  if (!compiled.ok) throw new TypeError('an entry that was read has no errors')
  return compiled.connection
}

function keepGone(gone: Map<string, CompiledConnection>, connection: CompiledConnection): void {
  gone.delete(connection.name)
  gone.set(connection.name, withoutCredentials(connection))
  const [oldest] = gone.keys()
  if (gone.size > maxGone && oldest !== undefined) gone.delete(oldest)
}

/** The same whether the name is unknown or belongs to other tenants. */
function describeUnknown(
  name: string,
  connections: Iterable<CompiledConnection>,
  tenant: string | null,
): string {
  const visible = Iterator.from(connections).filter((connection) => isForTenant(connection, tenant))
  const meant = suggest(
    name,
    visible.map((connection) => connection.name),
  )
  const advice = meant === null ? 'GET /v1/connections lists them' : `did you mean "${meant}"?`
  return `must be a connection that the service has for the tenant of the request; ${advice}`
}

function isVisible(connection: CompiledConnection, tenants: ReadonlySet<string> | null): boolean {
  if (tenants === null || connection.tenants === null) return true
  return !connection.tenants.isDisjointFrom(tenants)
}

function describe(connection: CompiledConnection, tenants: ReadonlySet<string> | null): ListedConnection {
  const shown = tenants === null ? connection.tenants : connection.tenants?.intersection(tenants)
  return {
    name: connection.name,
    host: connection.base.authority,
    auth: connection.authType,
    headers: connection.headers.map(({ name }) => name),
    tls: connection.tls !== null,
    signing: connection.signing !== null,
    retry: connection.retry !== null,
    limits: connection.limits !== null,
    tenants: shown == null ? null : [...shown].sort(),
  }
}

/** Warnings for the operator: references to secrets that the service does not have. */
export function noticesOfConnections(
  connections: Connections,
  secrets: ReadonlyMap<string, unknown>,
): readonly string[] {
  const lacking = [...compileAll(connections, connections, new Map()).values()].flatMap(
    ({ name, secretNames }) => {
      const names = secretNames.filter((secret) => !secrets.has(secret))
      return names.length === 0 ? [] : [`${name} (${names.join(', ')})`]
    },
  )
  return lacking.length === 0
    ? []
    : [`these connections refer to secrets that the service does not have: ${lacking.join(', ')}`]
}
