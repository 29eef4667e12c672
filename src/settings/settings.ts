import { BlockList, isIP } from 'node:net'
import { hostname } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import type { CallbackStoreOptions } from '../connections/callback-store.ts'
import { type ConnectionStoreOptions, noticesOfConnections } from '../connections/connection-store.ts'
import type { LimitStoreOptions } from '../connections/limit-store.ts'
import { readCallbacks } from '../connections/read-callbacks.ts'
import { readConnections } from '../connections/read-connections.ts'
import { readLimits } from '../connections/read-limits.ts'
import type { StoreUrl } from '../durability/open-store.ts'
import type { Client } from '../http/clients/client.ts'
import type { ClientStoreOptions } from '../http/clients/client-store.ts'
import { type ClientSources, describeUnlimited, readClients } from '../http/clients/read-clients.ts'
import { defaultMaxConnections } from '../http/hooks/max-connections.ts'
import {
  explainInvalidCallback,
  explainInvalidConnection,
  explainInvalidLimit,
} from '../http/problems/invalid-connection.ts'
import type { ProxySettings } from '../secrets/proxy-store.ts'
import { findSecretProblems, readProxy } from '../secrets/read-proxy.ts'
import { noticesOfSecrets, readSecrets } from '../secrets/read-secrets.ts'
import type { ReadValue } from '../secrets/read-setting-file.ts'
import type { Secrets } from '../secrets/secret.ts'
import type { SecretStoreOptions } from '../secrets/secret-store.ts'
import type { OtlpTarget } from '../tracing/otlp-exporter.ts'
import { hideCredentialLike } from '../webhook/masking/credential-like.ts'
import { describeInvalidCertificates } from './certificates.ts'
import { noticesOfMisspelt } from './misspelt.ts'
import { type Variable, type VariableValues, variables } from './variables.ts'

/** Whether clients need a key. */
export type Access =
  | { readonly kind: 'open' }
  | ({ readonly kind: 'keys' } & Pick<ClientStoreOptions, 'sources' | 'initial'>)

type ServiceValues = VariableValues<typeof variables.service>

/** Settings whose default depends on other settings. */
type Derived = 'maxConnections' | 'maxBytesInFlight' | 'shutdownGraceMs'

/** The settings: validated, and complete with defaults. */
export interface Settings
  extends Omit<ServiceValues, Derived | 'instance'>,
    Readonly<Record<Derived, number>> {
  /** The name of this instance. */
  readonly instance: string
  readonly access: Access
  readonly secrets: Pick<SecretStoreOptions, 'sources' | 'initial'>
  readonly connections: Pick<ConnectionStoreOptions, 'source' | 'initial' | 'isRequired'>
  readonly limits: Pick<LimitStoreOptions, 'source' | 'initial'>
  readonly egress: VariableValues<typeof variables.egress>
  /** Null without a store. */
  readonly durability: StoreSettings | null
  /** The way to the targets. Null: they are called directly. */
  readonly proxy: ProxySettings | null
  /** The collector for spans. Null if none are recorded. */
  readonly traces: OtlpTarget | null
  /** Warnings for the log at the start. */
  readonly notices: readonly string[]
}

/** The store, and what durable executions may be. */
export interface StoreSettings extends Omit<VariableValues<typeof variables.store>, 'url'> {
  readonly url: StoreUrl
  readonly callbacks: Pick<CallbackStoreOptions, 'source' | 'initial'>
}

/** The environment is invalid. The message names every invalid variable. */
export class InvalidSettings extends Error {
  constructor(problems: readonly string[]) {
    super(
      `The settings are invalid:\n${problems.map((problem) => `  ${hideCredentialLike(problem)}\n`).join('')}`,
    )
  }
}

/** A quarter: reservations are estimates, and caches and idle connections need memory, too. */
const shareOfHeap = 1 / 4

