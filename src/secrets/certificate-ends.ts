import { findCertificateEnd } from '../egress/tls/client-identity.ts'
import type { Secrets } from './secret.ts'

/** When certificates end, in milliseconds since 1970, by the names of their secrets. */
export type CertificateEnds = ReadonlyMap<string, number>

/** Certificates that are told of. Those that end first come first. */
const most = 500

/** Finds the certificates among the secrets that may be used for TLS. Of a chain the first one counts. */
export function findCertificateEnds(secrets: Secrets): CertificateEnds {
  const ends = [...secrets].flatMap(([name, { value, places }]) => {
    const end = places.has('tls') ? findCertificateEnd(value) : null
    return end === null ? [] : [[name, end] as const]
  })
  return new Map(ends.sort(([, one], [, other]) => one - other).slice(0, most))
}
