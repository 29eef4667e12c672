import { BlockList, isIP } from 'node:net'
import { getHeapStatistics } from 'node:v8'
import type { EgressOptions } from '../egress/egress-client.ts'
import type { AddressRule } from '../egress/policy/address-rule.ts'
import type { IpRange } from '../egress/policy/ip-address.ts'
import type { Client } from '../http/clients/client.ts'
import type { ClientStoreOptions } from '../http/clients/client-store.ts'
import { type ClientSources, describeUnlimited, readClients } from '../http/clients/read-clients.ts'
import { defaultMaxConnections } from '../http/hooks/max-connections.ts'
import type { LogLevel } from '../logging/logger.ts'
import { noticesOfSecrets, readSecrets, type SecretSources } from '../secrets/read-secrets.ts'
import type { SecretStoreOptions } from '../secrets/secret-store.ts'
import type { OtlpTarget } from '../tracing/otlp-exporter.ts'
import {
  addressRules,
  anyText,
  apiKeyList,
  certificateFile,
  headerList,
  hostToListenOn,
  httpUrl,
  integer,
  nameServers,
  nat64Prefixes,
  oneOf,
  onlyRules,
  type Parse,
  unset,
} from './parsers.ts'

/** One variable of the environment. What it is when it is not set stands there as it would be written. */
interface Variable<T> {
  readonly name: string
  readonly default: string
  readonly description: string
  readonly example: string
  /** Whether its value must not be shown. */
  readonly isSecret?: boolean
  readonly parse: Parse<T>
}

const host: Variable<string> = {
  name: 'HOST',
  default: '127.0.0.1',
  description:
    'Address to listen on; `localhost` is `127.0.0.1`. One that is not loopback needs `API_KEYS` or `API_KEYS_FILE`. The image sets `0.0.0.0`.',
  example: '0.0.0.0',
  parse: hostToListenOn,
}

const port: Variable<number> = {
  name: 'PORT',
  default: '3000',
  description: 'Port to listen on; 0 takes a free one, which the log names.',
  example: '8080',
  parse: integer(0, 65_535),
}

const logLevel: Variable<LogLevel> = {
  name: 'LOG_LEVEL',
  default: 'info',
  description: 'How much is logged: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.',
  example: 'debug',
  parse: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
}

const apiKeys: Variable<readonly Client[]> = {
  name: 'API_KEYS',
  default: '',
  description:
    'Clients with one key each, as `name:key` or `name:key@tenant1|tenant2`, with commas between. The log shows the name. A key has 16 or more of `A-Za-z0-9-._~+/`, and `=` at its end. A client with tenants may name only these. To rotate, add the new key under a name of its own and remove the old one when the log no longer shows it.',
  example: 'engine-2026:c2VjcmV0LXNlY3JldC1zZWNyZXQ',
  isSecret: true,
  parse: apiKeyList,
}

const apiKeysFile: Variable<string | null> = {
  name: 'API_KEYS_FILE',
  default: '',
  description:
    'JSON file of [clients](security.md#clients): name to `{ "keys", "tenants", "rights", "maxInFlight" }`, of which only `keys` is required, as hashes. Read again when it changes.',
  example: '/etc/webhook-node/clients.json',
  parse: unset(anyText),
}

const auth: Variable<'keys' | 'off'> = {
  name: 'AUTH',
  default: 'keys',
  description:
    '`keys`: clients need a key of `API_KEYS` or `API_KEYS_FILE`, where one of these is set. `off`: everybody who reaches the service may call.',
  example: 'off',
  parse: oneOf(['keys', 'off']),
}

const docs: Variable<'on' | 'off'> = {
  name: 'DOCS',
  default: 'on',
  description:
    'Whether `/docs` and `/openapi.json` are served, without a key. They describe the routes, and cost processor time.',
  example: 'off',
  parse: oneOf(['on', 'off']),
}

const maxTimeoutMs: Variable<number> = {
  name: 'MAX_TIMEOUT_MS',
  default: '10000',
  description: 'The longest `timeoutMs` that a node may ask for, in milliseconds.',
  example: '30000',
  parse: integer(100, 600_000),
}

const maxRequestBytes: Variable<number> = {
  name: 'MAX_REQUEST_BYTES',
  default: '1048576',
  description: 'The largest body of a request to the service.',
  example: '4194304',
  parse: integer(1_024, 67_108_864),
}

