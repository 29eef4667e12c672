import type { Target } from '../policy/address-policy.ts'

/**
 * What calls have in common that may share a kept connection, and that share permits: tenant, host and port. The trust
 * store is the same for all calls of the service.
 */
export interface PeerKey extends Target {
  /** Equal for equal keys. */
  readonly text: string
}

/** Each tenant has peers of its own, and so have calls without one. */
export function createPeerKey(tenant: string | null, { host, port }: Target): PeerKey {
  const target = `${host}:${port}` // has no slash
  return { host, port, text: tenant === null ? target : `${target}/${tenant}` }
}
