/** What a secret may be called, in a node, in a request and in the service's own store. */
export const secretNamePattern = '[A-Za-z_][A-Za-z0-9_]*'

/** What a tenant may be called. */
export const tenantPattern = '[A-Za-z0-9._-]{1,64}'

/** A text shorter than this is not searched for: it would stand everywhere. */
export const minMaskLength = 4
