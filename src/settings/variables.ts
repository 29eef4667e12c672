import type { StoreUrl } from '../durability/open-store.ts'
import type { StoreKey } from '../durability/store/store-keys.ts'
import type { AddressRule } from '../egress/policy/address-rule.ts'
import type { IpRange } from '../egress/policy/ip-address.ts'
import type { NameResolution } from '../egress/proxy/forward-proxy.ts'
import type { ProxyUrl } from '../egress/proxy/proxy-url.ts'
import type { Client } from '../http/clients/client.ts'
import type { LogLevel } from '../logging/logger.ts'
import {
  addressRules,
  anyText,
  apiKeyList,
  baseUrl,
  certificateFile,
  headerList,
  hostToListenOn,
  httpUrl,
  instanceName,
  integer,
  nameServers,
  nat64Prefixes,
  onlyRules,
  onOrOff,
  type Parse,
  parseWord,
  proxyUrl,
  storeKeys,
  storeUrl,
  tlsGroups,
  unset,
} from './parsers.ts'

/** An environment variable. `default` is the text that would give the default; empty for unset. */
export interface Variable<T> {
  readonly name: string
  readonly default: string
  readonly description: string
  readonly example: string
  /** Whether the value must not be shown. */
  readonly isSecret?: boolean
  readonly parse: Parse<T>
}

function define<T>(variable: Variable<T>): Variable<T> {
  return variable
}

