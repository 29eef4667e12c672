import type { Target } from '../policy/address-policy.ts'

/** Tenant, host and port. Calls with one key share permits and kept connections; other keys do not affect them. */
export interface BulkheadKey extends Target {
  /** Equal for equal keys. */
  readonly text: string
}

/** Each tenant has keys of its own, and so have calls without one. */
export function createBulkheadKey(tenant: string | null, { host, port }: Target): BulkheadKey {
  const target = `${host}:${port}` // has no slash
  return { host, port, text: tenant === null ? target : `${target}/${tenant}` }
}
