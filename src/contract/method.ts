/** The methods that a node may use. */
export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** One of the five methods. */
export type Method = (typeof methods)[number]
