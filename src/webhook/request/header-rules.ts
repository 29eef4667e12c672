import { quoteName } from '../values/text.ts'

/** Headers that a node must not set, with the reason. They control the connection, or could deceive or unlock another server. */
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

/** Headers that a request may have only once. */
export const singleHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'content-type',
  'idempotency-key',
  'user-agent',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
])

/**
 * The limits of the headers of a request. They are the defaults of common servers: Apache accepts 100 headers of 8 KiB
 * each, nginx 32 KiB together.
 */
export const headerLimits = { count: 100, valueBytes: 8192, totalBytes: 32_768 } as const

/** Why a header name is refused, or null. Names are tokens (RFC 9110, section 5.6.2). */
export function headerNameProblem(name: string): string | null {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
    return `is not a header name: only letters, digits and !#$%&'*+.^_\`|~- are allowed${nameCure(name)}`
  const reason = Object.hasOwn(refused, name.toLowerCase()) ? refused[name.toLowerCase()] : undefined
  return reason === undefined ? null : `may not be set: ${reason}`
}

/** A header name as a message quotes it: of a whole header line without what stands behind the colon. */
export function quoteHeaderName(name: string): string {
  const line = /^([^:]*:)\s*\S/.exec(name)?.[1]
  return quoteName(line === undefined ? name : `${line} …`)
}

function nameCure(name: string): string {
  if (/^[\w-]+:\s*$/.test(name)) return '; write it without the colon'
  if (/^[\w-]+:/.test(name)) return '; write what is behind the colon as "value"'
  return /^[\w-]+(?: [\w-]+)+$/.test(name) ? '; write "-" for a blank within it' : ''
}

/** Why a header value is refused, or null. Allowed are visible ASCII, space and tab. */
export function headerValueProblem(value: string): string | null {
  // The length comes first, so that the patterns below do not scan a value that is refused anyway.
  if (value.length > headerLimits.valueBytes) return `is longer than ${headerLimits.valueBytes} characters`
  if (/^[\t\x20-\x7e]*$/.test(value)) return null
  if (/[\r\n]/.test(value)) return 'contains a line break'
  if (/[^\t\x20-\x7e\u0080-\u{10ffff}]/u.test(value)) return 'contains a control character'
  if (value.includes('\ufffd'))
    return 'contains U+FFFD, which stands for half a character such as \\ud83d alone; write the whole character, and encode it, for example with the filter url_encode'
  return 'contains a character outside of ASCII; encode it, for example with the filter url_encode'
}
