import type { MinuteStatistics } from '../contract/statistics.ts'

/** As many minutes are kept, the current one among them. */
const keptMinutes = 60

interface Minute {
  /** Minutes since 1970. */
  readonly number: number
  passedThrough: number
  failed: number
}

/**
 * Counts by the minute of the wall clock, for the last hour. A minute is known by its number and takes the place of
 * another one that is a multiple of an hour away, before or after: so a clock may be set, back or ahead.
 */
export class Minutes {
  readonly #minutes = new Map<number, Minute>()

  /** `at` is in milliseconds since 1970. */
  add(at: number, succeeded: boolean): void {
    const minute = this.#minute(toMinute(at))
    minute.passedThrough += 1
    if (!succeeded) minute.failed += 1
  }

  /** Of two minutes that take the same place, the later one stays. */
  addAll(other: Minutes): void {
    for (const { number, passedThrough, failed } of other.#minutes.values()) {
      if (number < (this.#minutes.get(number % keptMinutes)?.number ?? 0)) continue
      const minute = this.#minute(number)
      minute.passedThrough += passedThrough
      minute.failed += failed
    }
  }

  /** The hour that ends with the minute of `now`, quiet minutes too, oldest first. */
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