const maxResponseBytes: Variable<number> = {
  name: 'MAX_RESPONSE_BYTES',
  default: '1048576',
  description: 'How much is read of a response, on the wire and decoded.',
  example: '4194304',
  parse: integer(1_024, 67_108_864),
}

const maxEchoBytes: Variable<number> = {
  name: 'MAX_ECHO_BYTES',
  default: '65536',
  description: 'How much of a body is shown in a reply.',
  example: '16384',
  parse: integer(0, 67_108_864),
}

const maxCapturedBytes: Variable<number> = {
  name: 'MAX_CAPTURED_BYTES',
  default: '262144',
  description:
    'How much may be captured of a response, as JSON. A value that does not fit is null, with a warning.',
  example: '65536',
  parse: integer(0, 67_108_864),
}

const maxRenderMs: Variable<number> = {
  name: 'MAX_RENDER_MS',
  default: '50',
  description:
    'Processor time in milliseconds that all templates and conditions of a request may take. Half of it is kept for those over the response.',
  example: '200',
  parse: integer(2, 10_000),
}

const maxInFlight: Variable<number> = {
  name: 'MAX_IN_FLIGHT',
  default: '1000',
  description:
    'How many executions and previews may be under way at once, pauses between attempts not included. One more is answered with 503 at once.',
  example: '200',
  parse: integer(1, 100_000),
}

const maxConnections: Variable<number | null> = {
  name: 'MAX_CONNECTIONS',
  default: '',
  description:
    'How many connections of clients may be open at once. One more is closed at once. Not set: 80 % of the limit of open files less `MAX_IN_FLIGHT`, at least a quarter of that limit and at most 20,000.',
  example: '5000',
  parse: unset(integer(1, 1_000_000)),
}

const maxInFlightPerClient: Variable<number | null> = {
  name: 'MAX_IN_FLIGHT_PER_CLIENT',
  default: '',
  description:
    'How many requests of one client may be under way at once, unless its `maxInFlight` says otherwise. One more is answered with 429. Not set: half of `MAX_IN_FLIGHT` where several clients may execute, else all of it.',
  example: '100',
  parse: unset(integer(1, 100_000)),
}

const maxInFlightPerTenant: Variable<number | null> = {
  name: 'MAX_IN_FLIGHT_PER_TENANT',
  default: '',
  description:
    'How many requests of one tenant of a client may be under way at once. One more is answered with 429. Not set: all that the client may have where no other tenant was seen in the last minute, half of that where one was, and no more than stays free for the others where several were.',
  example: '50',
  parse: unset(integer(1, 100_000)),
}

const maxPerSecondPerClient: Variable<number | null> = {
  name: 'MAX_PER_SECOND_PER_CLIENT',
  default: '',
  description:
    'How many requests of one client are taken in a second. One more is answered with 429. Not set: no limit.',
  example: '200',
  parse: unset(integer(1, 1_000_000)),
}

const maxPaused: Variable<number> = {
  name: 'MAX_PAUSED',
  default: '1000',
  description:
    'How many executions may be in a pause between two attempts; a quarter of them for each client, tenant and host. One more ends with the attempt that it has had. `0`: no pauses.',
  example: '200',
  parse: integer(0, 100_000),
}

const maxBytesInFlight: Variable<number | null> = {
  name: 'MAX_BYTES_IN_FLIGHT',
  default: '',
  description:
    'How many bytes of memory may be reserved for what is under way, by the [estimate](operations.md#memory) of each request. One request too many is answered with 503. Not set: a quarter of the heap that Node allows.',
  example: '268435456',
  parse: unset(integer(65_536, 1_099_511_627_776)),
}

const maxPerHost: Variable<number> = {
  name: 'MAX_PER_HOST',
  default: '64',
  description:
    'How many calls of a tenant to one host and port may be under way at once. The next ones wait.',
  example: '16',
  parse: integer(1, 10_000),
}

const maxQueuePerHost: Variable<number> = {
  name: 'MAX_QUEUE_PER_HOST',
  default: '256',
  description: 'How many calls of a tenant may wait for one host and port. One more is `queue_full`.',
  example: '0',
  parse: integer(0, 100_000),
}

