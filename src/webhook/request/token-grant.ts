import type { OutboundRequest } from '../wire/outbound-request.ts'

/** How to get the token of a call. */
export interface TokenGrant {
  /** The request to the token endpoint. */
  readonly request: OutboundRequest
  /** JSON Pointer to the credentials. */
  readonly path: string
  /** JSON Pointer to the URL of the token endpoint. */
  readonly tokenUrlPath: string
}

/** Stands in the header of a rendered request until the token is known. It is never sent. */
const placeholder = 'TOKEN'

/** The value of `Authorization` with a token. */
export function writeBearer(token: string = placeholder): string {
  return `Bearer ${token}`
}

/** The request with a token in the place of the stand-in. */
export function withToken(request: OutboundRequest, token: string): OutboundRequest {
  const standIn = writeBearer()
  return {
    ...request,
    headers: request.headers.map((header) =>
      header[0] === 'Authorization' && header[1] === standIn ? [header[0], writeBearer(token)] : header,
    ),
  }
}
