/**
 * Why a request was sent. `resend`: a kept connection ended without a response, or the target refused the token, so the
 * request was sent again. `redirect`: the response before it led there. `token`: it asked for an access token.
 */
export const purposes = ['call', 'resend', 'redirect', 'token'] as const

/** One of the purposes. */
export type Purpose = (typeof purposes)[number]

interface Purposeful {
  readonly purpose: Purpose
}

/** The attempts at the node's own request. What a call delivered, and what it counts as, depends on these alone. */
export function listCalls<T extends Purposeful>(attempts: readonly T[]): readonly T[] {
  return attempts.some(isForToken) ? attempts.filter((attempt) => !isForToken(attempt)) : attempts
}

/** Whether an attempt asked for an access token. */
export function isForToken({ purpose }: Purposeful): boolean {
  return purpose === 'token'
}