const shutdownGraceMs: Variable<number | null> = {
  name: 'SHUTDOWN_GRACE_MS',
  default: '',
  description:
    'How long the process may take to end after a signal to stop, in milliseconds. What is still under way a second before is interrupted. Not set: `MAX_TIMEOUT_MS` and 5 s.',
  example: '25000',
  parse: unset(integer(0, 3_600_000)),
}

const shutdownDelayMs: Variable<number> = {
  name: 'SHUTDOWN_DELAY_MS',
  default: '0',
  description:
    'How long the service goes on answering 503 after a signal to stop, in milliseconds, so that those who route calls to it notice. Part of the grace.',
  example: '5000',
  parse: integer(0, 3_600_000),
}

const secretsDir: Variable<string | null> = {
  name: 'SECRETS_DIR',
  default: '',
  description:
    'Directory with one file for each secret, named as the secret, as Docker and Kubernetes mount them. One line break at the end is dropped. Read again when it changes.',
  example: '/run/secrets',
  parse: unset(anyText),
}

const secretsFile: Variable<string | null> = {
  name: 'SECRETS_FILE',
  default: '',
  description:
    'JSON file of secrets: name to value, or to an object that has the value, or names a file of `SECRETS_DIR`, and binds it to places, hosts, ports, paths and tenants. Read again when it changes.',
  example: '/etc/webhook-node/secrets.json',
  parse: unset(anyText),
}

const secretsUnbound: Variable<'allow' | 'refuse'> = {
  name: 'SECRETS_UNBOUND',
  default: 'allow',
  description:
    'Whether a secret of the service may be without `hosts` and `tenants`, and so be sent anywhere for everybody: `allow`, or `refuse` to start with one.',
  example: 'refuse',
  parse: oneOf(['allow', 'refuse']),
}

const otlpEndpoint: Variable<string | null> = {
  name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  default: '',
  description: 'Where traces are sent, as OTLP over HTTP. Not set: none are made.',
  example: 'http://collector:4318',
  parse: unset(httpUrl),
}

const otlpHeaders: Variable<Readonly<Record<string, string>>> = {
  name: 'OTEL_EXPORTER_OTLP_HEADERS',
  default: '',
  description:
    'Headers that go to the collector, as `name=value` with commas between. Values are percent-encoded.',
  example: 'authorization=Bearer%20c2VjcmV0',
  isSecret: true,
  parse: headerList,
}

const otelServiceName: Variable<string> = {
  name: 'OTEL_SERVICE_NAME',
  default: 'webhook-node',
  description: 'What the service is called in traces.',
  example: 'webhook-node-eu',
  parse: anyText,
}

const egressAllow: Variable<readonly AddressRule[]> = {
  name: 'EGRESS_ALLOW',
  default: '',
  description:
    'Ranges and hosts that are open beside the public internet: `10.0.0.0/8`, `host:8443`, `*.suffix`, with commas between. With a port only that one.',
  example: '10.20.0.0/16:443,crm.internal',
  parse: addressRules,
}

const egressDeny: Variable<readonly AddressRule[]> = {
  name: 'EGRESS_DENY',
  default: '',
  description: 'Ranges and hosts that are closed, whatever else allows them.',
  example: '*.competitor.example',
  parse: addressRules,
}

const egressOnly: Variable<readonly AddressRule[]> = {
  name: 'EGRESS_ONLY',
  default: '',
  description: 'Where set, only these hosts may be called. It opens nothing that is closed otherwise.',
  example: 'api.crm.example,*.hooks.example',
  parse: onlyRules,
}

const egressCaFile: Variable<string | null> = {
  name: 'EGRESS_CA_FILE',
  default: '',
  description: "File with certificates of authorities that are trusted beside Node's own, as PEM.",
  example: '/etc/ssl/company.pem',
  parse: certificateFile,
}

const egressDnsServers: Variable<readonly string[]> = {
  name: 'EGRESS_DNS_SERVERS',
  default: '',
  description: "Name servers to ask, as `address:port` with commas between. Not set: the system's.",
  example: '10.0.0.53:53,[fd00::53]:53',
  parse: nameServers,
}

const egressNat64: Variable<readonly IpRange[]> = {
  name: 'EGRESS_NAT64',
  default: '',
  description:
    'Prefixes of NAT64 beside `64:ff9b::/96`, with commas between. An address in one is judged as the IPv4 address it carries.',
  example: '2001:db8:64::/96',
  parse: nat64Prefixes,
}

