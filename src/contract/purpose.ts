/**
 * Why a request was sent. `resend`: a kept connection ended without a response, so the request was sent again. `redirect`: the
 * response before it led there.
 */
export const purposes = ['call', 'resend', 'redirect'] as const

/** One of the purposes. */
export type Purpose = (typeof purposes)[number]
