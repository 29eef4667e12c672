/** A pause between two attempts. */
export interface Pause {
  readonly ms: number
  /** The host and port that the pause protects. */
  readonly host: string
  /** Limit for the pause and the wait for capacity after it, together. */
  readonly withinMs: number
}

/**
 * How a pause ended. Only after `over` another attempt may begin. `stopped`: the client has gone or the service
 * stops. `no_slot`: the service had no capacity after the pause. `too_many`: the pause did not begin.
 */
export type PauseEnd = 'over' | 'stopped' | 'no_slot' | 'too_many'

/** What an execution holds of the service: a slot of MAX_IN_FLIGHT, and memory. Both are released at its end. */
export interface HeldResources {
  /** Releases the slot for the time of the pause. */
  pause(pause: Pause): Promise<PauseEnd>
  /** Reserves memory for a rendered request. Returns false if none is left. */
  holdRendered(bodyBytes: number): boolean
  /** Reserves memory for a piece of a response. Returns false if none is left. */
  holdReceived(bytes: number): boolean
  /** Releases the memory of all responses so far. */
  dropReceived(): void
}
