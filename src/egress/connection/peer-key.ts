import type { Target } from '../policy/address-policy.ts'

/**
 * What calls have in common that may share a kept connection: tenant, host and port, the proxy, and what the node says
 * about TLS. The trust store of the service is the same for all calls without a profile.
 */
export interface PeerKey extends Target {
  /** Equal for equal keys. */
  readonly text: string
  /** Calls with the same lane share permits: tenant, host, port and proxy, whatever their identity. */
  readonly lane: string
}

/** The parts of a key that most calls do not have. */
export interface PeerOptions {
  /** The revision of the proxy, or null if there is none. */
  readonly proxyRevision?: number | null | undefined
  /** The digest of a TlsProfile, or null without one. */
  readonly tlsDigest?: string | null | undefined
}

/** Each tenant has peers of its own, and so have calls without one. */
export function createPeerKey(
  tenant: string | null,
  { host, port }: Target,
  { proxyRevision = null, tlsDigest = null }: PeerOptions = {},
): PeerKey {
  const target = `${host}:${port}` // has no slash
  const own = tenant === null ? target : `${target}/${tenant}` // a tenant has no slash either
  const lane = proxyRevision === null ? own : `${own}//${proxyRevision}`
  return { host, port, lane, text: tlsDigest === null ? lane : `${lane}#${tlsDigest}` } // nor a #
}
