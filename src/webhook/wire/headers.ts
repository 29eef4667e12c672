import type { HeaderPair } from './outcome.ts'

/** Headers whose values are always masked. */
export const secretHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'api-key',
  'x-auth-token',
])

/** Removes white space around a header value, which is not part of the value (RFC 9110, section 5.5). */
export function trimHeader(value: string): string {
  let start = 0
  let end = value.length
  while (isBlank(value.charCodeAt(start))) start++
  while (end > start && isBlank(value.charCodeAt(end - 1))) end--
  return value.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

const none: readonly string[] = []

/** The values of a header. `name` is in lower case. */
export function headerValues(headers: readonly HeaderPair[], name: string): readonly string[] {
  // Most headers that are looked for are not there, or once.
  let found: string[] | null = null
  for (const [candidate, value] of headers) {
    if (!isNamed(candidate, name)) continue
    found ??= []
    found.push(value)
  }
  return found ?? none
}

/** The value of a header. `name` is in lower case. Several values are joined by commas (RFC 9110, section 5.3). */
export function headerValue(headers: readonly HeaderPair[], name: string): string | undefined {
  const values = headerValues(headers, name)
  return values.length === 0 ? undefined : values.join(', ')
}

/** Compares the name of a header with `name` in lower case. The length comes first, because most names differ in it. */
export function isNamed(candidate: string, name: string): boolean {
  return candidate.length === name.length && candidate.toLowerCase() === name
}
