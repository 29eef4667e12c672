/** A secret that is known and may not be used: it is bound, and the call is for none of those that it is bound to. */
export interface BoundElsewhere {
  readonly boundTo: 'hosts' | 'tenants'
}

/** Finds the values of secrets by their names. A map of them does, where none is bound. */
export interface SecretLookup {
  /** Undefined for a name that is not known. */
  get(name: string): string | BoundElsewhere | undefined
}