/** Time to evaluate the last calls and to reply. */
const graceBeyondCallMs = 5_000

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the settings from an environment. An empty variable counts as not set. */
export function readSettings(environment: Environment): Settings {
  const problems: string[] = []
  const read = createReader(environment, problems)
  const take = <Value>(found: ReadValue<Value>, none: Value): Value => {
    if (found.ok) return found.value
    problems.push(...found.problems)
    return none
  }
  const connect = ({ file, mode }: VariableValues<typeof variables.connections>): Settings['connections'] => {
    const source = { file, findSchemaErrors: explainInvalidConnection }
    const initial = take(readConnections(source), new Map())
    const isRequired = mode === 'required'
    if (isRequired && file === null)
      problems.push('CONNECTIONS is "required": CONNECTIONS_FILE must be set, too')
    return { source, isRequired, initial }
  }
  const limit = ({ file }: VariableValues<typeof variables.limits>): Settings['limits'] => {
    const source = { file, findSchemaErrors: explainInvalidLimit }
    return { source, initial: take(readLimits(source), []) }
  }

  const chooseProxy = (values: VariableValues<typeof variables.proxy>, secrets: Secrets) => {
    const { url, file, ...way } = values
    const sources = { url, file }
    if (url === null && environment.EGRESS_PROXY) return null // its problem is known
    const found = readProxy(sources)
    if (!found.ok) problems.push(...found.problems)
    else if (found.value === null) problems.push(...findIdleSettings(environment))
    else {
      problems.push(...findSecretProblems(found.value, secrets))
      return { ...way, sources, initial: found.value }
    }
    return null
  }

  const service = read(variables.service)
  const { mode, ...sources } = read(variables.clients)
  const access = chooseAccess(mode, sources, take(readClients(sources), []))
  const secretSources = read(variables.secrets)
  const secrets = { sources: secretSources, initial: take(readSecrets(secretSources), new Map()) }
  const settings = {
    ...service,
    instance: service.instance ?? hostname(),
    access,
    secrets,
    connections: connect(read(variables.connections)),
    limits: limit(read(variables.limits)),
    egress: read(variables.egress),
    durability: chooseStore(read(variables.store), read(variables.callbacks), {
      isNamed: Boolean(environment.STORE_URL),
      problems,
    }),
    proxy: chooseProxy(read(variables.proxy), secrets.initial),
    traces: chooseTraces(read(variables.traces)),
    maxConnections: service.maxConnections ?? defaultMaxConnections(service.maxInFlight),
    maxBytesInFlight:
      service.maxBytesInFlight ?? Math.floor(getHeapStatistics().heap_size_limit * shareOfHeap),
    shutdownGraceMs: service.shutdownGraceMs ?? service.maxTimeoutMs + graceBeyondCallMs,
  }

  const mustHaveKeys = environment.AUTH !== 'off' && !isLoopback(settings.host)
  if (mustHaveKeys && !environment.API_KEYS && !environment.API_KEYS_FILE)
    problems.push(
      `neither API_KEYS nor API_KEYS_FILE is set, and HOST ${settings.host} is not loopback: set one, or AUTH=off`,
    )
  if (problems.length > 0) throw new InvalidSettings(problems)
  return { ...settings, notices: collectNotices(settings, environment) }
}

/**
 * Reads the address of the service for the health check, which must work even if the files of other settings have
 * become invalid.
 */
export function readListening(environment: Environment): Pick<Settings, 'host' | 'port'> {
  const problems: string[] = []
  const read = createReader(environment, problems)
  const { host, port } = variables.service
  const listening = read({ host, port })
  if (problems.length > 0) throw new InvalidSettings(problems)
  return listening
}

type Read = <Group extends Readonly<Record<string, Variable<unknown>>>>(group: Group) => VariableValues<Group>

/** Reads the variables of a group, and collects the problems. */
function createReader(environment: Environment, problems: string[]): Read {
  return <Group extends Readonly<Record<string, Variable<unknown>>>>(group: Group) => {
    const values = Object.entries(group).map(([name, variable]) => [name, readOne(variable)])
    return Object.fromEntries(values) as VariableValues<Group>
  }

  function readOne(variable: Variable<unknown>): unknown {
    const text = environment[variable.name] || variable.default
    const result = variable.parse(text)
    if (result.ok) return result.value
    problems.push(complaint(variable, text, result.problem))
    return readDefault(variable)
  }
}

type Noteworthy = Pick<Settings, 'host' | 'access' | 'secrets' | 'connections' | 'egress' | 'proxy'>

