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

/** What a request may carry at most. */
export const headerLimits = { count: 100, valueBytes: 8192, totalBytes: 32_768 } as const

/** Why a name may not be sent, or null. Names are tokens (RFC 9110, section 5.6.2). */
export function headerNameProblem(name: string): string | null {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
    return "is not a header name: letters, digits and !#$%&'*+.^_`|~- only"
  const reason = Object.hasOwn(refused, name.toLowerCase()) ? refused[name.toLowerCase()] : undefined
  return reason === undefined ? null : `may not be set: ${reason}`
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
