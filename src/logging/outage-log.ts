import type { Log } from './logger.ts'

export interface OutageLogOptions {
  readonly log: Pick<Log, 'error' | 'info'>
  /** What is logged of a failure. */
  readonly failing: string
  /** What is logged when there was none for a while. */
  readonly over: string
}

/** How often the same reason is logged while it lasts, in milliseconds. */
const repeatMs = 60_000

/** After this time without a failure an outage is over, in milliseconds. */
const quietMs = 10_000

/** Reasons that are known at once. */
const maxReasons = 20

/** Says that something fails, at once and then once a minute for each reason, and that it is over. */
export class OutageLog {
  readonly #options: OutageLogOptions
  /** When each reason may be logged again, by `performance.now()`. */
  readonly #reasons = new Map<string, number>()
  #failures = 0
  #end: NodeJS.Timeout | null = null

  constructor(options: OutageLogOptions) {
    this.#options = options
  }

  failed(reason: string): void {
    this.#failures += 1
    this.#end?.refresh()
    this.#end ??= setTimeout(() => this.#finish(), quietMs).unref()
    const now = performance.now()
    const known = this.#reasons.get(reason)
    const isOneTooMany = known === undefined && this.#reasons.size >= maxReasons
    if (isOneTooMany || (known !== undefined && now < known)) return
    this.#reasons.set(reason, now + repeatMs)
    this.#options.log.error({ reason, failures: this.#failures }, this.#options.failing)
  }

  #finish(): void {
    this.#options.log.info({ failures: this.#failures }, this.#options.over)
    this.#end = null
    this.#failures = 0
    this.#reasons.clear()
  }
}