/** Every environment variable of the service, by group. */
export const variables = {
  /** Each becomes a setting of the same name. */
  service: {
    host: define<string>({
      name: 'HOST',
      default: '127.0.0.1',
      description:
        'Address to listen on; `localhost` means `127.0.0.1`. An address other than loopback needs `API_KEYS` or `API_KEYS_FILE`. The image sets `0.0.0.0`.',
      example: '0.0.0.0',
      parse: hostToListenOn,
    }),
    port: define<number>({
      name: 'PORT',
      default: '3000',
      description: 'Port to listen on. `0`: any free port; the log shows it.',
      example: '8080',
      parse: integer(0, 65_535),
    }),
    logLevel: define<LogLevel>({
      name: 'LOG_LEVEL',
      default: 'info',
      description:
        'Lowest level that is logged: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.',
      example: 'debug',
      parse: parseWord(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    }),
    docs: define<boolean>({
      name: 'DOCS',
      default: 'on',
      description:
        'Whether `/docs`, `/openapi.json` and `/manual` are served. They need no key, describe the service, and cost processor time. `/errors` and `/alerts` are served anyway.',
      example: 'off',
      parse: onOrOff,
    }),
    console: define<boolean>({
      name: 'CONSOLE',
      default: 'on',
      description:
        'Whether the [console](console.md) is served at `/console`. The page itself needs no key; what it shows needs the key that its reader enters.',
      example: 'off',
      parse: onOrOff,
    }),
    docsBaseUrl: define<string>({
      name: 'DOCS_BASE_URL',
      default: '',
      description:
        'Address under which people reach the service: `reason.docs` and the `type` of problems begin with it, so that they are links anywhere. Not set: they are paths, such as `/errors/connect_refused`.',
      example: 'https://hooks.example.com',
      parse: baseUrl,
    }),
    instance: define<string | null>({
      name: 'INSTANCE',
      default: '',
      description:
        'Name of this instance in [statistics](statistics.md#several-instances) and spans: 1 to 128 of `A-Za-z0-9._:-`. Not set: the host name.',
      example: 'eu-1',
      parse: unset(instanceName),
    }),
    maxTimeoutMs: define<number>({
      name: 'MAX_TIMEOUT_MS',
      default: '10000',
      description: 'Largest `timeoutMs` that a node may have, in milliseconds.',
      example: '30000',
      parse: integer(100, 600_000),
    }),
    maxRequestBytes: define<number>({
      name: 'MAX_REQUEST_BYTES',
      default: '1048576',
      description: 'Largest request body that the service accepts, in bytes.',
      example: '4194304',
      parse: integer(1_024, 67_108_864),
    }),
    maxRenderedBytes: define<number>({
      name: 'MAX_RENDERED_BYTES',
      default: '1048576',
      description:
        'Largest body that is sent to a target, in bytes. A `raw` body has at most 1 MiB of characters in any case.',
      example: '16777216',
      parse: integer(1_024, 67_108_864),
    }),
    maxEchoBytes: define<number>({
      name: 'MAX_ECHO_BYTES',
      default: '65536',
      description: 'Largest part of a body that a reply shows, in bytes.',
      example: '16384',
      parse: integer(0, 67_108_864),
    }),
    maxCapturedBytes: define<number>({
      name: 'MAX_CAPTURED_BYTES',
      default: '262144',
      description:
        'Limit for all values captured from a response, as JSON, in bytes. A value that does not fit is null, with a warning.',
      example: '65536',
      parse: integer(0, 67_108_864),
    }),
    maxRenderMs: define<number>({
      name: 'MAX_RENDER_MS',
      default: '50',
      description:
        'Processor time for all templates and conditions of a request, in milliseconds. Half of it is reserved for those that read the response.',
      example: '200',
      parse: integer(2, 10_000),
    }),
    maxInFlight: define<number>({
      name: 'MAX_IN_FLIGHT',
      default: '1000',
      description:
        'Limit per instance for executions and previews under way, not counting those in a pause between attempts. Further ones get 503 at once.',
      example: '200',
      parse: integer(1, 100_000),
    }),
    maxConnections: define<number | null>({
      name: 'MAX_CONNECTIONS',
      default: '',
      description:
        'Limit per instance for open connections of clients. Further ones are closed at once. Not set: 80 % of the limit of open files less `MAX_IN_FLIGHT`, at least a quarter of that limit and at most 20,000.',
      example: '5000',
      parse: unset(integer(1, 1_000_000)),
    }),
    maxInFlightPerClient: define<number | null>({
      name: 'MAX_IN_FLIGHT_PER_CLIENT',
      default: '',
      description:
        'Limit per instance for requests of one client under way, unless the client has a `maxInFlight`. Further ones get 429. Not set: half of `MAX_IN_FLIGHT` if several clients may execute, else all of it.',
      example: '100',
      parse: unset(integer(1, 100_000)),
    }),
    maxInFlightPerTenant: define<number | null>({
      name: 'MAX_IN_FLIGHT_PER_TENANT',
      default: '',
      description:
        'Limit per instance for requests of one tenant of a client under way. Further ones get 429. Not set: depends on how many other tenants of the client sent requests in the last minute. With none: the limit of the client. With one: half of it. With several: as much as stays free for the others.',
      example: '50',
      parse: unset(integer(1, 100_000)),
    }),
    maxPerSecondPerClient: define<number | null>({
      name: 'MAX_PER_SECOND_PER_CLIENT',
      default: '',
      description:
        'Limit per instance for requests of one client per second. Further ones get 429. Not set: no limit.',
      example: '200',
      parse: unset(integer(1, 1_000_000)),
    }),
    maxPaused: define<number>({
      name: 'MAX_PAUSED',
      default: '1000',
      description:
        'Limit per instance for executions in a pause between two attempts; a quarter of it for each client, tenant and host. Beyond it an execution ends after the attempt that it has made. `0`: no pauses.',
      example: '200',
      parse: integer(0, 100_000),
    }),
    maxBytesInFlight: define<number | null>({
      name: 'MAX_BYTES_IN_FLIGHT',
      default: '',
      description:
        'Limit per instance for the [estimated](operations.md#memory) memory of all requests under way, in bytes. Further requests get 503. Not set: a quarter of the heap limit of Node.js.',
      example: '268435456',
      parse: unset(integer(65_536, 1_099_511_627_776)),
    }),
    shutdownGraceMs: define<number | null>({
      name: 'SHUTDOWN_GRACE_MS',
      default: '',
      description:
        'Grace period: how long a graceful shutdown may take, in milliseconds. Calls still under way one second before its end are interrupted. Not set: `MAX_TIMEOUT_MS` plus 5 s.',
      example: '25000',
      parse: unset(integer(0, 3_600_000)),
    }),
    shutdownDelayMs: define<number>({
      name: 'SHUTDOWN_DELAY_MS',
      default: '0',
      description:
        'How long the service keeps answering 503 at the start of a graceful shutdown, in milliseconds, so that load balancers notice. Part of the grace period.',
      example: '5000',
      parse: integer(0, 3_600_000),
    }),
  },
  /** The store of executions. */
  store: {
    url: define<StoreUrl | null>({
      name: 'STORE_URL',
      default: '',
      description:
        'Store for [durable executions](durability.md) and for replies by `idempotencyKey`, as `sqlite:` and the absolute path of a file, or as the `postgres://` address of a database that several instances share. Not set: the service keeps nothing, and repeated keys are executed again.',
      example: 'sqlite:/var/lib/webhook-node/store.db',
      parse: unset(storeUrl),
    }),
    keys: define<readonly StoreKey[]>({
      name: 'STORE_KEYS',
      default: '',
      description:
        'Keys that encrypt what is stored, as `id:key` with 32 bytes in base64, separated by commas. The first encrypts, all decrypt. Not set: a key that the service makes and keeps beside the file, which protects nothing where both are copied. A store in PostgreSQL requires them: all instances have the same.',
      example: 'k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
      isSecret: true,
      parse: storeKeys,
    }),
    maxConnections: define<number>({
      name: 'STORE_CONNECTIONS',
      default: '10',
      description:
        'Connections of this instance to a store in PostgreSQL at most. One more listens for notifications. `max_connections` of the server must be enough for all instances.',
      example: '20',
      parse: integer(2, 100),
    }),
    idempotencyHours: define<number>({
      name: 'IDEMPOTENCY_HOURS',
      default: '24',
      description: 'How long an `idempotencyKey` is remembered after its execution has ended, in hours.',
      example: '72',
      parse: integer(1, 8_760),
    }),
    resultHours: define<number>({
      name: 'RESULT_HOURS',
      default: '72',
      description: 'How long the result of a durable execution is kept, in hours.',
      example: '168',
      parse: integer(1, 8_760),
    }),
    maxBacklog: define<number>({
      name: 'MAX_BACKLOG',
      default: '100000',
      description:
        'Limit for the durable executions of one tenant of a client that have not ended. Further ones get 429 with `backlog_full`. Holds for all instances of a store together.',
      example: '1000000',
      parse: integer(1, 100_000_000),
    }),
    maxAgeMs: define<number>({
      name: 'MAX_EXECUTION_AGE_MS',
      default: '259200000',
      description:
        'Longest `totalMs` of a durable execution, in milliseconds, and how long it waits at most if it has no `expiresAt`.',
      example: '86400000',
      parse: integer(60_000, 2_592_000_000),
    }),
    publicUrl: define<string>({
      name: 'PUBLIC_URL',
      default: '',
      description:
        'Base URL under which clients reach this service. `Location` is absolute with it. Not set: a path.',
      example: 'https://webhook-node.internal',
      parse: baseUrl,
    }),
  },
  /** The callbacks of durable executions. */
  callbacks: {
    file: define<string | null>({
      name: 'CALLBACKS_FILE',
      default: '',
      description:
        'JSON file of [callbacks](durability.md#callbacks): name to `{ "url", "secret", "auth", "body" }`. Only `url` and `secret` are required. The file is read again when it changes.',
      example: '/etc/webhook-node/callbacks.json',
      parse: unset(anyText),
    }),
  },
  /** The clients. */
  clients: {
    listed: define<readonly Client[]>({
      name: 'API_KEYS',
      default: '',
      description:
        'Clients with one key each, as `name:key` or `name:key@tenant1|tenant2`, separated by commas. The log shows the name. A key has at least 16 characters of `A-Za-z0-9-._~+/`, and may end with `=`. A client with tenants may name only these. To rotate a key without a store, add the new one under another name, and remove the old one when its name no longer appears in the log. With a store, another name is another client, which has none of the keys and executions of the first: use `API_KEYS_FILE`, where a client has two keys.',
      example: 'engine-2026:c2VjcmV0LXNlY3JldC1zZWNyZXQ',
      isSecret: true,
      parse: apiKeyList,
    }),
    file: define<string | null>({
      name: 'API_KEYS_FILE',
      default: '',
      description:
        'JSON file of [clients](security.md#clients): name to `{ "keys", "tenants", "rights", "maxInFlight" }`. Only `keys` is required; it contains hashes. The file is read again when it changes.',
      example: '/etc/webhook-node/clients.json',
      parse: unset(anyText),
    }),
    mode: define<'keys' | 'off'>({
      name: 'AUTH',
      default: 'keys',
      description:
        '`keys`: clients need a key of `API_KEYS` or `API_KEYS_FILE`, if one of these is set. `off`: clients need no key.',
      example: 'off',
      parse: parseWord(['keys', 'off']),
    }),
  },
  /** The sources of stored secrets. */
  secrets: {
    directory: define<string | null>({
      name: 'SECRETS_DIR',
      default: '',
      description:
        'Directory with one file per secret, as Docker and Kubernetes mount it. The file has the name of the secret. A line break at its end is dropped. The directory is read again when it changes.',
      example: '/run/secrets',
      parse: unset(anyText),
    }),
    file: define<string | null>({
      name: 'SECRETS_FILE',
      default: '',
      description:
        'JSON file of secrets: name to value, or to an object. The object contains the value, or names a file of `SECRETS_DIR`, and binds the secret to places, hosts, ports, paths and tenants. The file is read again when it changes.',
      example: '/etc/webhook-node/secrets.json',
      parse: unset(anyText),
    }),
    unbound: define<'allow' | 'refuse'>({
      name: 'SECRETS_UNBOUND',
      default: 'allow',
      description:
        'Whether a stored secret may have neither `hosts` nor `tenants`, so that every client can send it anywhere. `refuse`: the service does not start with such a secret.',
      example: 'refuse',
      parse: parseWord(['allow', 'refuse']),
    }),
  },
  /** The connections. */
  connections: {
    file: define<string | null>({
      name: 'CONNECTIONS_FILE',
      default: '',
      description:
        'JSON file of [connections](connections.md): name to `{ "baseUrl", "auth", "headers", "retry", "limits", "tenants" }`. Only `baseUrl` is required. The file is read again when it changes.',
      example: '/etc/webhook-node/connections.json',
      parse: unset(anyText),
    }),
    mode: define<'optional' | 'required'>({
      name: 'CONNECTIONS',
      default: 'optional',
      description:
        '`required`: every node must name a connection. The service then sends nothing to a host that `CONNECTIONS_FILE` does not have.',
      example: 'required',
      parse: parseWord(['optional', 'required']),
    }),
  },
  /** The limits by host. */
  limits: {
    file: define<string | null>({
      name: 'LIMITS_FILE',
      default: '',
      description:
        'JSON file of [limits by host](connections.md#limits-by-host): an array of `{ "host", "perSecond", "burst", "concurrent", "scope" }`. The limits hold per instance; with a store in PostgreSQL all instances share `perSecond` and `burst`. The file is read again when it changes.',
      example: '/etc/webhook-node/limits.json',
      parse: unset(anyText),
    }),
  },
  /** Egress. */
  egress: {
    maxResponseBytes: define<number>({
      name: 'MAX_RESPONSE_BYTES',
      default: '1048576',
      description: 'Largest response body that is read, in bytes, both encoded and decoded.',
      example: '4194304',
      parse: integer(1_024, 67_108_864),
    }),
    maxPerHost: define<number>({
      name: 'MAX_PER_HOST',
      default: '64',
      description:
        'Limit per instance for calls of one tenant to one host and port under way. Further ones wait.',
      example: '16',
      parse: integer(1, 10_000),
    }),
    maxQueuePerHost: define<number>({
      name: 'MAX_QUEUE_PER_HOST',
      default: '256',
      description:
        'Limit per instance for waiting calls of one tenant to one host and port. Further ones fail with `queue_full`.',
      example: '0',
      parse: integer(0, 100_000),
    }),
    maxPauseMs: define<number>({
      name: 'MAX_PAUSE_MS',
      default: '60000',
      description:
        'Limit per instance for a [pause](connections.md#pauses) of all calls of a connection after its target has asked one of them to wait, in milliseconds. `0`: no such pauses.',
      example: '300000',
      parse: integer(0, 3_600_000),
    }),
    allow: define<readonly AddressRule[]>({
      name: 'EGRESS_ALLOW',
      default: '',
      description:
        'Ranges and hosts that are open in addition to the public internet: `10.0.0.0/8`, `host:8443`, `*.suffix`, separated by commas. An entry with a port opens only this port.',
      example: '10.20.0.0/16:443,crm.internal',
      parse: addressRules,
    }),
    deny: define<readonly AddressRule[]>({
      name: 'EGRESS_DENY',
      default: '',
      description:
        'Ranges and hosts that are closed. Takes precedence over `EGRESS_ALLOW` and `EGRESS_ONLY`.',
      example: '*.competitor.example',
      parse: addressRules,
    }),
    only: define<readonly AddressRule[]>({
      name: 'EGRESS_ONLY',
      default: '',
      description: 'If set, only these hosts may be called. Does not open a host that is otherwise closed.',
      example: 'api.crm.example,*.hooks.example',
      parse: onlyRules,
    }),
    ca: define<string | null>({
      name: 'EGRESS_CA_FILE',
      default: '',
      description:
        'PEM file with certificates to trust in addition to the authorities of Node.js: certificates of root or intermediate authorities, or of single servers.',
      example: '/etc/ssl/company.pem',
      parse: certificateFile,
    }),
    tlsGroups: define<string | null>({
      name: 'EGRESS_TLS_GROUPS',
      default: '',
      description:
        "Groups for the TLS key exchange, as in Node's `ecdhCurve`; `*` marks a group whose key share is sent at once. Not set: Node's default, and [a shorter list](security.md#the-second-hello) for a target that does not answer it.",
      example: '*X25519:P-256:P-384',
      parse: unset(tlsGroups),
    }),
    dnsServers: define<readonly string[]>({
      name: 'EGRESS_DNS_SERVERS',
      default: '',
      description: 'Name servers, as `address:port`, separated by commas. Not set: those of the system.',
      example: '10.0.0.53:53,[fd00::53]:53',
      parse: nameServers,
    }),
    nat64: define<readonly IpRange[]>({
      name: 'EGRESS_NAT64',
      default: '',
      description:
        'NAT64 prefixes in addition to `64:ff9b::/96`, separated by commas. An address with such a prefix is judged as the IPv4 address embedded in it.',
      example: '2001:db8:64::/96',
      parse: nat64Prefixes,
    }),
  },
  /** The way to the targets. */
  proxy: {
    url: define<ProxyUrl | null>({
      name: 'EGRESS_PROXY',
      default: '',
      description:
        '[Forward proxy](security.md#a-forward-proxy) through which targets are called, as `http://user:password@host:port` or `https://…`. Special characters of user and password are percent-encoded; each may be a reference such as `{{ secrets.proxy_password }}` to a secret of the service. Not set: targets are called directly.',
      example: 'http://webhook-node@proxy.example:3128',
      isSecret: true,
      parse: unset(proxyUrl),
    }),
    file: define<string | null>({
      name: 'EGRESS_PROXY_FILE',
      default: '',
      description:
        'File of the password for the user in `EGRESS_PROXY`, or, if `EGRESS_PROXY` is not set, of the whole URL. A line break at its end is dropped. The file is read again when it changes.',
      example: '/run/secrets/proxy_password',
      parse: unset(anyText),
    }),
    bypass: define<readonly AddressRule[]>({
      name: 'EGRESS_PROXY_BYPASS',
      default: '',
      description:
        'Targets that are called without the proxy, in the form of `EGRESS_ALLOW`. A range stands for a name if it has all its addresses. Opens nothing.',
      example: '10.0.0.0/8,*.corp.example',
      parse: addressRules,
    }),
    resolves: define<NameResolution>({
      name: 'EGRESS_PROXY_RESOLVES',
      default: 'service',
      description:
        '`service`: the service resolves names, judges their addresses, and asks the proxy for one of them. `proxy`: the proxy gets the names, and [no address behind a name is judged](security.md#a-forward-proxy).',
      example: 'proxy',
      parse: parseWord(['service', 'proxy']),
    }),
  },
  /** Tracing. */
  traces: {
    endpoint: define<string | null>({
      name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      default: '',
      description: 'Collector to which spans are sent, with OTLP over HTTP. Not set: no spans are recorded.',
      example: 'http://collector:4318',
      parse: unset(httpUrl),
    }),
    headers: define<Readonly<Record<string, string>>>({
      name: 'OTEL_EXPORTER_OTLP_HEADERS',
      default: '',
      description:
        'Headers of requests to the collector, as `name=value`, separated by commas. Values are percent-encoded.',
      example: 'authorization=Bearer%20c2VjcmV0',
      isSecret: true,
      parse: headerList,
    }),
    serviceName: define<string>({
      name: 'OTEL_SERVICE_NAME',
      default: 'webhook-node',
      description: 'Name of the service in traces.',
      example: 'webhook-node-eu',
      parse: anyText,
    }),
  },
} as const

/** All variables, in the order of the manual. */
export const allVariables: readonly Variable<unknown>[] = Object.values(variables).flatMap<Variable<unknown>>(
  (group) => Object.values(group),
)

/** The values of a group of variables. */
export type VariableValues<Group> = {
  readonly [Name in keyof Group]: Group[Name] extends Variable<infer Value> ? Value : never
}