/** Every variable that the service reads, in the order of the manual. */
export const variables = [
  host,
  port,
  logLevel,
  apiKeys,
  apiKeysFile,
  auth,
  docs,
  maxTimeoutMs,
  maxRequestBytes,
  maxResponseBytes,
  maxEchoBytes,
  maxCapturedBytes,
  maxRenderMs,
  maxInFlight,
  maxConnections,
  maxInFlightPerClient,
  maxInFlightPerTenant,
  maxPerSecondPerClient,
  maxPaused,
  maxBytesInFlight,
  maxPerHost,
  maxQueuePerHost,
  shutdownGraceMs,
  shutdownDelayMs,
  secretsDir,
  secretsFile,
  secretsUnbound,
  egressAllow,
  egressDeny,
  egressOnly,
  egressCaFile,
  egressDnsServers,
  egressNat64,
  otlpEndpoint,
  otlpHeaders,
  otelServiceName,
] as const

/** Who may call: everybody, or clients with a key. */
export type Access =
  | { readonly kind: 'open' }
  | ({ readonly kind: 'keys' } & Pick<ClientStoreOptions, 'sources' | 'initial'>)

/** What the environment says, checked and complete. */
export interface Settings {
  readonly host: string
  readonly port: number
  readonly logLevel: LogLevel
  readonly access: Access
  /** Whether the routes are described, at /docs and /openapi.json. */
  readonly docs: boolean
  readonly maxTimeoutMs: number
  readonly maxRequestBytes: number
  readonly maxEchoBytes: number
  readonly maxCapturedBytes: number
  readonly maxRenderMs: number
  readonly maxInFlight: number
  /** How many connections of clients may be open at once. */
  readonly maxConnections: number
  /** Null for a share that follows from how many clients there are. */
  readonly maxInFlightPerClient: number | null
  /** Null for a share that follows from how many tenants there are. */
  readonly maxInFlightPerTenant: number | null
  readonly maxPerSecondPerClient: number | null
  readonly maxPaused: number
  readonly maxBytesInFlight: number
  /** How long running executions may take to end after a signal to stop. */
  readonly shutdownGraceMs: number
  /** How long closing takes at the least. */
  readonly shutdownDelayMs: number
  readonly secrets: Pick<SecretStoreOptions, 'sources' | 'initial'>
  /** Where spans are sent; null where none are made. */
  readonly traces: OtlpTarget | null
  readonly egress: Pick<
    EgressOptions,
    | 'maxResponseBytes'
    | 'maxPerHost'
    | 'maxQueuePerHost'
    | 'allow'
    | 'deny'
    | 'only'
    | 'ca'
    | 'dnsServers'
    | 'nat64'
  >
  /** What whoever runs the service should see in its log at start. */
  readonly notices: readonly string[]
}

/** The environment cannot be used. The message names every variable that is wrong. */
export class InvalidSettings extends Error {
  constructor(problems: readonly string[]) {
    super(`The settings are wrong:\n${problems.map((problem) => `  ${problem}\n`).join('')}`)
  }
}

/** What is reserved is an estimate, and all else needs memory, too. */
const shareOfHeap = 1 / 4

