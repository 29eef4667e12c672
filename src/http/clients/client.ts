/** The rights of clients: execute and preview nodes, read statistics, repeat failed calls. */
export const rights = ['execute', 'read', 'redrive'] as const

export type Right = (typeof rights)[number]

/** A client of the service. It is known by its name, whichever of its keys it sends. */
export interface Client {
  readonly name: string
  /** The SHA-256 of each key, in hexadecimal. */
  readonly keyHashes: readonly string[]
  /** The tenants of the client: each request must name one of them. Null: any tenant, or none. */
  readonly tenants: ReadonlySet<string> | null
  readonly rights: ReadonlySet<Right>
  /** Limit for the client's requests under way. Null: only the limits for all clients apply. */
  readonly maxInFlight: number | null
}

/** The form of a client's name. */
export const clientNamePattern = '[A-Za-z0-9_.-]{1,64}'

/** Shortest key, in characters. */
export const minKeyLength = 16
