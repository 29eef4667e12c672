/** The database cannot be reached or written: no fault of the statement. `message` is for the log. */
export class Outage extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Outage'
  }
}

/** This instance lacks the key of what it was to read: others may have it. */
export class MissingKey extends Outage {
  readonly keyId: string

  constructor(message: string, keyId: string) {
    super(message)
    this.name = 'MissingKey'
    this.keyId = keyId
  }
}

/** Two transactions were in each other's way. Another try may succeed. */
export class Collision extends Error {
  constructor(message = 'two transactions were in each other’s way') {
    super(message)
    this.name = 'Collision'
  }
}

/** Others have taken this instance for dead, and have ended its leases. It has to register again. */
export class Unregistered extends Error {
  constructor() {
    super('this instance is not registered')
    this.name = 'Unregistered'
  }
}

/** Classes of SQLSTATE (PostgreSQL, appendix A) of what is no fault of the statement. */
const outages = new Map([
  ['08', 'connection lost'],
  ['28', 'access refused'],
  ['3D', 'no such database'],
  ['53', 'out of resources'],
  ['55', 'locked'],
  ['57', 'ended by the server'],
  ['58', 'input or output failed'],
  ['XX', 'damaged'],
])

/** Of single states. */
const states = new Map([
  ['25006', 'read-only'],
  ['25P03', 'ended by the server'],
  ['42501', 'right missing'],
  ['53100', 'disk full'],
  ['53200', 'out of memory'],
  ['53300', 'too many connections'],
  ['57014', 'too slow'],
  ['57P03', 'starting or stopping'],
])

const collisions = new Set(['40001', '40P01'])

/** What an error of a statement or a connection is: an outage, a collision, or the error itself, which is a bug. */
export function classify(error: unknown): unknown {
  const state = findSqlState(error)
  if (state === null) return new Outage(describeConnectionError(error))
  if (collisions.has(state)) return new Collision()
  const words = states.get(state) ?? outages.get(state.slice(0, 2))
  return words === undefined ? error : new Outage(`${words} (PostgreSQL ${state})`)
}

/** Null for what the server has not said. */
export function findSqlState(error: unknown): string | null {
  const isAnswer = error instanceof Error && 'severity' in error && 'code' in error
  return isAnswer && typeof error.code === 'string' ? error.code : null
}

/** As in "no connection (ECONNREFUSED)". */
function describeConnectionError(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
  return code === null ? 'no answer in time, or no connection' : `no connection (${code})`
}