/** What it takes to conclude a call that has ended, and to answer. */
const graceBeyondCallMs = 5_000

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the settings from an environment. A variable that is set to nothing counts as not set. */
export function readSettings(environment: Environment): Settings {
  const problems: string[] = []
  const read = readerOf(environment, problems)
  const open = (sources: SecretSources): Settings['secrets'] => {
    const found = readSecrets(sources)
    if (!found.ok) problems.push(...found.problems)
    return { sources, initial: found.ok ? found.secrets : new Map() }
  }
  const access = (mode: 'keys' | 'off', sources: ClientSources): Access => {
    const found = readClients(sources)
    if (!found.ok) problems.push(...found.problems)
    return accessOf(mode, sources, found.ok ? found.clients : [])
  }

  const settings = {
    host: read(host),
    port: read(port),
    logLevel: read(logLevel),
    access: access(read(auth), { listed: read(apiKeys), file: read(apiKeysFile) }),
    docs: read(docs) === 'on',
    maxTimeoutMs: read(maxTimeoutMs),
    maxRequestBytes: read(maxRequestBytes),
    maxEchoBytes: read(maxEchoBytes),
    maxCapturedBytes: read(maxCapturedBytes),
    maxRenderMs: read(maxRenderMs),
    maxInFlight: read(maxInFlight),
    maxConnections: read(maxConnections),
    maxInFlightPerClient: read(maxInFlightPerClient),
    maxInFlightPerTenant: read(maxInFlightPerTenant),
    maxPerSecondPerClient: read(maxPerSecondPerClient),
    maxPaused: read(maxPaused),
    maxBytesInFlight: read(maxBytesInFlight) ?? Math.floor(getHeapStatistics().heap_size_limit * shareOfHeap),
    shutdownGraceMs: read(shutdownGraceMs),
    shutdownDelayMs: read(shutdownDelayMs),
    secrets: open({ directory: read(secretsDir), file: read(secretsFile), unbound: read(secretsUnbound) }),
    traces: tracesOf(read(otlpEndpoint), read(otlpHeaders), read(otelServiceName)),
    egress: {
      maxResponseBytes: read(maxResponseBytes),
      maxPerHost: read(maxPerHost),
      maxQueuePerHost: read(maxQueuePerHost),
      allow: read(egressAllow),
      deny: read(egressDeny),
      only: read(egressOnly),
      ca: read(egressCaFile),
      dnsServers: read(egressDnsServers),
      nat64: read(egressNat64),
    },
  }

  const mustHaveKeys = environment.AUTH !== 'off' && !isLoopback(settings.host)
  if (mustHaveKeys && !environment.API_KEYS && !environment.API_KEYS_FILE)
    problems.push(
      `neither API_KEYS nor API_KEYS_FILE is set, and HOST ${settings.host} is not loopback: set one, or AUTH=off`,
    )
  if (problems.length > 0) throw new InvalidSettings(problems)
  return {
    ...settings,
    maxConnections: settings.maxConnections ?? defaultMaxConnections(settings.maxInFlight),
    shutdownGraceMs: settings.shutdownGraceMs ?? settings.maxTimeoutMs + graceBeyondCallMs,
    notices: noticesOf(settings, environment),
  }
}

/** Where the service listens: what its health check has to know, however the files of other settings are by now. */
export function readListening(environment: Environment): Pick<Settings, 'host' | 'port'> {
  const problems: string[] = []
  const read = readerOf(environment, problems)
  const listening = { host: read(host), port: read(port) }
  if (problems.length > 0) throw new InvalidSettings(problems)
  return listening
}

function readerOf(environment: Environment, problems: string[]): <T>(variable: Variable<T>) => T {
  return (variable) => {
    const text = environment[variable.name] || variable.default
    const result = variable.parse(text)
    if (result.ok) return result.value
    problems.push(complaint(variable, text, result.problem))
    return defaultOf(variable)
  }
}

type Noteworthy = Pick<Settings, 'host' | 'access' | 'secrets'>

function noticesOf({ host, access, secrets }: Noteworthy, { EGRESS_ONLY }: Environment) {
  return [
    ...(access.kind === 'open' ? [`no key is asked for: whoever reaches ${host} may call`] : []),
    ...(EGRESS_ONLY ? [`only these hosts may be called: ${EGRESS_ONLY}`] : []),
    ...noticesOfSecrets(secrets.initial),
    ...(access.kind === 'keys' ? describeUnlimited(access.initial, secrets.initial) : []),
  ]
}

function complaint({ name, isSecret }: Variable<unknown>, text: string, problem: string): string {
  return isSecret ? `${name}: ${problem}` : `${name} is ${JSON.stringify(text)}: ${problem}`
}

function defaultOf<T>(variable: Variable<T>): T {
  const result = variable.parse(variable.default)
  if (!result.ok) throw new TypeError(`the default of ${variable.name} is none`)
  return result.value
}

function accessOf(mode: 'keys' | 'off', sources: ClientSources, initial: readonly Client[]): Access {
  const hasSource = sources.listed.length > 0 || sources.file !== null
  return mode === 'keys' && hasSource ? { kind: 'keys', sources, initial } : { kind: 'open' }
}

function tracesOf(
  endpoint: string | null,
  headers: OtlpTarget['headers'],
  serviceName: string,
): OtlpTarget | null {
  return endpoint === null ? null : { endpoint, headers, serviceName }
}

function isLoopback(address: string): boolean {
  const loopback = new BlockList()
  loopback.addSubnet('127.0.0.0', 8)
  loopback.addAddress('::1', 'ipv6')
  return isIP(address) !== 0 && loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
