import type { ServerOptions } from 'node:https'
import type { TlsOptions } from 'node:tls'
import { onTestFinished } from 'vitest'
import { type BadTargets, createBadTargets } from '../../testkit/bad-targets.ts'
import { type Credentials, createAuthority } from '../../testkit/certificates.ts'
import { createDnsServer, type DnsServer, type Zones } from '../../testkit/dns-server.ts'
import { createFullBacklog, type FullBacklog, type FullBacklogOptions } from '../../testkit/full-backlog.ts'
import type { Listening } from '../../testkit/listen.ts'
import { createRawServer, createRawTlsServer, type Part, type RawServer } from '../../testkit/raw-server.ts'
import { createMiddlebox, type Middlebox, type Verdict } from './middlebox.ts'
import { type Answer, createReceiver, type Receiver } from './receiver.ts'
import { createRecordServer, type RecordPart, type TlsVersion } from './tls-records.ts'

/** The authority behind all servers of a test file. */
export const authority = await createAuthority()

/** Sound credentials for `localhost` and 127.0.0.1. */
export const credentials: Credentials = await authority.issue()

interface OwnCredentials {
  readonly credentials?: Credentials
}

/** An HTTPS receiver that is gone when the test ends. */
export function receiver(
  answer: Answer,
  { credentials: own = credentials, ...options }: ServerOptions & OwnCredentials = {},
): Promise<Receiver> {
  return untilTestEnds(createReceiver(own, answer, options))
}

/** A TLS server below HTTP that is gone when the test ends. */
export function rawTlsServer(
  part: Part,
  { credentials: own = credentials, ...options }: TlsOptions & OwnCredentials = {},
): Promise<RawServer> {
  return untilTestEnds(createRawTlsServer(own, part, options))
}

/** A TCP server that is gone when the test ends. */
export function rawServer(part: Part): Promise<RawServer> {
  return untilTestEnds(createRawServer(part))
}

/** A box in front of a port that is gone when the test ends. */
export function middlebox(targetPort: number, verdict: Verdict): Promise<Middlebox> {
  return untilTestEnds(createMiddlebox(targetPort, verdict))
}

/** A server that makes its own TLS records, and is gone when the test ends. */
export function recordServer(version: TlsVersion, part: RecordPart): Promise<Listening> {
  return untilTestEnds(createRecordServer(credentials, version, part))
}

/** A port that answers no further connection, until the test ends. */
export function fullBacklog(options: FullBacklogOptions = {}): Promise<FullBacklog> {
  return untilTestEnds(createFullBacklog(options))
}

/** Eight targets, each bad in a way of its own, that are gone when the test ends. */
export function badTargets(): Promise<BadTargets> {
  return untilTestEnds(createBadTargets(credentials))
}

/** A DNS server that is gone when the test ends. */
export function dnsServer(zones: Zones): Promise<DnsServer> {
  return untilTestEnds(createDnsServer(zones))
}

async function untilTestEnds<Server extends { close(): Promise<void> }>(
  starting: Promise<Server>,
): Promise<Server> {
  const server = await starting
  onTestFinished(() => server.close())
  return server
}
