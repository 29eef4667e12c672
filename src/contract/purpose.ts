/** Why a request was sent. `resend`: a kept connection ended without a response, so the request was sent again. */
export const purposes = ['call', 'resend'] as const

/** One of the purposes. */
export type Purpose = (typeof purposes)[number]
