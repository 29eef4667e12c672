/** What a client may be allowed to do: execute and preview nodes, read statistics, send again what has failed. */
export const rights = ['execute', 'read', 'redrive'] as const

/** The name of a right. */
export type Right = (typeof rights)[number]

/** Who calls the service. Limits, rights and statistics go by its name, whichever of its keys it sends. */
export interface Client {
  readonly name: string
  /** The SHA-256 of each of its keys, in hexadecimal digits. */
  readonly keyHashes: readonly string[]
  /** The tenants that it may name, one of which it must name; null for all, and for requests without a tenant. */
  readonly tenants: ReadonlySet<string> | null
  readonly rights: ReadonlySet<Right>
  /** How many of its requests may be under way at once; null where only the limits of all clients hold. */
  readonly maxInFlight: number | null
}

/** What a client may be called. */
export const clientNamePattern = '[A-Za-z0-9_.-]{1,64}'

/** No key is shorter. */
export const minKeyLength = 16
