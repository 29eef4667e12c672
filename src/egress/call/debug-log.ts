/**
 * Writes details that clients must not see, such as addresses and system errors. Secrets never go there. Has the
 * signature of a pino method.
 */
export type DebugLog = (details: Readonly<Record<string, unknown>>, message: string) => void
