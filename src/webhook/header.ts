import type { HeaderPair } from './outcome.ts'

/** Names that belong to the connection, to the service, or that could unlock or deceive another one. */
const refused: Readonly<Record<string, string>> = {
  host: 'the host comes from the URL',
  'content-length': 'the service sets it',
  'transfer-encoding': 'it belongs to the connection',
  connection: 'it belongs to the connection',
  'keep-alive': 'it belongs to the connection',
  upgrade: 'it belongs to the connection',
  expect: 'it belongs to the connection',
  te: 'it belongs to the connection',
  trailer: 'it belongs to the connection',
  'http2-settings': 'it belongs to the connection',
  'proxy-authorization': 'it belongs to the connection',
  'proxy-connection': 'it belongs to the connection',
  'accept-encoding': 'the service asks for no encoding, so that bodies stay bounded',
  'x-forwarded-for': 'it would speak for another sender',
  'x-forwarded-host': 'it would speak for another sender',
  'x-forwarded-proto': 'it would speak for another sender',
  'x-forwarded-port': 'it would speak for another sender',
  forwarded: 'it would speak for another sender',
  'x-real-ip': 'it would speak for another sender',
  via: 'it would speak for another sender',
  'x-aws-ec2-metadata-token': 'it unlocks a metadata service',
  'x-aws-ec2-metadata-token-ttl-seconds': 'it unlocks a metadata service',
  'metadata-flavor': 'it unlocks a metadata service',
  metadata: 'it unlocks a metadata service',
  'x-google-metadata-request': 'it unlocks a metadata service',
}

/** Names that may stand in a request once only. */
export const singleHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'content-type',
  'idempotency-key',
  'user-agent',
])

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

/** What a request may carry at most. */
export const headerLimits = { count: 100, valueBytes: 8192, totalBytes: 32_768 } as const

/** Why a name may not be sent, or null. Names are tokens (RFC 9110, section 5.6.2). */
export function headerNameProblem(name: string): string | null {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
    return "is not a header name: letters, digits and !#$%&'*+.^_`|~- only"
  const reason = Object.hasOwn(refused, name.toLowerCase()) ? refused[name.toLowerCase()] : undefined
  return reason === undefined ? null : `may not be set: ${reason}`
}

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

/** Why a value may not be sent, or null: visible ASCII, space and tab only. */
export function headerValueProblem(value: string): string | null {
  // First, so that nobody has to look through a value that is too long in any case.
  if (value.length > headerLimits.valueBytes) return `is longer than ${headerLimits.valueBytes} characters`
  if (/^[\t\x20-\x7e]*$/.test(value)) return null
  if (/[\r\n]/.test(value)) return 'contains a line break'
  if (/[^\t\x20-\x7e\u0080-\u{10ffff}]/u.test(value)) return 'contains a control character'
  return 'contains a character outside of ASCII; encode it, for example with the filter url_encode'
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
