/** Why a request went out: `resend` is the same once more, since a kept connection had ended without an answer. */
export const purposes = ['call', 'resend'] as const

/** Why a request went out. */
export type Purpose = (typeof purposes)[number]
