import type { Node, ResetUnit } from '../contract/node.ts'
import { isTurnedAway } from './retry-safety.ts'
import { headerValue, headerValues } from './wire/headers.ts'
import type { HeaderPair } from './wire/outcome.ts'

/** A header that asks for a pause, and the unit of its value. */
export interface ResetHeader {
  /** As the node names it. */
  readonly label: string
  /** In lower case. */
  readonly name: string
  readonly unit: ResetUnit
  /** JSON Pointer to it. */
  readonly path: string
}

/** For a node without `resetHeaders`. */
export const noResetHeaders: readonly ResetHeader[] = []

/** The headers of `resetHeaders`. */
export function compileResetHeaders(
  headers: NonNullable<Node['retry']>['resetHeaders'],
): readonly ResetHeader[] {
  if (headers === undefined) return noResetHeaders
  return headers.map((header, index) => {
    const { name, unit } = typeof header === 'string' ? { name: header, unit: 'seconds' as const } : header
    return { label: name, name: name.toLowerCase(), unit, path: `/node/retry/resetHeaders/${index}` }
  })
}

/** The parts of a response that ask for a pause. */
export interface AskingResponse {
  readonly status: number
  readonly headers: readonly HeaderPair[]
  /** The headers with secrets of the service masked: the node chooses which of them are read as a number. */
  readonly seenHeaders: readonly HeaderPair[]
}

/**
 * The pause that a `Retry-After` asks for, in milliseconds (RFC 9110, section 10.2.3: seconds or a date). Null if the
 * header is missing or not valid. Fractions of a second, which the RFC does not have, are rounded up.
 */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null
  return readSeconds(header) ?? readHttpDate(header, now)
}

