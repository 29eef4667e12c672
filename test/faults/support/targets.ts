import type { TlsOptions } from 'node:tls'
import type { Credentials } from '../../../testkit/certificates.ts'
import type { Zones } from '../../../testkit/dns-server.ts'
import { sound } from '../../../testkit/raw-answers.ts'
import { type Part, type RawServer, writeAndStay } from '../../../testkit/raw-server.ts'
import { authority, dnsServer, rawServer, rawTlsServer } from '../../support/servers.ts'
import type { Journal, Target } from './fault.ts'

/** A name of a domain that cannot be registered. */
export const host = 'hooks.example'

/** A target that is found by name, and a DNS server of its own that says where. */
export function named(zones: Zones, part: Part = writeAndStay(sound)): () => Promise<Target> {
  return async () => {
    const server = await rawTlsServer(part, { credentials: await authority.issue({ names: [host] }) })
    const dns = await dnsServer(zones)
    return {
      url: `https://${host}:${server.port}/hook`,
      journal: server,
      service: { dns: dns.address, allow: '127.0.0.0/8' },
    }
  }
}

/** A target below TLS. */
export function tcp(part: Part): () => Promise<Target> {
  return async () => at(await rawServer(part))
}

/** A target that plays a part below HTTP. */
export function tls(
  part: Part,
  options: TlsOptions & { readonly credentials?: Credentials } = {},
): () => Promise<Target> {
  return async () => at(await rawTlsServer(part, options))
}

/** A target whose answer stands in bytes, and who then stays. */
export function answer(...pieces: readonly (string | Buffer)[]): () => Promise<Target> {
  return tls(writeAndStay(...pieces))
}

export function at(server: RawServer): Target {
  return { url: `https://127.0.0.1:${server.port}/hook`, journal: server }
}

/** Of a target that cannot see what does not reach it. */
export const blind: Journal = {
  accepted: () => 0,
  requests: () => 0,
  open: () => 0,
  sent: () => Buffer.alloc(0),
}
