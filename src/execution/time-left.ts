import type { Clock, Failure } from '../contract/failure.ts'
import type { CallOptions } from '../egress/guarded-calls.ts'
import { minAttemptMs } from '../webhook/retry.ts'

/** The time of a call. Requests before it, such as one for a token, eat from it. */
export class TimeLeft {
  readonly #options: CallOptions
  readonly #endsAt: number
  #hasBeenUsed = false

  constructor(options: CallOptions) {
    this.#options = options
    this.#endsAt = performance.now() + options.timeoutMs
  }

  /** Notes that something waits. */
  use(): void {
    this.#hasBeenUsed = true
  }

  get hasBeenUsed(): boolean {
    return this.#hasBeenUsed
  }

  get leftMs(): number {
    return this.#endsAt - performance.now()
  }

  get clock(): Clock {
    const { clock, timeoutMs } = this.#options
    return clock ?? { name: 'timeoutMs', ms: timeoutMs }
  }

  /** The failure of a call that does not begin, because what it waited for came late. */
  tooLateFor(what: string, hint: string): Failure {
    const { clock } = this
    const detail = `${what} came late: ${clock.name} is ${clock.ms} ms, and no attempt begins with less than ${minAttemptMs} ms left.`
    return { code: 'queue_timeout', detail, path: null, hint, clock }
  }

  /** The options of a request that has what is left. */
  optionsForRest(): CallOptions {
    if (!this.#hasBeenUsed) {
      this.use()
      return this.#options
    }
    const leftMs = Math.max(1, Math.floor(this.leftMs))
    return { ...this.#options, timeoutMs: leftMs, clock: { ...this.clock, leftMs } }
  }
}
