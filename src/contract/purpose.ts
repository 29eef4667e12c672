/**
 * Why a request was sent. `resend`: a kept connection ended without a response, or the target refused the token or the nonce,
 * so the request was sent again. `redirect`: the response before it led there. `token`: it asked for an access token.
 * `challenge`: it asked for a challenge of Digest.
 */
export const purposes = ['call', 'resend', 'redirect', 'token', 'challenge'] as const

/** One of the purposes. */
export type Purpose = (typeof purposes)[number]

interface Purposeful {
  readonly purpose: Purpose
}

/** The attempts at the node's own request. What a call delivered, and what it counts as, depends on these alone. */
export function listCalls<T extends Purposeful>(attempts: readonly T[]): readonly T[] {
  return attempts.some(isPreparation) ? attempts.filter((attempt) => !isPreparation(attempt)) : attempts
}

/** Whether an attempt only asked for what the call needs. */
export function isPreparation({ purpose }: Purposeful): boolean {
  return purpose === 'token' || purpose === 'challenge'
}
