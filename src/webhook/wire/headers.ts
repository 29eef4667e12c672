import type { HeaderPair } from './outcome.ts'

/** Headers whose values are masked wherever they are shown. */
export const secretHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'api-key',
  'x-auth-token',
])

/** A value as it goes out: white space around it is no part of it (RFC 9110, section 5.5). */
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

/** The values of a header, whose name is given in lower case. */
export function headerValues(headers: readonly HeaderPair[], name: string): readonly string[] {
  const found = headers.filter(([candidate]) => isNamed(candidate, name))
  return found.length === 0 ? none : found.map(([, value]) => value)
}

/** The value of a header, whose name is given in lower case; several are joined by a comma (RFC 9110, section 5.3). */
export function headerValue(headers: readonly HeaderPair[], name: string): string | undefined {
  const values = headerValues(headers, name)
  return values.length === 0 ? undefined : values.join(', ')
}

/** Whether a header has a name, which is given in lower case. Most differ in their length. */
export function isNamed(candidate: string, name: string): boolean {
  return candidate.length === name.length && candidate.toLowerCase() === name
}
