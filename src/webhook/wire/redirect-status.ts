import type { OutboundRequest } from './outbound-request.ts'

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Whether a status is a redirect that a client may follow by itself (RFC 9110, section 15.4). */
export function isRedirect(status: number): boolean {
  return redirects.has(status)
}

/** Whether a redirect with this status is followed after such a request. */
export function isFollowedAfter(
  status: number,
  { method, isIdempotent }: Pick<OutboundRequest, 'method' | 'isIdempotent'>,
): boolean {
  if (status === 303) return true
  return status === 301 || status === 302 ? method === 'GET' : isIdempotent
}
