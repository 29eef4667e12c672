/** The pattern of the name of a secret, both of the request and of the service. */
export const secretNamePattern = '[A-Za-z_][A-Za-z0-9_]*'

/** The pattern of the name of a tenant. */
export const tenantPattern = '[A-Za-z0-9._-]{1,64}'

/** The pattern of an idempotency key: visible ASCII, which may stand in a header. */
export const idempotencyKeyPattern = '[\\x21-\\x7e]{1,255}'

/** Characters of a correlation id at most. */
export const maxCorrelationIdLength = 128

/**
 * The shortest text that is masked, in characters. A shorter one would match by chance all over a request, and its masks
 * would hide more than the secret.
 */
export const minMaskLength = 4

/** Characters of the name of a connection at most. */
export const maxConnectionNameLength = 64

/** The pattern of the name of a connection. */
export const connectionNamePattern = `[A-Za-z0-9._-]{1,${maxConnectionNameLength}}`
