import { createConnectionStore } from '../../src/connections/connection-store.ts'

/** The connections of a service that has none. */
export const emptyConnectionStore = createConnectionStore({
  source: { file: null, findSchemaErrors: () => [] },
  initial: new Map(),
  isRequired: false,
  log: { info: () => {}, error: () => {} },
})
