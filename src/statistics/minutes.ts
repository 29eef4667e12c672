import type { MinuteStatistics } from '../contract/statistics.ts'

/** Minutes kept, including the current one. */
const keptMinutes = 60

export interface Minute {
  /** Minutes since 1970. */
  readonly number: number
  passedThrough: number
  failed: number
}

/**
 * Counts per minute of the wall clock, for the last hour. A minute is identified by its number and replaces a minute
 * that is a multiple of an hour away, earlier or later, so the clock may be set back or ahead.
 */
export class Minutes {
  readonly #minutes: Map<number, Minute>

  /** With the minutes of another one. */
  constructor(minutes: readonly Minute[] = []) {
    this.#minutes = new Map(minutes.map((minute) => [minute.number % keptMinutes, { ...minute }]))
  }

  /** `at` is in milliseconds since 1970. */
  add(at: number, succeeded: boolean): void {
    const minute = this.#minute(toMinute(at))
    minute.passedThrough += 1
    if (!succeeded) minute.failed += 1
  }

  /** If two minutes have the same index, the later one stays. */
  addAll(other: Minutes): void {
    for (const { number, passedThrough, failed } of other.#minutes.values()) {
      if (number < (this.#minutes.get(number % keptMinutes)?.number ?? 0)) continue
      const minute = this.#minute(number)
      minute.passedThrough += passedThrough
      minute.failed += failed
    }
  }

  entries(): readonly Minute[] {
    return [...this.#minutes.values()]
  }

  /** The hour that ends with the minute of `now`, including minutes without executions, oldest first. */
  until(now: number): MinuteStatistics[] {
    const last = toMinute(now)
    return Array.from({ length: keptMinutes }, (_, index) => this.#counts(last - keptMinutes + 1 + index))
  }

  #minute(number: number): Minute {
    const kept = this.#minutes.get(number % keptMinutes)
    if (kept?.number === number) return kept
    const minute = { number, passedThrough: 0, failed: 0 }
    this.#minutes.set(number % keptMinutes, minute)
    return minute
  }

  #counts(number: number): MinuteStatistics {
    const kept = this.#minutes.get(number % keptMinutes)
    const { passedThrough, failed } = kept?.number === number ? kept : { passedThrough: 0, failed: 0 }
    return { minute: new Date(number * 60_000).toISOString(), passedThrough, failed }
  }
}

function toMinute(at: number): number {
  return Math.floor(at / 60_000)
}
