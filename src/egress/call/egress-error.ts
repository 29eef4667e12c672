/**
 * Ends that this folder decides on itself. The codes are our own, because undici answers some of its own with
 * a new connection: a guard that failed with UND_ERR_SOCKET would be asked again without end.
 */
export type EgressErrorCode =
  | 'EGRESS_ADDRESS_DENIED'
  | 'EGRESS_DNS_NOT_FOUND'
  | 'EGRESS_DNS_NO_ADDRESS'
  | 'EGRESS_DNS_FAILED'
  | 'EGRESS_DNS_TIMEOUT'
  | 'EGRESS_NO_IPV6'
  | 'EGRESS_CERT_WITHOUT_NAME'
  | 'EGRESS_CERT_REFUSED'
  | 'EGRESS_CLIENT_CERT_REQUIRED'
  | 'EGRESS_HELLO_REFUSED'
  | 'EGRESS_HANDSHAKE_TOO_LARGE'
  | 'EGRESS_CONNECTION_GONE'
  | 'EGRESS_RESPONSE_MALFORMED'
  | 'EGRESS_RESPONSE_NOT_HTTP'
  | 'EGRESS_RESPONSE_HTTP2'
  | 'EGRESS_HEADERS_TOO_LARGE'
  | 'EGRESS_STOPPED'

export class EgressError extends Error {
  override readonly name = 'EgressError'
  readonly code: EgressErrorCode

  constructor(code: EgressErrorCode, cause?: unknown) {
    super(code, { cause })
    this.code = code
  }
}
