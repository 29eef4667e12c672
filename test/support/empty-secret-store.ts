import type { SecretStore } from '../../src/secrets/secret-store.ts'

/** The secrets of a service that has none. */
export const emptySecretStore: SecretStore = {
  find: () => undefined,
  certificateEnds: () => new Map(),
  isStale: () => false,
  close: () => {},
}