function collectNotices(
  { host, access, secrets, connections, egress, proxy }: Noteworthy,
  environment: Environment,
) {
  const { EGRESS_ONLY } = environment
  return [
    ...(access.kind === 'open' ? [`clients need no key: every program that reaches ${host} may call`] : []),
    ...(EGRESS_ONLY ? [`only these hosts may be called: ${EGRESS_ONLY}`] : []),
    ...describeInvalidCertificates(egress.ca ?? ''),
    ...noticesOfMisspelt(environment),
    ...noticesOfProxies(environment, proxy !== null),
    ...(proxy?.resolves === 'proxy' ? [unseenAddresses] : []),
    ...noticesOfSecrets(secrets.initial),
    ...noticesOfConnections(connections.initial, secrets.initial),
    ...(access.kind === 'keys' ? describeUnlimited(access.initial, secrets.initial) : []),
  ]
}

/** The variables by which other programs find a proxy. With `NODE_USE_ENV_PROXY` Node's own clients use them. */
const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
])

/** The values are not shown: they may contain a password. */
function noticesOfProxies(environment: Environment, isProxySet: boolean): readonly string[] {
  if (!proxyVariables.some((name) => environment[name])) return []
  const names = [...proxyVariables, 'NODE_USE_ENV_PROXY'].filter((name) => environment[name])
  return [`ignored: ${names.join(', ')}; ${isProxySet ? 'EGRESS_PROXY is used' : withoutProxy}`]
}

const withoutProxy = 'targets are called without a proxy, unless EGRESS_PROXY names one'

const unseenAddresses =
  'the proxy resolves the names of targets (EGRESS_PROXY_RESOLVES): the addresses behind them are not judged'

/** A setting without effect would be a mistake that goes unnoticed. */
function findIdleSettings(environment: Environment): readonly string[] {
  return ['EGRESS_PROXY_BYPASS', 'EGRESS_PROXY_RESOLVES']
    .filter((name) => environment[name])
    .map((name) => `${name} is set, but neither EGRESS_PROXY nor EGRESS_PROXY_FILE is`)
}

function complaint({ name, isSecret }: Variable<unknown>, text: string, problem: string): string {
  return isSecret || mayHoldCredential(text)
    ? `${name}: ${problem}`
    : `${name} is ${JSON.stringify(text)}: ${problem}`
}

/** Whether a value may have a user, a password or a parameter in it, or is too long for a message. */
function mayHoldCredential(text: string): boolean {
  return text.length > 500 || /[@?=#&;]/.test(text)
}

function readDefault<T>(variable: Variable<T>): T {
  const result = variable.parse(variable.default)
  if (!result.ok) throw new TypeError(`the default of ${variable.name} is invalid`)
  return result.value
}

function chooseAccess(mode: 'keys' | 'off', sources: ClientSources, initial: readonly Client[]): Access {
  const hasSource = sources.listed.length > 0 || sources.file !== null
  return mode === 'keys' && hasSource ? { kind: 'keys', sources, initial } : { kind: 'open' }
}

function chooseTraces({ endpoint, ...rest }: VariableValues<typeof variables.traces>): OtlpTarget | null {
  return endpoint === null ? null : { endpoint, ...rest }
}

function chooseStore(
  { url, ...rest }: VariableValues<typeof variables.store>,
  { file }: VariableValues<typeof variables.callbacks>,
  { isNamed, problems }: { readonly isNamed: boolean; readonly problems: string[] },
): StoreSettings | null {
  const source = { file, findSchemaErrors: explainInvalidCallback }
  const found = readCallbacks(source)
  if (!found.ok) problems.push(...found.problems)
  if (!isNamed && file !== null) problems.push('CALLBACKS_FILE is set, but STORE_URL is not')
  const callbacks = { source, initial: found.ok ? found.value : new Map() }
  return url === null ? null : { url, ...rest, callbacks }
}

function isLoopback(address: string): boolean {
  const loopback = new BlockList()
  loopback.addSubnet('127.0.0.0', 8)
  loopback.addAddress('::1', 'ipv6')
  return isIP(address) !== 0 && loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
