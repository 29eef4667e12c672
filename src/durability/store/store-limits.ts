export interface StoreLimits {
  /** Durable executions of one tenant of one client that have not ended. */
  readonly maxBacklog: number
  /** How long a key is remembered after the end. */
  readonly idempotencyMs: number
  /** How long a durable execution is kept after its end. */
  readonly resultMs: number
}
