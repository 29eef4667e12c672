/**
 * Errors that this folder raises itself. They have codes of their own because undici reacts to some of its own codes
 * with a new connection: if the guard failed with UND_ERR_SOCKET, undici would call it again and again.
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
  | 'EGRESS_TLS13_MISSING'
  | 'EGRESS_CONNECTION_GONE'
  | 'EGRESS_RESPONSE_MALFORMED'
  | 'EGRESS_RESPONSE_NOT_HTTP'
  | 'EGRESS_RESPONSE_HTTP2'
  | 'EGRESS_HEADERS_TOO_LARGE'
  | 'EGRESS_PROXY_BROKEN'
  | 'EGRESS_PROXY_REFUSED'
  | 'EGRESS_PROXY_BAD_GATEWAY'
  | 'EGRESS_PROXY_GATEWAY_TIMEOUT'
  | 'EGRESS_STOPPED'
  | 'EGRESS_NOT_ADMITTED'

export class EgressError extends Error {
  override readonly name = 'EgressError'
  readonly code: EgressErrorCode

  constructor(code: EgressErrorCode, cause?: unknown) {
    super(code, { cause })
    this.code = code
  }
}
