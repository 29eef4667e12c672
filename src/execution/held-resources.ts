/** A pause between two attempts. */
export interface Pause {
  readonly ms: number
  /** The host and port that the pause spares. */
  readonly host: string
  /** How long the pause and the wait for a place behind it may take together. */
  readonly withinMs: number
}

/**
 * How a pause ended. Another attempt may begin only when it is `over`. `stopped`: the client has gone or the service
 * stops. `no_place`: too much was running when the pause was over. `too_many`: it was not begun.
 */
export type PauseEnd = 'over' | 'stopped' | 'no_place' | 'too_many'

/** What an execution holds of the service: a place among what runs, and memory. Both are given back at its end. */
export interface HeldResources {
  /** Gives back the place for as long as the pause takes. */
  pause(pause: Pause): Promise<PauseEnd>
  /** Takes memory for a request that was rendered; false where the service has none left. */
  holdRendered(bodyBytes: number): boolean
  /** Takes memory for a piece of a response; false where the service has none left. */
  holdReceived(bytes: number): boolean
  /** Gives back the memory of all responses so far. */
  dropReceived(): void
}
