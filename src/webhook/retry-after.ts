import { isTurnedAway } from './retry-safety.ts'
import { headerValues } from './wire/headers.ts'
import type { TargetResponse } from './wire/outcome.ts'

/**
 * The pause that a `Retry-After` asks for, in milliseconds (RFC 9110, section 10.2.3: seconds or a date). Null if the
 * header is missing or not valid. Fractions of a second, which the RFC does not have, are rounded up.
 */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null
  const [, seconds, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(header) ?? []
  if (seconds !== undefined) {
    const whole = Number(seconds) + (/[1-9]/.test(fraction) ? 1 : 0)
    return Math.min(whole * 1000, Number.MAX_SAFE_INTEGER)
  }
  const date = parseDate(header)
  return date === null ? null : Math.max(0, date.getTime() - now.getTime())
}

/** The result is compared with the text, because `Date` reads 30 February as 2 March, and 24:00 as the next day. */
function parseDate(header: string): Date | null {
  for (const form of dateForms) {
    const { day, time } = form.exec(header)?.groups ?? {}
    if (day === undefined) continue
    const date = new Date(header.endsWith('GMT') ? header : `${header} GMT`)
    if (Number.isNaN(date.getTime())) return null
    return date.getUTCDate() === Number(day) && date.toISOString().slice(11, 19) === time ? date : null
  }
  return null
}

/** The pause that a response asks for, in milliseconds. Null if it has two different `Retry-After` headers. */
export function askedPauseMs({ headers }: TargetResponse, now: Date): number | null {
  const [hint, ...others] = new Set(headerValues(headers, 'retry-after'))
  return others.length > 0 ? null : retryAfterMs(hint, now)
}

/** Whether a response with 429, 503 or 529 has a `Retry-After` that is not valid. */
export function asksInVain(response: TargetResponse, now: Date): boolean {
  if (!isTurnedAway(response.status)) return false
  return headerValues(response.headers, 'retry-after').length > 0 && askedPauseMs(response, now) === null
}

/** The three date formats that a recipient must accept (RFC 9110, section 5.6.7). */
const dateForms: readonly RegExp[] = [
  /^[A-Z][a-z]{2}, (?<day>\d{2}) [A-Z][a-z]{2} \d{4} (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
  /^[A-Z][a-z]{5,8}, (?<day>\d{2})-[A-Z][a-z]{2}-\d{2} (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) \d{4}$/,
]
