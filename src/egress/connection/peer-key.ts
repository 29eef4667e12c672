import type { Target } from '../policy/address-policy.ts'

/**
 * What calls have in common that may share a kept connection, and that share permits: tenant, host and port, and the
 * proxy. The trust store is the same for all calls of the service.
 */
export interface PeerKey extends Target {
  /** Equal for equal keys. */
  readonly text: string
}

/**
 * Each tenant has peers of its own, and so have calls without one. `proxyRevision`: that of the proxy, or null if there
 * is none.
 */
export function createPeerKey(
  tenant: string | null,
  { host, port }: Target,
  proxyRevision: number | null = null,
): PeerKey {
  const target = `${host}:${port}` // has no slash
  const text = tenant === null ? target : `${target}/${tenant}` // a tenant has no slash either
  return { host, port, text: proxyRevision === null ? text : `${text}//${proxyRevision}` }
}
