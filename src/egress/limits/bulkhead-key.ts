import type { Target } from '../policy/address-policy.ts'

/**
 * Who calls whom. Calls of one lane share places and kept-alive connections; what happens in it is of no
 * concern to the others.
 */
export interface Lane extends Target {
  /** Tells lanes apart. */
  readonly key: string
}

/** Tenants have lanes of their own, and so have calls without one. */
export function laneOf(tenant: string | null, { host, port }: Target): Lane {
  const target = `${host}:${port}` // has no slash
  return { host, port, key: tenant === null ? target : `${target}/${tenant}` }
}
