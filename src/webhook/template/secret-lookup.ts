/** The places of a request in which a secret may stand. */
export const secretPlaces = ['auth', 'headers', 'path', 'query', 'body', 'tls', 'signing'] as const

/** One of the places in which a secret may stand. */
export type SecretPlace = (typeof secretPlaces)[number]

/** What is to be done with a secret: where it is to stand, and where the request is to go. */
export interface SecretUse {
  readonly place: SecretPlace
  /** Whether the own text of the author delimits it, as a stored secret needs it. */
  readonly isDelimited: boolean
  /** Lower-case name without final dot, or an IP literal without brackets. */
  readonly host: string
  readonly port: number
  /** The rendered path, in which a secret is the character NUL. */
  readonly path: string
}

/** A secret that may be used as it is asked for. */
export interface FoundSecret {
  readonly value: string
  /** Whether it is one of the service's own, which the client does not have. */
  readonly isStored: boolean
  /** Whether it must not be seen. Of the stored ones, some are no secrets. */
  readonly isHidden: boolean
  /** Whether something else stands for its value, which is not known, as in a preview. */
  readonly isUnknown?: boolean
}

/** What of a secret's binding a use may not keep. `shape`: the author's text does not delimit the secret. */
export const secretBindings = ['in', 'shape', 'hosts', 'ports', 'paths', 'tenants'] as const

/** What of a secret's binding a use does not keep. */
export type SecretBinding = (typeof secretBindings)[number]

/** A stored secret that may not be used as it is asked for. */
export interface RefusedSecret {
  readonly refusedBy: SecretBinding
}

/** Finds secrets by their names. */
export interface SecretLookup {
  /** Undefined for a name that is not known. */
  find(name: string, use: SecretUse): FoundSecret | RefusedSecret | undefined
}
