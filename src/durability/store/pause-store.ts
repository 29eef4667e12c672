/** No call of a connection begins before a time, by the clock of the store. */
export interface ConnectionPause {
  readonly connection: string
  readonly until: number
}

/** The pauses of connections, where all instances learn of them. */
export interface PauseStore {
  /** A pause is replaced by one that ends later, never by one that ends earlier. */
  save(pauses: readonly ConnectionPause[]): Promise<'written' | 'unavailable'>
  /** Calls `tell` with each pause that is there, and then with each that begins or ends later than was known. */
  onPause(tell: (pause: ConnectionPause) => void): void
}
