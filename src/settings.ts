import { BlockList, isIP } from 'node:net'
import type { AddressRule } from './egress/address-rule.ts'
import type { EgressOptions } from './egress/caller.ts'
import type { IpRange } from './egress/ip-address.ts'
import type { Access, ApiKey } from './http/api-keys.ts'
import type { LogLevel } from './http/log.ts'
import {
  addressRules,
  apiKeyList,
  certificateFile,
  hostToListenOn,
  integer,
  nameServers,
  nat64Prefixes,
  oneOf,
  onlyRules,
  type Parse,
} from './setting-values.ts'

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

const host: Variable<string> = {
  name: 'HOST',
  default: '127.0.0.1',
  description: 'Address to listen on. One that is not loopback needs `API_KEYS`. The image sets `0.0.0.0`.',
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

const apiKeys: Variable<readonly ApiKey[]> = {
  name: 'API_KEYS',
  default: '',
  description:
    'Keys that open the service, as `name:key` with commas between. The log shows the name. A key has 16 or more of `A-Za-z0-9-._~+/=`. To rotate, add the new key under a name of its own and remove the old one when the log no longer shows it.',
  example: 'engine-2026:c2VjcmV0LXNlY3JldC1zZWNyZXQ',
  isSecret: true,
  parse: apiKeyList,
}

const auth: Variable<'keys' | 'off'> = {
  name: 'AUTH',
  default: 'keys',
  description: '`keys`: callers need one of `API_KEYS`. `off`: everybody who reaches the service may call.',
  example: 'off',
  parse: oneOf(['keys', 'off']),
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
  auth,
  maxTimeoutMs,
  maxRequestBytes,
  maxResponseBytes,
  maxEchoBytes,
  egressAllow,
  egressDeny,
  egressOnly,
  egressCaFile,
  egressDnsServers,
  egressNat64,
] as const

/** What the environment says, checked and complete. */
export interface Settings {
  readonly host: string
  readonly port: number
  readonly logLevel: LogLevel
  readonly access: Access
  readonly maxTimeoutMs: number
  readonly maxRequestBytes: number
  readonly maxEchoBytes: number
  readonly egress: Pick<
    EgressOptions,
    'maxResponseBytes' | 'allow' | 'deny' | 'only' | 'ca' | 'dnsServers' | 'nat64'
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

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the settings from an environment. A variable that is set to nothing counts as not set. */
export function readSettings(environment: Environment): Settings {
  const problems: string[] = []
  const read = <T>(variable: Variable<T>): T => {
    const text = environment[variable.name] || variable.default
    const result = variable.parse(text)
    if (result.ok) return result.value
    problems.push(complaint(variable, text, result.problem))
    return defaultOf(variable)
  }

  const settings = {
    host: read(host),
    port: read(port),
    logLevel: read(logLevel),
    access: accessOf(read(auth), read(apiKeys)),
    maxTimeoutMs: read(maxTimeoutMs),
    maxRequestBytes: read(maxRequestBytes),
    maxEchoBytes: read(maxEchoBytes),
    egress: {
      maxResponseBytes: read(maxResponseBytes),
      allow: read(egressAllow),
      deny: read(egressDeny),
      only: read(egressOnly),
      ca: read(egressCaFile),
      dnsServers: read(egressDnsServers),
      nat64: read(egressNat64),
    },
  }

  const mustHaveKeys = environment.AUTH !== 'off' && !isLoopback(settings.host)
  if (mustHaveKeys && !environment.API_KEYS)
    problems.push(`API_KEYS is not set, and HOST ${settings.host} is not loopback: set it, or AUTH=off`)
  if (problems.length > 0) throw new InvalidSettings(problems)
  return { ...settings, notices: noticesOf(settings, environment) }
}

function noticesOf({ host, access }: Pick<Settings, 'host' | 'access'>, { EGRESS_ONLY }: Environment) {
  return [
    ...(access.kind === 'open' ? [`no key is asked for: whoever reaches ${host} may call`] : []),
    ...(EGRESS_ONLY ? [`only these hosts may be called: ${EGRESS_ONLY}`] : []),
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

function accessOf(mode: 'keys' | 'off', keys: readonly ApiKey[]): Access {
  return mode === 'off' || keys.length === 0 ? { kind: 'open' } : { kind: 'keys', keys }
}

function isLoopback(address: string): boolean {
  if (address === 'localhost') return true
  const loopback = new BlockList()
  loopback.addSubnet('127.0.0.0', 8)
  loopback.addAddress('::1', 'ipv6')
  return isIP(address) !== 0 && loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
