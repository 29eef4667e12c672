/** The places of a request that can have a secret. */
export const secretPlaces = ['auth', 'headers', 'path', 'query', 'body', 'tls', 'signing'] as const

/** One of these places. */
export type SecretPlace = (typeof secretPlaces)[number]

/** The use of a secret: its place in the request, and the target. */
export interface SecretUse {
  readonly place: SecretPlace
  /** Whether the author's text delimits the secret. A stored secret must be delimited. */
  readonly isDelimited: boolean
  /** A lower-case name without its final dot, or an IP address without brackets. */
  readonly host: string
  readonly port: number
  /** The rendered path, with NUL for each secret. */
  readonly path: string
}

/** A secret whose binding allows the use. */
export interface FoundSecret {
  readonly value: string
  /** Whether the secret is one of the service, which the client does not know. */
  readonly isStored: boolean
  /** Whether the value must be masked. The operator can store values that are not secret. */
  readonly isHidden: boolean
  /** Whether the value is unknown and replaced by another one, as in a preview. */
  readonly isUnknown?: boolean
}

/** The parts of a binding that a use can violate. `shape`: the author's text does not delimit the secret. */
export const secretBindings = ['in', 'shape', 'hosts', 'ports', 'paths', 'tenants'] as const

/** The violated part of a binding. */
export type SecretBinding = (typeof secretBindings)[number]

/** A stored secret whose binding does not allow the use. */
export interface RefusedSecret {
  readonly refusedBy: SecretBinding
}

/** A secret that is not there. */
export interface MissingSecret {
  readonly refusedBy: 'missing'
  /** The name in the request that is nearest, or null. */
  readonly meant: string | null
}

/** Finds secrets by name. */
export interface SecretLookup {
  /** Finds a secret for a use; undefined for an unknown name. */
  find(name: string, use: SecretUse): FoundSecret | RefusedSecret | undefined
}
