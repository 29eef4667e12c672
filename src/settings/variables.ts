import type { AddressRule } from '../egress/policy/address-rule.ts'
import type { IpRange } from '../egress/policy/ip-address.ts'
import type { Client } from '../http/clients/client.ts'
import type { LogLevel } from '../logging/logger.ts'
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
  onlyRules,
  onOrOff,
  type Parse,
  parseWord,
  tlsGroups,
  unset,
} from './parsers.ts'

/** One variable of the environment. What it is when it is not set stands there as it would be written. */
export interface Variable<T> {
  readonly name: string
  readonly default: string
  readonly description: string
  readonly example: string
  /** Whether its value must not be shown. */
  readonly isSecret?: boolean
  readonly parse: Parse<T>
}

function define<T>(variable: Variable<T>): Variable<T> {
  return variable
}

/** Every variable that the service reads, by what it is a part of. */
export const variables = {
  /** What becomes a setting under the same name. */
  service: {
    host: define<string>({
      name: 'HOST',
      default: '127.0.0.1',
      description:
        'Address to listen on; `localhost` is `127.0.0.1`. One that is not loopback needs `API_KEYS` or `API_KEYS_FILE`. The image sets `0.0.0.0`.',
      example: '0.0.0.0',
      parse: hostToListenOn,
    }),
    port: define<number>({
      name: 'PORT',
      default: '3000',
      description: 'Port to listen on; 0 takes a free one, which the log names.',
      example: '8080',
      parse: integer(0, 65_535),
    }),
    logLevel: define<LogLevel>({
      name: 'LOG_LEVEL',
      default: 'info',
      description: 'How much is logged: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.',
      example: 'debug',
      parse: parseWord(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    }),
    docs: define<boolean>({
      name: 'DOCS',
      default: 'on',
      description:
        'Whether `/docs` and `/openapi.json` are served, without a key. They describe the routes, and cost processor time.',
      example: 'off',
      parse: onOrOff,
    }),
    maxTimeoutMs: define<number>({
      name: 'MAX_TIMEOUT_MS',
      default: '10000',
      description: 'The longest `timeoutMs` that a node may ask for, in milliseconds.',
      example: '30000',
      parse: integer(100, 600_000),
    }),
    maxRequestBytes: define<number>({
      name: 'MAX_REQUEST_BYTES',
      default: '1048576',
      description: 'The largest body of a request to the service.',
      example: '4194304',
      parse: integer(1_024, 67_108_864),
    }),
    maxEchoBytes: define<number>({
      name: 'MAX_ECHO_BYTES',
      default: '65536',
      description: 'How much of a body is shown in a reply.',
      example: '16384',
      parse: integer(0, 67_108_864),
    }),
    maxCapturedBytes: define<number>({
      name: 'MAX_CAPTURED_BYTES',
      default: '262144',
      description:
        'How much may be captured of a response, as JSON. A value that does not fit is null, with a warning.',
      example: '65536',
      parse: integer(0, 67_108_864),
    }),
    maxRenderMs: define<number>({
      name: 'MAX_RENDER_MS',
      default: '50',
      description:
        'Processor time in milliseconds that all templates and conditions of a request may take. Half of it is kept for those over the response.',
      example: '200',
      parse: integer(2, 10_000),
    }),
    maxInFlight: define<number>({
      name: 'MAX_IN_FLIGHT',
      default: '1000',
      description:
        'How many executions and previews may be under way at once, pauses between attempts not included. One more is answered with 503 at once.',
      example: '200',
      parse: integer(1, 100_000),
    }),
    maxConnections: define<number | null>({
      name: 'MAX_CONNECTIONS',
      default: '',
      description:
        'How many connections of clients may be open at once. One more is closed at once. Not set: 80 % of the limit of open files less `MAX_IN_FLIGHT`, at least a quarter of that limit and at most 20,000.',
      example: '5000',
      parse: unset(integer(1, 1_000_000)),
    }),
    maxInFlightPerClient: define<number | null>({
      name: 'MAX_IN_FLIGHT_PER_CLIENT',
      default: '',
      description:
        'How many requests of one client may be under way at once, unless its `maxInFlight` says otherwise. One more is answered with 429. Not set: half of `MAX_IN_FLIGHT` where several clients may execute, else all of it.',
      example: '100',
      parse: unset(integer(1, 100_000)),
    }),
    maxInFlightPerTenant: define<number | null>({
      name: 'MAX_IN_FLIGHT_PER_TENANT',
      default: '',
      description:
        'How many requests of one tenant of a client may be under way at once. One more is answered with 429. Not set: all that the client may have where no other tenant was seen in the last minute, half of that where one was, and no more than stays free for the others where several were.',
      example: '50',
      parse: unset(integer(1, 100_000)),
    }),
    maxPerSecondPerClient: define<number | null>({
      name: 'MAX_PER_SECOND_PER_CLIENT',
      default: '',
      description:
        'How many requests of one client are taken in a second. One more is answered with 429. Not set: no limit.',
      example: '200',
      parse: unset(integer(1, 1_000_000)),
    }),
    maxPaused: define<number>({
      name: 'MAX_PAUSED',
      default: '1000',
      description:
        'How many executions may be in a pause between two attempts; a quarter of them for each client, tenant and host. One more ends with the attempt that it has had. `0`: no pauses.',
      example: '200',
      parse: integer(0, 100_000),
    }),
    maxBytesInFlight: define<number | null>({
      name: 'MAX_BYTES_IN_FLIGHT',
      default: '',
      description:
        'How many bytes of memory may be reserved for what is under way, by the [estimate](operations.md#memory) of each request. One request too many is answered with 503. Not set: a quarter of the heap that Node allows.',
      example: '268435456',
      parse: unset(integer(65_536, 1_099_511_627_776)),
    }),
    shutdownGraceMs: define<number | null>({
      name: 'SHUTDOWN_GRACE_MS',
      default: '',
      description:
        'How long the process may take to end after a signal to stop, in milliseconds. What is still under way a second before is interrupted. Not set: `MAX_TIMEOUT_MS` and 5 s.',
      example: '25000',
      parse: unset(integer(0, 3_600_000)),
    }),
    shutdownDelayMs: define<number>({
      name: 'SHUTDOWN_DELAY_MS',
      default: '0',
      description:
        'How long the service goes on answering 503 after a signal to stop, in milliseconds, so that those who route calls to it notice. Part of the grace.',
      example: '5000',
      parse: integer(0, 3_600_000),
    }),
  },
  /** Who may call. */
  clients: {
    listed: define<readonly Client[]>({
      name: 'API_KEYS',
      default: '',
      description:
        'Clients with one key each, as `name:key` or `name:key@tenant1|tenant2`, with commas between. The log shows the name. A key has 16 or more of `A-Za-z0-9-._~+/`, and `=` at its end. A client with tenants may name only these. To rotate, add the new key under a name of its own and remove the old one when the log no longer shows it.',
      example: 'engine-2026:c2VjcmV0LXNlY3JldC1zZWNyZXQ',
      isSecret: true,
      parse: apiKeyList,
    }),
    file: define<string | null>({
      name: 'API_KEYS_FILE',
      default: '',
      description:
        'JSON file of [clients](security.md#clients): name to `{ "keys", "tenants", "rights", "maxInFlight" }`, of which only `keys` is required, as hashes. Read again when it changes.',
      example: '/etc/webhook-node/clients.json',
      parse: unset(anyText),
    }),
    mode: define<'keys' | 'off'>({
      name: 'AUTH',
      default: 'keys',
      description:
        '`keys`: clients need a key of `API_KEYS` or `API_KEYS_FILE`, where one of these is set. `off`: everybody who reaches the service may call.',
      example: 'off',
      parse: parseWord(['keys', 'off']),
    }),
  },
  /** Where the secrets of the service are. */
  secrets: {
    directory: define<string | null>({
      name: 'SECRETS_DIR',
      default: '',
      description:
        'Directory with one file for each secret, named as the secret, as Docker and Kubernetes mount them. One line break at the end is dropped. Read again when it changes.',
      example: '/run/secrets',
      parse: unset(anyText),
    }),
    file: define<string | null>({
      name: 'SECRETS_FILE',
      default: '',
      description:
        'JSON file of secrets: name to value, or to an object that has the value, or names a file of `SECRETS_DIR`, and binds it to places, hosts, ports, paths and tenants. Read again when it changes.',
      example: '/etc/webhook-node/secrets.json',
      parse: unset(anyText),
    }),
    unbound: define<'allow' | 'refuse'>({
      name: 'SECRETS_UNBOUND',
      default: 'allow',
      description:
        'Whether a secret of the service may be without `hosts` and `tenants`, and so be sent anywhere for everybody: `allow`, or `refuse` to start with one.',
      example: 'refuse',
      parse: parseWord(['allow', 'refuse']),
    }),
  },
  /** The way to targets. */
  egress: {
    maxResponseBytes: define<number>({
      name: 'MAX_RESPONSE_BYTES',
      default: '1048576',
      description: 'How much is read of a response, on the wire and decoded.',
      example: '4194304',
      parse: integer(1_024, 67_108_864),
    }),
    maxPerHost: define<number>({
      name: 'MAX_PER_HOST',
      default: '64',
      description:
        'How many calls of a tenant to one host and port may be under way at once. The next ones wait.',
      example: '16',
      parse: integer(1, 10_000),
    }),
    maxQueuePerHost: define<number>({
      name: 'MAX_QUEUE_PER_HOST',
      default: '256',
      description: 'How many calls of a tenant may wait for one host and port. One more is `queue_full`.',
      example: '0',
      parse: integer(0, 100_000),
    }),
    allow: define<readonly AddressRule[]>({
      name: 'EGRESS_ALLOW',
      default: '',
      description:
        'Ranges and hosts that are open beside the public internet: `10.0.0.0/8`, `host:8443`, `*.suffix`, with commas between. With a port only that one.',
      example: '10.20.0.0/16:443,crm.internal',
      parse: addressRules,
    }),
    deny: define<readonly AddressRule[]>({
      name: 'EGRESS_DENY',
      default: '',
      description: 'Ranges and hosts that are closed, whatever else allows them.',
      example: '*.competitor.example',
      parse: addressRules,
    }),
    only: define<readonly AddressRule[]>({
      name: 'EGRESS_ONLY',
      default: '',
      description: 'Where set, only these hosts may be called. It opens nothing that is closed otherwise.',
      example: 'api.crm.example,*.hooks.example',
      parse: onlyRules,
    }),
    ca: define<string | null>({
      name: 'EGRESS_CA_FILE',
      default: '',
      description:
        'File with certificates, as PEM, that are trusted beside the authorities of Node: of authorities, intermediate ones too, or of single servers.',
      example: '/etc/ssl/company.pem',
      parse: certificateFile,
    }),
    tlsGroups: define<string | null>({
      name: 'EGRESS_TLS_GROUPS',
      default: '',
      description:
        "Groups for the key exchange of TLS, as in Node's `ecdhCurve`; `*` is before those of which a key share is sent at once. Not set: Node's own, and [a shorter list](security.md#the-second-hello) where a target does not answer to that.",
      example: '*X25519:P-256:P-384',
      parse: unset(tlsGroups),
    }),
    dnsServers: define<readonly string[]>({
      name: 'EGRESS_DNS_SERVERS',
      default: '',
      description: "Name servers to ask, as `address:port` with commas between. Not set: the system's.",
      example: '10.0.0.53:53,[fd00::53]:53',
      parse: nameServers,
    }),
    nat64: define<readonly IpRange[]>({
      name: 'EGRESS_NAT64',
      default: '',
      description:
        'Prefixes of NAT64 beside `64:ff9b::/96`, with commas between. An address in one is judged as the IPv4 address it carries.',
      example: '2001:db8:64::/96',
      parse: nat64Prefixes,
    }),
  },
  /** Where spans are sent. */
  traces: {
    endpoint: define<string | null>({
      name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      default: '',
      description: 'Where traces are sent, as OTLP over HTTP. Not set: none are made.',
      example: 'http://collector:4318',
      parse: unset(httpUrl),
    }),
    headers: define<Readonly<Record<string, string>>>({
      name: 'OTEL_EXPORTER_OTLP_HEADERS',
      default: '',
      description:
        'Headers that go to the collector, as `name=value` with commas between. Values are percent-encoded.',
      example: 'authorization=Bearer%20c2VjcmV0',
      isSecret: true,
      parse: headerList,
    }),
    serviceName: define<string>({
      name: 'OTEL_SERVICE_NAME',
      default: 'webhook-node',
      description: 'What the service is called in traces.',
      example: 'webhook-node-eu',
      parse: anyText,
    }),
  },
} as const

/** All of them, in the order of the manual. */
export const allVariables: readonly Variable<unknown>[] = Object.values(variables).flatMap<Variable<unknown>>(
  (group) => Object.values(group),
)

/** What the variables of a group say. */
export type ValuesOf<Group> = {
  readonly [Name in keyof Group]: Group[Name] extends Variable<infer Value> ? Value : never
}