/** A number of seconds in milliseconds, with fractions rounded up to the next second. Null if the text is no such number. */
function readSeconds(text: string): number | null {
  const [, seconds, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (seconds === undefined) return null
  const whole = Number(seconds) + (/[1-9]/.test(fraction) ? 1 : 0)
  return Math.min(whole * 1000, Number.MAX_SAFE_INTEGER)
}

function readMilliseconds(text: string): number | null {
  return /^\d+(?:\.\d+)?$/.test(text) ? Math.min(Math.ceil(Number(text)), Number.MAX_SAFE_INTEGER) : null
}

function readHttpDate(text: string, now: Date): number | null {
  const date = parseDate(text)
  return date === null ? null : until(date.getTime(), now)
}

function until(ms: number, now: Date): number {
  return Math.max(0, ms - now.getTime())
}

/** Date and time of RFC 3339, with the zone that the RFC demands. */
const timestamp =
  /^(?<day>\d{4}-\d{2}-\d{2})[Tt ](?<time>(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.\d{1,12})?(?<zone>[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** A point in time of RFC 3339, in milliseconds from now, with fractions of a second rounded up. */
function readTimestamp(text: string, now: Date): number | null {
  const { day, time, zone } = timestamp.exec(text)?.groups ?? {}
  if (day === undefined || time === undefined || zone === undefined) return null
  // `Date` reads 30 February as 2 March.
  const utc = new Date(`${day}T${time}Z`)
  if (Number.isNaN(utc.getTime()) || utc.toISOString().slice(0, 10) !== day) return null
  const offset = zone.toUpperCase() === 'Z' ? 0 : Number(`${zone[0]}1`) * countMinutes(zone.slice(1))
  const fraction = /\.\d*[1-9]/.test(text) ? 1_000 : 0
  return until(utc.getTime() - offset * 60_000 + fraction, now)
}

function countMinutes(time: string): number {
  const [hours, minutes] = time.split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}

const readers: Readonly<Record<ResetUnit, (text: string, now: Date) => number | null>> = {
  seconds: readSeconds,
  milliseconds: readMilliseconds,
  epochSeconds(text, now) {
    const ms = readSeconds(text)
    return ms === null ? null : until(ms, now)
  },
  date: (text, now) => readHttpDate(text, now) ?? readTimestamp(text, now),
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

/**
 * The pause that a response asks for, in milliseconds: the longest of its `Retry-After` and, if it turned the request away, of
 * the `resetHeaders` of the node. Null if none is valid. A header with two different values is not.
 */
export function askedPauseMs(
  response: AskingResponse,
  now: Date,
  resetHeaders: readonly ResetHeader[] = noResetHeaders,
): number | null {
  const asked = readRetryAfter(response, now, resetHeaders)
  return resetHeaders.length === 0 ? asked : longest(asked, askedByReset(response, now, resetHeaders))
}

/** The pause before the next attempt that a response asks for. Other statuses do not say when the target accepts the request. */
export function pauseToKeepMs(
  response: AskingResponse,
  now: Date,
  resetHeaders: readonly ResetHeader[],
): number | null {
  if (!isTurnedAway(response.status)) return null
  const asked = readRetryAfter(response, now, resetHeaders)
  return resetHeaders.length === 0 ? asked : longest(asked, askedByReset(response, now, resetHeaders))
}

/** A leap year. A longer pause is probably a point in time, or a mistake. */
const longestMeantMs = 366 * 86_400_000

const resetNames = ['x-ratelimit-reset', 'ratelimit-reset', 'x-rate-limit-reset']

/**
 * The time until a limit of calls is reset, in milliseconds, by the headers that APIs have for it; null if none tells. Their
 * units are guessed: seconds, or a point in time in seconds or milliseconds. So it is for hints only.
 */
export function limitResetMs({ seenHeaders }: Pick<AskingResponse, 'seenHeaders'>, now: Date): number | null {
  const value = resetNames.map((name) => headerValue(seenHeaders, name)).find((one) => one !== undefined)
  const number = value !== undefined && /^\d{1,16}$/.test(value.trim()) ? Number(value) : null
  if (number === null) return null
  const ms = number < 1e9 ? number * 1_000 : until(number < 1e11 ? number * 1_000 : number, now)
  return ms > longestMeantMs ? null : ms
}

/** Whether the node says which unit a `Retry-After` of its target has. */
function saysUnit(resetHeaders: readonly ResetHeader[]): boolean {
  return resetHeaders.length > 0 && resetHeaders.some(({ name }) => name === 'retry-after')
}

/** Null also if the node says which unit its `Retry-After` has. */
function readRetryAfter(
  { headers }: AskingResponse,
  now: Date,
  resetHeaders: readonly ResetHeader[],
): number | null {
  const hints = headerValues(headers, 'retry-after')
  if (hints.length === 0 || saysUnit(resetHeaders)) return null
  const [hint, ...others] = new Set(hints)
  const ms = others.length > 0 ? null : retryAfterMs(hint, now)
  return ms !== null && ms > longestMeantMs ? null : ms
}

function askedByReset(
  response: AskingResponse,
  now: Date,
  resetHeaders: readonly ResetHeader[],
): number | null {
  if (!isTurnedAway(response.status)) return null
  return resetHeaders.map((header) => readReset(header, response, now)).reduce(longest, null)
}

/** Null if the header is missing, not valid or beyond what a pause can be. */
function readReset({ name, unit }: ResetHeader, { seenHeaders }: AskingResponse, now: Date): number | null {
  const [value, ...others] = new Set(headerValues(seenHeaders, name))
  if (value === undefined || others.length > 0) return null
  const ms = readers[unit](value, now)
  return ms !== null && ms > longestMeantMs ? null : ms
}

function longest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other)
}

/** Whether a response with 429, 503 or 529 has a `Retry-After` that is not valid. */
export function asksInVain(
  response: AskingResponse,
  now: Date,
  resetHeaders: readonly ResetHeader[] = noResetHeaders,
): boolean {
  if (!isTurnedAway(response.status) || saysUnit(resetHeaders)) return false
  return (
    headerValues(response.headers, 'retry-after').length > 0 &&
    readRetryAfter(response, now, noResetHeaders) === null
  )
}

/** The `resetHeaders` that a response with 429, 503 or 529 has, and whose value is ignored. */
export function listIgnored(
  response: AskingResponse,
  now: Date,
  resetHeaders: readonly ResetHeader[],
): readonly ResetHeader[] {
  if (!isTurnedAway(response.status)) return noResetHeaders
  return resetHeaders.filter(
    (header) =>
      headerValues(response.seenHeaders, header.name).length > 0 && readReset(header, response, now) === null,
  )
}

/** The three date formats that a recipient must accept (RFC 9110, section 5.6.7). */
const dateForms: readonly RegExp[] = [
  /^[A-Z][a-z]{2}, (?<day>\d{2}) [A-Z][a-z]{2} \d{4} (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
  /^[A-Z][a-z]{5,8}, (?<day>\d{2})-[A-Z][a-z]{2}-\d{2} (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) \d{4}$/,
]
